"""Addresses in a sheet that come without their point on the map."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from fleet_app.records.imports.cells import ReadRow
from fleet_app.records.kinds import Kind

Point = tuple[float, float]
Locate = Callable[[Sequence[str]], Awaitable[Mapping[str, Point]]]
"""Finds the points of addresses, latitude first in degrees; those it is not sure of are missing."""

Ahead = Literal["check", "run", "never"]
"""When addresses are looked up: with the check as well, only while importing, or not at all."""
MOST_AHEAD, SECONDS_AHEAD = 4000, 30.0
"""So much looking up a check may do."""
_KEPT = "addresses"


class Outlook(msgspec.Struct, kw_only=True):
    """What a check knows of addresses: of `rows` with one to look up, `tried` were looked up."""

    ahead: Ahead = "never"
    rows: int = 0
    tried: int = 0


def outlook_in(evidence: Mapping[str, Any]) -> Outlook:
    """What the last check wrote down."""
    return msgspec.convert(evidence.get(_KEPT) or {}, Outlook)


def with_outlook(evidence: Mapping[str, Any], outlook: Outlook) -> dict[str, Any]:
    """What is known of a sheet, with what a check knows of its addresses."""
    return {**evidence, _KEPT: msgspec.to_builtins(outlook)}


class Foresight:
    """Looks addresses up while rows are checked, until it has done enough of that."""

    def __init__(self, locate: Locate, outlook: Outlook) -> None:
        self._locate = locate
        self._left = SECONDS_AHEAD
        self.outlook = outlook

    async def places(self, kind: Kind, rows: Sequence[ReadRow]) -> Mapping[str, Point] | None:
        """The points of the rows' addresses; None when they are not looked up now."""
        sound = [row for row in rows if not row.errors]
        count = sum(bool(unplaced(kind, row.values)) for row in sound)
        self.outlook.rows += count
        over = self._left <= 0 or self.outlook.tried + count > MOST_AHEAD
        if not count or over or self.outlook.ahead != "check":
            return None
        begun = time.monotonic()
        found = await self._locate(addresses_of(kind, sound))
        self._left -= time.monotonic() - begun
        self.outlook.tried += count
        return found


async def nowhere(_: Sequence[str]) -> Mapping[str, Point]:
    """Knows no address."""
    return {}


def address_fields(kind: Kind) -> list[tuple[str, str, str]]:
    """The fields of each address: its text, latitude and longitude."""
    found = []
    for spec in kind.specs:
        start = spec.name.removesuffix("address")
        names = (spec.name, f"{start}lat", f"{start}lon")
        if spec.input == "address" and set(names) <= set(kind.by_name):
            found.append(names)
    return found


def unplaced(kind: Kind, values: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Those of `address_fields` that a row gives without a point."""
    return [
        names
        for names in address_fields(kind)
        if values.get(names[0]) and names[1] not in values and names[2] not in values
    ]


def addresses_of(kind: Kind, rows: Iterable[ReadRow]) -> list[str]:
    """The addresses of some rows that have to be looked up."""
    return list(
        dict.fromkeys(row.values[names[0]] for row in rows for names in unplaced(kind, row.values))
    )

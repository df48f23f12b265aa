"""Addresses in a sheet that come without their point on the map."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

from fleet_app.records.imports.cells import ReadRow
from fleet_app.records.kinds import Kind

Point = tuple[float, float]
Locate = Callable[[Sequence[str]], Awaitable[Mapping[str, Point]]]
"""Finds the points of addresses, latitude first in degrees; those it is not sure of are missing."""


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

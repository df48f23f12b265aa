"""A plan as it is stored: rows of stops and what somebody decided about them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from fleet_app.delivery.models import StopKind
from fleet_app.delivery.stop_refs import StopRef


class PlanStop(msgspec.Struct, frozen=True, omit_defaults=True):
    """A place on a row: where a delivery goes or, with `pickup`, where it is fetched first."""

    delivery_id: int
    locked: bool = False
    pickup: bool = False

    @property
    def id(self) -> str:
        """What the stop is called in the optimiser's problem."""
        return stop_id(self.delivery_id, pickup=self.pickup)

    @property
    def ref(self) -> StopRef:
        """What the stop is called on a route."""
        return StopRef(self.delivery_id, StopKind.PICKUP if self.pickup else StopKind.DELIVERY)


class PlanRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A vehicle, who drives it, and where to. `lock` as in `board.Row`, `pace` as in `paces`."""

    key: str
    vehicle_id: int | None = None
    driver_id: int | None = None
    depot_id: int | None = None
    lock: str = ""
    departs_at: datetime | None = None
    pace: float | None = None
    stops: tuple[PlanStop, ...] = ()

    @property
    def delivery_ids(self) -> list[int]:
        """What it delivers, in driving order."""
        return [stop.delivery_id for stop in self.stops if not stop.pickup]


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """`off` are deliveries that were taken off a row though their route still has them, `left` why
    the optimiser left deliveries out: code and words by id."""

    rows: tuple[PlanRow, ...] = ()
    next_key: int = 1
    off: tuple[int, ...] = ()
    left: dict[str, tuple[str, str]] = {}

    def row(self, key: str) -> PlanRow | None:
        """The row of this key."""
        return next((row for row in self.rows if row.key == key), None)

    def row_of(self, delivery_id: int) -> PlanRow | None:
        """The row that a delivery is on."""
        return next((row for row in self.rows if delivery_id in row.delivery_ids), None)

    @property
    def planned(self) -> set[int]:
        """Every delivery that is on a row."""
        return {stop.delivery_id for row in self.rows for stop in row.stops}

    def with_rows(self, *changed: PlanRow) -> Document:
        """With these rows in place of those of the same keys."""
        new = {row.key: row for row in changed}
        return msgspec.structs.replace(self, rows=tuple(new.get(row.key, row) for row in self.rows))

    def with_new(self, row: PlanRow) -> Document:
        """With one more row, whose key this gives."""
        named = msgspec.structs.replace(row, key=str(self.next_key))
        return msgspec.structs.replace(self, rows=(*self.rows, named), next_key=self.next_key + 1)

    def without(self, delivery_ids: Iterable[int]) -> Document:
        """With these deliveries on no row."""
        gone = set(delivery_ids)
        return msgspec.structs.replace(
            self,
            rows=tuple(
                row
                if gone.isdisjoint(stop.delivery_id for stop in row.stops)
                else msgspec.structs.replace(
                    row, stops=tuple(s for s in row.stops if s.delivery_id not in gone)
                )
                for row in self.rows
            ),
        )


Parts = dict[str, Any]
"""The parts of a document that differ from another's; a row that is not there is None."""


def stop_id(delivery_id: int, *, pickup: bool = False) -> str:
    """What a stop is called in the optimiser's problem."""
    return f"p{delivery_id}" if pickup else str(delivery_id)


def stop_of(identifier: str) -> PlanStop:
    """The stop that is called so. Raises ValueError for anything else."""
    return PlanStop(int(identifier.removeprefix("p")), pickup=identifier.startswith("p"))


def stops_of(identifiers: Sequence[str], locked: Iterable[PlanStop] = ()) -> tuple[PlanStop, ...]:
    """The stops that are called so; those that were locked stay locked."""
    kept = {stop.id: stop for stop in locked if stop.locked}
    return tuple(kept.get(one) or stop_of(one) for one in identifiers)


def read(stored: Mapping[str, Any]) -> Document:
    """A document as the database keeps it."""
    return msgspec.convert(stored, Document)


def written(document: Document) -> dict[str, Any]:
    """A document for the database."""
    plain: dict[str, Any] = msgspec.to_builtins(document)
    return plain


def parts(of: Document, against: Document) -> Parts:
    """What `of` has otherwise than `against`."""
    mine, other = written(of), written(against)
    found = {name: mine[name] for name in ("next_key", "off", "left") if mine[name] != other[name]}
    here, there = _by_key(mine), _by_key(other)
    rows = {
        key: here.get(key) for key in {**here, **there} if here.get(key) != there.get(key)
    }  # fmt: skip
    if rows:
        found["rows"] = rows
    if list(here) != list(there):
        found["order"] = list(here)
    return found


def patched(document: Document, change: Mapping[str, Any]) -> Document:
    """The document with those parts in place of its own."""
    plain = written(document)
    rows = _by_key(plain) | dict(change.get("rows", {}))
    order = change.get("order", list(_by_key(plain)))
    scalars = {name: change[name] for name in ("next_key", "off", "left") if name in change}
    return read(plain | scalars | {"rows": [rows[key] for key in order if rows.get(key)]})


def _by_key(plain: Mapping[str, Any]) -> dict[str, Any]:
    return {row["key"]: row for row in plain["rows"]}

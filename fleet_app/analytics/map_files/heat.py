"""Where much happens: facts or fixes of a period, counted in cells of about a hundred metres."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Float,
    Select,
    Subquery,
    cast,
    column,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    table,
)  # fmt: skip
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.fleet.models import Vehicle
from fleet_app.kernel.errors import InvalidInput
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.models import QuarantineReason
from fleet_app.location.past.models import StoredFact

CELL_DEGREES = 0.0009
"""About 100 m from south to north; east to west it is as many degrees more as it takes."""
MOST_CELLS = 6_000
"""Those with the most; the rest would not show."""
MOST_ROWS = 2_000_000
"""Facts or fixes that one map counts: seconds of the database's time."""
_FOREVER: ColumnElement[Any] = literal_column("'infinity'::timestamptz")
_FIXES = table(
    "location_events", column("vehicle_id"), column("recorded_at"), column("lat"), column("lon")
)
_HELD = table(
    "quarantined_fixes", column("vehicle_id"), column("recorded_at"), column("reason")
)  # fmt: skip


class What(StrEnum):
    """What is counted."""

    STOPS = "stops"
    FIXES = "fixes"
    SPEEDING = "speeding"
    HARSH = "harsh"


_KINDS = {
    What.STOPS: FactKind.STOP,
    What.SPEEDING: FactKind.SPEEDING,
    What.HARSH: FactKind.HARSH,
}


class HeatQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What to count, of which fleet (None for all) and vehicles (none for all of the fleet)."""

    what: What
    fleet_id: int | None
    vehicle_ids: tuple[int, ...]
    since: datetime
    until: datetime


class Cell(msgspec.Struct, frozen=True):
    """The middle of what happened in a cell, and how much: seconds of stops, else a number."""

    lat: float
    lon: float
    weight: float


class Heat(msgspec.Struct, frozen=True):
    """The cells with the most, the first has most of all; and sums over all cells."""

    cells: Sequence[Cell]
    count: int
    weight: float


async def heat_of(session: AsyncSession, query: HeatQuery, now: datetime) -> Heat:
    """Counted by the database. Raises `InvalidInput` for more than it may count."""
    source = _fixes(query) if query.what is What.FIXES else _facts(query, now)
    bounded = source.limit(MOST_ROWS + 1).subquery()
    rows = (await (await session.connection()).execute(_grid(bounded))).all()
    count, weight = (int(rows[0].every), float(rows[0].total)) if rows else (0, 0.0)
    if count > MOST_ROWS:
        raise InvalidInput(
            "That is too much for one map",
            fields={"to": "choose a shorter period or fewer vehicles"},
        )
    return Heat([Cell(row.lat, row.lon, float(row.weight)) for row in rows], count, weight)


def _grid(source: Subquery) -> Select[Any]:
    # Written out: an expression with parameters would not be the same one to the server when
    # it comes again in GROUP BY.
    step: ColumnElement[Any] = literal_column(str(CELL_DEGREES), Float)
    row = func.floor(source.c.lat / step)
    # As many cells fit around the earth as its circumference at the row's latitude allows.
    narrow = func.cos(func.radians(row * step))
    across = func.floor(source.c.lon * narrow / step)
    weight = func.sum(source.c.weight)
    found = select(
        func.avg(source.c.lat).label("lat"),
        func.avg(source.c.lon).label("lon"),
        weight.label("weight"),
        func.sum(weight).over().label("total"),
        func.sum(func.count()).over().label("every"),
    )
    return found.group_by(row, across).order_by(weight.desc(), row, across).limit(MOST_CELLS)


def _facts(query: HeatQuery, now: datetime) -> Select[Any]:
    fact = StoredFact
    weight: ColumnElement[Any] = literal(1.0, Float)
    if query.what is What.STOPS:
        ended = func.least(func.coalesce(col(fact.ended_at), now), query.until)
        lasted = func.extract("epoch", ended - func.greatest(col(fact.started_at), query.since))
        weight = func.greatest(cast(lasted, Float), 0.0)
    found = select(col(fact.lat), col(fact.lon), weight.label("weight")).where(
        col(fact.kind) == _KINDS[query.what],
        col(fact.withdrawn_at).is_(None),
        col(fact.started_at) < query.until,
        func.coalesce(col(fact.ended_at), query.until) >= query.since,
    )
    if query.what is not What.STOPS:
        found = found.where(col(fact.started_at) >= query.since)
    if query.fleet_id is not None:
        found = found.where(col(fact.fleet_id) == query.fleet_id)
    if query.vehicle_ids:
        found = found.where(col(fact.vehicle_id).in_(query.vehicle_ids))
    return _acts(found) if query.what is What.SPEEDING else found


def _acts(found: Select[Any]) -> Select[Any]:
    """Facts that begin while no other goes on: limits broken at the same time are one act."""
    fact = StoredFact
    until = func.max(func.coalesce(col(fact.ended_at), _FOREVER)).over(
        partition_by=col(fact.vehicle_id),
        order_by=(col(fact.started_at), col(fact.id)),
        rows=(None, -1),
    )
    each = found.add_columns(col(fact.started_at), until.label("until")).subquery().c
    is_first = or_(each.until.is_(None), each.until < each.started_at)
    return select(each.lat, each.lon, each.weight).where(is_first)


def _fixes(query: HeatQuery) -> Select[Any]:
    """Believed fixes only."""
    fix = _FIXES.c
    held = exists().where(
        _HELD.c.vehicle_id == fix.vehicle_id,
        _HELD.c.recorded_at == fix.recorded_at,
        _HELD.c.reason == QuarantineReason.IMPOSSIBLE_JUMP.value,
    )
    found = select(fix.lat, fix.lon, literal(1.0, Float).label("weight")).where(
        fix.recorded_at >= query.since, fix.recorded_at < query.until, ~held
    )
    if query.vehicle_ids:
        return found.where(fix.vehicle_id.in_(query.vehicle_ids))
    if query.fleet_id is not None:
        own = select(col(Vehicle.id)).where(col(Vehicle.fleet_id) == query.fleet_id)
        return found.where(fix.vehicle_id.in_(own))
    return found

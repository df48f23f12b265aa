"""SQL over stored facts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    CompoundSelect,
    DateTime,
    Select,
    cast,
    column,
    func,
    literal_column,
    or_,
    true,
    tuple_,
    union_all,
)
from sqlalchemy import select as columns
from sqlalchemy.orm import defer
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.fleet.models import Driver, Fleet, Vehicle
from fleet_app.kernel.clock import to_ms
from fleet_app.kernel.cursors import Position
from fleet_app.location.geofences.models import Geofence
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.past.models import (
    FLEET_SPAN,
    TIME_SPAN,
    JourneyCursor,
    JourneyMark,
    StoredFact,
)
from fleet_app.location.past.query import PastQuery

GEOFENCE = "geofence:"
"""Begins the subject of a visit; the geofence's id follows."""
UNCLEAR = timedelta(minutes=10)
"""After its first fixes it takes minutes until a vehicle is known to stand or to drive."""
Moment = tuple[int, datetime]
"""A vehicle, and when."""


class PastRepository:
    """Facts that hold, in the caller's transaction. A withdrawn fact is never there."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def facts(
        self,
        query: PastQuery,
        conditions: Sequence[ColumnElement[bool]],
        below: Position | None,
        limit: int,
        *,
        fleet_id: int | None = None,
    ) -> list[StoredFact]:
        """At most `limit`, those that began last first, without their paths.

        `fleet_id` helps to find what was going on when the period began.
        """
        fact = StoredFact
        ids = ids_of(query, conditions, below, limit, fleet_id)
        found = select(fact).where(col(fact.id).in_(columns(ids.subquery().c.id)))
        found = found.order_by(col(fact.started_at).desc(), col(fact.id).desc()).limit(limit)
        found = found.options(defer(fact.path), defer(fact.path_times))  # type: ignore[arg-type]
        return list(await self._session.exec(found))

    async def unclear(self, query: PastQuery, fleet_id: int | None, now: datetime) -> bool:
        """Whether fixes of the period are at hand of which nobody knows yet what they mean."""
        end_ms = to_ms(min(query.until or now, now))
        start_ms = 0 if query.since is None else to_ms(query.since)
        fresh_ms = max(start_ms, to_ms(now - UNCLEAR))
        mark, cursor = JourneyMark, JourneyCursor
        waits = columns(true()).where(*_of(mark, query, fleet_id), col(mark.from_ms) < end_ms)
        begun = col(cursor.at_ms).between(fresh_ms, end_ms)
        goes_on = columns(true()).where(
            *_of(cursor, query, fleet_id), or_(col(cursor.pending_ms) < end_ms, begun)
        )
        connection = await self._session.connection()
        found = await connection.execute(columns(or_(waits.exists(), goes_on.exists())))
        return bool(found.scalar())

    async def fact(
        self, identifier: int, conditions: Sequence[ColumnElement[bool]]
    ) -> StoredFact | None:
        """One, with its path."""
        fact = StoredFact
        query = select(fact).where(col(fact.id) == identifier, *conditions)
        return (await self._session.exec(query.where(col(fact.withdrawn_at).is_(None)))).first()

    async def drove(self, driver_id: int, vehicle_id: int) -> bool:
        """Whether anything is known of a driver in a vehicle."""
        query = select(StoredFact.id).where(
            StoredFact.driver_id == driver_id,
            StoredFact.vehicle_id == vehicle_id,
            col(StoredFact.withdrawn_at).is_(None),
        )
        return (await self._session.exec(query.limit(1))).first() is not None

    async def vehicles(self, ids: Sequence[int]) -> list[Vehicle]:
        """Vehicles of any fleet, also deleted ones: their past remains."""
        return list(await self._session.exec(select(Vehicle).where(col(Vehicle.id).in_(ids))))

    async def movement(self, fleet_id: int) -> dict[str, Any]:
        """How a fleet's rules differ from the usual ones."""
        query = select(Fleet.movement).where(Fleet.id == fleet_id)
        return dict((await self._session.exec(query)).first() or {})

    async def names(self, facts: Sequence[StoredFact]) -> tuple[dict[int, str], dict[int, str]]:
        """What the vehicles and the drivers of some facts are called."""
        vehicles = {fact.vehicle_id for fact in facts}
        drivers = {fact.driver_id for fact in facts} - {None}
        return await self._called(Vehicle, vehicles), await self._called(Driver, drivers)

    async def stops_at(self, moments: Collection[Moment]) -> dict[Moment, tuple[float, float]]:
        """Where the vehicles stood whose stops begin or end at just these moments."""
        if not moments:
            return {}
        rows = await (await self._session.connection()).execute(_stops_at(list(moments)))
        return {(row.vehicle_id, row.at): (row.lat, row.lon) for row in rows}

    async def geofences(self, subjects: Collection[str]) -> dict[str, str]:
        """What the geofences are called that are subjects of visits, also deleted ones."""
        ids = {int(one.removeprefix(GEOFENCE)) for one in subjects if one.startswith(GEOFENCE)}
        return {
            f"{GEOFENCE}{one}": name for one, name in (await self._called(Geofence, ids)).items()
        }

    async def _called(self, model: Any, ids: set[Any]) -> dict[int, str]:
        if not ids:
            return {}
        return dict((await self._session.exec(
            select(model.id, model.name).where(col(model.id).in_(ids)))).all())  # fmt: skip


def ids_of(
    query: PastQuery,
    conditions: Sequence[ColumnElement[bool]],
    below: Position | None,
    limit: int,
    fleet_id: int | None = None,
) -> CompoundSelect[Any]:
    """The ids of facts that fit, at least the `limit` that began last."""
    fact = StoredFact
    wanted = [*_asked(query), *conditions, col(fact.withdrawn_at).is_(None)]
    if below is not None:
        newest = tuple_(col(fact.started_at), col(fact.id))
        wanted.append(newest < tuple_(below.moment, below.key))
    begun = [] if query.since is None else [col(fact.started_at) >= query.since]
    parts = [_newest(kind, [*wanted, *begun], limit) for kind in query.kinds or FactKind]
    if query.since is not None:
        parts.append(_going_on(query.since, query.kinds, fleet_id, wanted, limit))
    return union_all(*parts)


def _of(
    model: type[JourneyMark | JourneyCursor], query: PastQuery, fleet_id: int | None
) -> list[ColumnElement[bool]]:
    """The vehicles that are asked for."""
    own = [] if fleet_id is None else [col(model.fleet_id) == fleet_id]
    return own + ([col(model.vehicle_id).in_(query.vehicle_ids)] if query.vehicle_ids else [])


def _stops_at(moments: Sequence[Moment]) -> Select[Any]:
    """Of each vehicle the stop that began last at that moment, if that is when it began or ended:
    the index of a vehicle's facts finds it at once, however long it lasted."""
    stop = StoredFact
    vehicles, times = zip(*moments, strict=True)
    asked = func.unnest(
        cast(list(vehicles), ARRAY(BigInteger)), cast(list(times), ARRAY(DateTime(timezone=True)))
    ).table_valued(column("vehicle_id", BigInteger), column("at", DateTime(timezone=True)))
    asked = asked.render_derived(name="asked")
    last = columns(col(stop.started_at), col(stop.ended_at), col(stop.lat), col(stop.lon)).where(
        col(stop.vehicle_id) == asked.c.vehicle_id, col(stop.kind) == FactKind.STOP,
        col(stop.withdrawn_at).is_(None), col(stop.started_at) <= asked.c.at,
    )  # fmt: skip
    found = last.order_by(col(stop.started_at).desc()).limit(1).lateral("found")
    meets = or_(found.c.started_at == asked.c.at, found.c.ended_at == asked.c.at)
    wanted = columns(asked.c.vehicle_id, asked.c.at, found.c.lat, found.c.lon)
    return wanted.select_from(asked.join(found, true())).where(meets)


def _newest(kind: FactKind, wanted: Sequence[ColumnElement[bool]], limit: int) -> Select[Any]:
    """The ids of one kind: the indexes know an order in time within a kind only."""
    fact = StoredFact
    of_kind = columns(col(fact.id)).where(col(fact.kind) == kind, *wanted)
    of_kind = of_kind.order_by(col(fact.started_at).desc(), col(fact.id).desc()).limit(limit)
    return columns(of_kind.subquery().c.id)


def _going_on(
    since: datetime,
    kinds: Sequence[FactKind],
    fleet_id: int | None,
    wanted: Sequence[ColumnElement[bool]],
    limit: int,
) -> Select[Any]:
    """The ids of what began before `since` and was not over then. What takes no time is never
    going on: it belongs to the period in which it happens."""
    fact, mine = StoredFact, list(wanted)
    moment = cast(since, DateTime(timezone=True))
    mine += [literal_column(TIME_SPAN).bool_op("@>")(moment), col(fact.started_at) < since]
    if fleet_id is not None:
        mine.append(literal_column(FLEET_SPAN).bool_op("@>")(cast(fleet_id, BigInteger)))
    if kinds:
        mine.append(col(fact.kind).in_(kinds))
    found = columns(col(fact.id)).where(*mine)
    found = found.order_by(col(fact.started_at).desc(), col(fact.id).desc()).limit(limit)
    return columns(found.subquery().c.id)


def _asked(query: PastQuery) -> list[ColumnElement[bool]]:
    fact = StoredFact
    wanted: list[ColumnElement[bool] | None] = [
        col(fact.vehicle_id).in_(query.vehicle_ids) if query.vehicle_ids else None,
        None if query.driver_id is None else col(fact.driver_id) == query.driver_id,
        None if query.until is None else col(fact.started_at) < query.until,
        col(fact.subject) == query.subject if query.subject else None,
    ]
    return [one for one in wanted if one is not None]

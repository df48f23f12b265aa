"""Stores what came of plans, and corrects it when something is reported or delivered late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, or_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.event_names import DeliveryNews
from fleet_app.delivery.models import (
    DeliveryEvent,
    DeliveryStatus,
    Route,
    RouteStatus,
    RouteStop,
    StopKind,
)
from fleet_app.kernel.clock import from_ms
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.past.models import StoredFact
from fleet_app.outbox.changes import changed
from fleet_app.planning.live.actuals import Actual, Drive, Reported, Stay, actual_of, driven
from fleet_app.planning.live.loading import read_memory
from fleet_app.planning.live.models import LiveRoute
from fleet_app.planning.live.share import Share
from fleet_app.planning.live.storing import ETAS, NEVER

S = DeliveryStatus
_DONE = (S.COMPLETED, S.FAILED)
_FETCHING = (DeliveryNews.PICKED_UP, DeliveryNews.NOT_PICKED_UP)
AT_ONCE = 50
"""Routes of one round; those that have waited longest come first."""
IN_FLIGHT = timedelta(seconds=5)
"""What was received then may be committed only now."""
AROUND = timedelta(hours=2)
"""Before and after what was reported, stays and trips may belong to it."""


async def due(
    session: AsyncSession, share: Share, now: datetime, days: int, most: int = AT_ONCE
) -> list[int]:
    """The routes of these days of which something was reported, or found out, since they were
    settled; so many at most."""
    at = col(LiveRoute.settled_at)
    heard = (
        exists()
        .where(col(RouteStop.route_id) == col(Route.id))
        .where(col(DeliveryEvent.delivery_id) == col(RouteStop.delivery_id))
        .where(col(DeliveryEvent.received_at) > at)
    )
    fact = StoredFact
    found_out = (
        exists()
        .where(col(fact.vehicle_id) == col(Route.vehicle_id))
        .where(col(fact.kind).in_((FactKind.STOP, FactKind.TRIP)))
        .where(col(fact.started_at) > now - timedelta(days=days + 1), col(fact.changed_at) > at)
    )
    query = (
        select(Route.id)
        .join(LiveRoute, col(LiveRoute.route_id) == col(Route.id), isouter=True)
        .where(
            col(Route.status).in_((RouteStatus.STARTED, RouteStatus.COMPLETED)),
            col(Route.deleted_at).is_(None),
            col(Route.date) >= (now - timedelta(days=days)).date(),
            share.where(col(Route.vehicle_id)),
            or_(at.is_(None), col(Route.updated_at) > at, heard, found_out),
        )
        .order_by(at.asc().nulls_first(), col(Route.id))
        .limit(most)
    )
    return [route_id or 0 for route_id in await session.exec(query)]


async def settle(session: AsyncSession, route: Route, now: datetime) -> None:
    """Write what came of a route, as far as is known now."""
    await _settled(session, route, now)  # the memory is locked first, as when that is stored
    stops = select(RouteStop).where(RouteStop.route_id == route.id)
    rows = list(await session.exec(stops.order_by(col(RouteStop.position))))
    events = await _events(session, route, rows)
    live = await session.get(LiveRoute, route.id)
    reported = _reported(rows, events, live)
    began = _began(events, route)
    times = [event.occurred_at for event in events] or [began]
    stays, drives = await _facts(session, route, min(times) - AROUND, max(times) + AROUND)
    found = actual_of(began, reported, stays, drives)
    touched = [_write(row, found.get(row.id or 0, Actual())) for row in rows]
    if any([*touched, _write_route(route, began, list(found.values()), drives)]):
        session.add_all([*rows, route])
        changed(session, route.fleet_id, ETAS, [route.id or 0])


async def _events(
    session: AsyncSession, route: Route, rows: Sequence[RouteStop]
) -> list[DeliveryEvent]:
    """What was reported on this route, in the order in which it happened."""
    ids = [row.delivery_id for row in rows if row.delivery_id is not None]
    query = select(DeliveryEvent).where(col(DeliveryEvent.delivery_id).in_(ids))
    found = await session.exec(query.order_by(col(DeliveryEvent.occurred_at)))
    return [event for event in found if event.data.get("route_id") == route.id]


def _reported(
    rows: Sequence[RouteStop], events: Sequence[DeliveryEvent], live: LiveRoute | None
) -> list[Reported]:
    memory = read_memory(live.memory if live else {})
    found = []
    for row in rows:
        seen = memory.visits.get(row.id or 0)
        if row.kind is StopKind.PICKUP:
            found.append(_fetched(row, events, seen))
            continue
        own = [event for event in events if event.delivery_id == row.delivery_id]
        done = [event.occurred_at for event in own if event.to_status in _DONE]
        arrived = [event.occurred_at for event in own if event.to_status is S.ARRIVED]
        is_back = bool(own) and own[-1].event_type == "delivery.reopened"
        found.append(
            Reported(
                id=row.id or 0, lat=row.lat, lon=row.lon,
                arrived=arrived[-1] if arrived else None,
                done=done[-1] if done and not is_back else None,
                seen=_span(seen),
            )
        )  # fmt: skip
    return found


def _fetched(
    row: RouteStop, events: Sequence[DeliveryEvent], seen: tuple[float, float] | None
) -> Reported:
    """What was said of a pickup; where nobody said anything, the vehicle's having been there."""
    own = [
        event
        for event in events
        if event.delivery_id == row.delivery_id and event.event_type in _FETCHING
    ]
    if own:
        is_made = own[-1].event_type == DeliveryNews.PICKED_UP
        done = own[-1].occurred_at if is_made else None
    else:
        done = None if seen is None else _moment(seen[1])
    return Reported(id=row.id or 0, lat=row.lat, lon=row.lon, done=done, seen=_span(seen))


def _span(seen: tuple[float, float] | None) -> tuple[datetime, datetime] | None:
    return None if seen is None else (_moment(seen[0]), _moment(seen[1]))


def _moment(seconds: float) -> datetime:
    return from_ms(round(seconds * 1000))


def _began(events: Sequence[DeliveryEvent], route: Route) -> datetime:
    left = [event.occurred_at for event in events if event.to_status is S.OUT_FOR_DELIVERY]
    return min(left, default=route.starts_at or route.updated_at)


async def _facts(
    session: AsyncSession, route: Route, since: datetime, until: datetime
) -> tuple[list[Stay], list[Drive]]:
    fact = StoredFact
    query = select(fact).where(
        col(fact.vehicle_id) == route.vehicle_id,
        col(fact.kind).in_((FactKind.STOP, FactKind.TRIP)),
        col(fact.withdrawn_at).is_(None),
        col(fact.started_at) < until,
        or_(col(fact.ended_at).is_(None), col(fact.ended_at) > since),
    )
    stays, drives = [], []
    for one in await session.exec(query.order_by(col(fact.started_at))):
        if one.kind is FactKind.STOP:
            stays.append(Stay(one.lat, one.lon, one.started_at, one.ended_at))
        elif one.ended_at is not None:
            drives.append(Drive(one.started_at, one.ended_at, one.distance_m))
    return stays, drives


def _write(row: RouteStop, actual: Actual) -> bool:
    """Whether something of it is new."""
    values = {
        "actual_arrival": actual.arrival, "actual_departure": actual.departure,
        "actual_drive_s": actual.drive_s, "actual_distance_m": actual.distance_m,
    }  # fmt: skip
    return _set(row, values)


def _write_route(
    route: Route, began: datetime, actuals: Sequence[Actual], drives: Sequence[Drive]
) -> bool:
    """From setting off to coming back, which is the end of the last trip of a completed route."""
    first = next((drive.began for drive in drives if drive.ended > began), began)
    times = [one.departure or one.arrival for one in actuals]
    last = max((time for time in times if time is not None), default=None)
    until, back = last, None
    if route.status == RouteStatus.COMPLETED and last is not None:
        home = [drive.ended for drive in drives if last <= drive.ended <= route.updated_at]
        back = until = max(home, default=last)
    way = driven(drives, max(first, began), until) if until is not None else (None, None)
    values = {
        "actual_departure": max(first, began) if actuals else None, "actual_arrival": back,
        "actual_drive_s": way[0], "actual_distance_m": way[1],
    }  # fmt: skip
    return _set(route, values)


def _set(row: Any, values: dict[str, Any]) -> bool:
    new = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in new.items():
        setattr(row, name, value)
    return bool(new)


async def _settled(session: AsyncSession, route: Route, now: datetime) -> None:
    at = now - IN_FLIGHT
    row = {"route_id": route.id, "fleet_id": route.fleet_id, "saved_at": NEVER, "settled_at": at}
    adding: Any = insert(LiveRoute).values(row | {"memory": {}, "told": {}})
    adding = adding.on_conflict_do_update(index_elements=["route_id"], set_={"settled_at": at})
    await (await session.connection()).execute(adding)

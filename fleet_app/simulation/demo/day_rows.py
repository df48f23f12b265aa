"""What a start writes of the days around today: deliveries, their histories and their stops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.event_names import DeliveryNews
from fleet_app.delivery.models import (
    Delivery,
    DeliveryEvent,
    DeliveryStatus,
    Route,
    RouteStop,
    StopKind,
)
from fleet_app.simulation.demo.bulk import copy_in, update_all
from fleet_app.simulation.demo.company import Company
from fleet_app.simulation.demo.orders import Order
from fleet_app.simulation.demo.shops import HANDING_OVER
from fleet_app.simulation.demo.story import Step, Who

S = DeliveryStatus
_TIMES = ("planned_arrival", "planned_departure", "actual_arrival", "actual_departure")
_OFF_ROUTE = frozenset({S.CREATED, S.RESCHEDULED, S.CANCELLED})
_JUST_BEFORE = 0.5
"""Goods are fetched between the stop before and their own."""


@dataclass
class Work:
    """What one start writes."""

    company: Company
    now: datetime
    routes: dict[str, Route]
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    put_off: list[dict[str, Any]] = field(default_factory=list)
    """Those that were there and have another date now."""
    fetched: list[dict[str, Any]] = field(default_factory=list)
    """Those that were there and whose goods are in the vehicle now."""
    events: list[dict[str, Any]] = field(default_factory=list)
    stops: list[dict[str, Any]] = field(default_factory=list)
    """In any order; `place` is that of the plan."""

    def route_of(self, order: Order) -> Route | None:
        """The route that was made for the order's round."""
        return self.routes.get(order.tour.reference) if order.tour else None


def record(
    work: Work, row: Mapping[str, Any], order: Order, added: Sequence[Step],
    before: DeliveryStatus | None = None,
) -> None:  # fmt: skip
    """The events of these steps, and stops where the delivery joins a route."""
    route = work.route_of(order)
    for step in added:
        if step.to is S.ASSIGNED and route is not None:
            work.stops += _stops(row, order, added, route)
        work.events.append(_event(work, row, step, before, route))
        before = step.to


def route_after(
    work: Work, order: Order, added: Sequence[Step], route_id: int | None
) -> int | None:
    """The route that it is on after these steps."""
    for step in added:
        if step.to is S.ASSIGNED and order.tour is not None:
            route_id = work.routes[order.tour.reference].id
        elif step.to in _OFF_ROUTE:
            route_id = None
    return route_id


def fetched_at(added: Sequence[Step]) -> datetime | None:
    """When its goods were picked up on the way."""
    return next((step.at for step in added if step.fetches), None)


def _stops(
    row: Mapping[str, Any], order: Order, added: Sequence[Step], route: Route
) -> Iterator[dict[str, Any]]:
    """Where it is delivered and, where its goods are with a shop, that before."""
    own = {"route_id": route.id or 0, "delivery_id": row["id"]}
    if row["pickup_lat"] is not None:
        gone = fetched_at(added)
        came = None if gone is None else gone - HANDING_OVER
        yield {**own, "kind": StopKind.PICKUP, "place": order.place - _JUST_BEFORE,
               "lat": row["pickup_lat"], "lon": row["pickup_lon"],
               **_times(order, came, gone, HANDING_OVER)}  # fmt: skip
    came = next((step.at for step in added if step.to is S.ARRIVED), None)
    gone = next((step.at for step in added if step.to in (S.COMPLETED, S.FAILED)), None)
    service = timedelta(minutes=order.wishes["service_minutes"])
    yield {**own, "kind": StopKind.DELIVERY, "place": order.place, "lat": row["lat"],
           "lon": row["lon"], **_times(order, came, gone, service)}  # fmt: skip


def _times(
    order: Order, came: datetime | None, gone: datetime | None, service: timedelta
) -> dict[str, datetime | None]:
    """When the vehicle should have come and gone, and when it did, where that is over."""
    if came is None or gone is None:
        return dict.fromkeys(_TIMES)
    off = timedelta(minutes=(order.number * 37) % 23 - 15)  # most come later than planned
    planned = came + off
    return dict(zip(_TIMES, (planned, planned + service, came, gone), strict=True))


def _event(
    work: Work, row: Mapping[str, Any], step: Step, before: DeliveryStatus | None,
    route: Route | None,
) -> dict[str, Any]:  # fmt: skip
    actor = work.company.actor(step.who, route)
    lat, lon = _where(row, step)
    data: dict[str, Any] = {"note": step.note} if step.note else {}
    if route is not None and step.to is not S.CREATED:
        data |= {"route_id": route.id, "driver_id": route.driver_id, "vehicle_id": route.vehicle_id}
    news = DeliveryNews.PICKED_UP.value if step.fetches else f"delivery.{step.to.value}"
    return {
        "fleet_id": row["fleet_id"], "delivery_id": row["id"],
        "event_type": news, "from_status": before, "to_status": step.to,
        "occurred_at": step.at, "received_at": min(step.at + timedelta(seconds=2), work.now),
        "actor_id": actor.user_id, "actor_name": actor.principal.name,
        "actor_role": actor.role.value, "lat": lat, "lon": lon, "reason": step.reason, "data": data,
    }  # fmt: skip


def _where(row: Mapping[str, Any], step: Step) -> tuple[float | None, float | None]:
    """Where the driver's phone was when it said so."""
    if step.fetches:
        return row["pickup_lat"], row["pickup_lon"]
    if step.who is Who.DRIVER and step.to in (S.ARRIVED, S.COMPLETED, S.FAILED):
        return row["lat"], row["lon"]
    return None, None


async def write(session: AsyncSession, work: Work) -> None:
    """Store everything but the routes."""
    await copy_in(session, Delivery, work.deliveries)
    names = ("status", "status_at", "route_id", "updated_at")
    await update_all(session, Delivery, work.updates, *names)
    await update_all(session, Delivery, work.put_off, "due_on", "window_from", "window_to")
    await update_all(session, Delivery, work.fetched, "picked_up_at")
    await copy_in(
        session, DeliveryEvent, sorted(work.events, key=lambda event: event["occurred_at"])
    )
    await _write_stops(session, work)


async def _write_stops(session: AsyncSession, work: Work) -> None:
    """New stops come after those that are there, in the order of the plan."""
    touched = {stop["route_id"] for stop in work.stops}
    query = select(RouteStop.route_id, RouteStop.position)
    last: dict[int, int] = {}
    for route_id, position in await session.exec(query.where(col(RouteStop.route_id).in_(touched))):
        last[route_id] = max(position, last.get(route_id, 0))
    rows = []
    for stop in sorted(work.stops, key=lambda one: (one["route_id"], one["place"])):
        place = last[stop["route_id"]] = last.get(stop["route_id"], 0) + 1
        known = place if stop["planned_arrival"] else None
        columns = {name: value for name, value in stop.items() if name != "place"}
        rows.append({**columns, "position": place, "planned_position": known})
    await copy_in(session, RouteStop, rows)

"""Deliveries and routes of the days around today: made once, and carried on at every start."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select as sql
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.life import ASSIGNABLE, FINAL, UNDER_WAY
from fleet_app.delivery.models import (
    Customer,
    Delivery,
    DeliveryEvent,
    DeliveryStatus,
    Route,
    RouteCrew,
    RouteStatus,
    RouteStop,
)
from fleet_app.fleet.models import VehicleStatus
from fleet_app.simulation.demo.bulk import copy_in, new_ids, update_all
from fleet_app.simulation.demo.clients import Client
from fleet_app.simulation.demo.company import Company
from fleet_app.simulation.demo.garage import depot_of
from fleet_app.simulation.demo.orders import Order, orders_of
from fleet_app.simulation.demo.rounds import PLANNED_AT, ZONE, Round, moment, rounds_of
from fleet_app.simulation.demo.story import Step, Who, what_follows

S = DeliveryStatus
PAST, COMING = 14, 3
"""Days before and after today that have deliveries."""
Known = list[tuple[DeliveryStatus, datetime]]
_OFF_ROUTE = frozenset({S.CREATED, S.RESCHEDULED, S.CANCELLED})


@dataclass
class Outcome:
    """What a start added and carried on."""

    deliveries: int = 0
    events: int = 0
    changed: list[int] = field(default_factory=list)
    """Ids of deliveries that were there and have a new status."""


@dataclass
class _Stored:
    """A delivery as the database has it."""

    id: int
    status: DeliveryStatus
    route_id: int | None
    deleted: bool
    lat: float | None
    lon: float | None


@dataclass
class _Work:
    """What one start writes."""

    company: Company
    now: datetime
    routes: dict[str, Route]
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    stops: list[tuple[int, int, Mapping[str, Any]]] = field(default_factory=list)
    """(route, delivery, its place)"""


async def carry_on(
    session: AsyncSession, company: Company, clients: Sequence[Client], now: datetime
) -> Outcome:
    """Add the days that are missing, and bring every day up to `now`.

    What people did stays: a delivery whose life took another way than planned is left alone.
    """
    today = now.astimezone(ZONE).date()
    days = [today + timedelta(days=offset) for offset in range(-PAST, COMING + 1)]
    orders = [order for day in days for order in orders_of(day, clients, company.places)]
    stored = await _stored(session, company.fleet_id, orders)
    seeded = {order.day for order in orders if order.tracking_number in stored}
    work = _Work(company, now, await _routes(session, company, days, now))
    customers = await _customers(session, company.fleet_id)
    fresh = [order for order in orders if order.day not in seeded]
    ids = await new_ids(session, Delivery, len(fresh))
    for id_, order in zip(ids, fresh, strict=True):
        _begin(work, id_, order, clients[order.client], customers)
    await _go_on(session, work, [order for order in orders if order.day in seeded], stored)
    await _write(session, work)
    await _settle_routes(session, work)
    changed = [row["id"] for row in work.updates]
    return Outcome(len(work.deliveries), len(work.events), changed)


async def _stored(
    session: AsyncSession, fleet_id: int, orders: Sequence[Order]
) -> dict[str, _Stored]:
    """The fleet's orders by number; one that is not deleted comes before one that is."""
    numbers = [order.tracking_number for order in orders]
    query = sql(
        col(Delivery.tracking_number), col(Delivery.id), col(Delivery.status),
        col(Delivery.route_id), col(Delivery.deleted_at),
        col(Delivery.lat), col(Delivery.lon),
    ).where(col(Delivery.fleet_id) == fleet_id)  # fmt: skip
    query = query.where(col(Delivery.tracking_number).in_(numbers))
    query = query.order_by(col(Delivery.deleted_at).is_(None))
    connection = await session.connection()
    return {
        row.tracking_number: _Stored(
            row.id, DeliveryStatus(row.status), row.route_id, row.deleted_at is not None,
            row.lat, row.lon,
        )
        for row in await connection.execute(query)
    }  # fmt: skip


async def _customers(session: AsyncSession, fleet_id: int) -> dict[str, Customer]:
    query = select(Customer).where(
        col(Customer.fleet_id) == fleet_id, col(Customer.external_reference).is_not(None)
    )
    return {one.external_reference or "": one for one in await session.exec(query)}


async def _routes(
    session: AsyncSession, company: Company, days: Sequence[dt.date], now: datetime
) -> dict[str, Route]:
    """The rounds of every day that is planned by now; those that nobody deleted."""
    planned = [day for day in days if moment(day, PLANNED_AT) <= now]
    wanted = [tour for day in planned for tour in rounds_of(day)]
    query = select(Route).where(
        col(Route.fleet_id) == company.fleet_id,
        col(Route.external_reference).in_([tour.reference for tour in wanted]),
    )
    found = {one.external_reference or "": one for one in await session.exec(query)}
    today = now.astimezone(ZONE).date()
    missing = [
        tour for tour in wanted
        if tour.reference not in found and _usable(company, tour, today=tour.day == today)
    ]  # fmt: skip
    made = [_route(company, tour, now) for tour in missing]
    session.add_all(made)
    await session.flush()
    session.add_all(
        RouteCrew(route_id=one.id or 0, driver_id=one.driver_id, since=one.created_at)
        for one in made
    )
    found |= {one.external_reference or "": one for one in made}
    return {name: route for name, route in found.items() if route.deleted_at is None}


def _usable(company: Company, tour: Round, *, today: bool) -> bool:
    """Whether the vehicle and the driver are there, and fit to leave when it is today."""
    vehicle, driver = company.vehicles[tour.crew], company.drivers[tour.crew]
    fit = vehicle.status is VehicleStatus.ACTIVE or not today
    return fit and vehicle.deleted_at is None and driver.deleted_at is None


def _route(company: Company, tour: Round, now: datetime) -> Route:
    at = moment(tour.day, PLANNED_AT)
    driver = company.driver_on(tour.crew, tour.day, now)
    return Route(
        fleet_id=company.fleet_id, vehicle_id=company.vehicles[tour.crew].id,
        driver_id=driver.id, depot_id=company.depots[depot_of(tour.crew)].id,
        name=tour.name, date=tour.day, status=RouteStatus.PUBLISHED, starts_at=tour.starts_at,
        external_reference=tour.reference, version=2, created_at=at, updated_at=at,
    )  # fmt: skip


def _begin(
    work: _Work, id_: int, order: Order, client: Client, customers: Mapping[str, Customer]
) -> None:
    """A delivery that is not there yet, with all that has happened to it."""
    customer = customers.get(client.reference)
    alive = customer is not None and customer.deleted_at is None
    has_place = alive and customer is not None and customer.lat is not None
    place = customer if has_place and customer else None
    row = {
        "id": id_, "fleet_id": work.company.fleet_id, "tracking_number": order.tracking_number,
        "external_reference": order.order_number, "due_on": order.day,
        "customer_id": customer.id if alive and customer else None,
        "address": place.address if place else client.place.label,
        "lat": place.lat if place else client.place.lat,
        "lon": place.lon if place else client.place.lon,
        "pickup_depot_id": work.company.depots[depot_of(order.tour.crew if order.tour else 0)].id,
        "priority": order.priority, **order.goods, **order.wishes,
    }  # fmt: skip
    steps = _timely(order, work.now)
    added = what_follows([], _possible(work, order, steps), order.day, work.now)
    _record(work, row, order, added)
    row |= {
        "status": added[-1].to, "status_at": added[-1].at, "version": len(added),
        "route_id": _route_after(work, order, added, None),
        "created_at": added[0].at, "updated_at": added[-1].at,
    }  # fmt: skip
    work.deliveries.append(row)


def _timely(order: Order, now: datetime) -> list[Step]:
    """The steps, the first of them before now: coming days' orders are known already."""
    first, *rest = order.steps
    earlier = now - timedelta(minutes=5 + order.number % 240)
    if first.at <= now:
        return [first, *rest]
    return [Step(first.to, earlier, first.who), *rest]


def _possible(work: _Work, order: Order, steps: list[Step]) -> list[Step]:
    """Without its round, an order waits to be planned by somebody."""
    if order.tour is None or order.tour.reference in work.routes:
        return steps
    return steps[:1]


async def _go_on(
    session: AsyncSession, work: _Work, orders: Iterable[Order], stored: Mapping[str, _Stored]
) -> None:
    """What has happened since the last start to deliveries that are there."""
    today = work.now.astimezone(ZONE).date()
    open_ = {
        one.id: (order, one)
        for order in orders
        if (one := stored.get(order.tracking_number)) is not None
        and not one.deleted and one.status not in FINAL and order.day <= today
    }  # fmt: skip
    known = await _known(session, open_)
    for id_, (order, one) in open_.items():
        if not known.get(id_) or one.lat is None or not _is_ours(work, order, one):
            continue
        steps = _possible(work, order, list(order.steps))
        added = what_follows(known[id_], steps, order.day, work.now)
        if not added:
            continue
        row = {"id": id_, "fleet_id": work.company.fleet_id, "lat": one.lat, "lon": one.lon}
        _record(work, row, order, added, before=one.status)
        work.updates.append({
            "id": id_, "status": added[-1].to, "status_at": added[-1].at, "steps": len(added),
            "route_id": _route_after(work, order, added, one.route_id), "updated_at": work.now,
        })  # fmt: skip


def _is_ours(work: _Work, order: Order, one: _Stored) -> bool:
    """Whether it is where the plan put it, or free to be put there."""
    if one.status in ASSIGNABLE:
        return one.route_id is None
    route = work.routes.get(order.tour.reference) if order.tour else None
    return route is not None and one.route_id == route.id


async def _known(session: AsyncSession, ids: Iterable[int]) -> dict[int, Known]:
    query = select(
        col(DeliveryEvent.delivery_id), col(DeliveryEvent.to_status), col(DeliveryEvent.occurred_at)
    ).where(col(DeliveryEvent.delivery_id).in_(list(ids)))
    found: dict[int, Known] = {}
    ordered = query.order_by(col(DeliveryEvent.occurred_at), col(DeliveryEvent.id))
    for id_, status, at in await session.exec(ordered):
        found.setdefault(id_, []).append((DeliveryStatus(status), at))
    return found


def _record(
    work: _Work, row: Mapping[str, Any], order: Order, added: Sequence[Step],
    before: DeliveryStatus | None = None,
) -> None:  # fmt: skip
    """The events of these steps, and a stop where the delivery joins a route."""
    route = work.routes.get(order.tour.reference) if order.tour else None
    for step in added:
        if step.to is S.ASSIGNED and route is not None:
            work.stops.append((route.id or 0, row["id"], {**row, "place": order.place}))
        work.events.append(_event(work, row, step, before, route))
        before = step.to


def _event(
    work: _Work, row: Mapping[str, Any], step: Step, before: DeliveryStatus | None,
    route: Route | None,
) -> dict[str, Any]:  # fmt: skip
    by_driver = step.who is Who.DRIVER
    actor = work.company.actor(step.who, route)
    at_door = by_driver and step.to in (S.ARRIVED, S.COMPLETED, S.FAILED)
    data: dict[str, Any] = {"note": step.note} if step.note else {}
    if route is not None and step.to is not S.CREATED:
        data |= {"route_id": route.id, "driver_id": route.driver_id, "vehicle_id": route.vehicle_id}
    return {
        "fleet_id": row["fleet_id"], "delivery_id": row["id"],
        "event_type": f"delivery.{step.to.value}", "from_status": before, "to_status": step.to,
        "occurred_at": step.at, "received_at": min(step.at + timedelta(seconds=2), work.now),
        "actor_id": actor.user_id, "actor_name": actor.principal.name,
        "actor_role": actor.role.value, "lat": row["lat"] if at_door else None,
        "lon": row["lon"] if at_door else None, "reason": step.reason, "data": data,
    }  # fmt: skip


def _route_after(
    work: _Work, order: Order, added: Sequence[Step], route_id: int | None
) -> int | None:
    for step in added:
        if step.to is S.ASSIGNED and order.tour is not None:
            route_id = work.routes[order.tour.reference].id
        elif step.to in _OFF_ROUTE:
            route_id = None
    return route_id


async def _write(session: AsyncSession, work: _Work) -> None:
    await copy_in(session, Delivery, work.deliveries)
    names = ("status", "status_at", "route_id", "updated_at")
    await update_all(session, Delivery, work.updates, *names)
    await copy_in(
        session, DeliveryEvent, sorted(work.events, key=lambda event: event["occurred_at"])
    )
    await _write_stops(session, work)


async def _write_stops(session: AsyncSession, work: _Work) -> None:
    """New stops come after those that are there, in the order of the plan."""
    touched = {route_id for route_id, _, _ in work.stops}
    query = select(RouteStop.route_id, RouteStop.position)
    last: dict[int, int] = {}
    for route_id, position in await session.exec(query.where(col(RouteStop.route_id).in_(touched))):
        last[route_id] = max(position, last.get(route_id, 0))
    rows = []
    for route_id, delivery_id, place in sorted(work.stops, key=lambda s: (s[0], s[2]["place"])):
        last[route_id] = last.get(route_id, 0) + 1
        rows.append({"route_id": route_id, "delivery_id": delivery_id, "position": last[route_id],
                     "lat": place["lat"], "lon": place["lon"]})  # fmt: skip
    await copy_in(session, RouteStop, rows)


async def _settle_routes(session: AsyncSession, work: _Work) -> None:
    """Routes whose time has come have started; those without anything left to do are complete."""
    query = select(col(Delivery.route_id)).where(
        col(Delivery.route_id).in_([route.id for route in work.routes.values()]),
        col(Delivery.deleted_at).is_(None),
        col(Delivery.status).in_([S.ASSIGNED, *UNDER_WAY]),
    )
    busy = set(await session.exec(query.distinct()))
    days = {route.date for route in work.routes.values()}
    ends = {tour.reference: tour.ends_at for day in days for tour in rounds_of(day)}
    for name, route in work.routes.items():
        begun = route.starts_at is not None and route.starts_at <= work.now
        if route.status is RouteStatus.PUBLISHED and begun:
            _move(route, RouteStatus.STARTED, route.starts_at or work.now)
        over = name in ends and ends[name] <= work.now and route.id not in busy
        if route.status is RouteStatus.STARTED and over:
            _move(route, RouteStatus.COMPLETED, ends[name])
        session.add(route)
    await session.flush()


def _move(route: Route, to: RouteStatus, at: datetime) -> None:
    route.status, route.version, route.updated_at = to, route.version + 1, at

"""Deliveries of the days around today: made once, and carried on at every start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select as sql
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.life import ASSIGNABLE, FINAL
from fleet_app.delivery.models import Customer, Delivery, DeliveryEvent, DeliveryStatus
from fleet_app.simulation.demo.bulk import new_ids
from fleet_app.simulation.demo.clients import Client
from fleet_app.simulation.demo.company import Company
from fleet_app.simulation.demo.day_routes import routes_of, settle
from fleet_app.simulation.demo.day_rows import Work, fetched_at, record, route_after, write
from fleet_app.simulation.demo.garage import depot_of
from fleet_app.simulation.demo.orders import Order, orders_of
from fleet_app.simulation.demo.rounds import ZONE
from fleet_app.simulation.demo.story import Step, what_follows

S = DeliveryStatus
PAST, COMING = 14, 3
"""Days before and after today that have deliveries."""
Known = list[tuple[DeliveryStatus, datetime]]


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
    status_at: datetime
    route_id: int | None
    deleted: bool
    at: dict[str, float | None]
    """Where it goes, and where its goods are."""


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
    work = Work(company, now, await routes_of(session, company, days, now))
    customers = await _customers(session, company.fleet_id)
    fresh = [order for order in orders if order.day not in seeded]
    ids = await new_ids(session, Delivery, len(fresh))
    for id_, order in zip(ids, fresh, strict=True):
        _begin(work, id_, order, clients, customers)
    await _go_on(session, work, [order for order in orders if order.day in seeded], stored)
    await write(session, work)
    await settle(session, work.routes, now)
    changed = [row["id"] for row in work.updates]
    return Outcome(len(work.deliveries), len(work.events), changed)


async def _stored(
    session: AsyncSession, fleet_id: int, orders: Sequence[Order]
) -> dict[str, _Stored]:
    """The fleet's orders by number; one that is not deleted comes before one that is."""
    numbers = [order.tracking_number for order in orders]
    places = (Delivery.lat, Delivery.lon, Delivery.pickup_lat, Delivery.pickup_lon)
    query = sql(
        col(Delivery.tracking_number), col(Delivery.id), col(Delivery.status),
        col(Delivery.status_at), col(Delivery.route_id), col(Delivery.deleted_at),
        *(col(place) for place in places),
    ).where(col(Delivery.fleet_id) == fleet_id)  # fmt: skip
    query = query.where(col(Delivery.tracking_number).in_(numbers))
    query = query.order_by(col(Delivery.deleted_at).is_(None))
    connection = await session.connection()
    return {
        row.tracking_number: _Stored(
            row.id, DeliveryStatus(row.status), row.status_at, row.route_id,
            row.deleted_at is not None,
            {"lat": row.lat, "lon": row.lon,
             "pickup_lat": row.pickup_lat, "pickup_lon": row.pickup_lon},
        )
        for row in await connection.execute(query)
    }  # fmt: skip


async def _customers(session: AsyncSession, fleet_id: int) -> dict[str, Customer]:
    query = select(Customer).where(
        col(Customer.fleet_id) == fleet_id, col(Customer.external_reference).is_not(None)
    )
    return {one.external_reference or "": one for one in await session.exec(query)}


def _begin(
    work: Work, id_: int, order: Order, clients: Sequence[Client],
    customers: Mapping[str, Customer],
) -> None:  # fmt: skip
    """A delivery that is not there yet, with all that has happened to it."""
    row = {
        "id": id_, "fleet_id": work.company.fleet_id, "tracking_number": order.tracking_number,
        "external_reference": order.order_number, "due_on": order.day,
        **_goes_to(clients[order.client], customers), **_waits_at(work, order, clients),
        "priority": order.priority, **order.goods, **order.wishes,
    }  # fmt: skip
    steps = _timely(order, work.now)
    added = what_follows([], _possible(work, order, steps), order.day, work.now)
    record(work, row, order, added)
    row |= {
        **_standing(added), "version": len(added), "picked_up_at": fetched_at(added),
        "route_id": route_after(work, order, added, None),
        "created_at": added[0].at, "updated_at": added[-1].at, **_new_date(order, added),
    }  # fmt: skip
    work.deliveries.append(row)


def _goes_to(client: Client, customers: Mapping[str, Customer]) -> dict[str, Any]:
    """The customer as the database has it, or else where the map says."""
    customer = customers.get(client.reference)
    if customer is None or customer.deleted_at is not None:
        return {"customer_id": None, "address": client.place.label,
                "lat": client.place.lat, "lon": client.place.lon}  # fmt: skip
    place = client.place if customer.lat is None else customer
    address = client.place.label if customer.lat is None else customer.address
    return {"customer_id": customer.id, "address": address, "lat": place.lat, "lon": place.lon}


def _waits_at(work: Work, order: Order, clients: Sequence[Client]) -> dict[str, Any]:
    """The depot that has the goods, or the shop."""
    if order.shop is None:
        depot = work.company.depots[depot_of(order.tour.crew if order.tour else 0)]
        shop = dict.fromkeys(("pickup_address", "pickup_lat", "pickup_lon"))
        return {"pickup_depot_id": depot.id, **shop}
    seller = clients[order.shop]
    address = f"{seller.name.text}, {seller.place.label}"
    return {"pickup_depot_id": None, "pickup_address": address,
            "pickup_lat": seller.place.lat, "pickup_lon": seller.place.lon}  # fmt: skip


def _standing(added: Sequence[Step]) -> dict[str, Any]:
    """The status that these steps lead to, and since when; {} where they change none."""
    last = next((step for step in reversed(added) if not step.fetches), None)
    return {} if last is None else {"status": last.to, "status_at": last.at}


def _timely(order: Order, now: datetime) -> list[Step]:
    """The steps, the first of them before now: coming days' orders are known already."""
    first, *rest = order.steps
    earlier = now - timedelta(minutes=5 + order.number % 240)
    if first.at <= now:
        return [first, *rest]
    return [Step(first.to, earlier, first.who), *rest]


def _possible(work: Work, order: Order, steps: list[Step]) -> list[Step]:
    """Without its round, an order waits to be planned by somebody."""
    if order.tour is None or order.tour.reference in work.routes:
        return steps
    return steps[:1]


async def _go_on(
    session: AsyncSession, work: Work, orders: Iterable[Order], stored: Mapping[str, _Stored]
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
        if not known.get(id_) or one.at["lat"] is None or not _is_ours(work, order, one):
            continue
        steps = _possible(work, order, _with_goods(order, one))
        if added := what_follows(known[id_], steps, order.day, work.now):
            _add(work, order, one, added)


def _with_goods(order: Order, one: _Stored) -> list[Step]:
    """Nobody fetches what is at a depot now."""
    is_there = one.at["pickup_lat"] is None
    return [step for step in order.steps if not (step.fetches and is_there)]


def _add(work: Work, order: Order, one: _Stored, added: Sequence[Step]) -> None:
    """More steps of a delivery that is there."""
    row = {"id": one.id, "fleet_id": work.company.fleet_id, **one.at}
    record(work, row, order, added, before=one.status)
    work.updates.append({
        "id": one.id, "steps": len(added), "updated_at": work.now, "status": one.status,
        "status_at": one.status_at, **_standing(added),
        "route_id": route_after(work, order, added, one.route_id),
    })  # fmt: skip
    if later := _new_date(order, added):
        work.put_off.append({"id": one.id, "steps": 0, **later})
    if at := fetched_at(added):
        work.fetched.append({"id": one.id, "steps": 0, "picked_up_at": at})


def _new_date(order: Order, added: Sequence[Step]) -> dict[str, Any]:
    """The date and window that the office gave it, if it put it off."""
    return order.put_off_to if any(step.to is S.RESCHEDULED for step in added) else {}


def _is_ours(work: Work, order: Order, one: _Stored) -> bool:
    """Whether it is where the plan put it, or free to be put there."""
    if one.status in ASSIGNABLE:
        return one.route_id is None
    route = work.route_of(order)
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

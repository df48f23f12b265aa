"""The parcel whose tracking link is printed: always on its way, whenever somebody looks."""

from __future__ import annotations

import datetime as dt
from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.models import (
    Customer,
    Delivery,
    DeliveryEvent,
    DeliveryStatus,
    Proof,
    Route,
    RouteCrew,
    RouteStatus,
    RouteStop,
)
from fleet_app.delivery.tracking import token_digest
from fleet_app.simulation import cast
from fleet_app.simulation.demo.company import Company
from fleet_app.simulation.demo.garage import EXPRESS, depot_of
from fleet_app.simulation.demo.rounds import ZONE
from fleet_app.simulation.demo.stock import add, get_or_add
from fleet_app.simulation.demo.story import Who
from fleet_app.simulation.logins import DemoLogins

S = DeliveryStatus
_LIFE = ((S.CREATED, 26.0, Who.SYSTEM), (S.ASSIGNED, 1.5, Who.OFFICE),
         (S.OUT_FOR_DELIVERY, 0.4, Who.DRIVER))  # fmt: skip
"""Status, hours before the first start, and who."""


async def keep_going(
    session: AsyncSession, company: Company, found: DemoLogins, now: datetime
) -> None:
    """Make the parcel, or have it go on today; its link is the one of `found`."""
    delivery = await _delivery(session, company, found, now)
    delivery.tracking_token_hash = token_digest(found.tracking_token)
    today = now.astimezone(ZONE).date()
    if delivery.route_id is None:
        if delivery.status is S.OUT_FOR_DELIVERY:  # nobody took it off
            await _set_out(session, company, delivery, today, now)
    elif delivery.status is S.OUT_FOR_DELIVERY:
        route = await session.get_one(Route, delivery.route_id)
        if route.date != today:
            route.date, route.starts_at = today, now - timedelta(minutes=24)
            delivery.due_on = today
            delivery.window_from, delivery.window_to = _window(now)
    await _remember(session, company, delivery, now)


async def _delivery(
    session: AsyncSession, company: Company, found: DemoLogins, now: datetime
) -> Delivery:
    customer = await _customer(session, company.fleet_id)
    lat, lon = cast.DESTINATION
    early, late = _window(now)
    delivery = Delivery(
        fleet_id=company.fleet_id, customer_id=customer.id, tracking_number=found.tracking_number,
        status=S.OUT_FOR_DELIVERY, address=cast.ADDRESS, lat=lat, lon=lon, version=3,
        status_at=now - timedelta(hours=_LIFE[-1][1]), created_at=now - timedelta(hours=26),
        due_on=now.astimezone(ZONE).date(), window_from=early, window_to=late,
        service_minutes=4.0, weight_kg=6.5, volume_m3=0.03, parcels=2, length_cm=40.0,
        width_cm=30.0, height_cm=25.0, instructions="Ring twice", contact_name=cast.CLIENT,
        contact_phone="+358 50 555 0900", external_reference="SO-200417",
        required_proof=[Proof.SIGNATURE.value],
        pickup_depot_id=company.depots[depot_of(EXPRESS)].id,
    )  # fmt: skip
    return await get_or_add(session, delivery, "tracking_number")


async def _customer(session: AsyncSession, fleet_id: int) -> Customer:
    lat, lon = cast.DESTINATION
    mail = f"hello@aamu.{cast.DOMAIN}"
    customer = Customer(
        fleet_id=fleet_id, name=cast.CUSTOMER, email=mail, address=cast.ADDRESS, lat=lat, lon=lon,
        phone="+358 50 555 0900", contacts=[{"name": cast.CLIENT, "phone": "+358 50 555 0900",
                                             "email": mail}],
        language="fi", preferred_windows="Mon-Fri 07:00-11:00", external_reference="C-1000",
    )  # fmt: skip
    return await get_or_add(session, customer, "fleet_id", "email")


async def _set_out(
    session: AsyncSession, company: Company, delivery: Delivery, today: dt.date, now: datetime
) -> None:
    route = await add(session, Route(
        fleet_id=company.fleet_id, vehicle_id=company.vehicles[EXPRESS].id,
        driver_id=company.drivers[EXPRESS].id, depot_id=company.depots[depot_of(EXPRESS)].id,
        name="Express 1", date=today, status=RouteStatus.STARTED,
        starts_at=now - timedelta(minutes=24), version=3,
    ))  # fmt: skip
    delivery.route_id = route.id
    stop = RouteStop(route_id=route.id or 0, delivery_id=delivery.id, position=1,
                     lat=delivery.lat or 0.0, lon=delivery.lon or 0.0)  # fmt: skip
    await add(session, stop)
    told = now - timedelta(hours=_LIFE[1][1])
    await add(session, RouteCrew(route_id=route.id or 0, driver_id=route.driver_id, since=told))


async def _remember(
    session: AsyncSession, company: Company, delivery: Delivery, now: datetime
) -> None:
    """Its history, when it has none yet."""
    query = select(DeliveryEvent.id).where(col(DeliveryEvent.delivery_id) == delivery.id)
    if (await session.exec(query)).first() is not None or delivery.status is not S.OUT_FOR_DELIVERY:
        return
    route = await session.get(Route, delivery.route_id) if delivery.route_id else None
    before: DeliveryStatus | None = None
    for status, hours, who in _LIFE:
        actor, at = company.actor(who, route), now - timedelta(hours=hours)
        session.add(DeliveryEvent(
            fleet_id=company.fleet_id, delivery_id=delivery.id or 0,
            event_type=f"delivery.{status.value}", from_status=before, to_status=status,
            occurred_at=at, received_at=at, actor_id=actor.user_id,
            actor_name=actor.principal.name, actor_role=actor.role.value,
            data={} if route is None or before is None else {
                "route_id": route.id, "driver_id": route.driver_id, "vehicle_id": route.vehicle_id,
            },
        ))  # fmt: skip
        before = status
    delivery.status_at = now - timedelta(hours=_LIFE[-1][1])
    session.add(delivery)
    await session.flush()


def _window(now: datetime) -> tuple[datetime, datetime]:
    hour = now.replace(minute=0, second=0, microsecond=0)
    return hour - timedelta(hours=1), hour + timedelta(hours=3)

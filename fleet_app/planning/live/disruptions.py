"""Which domain events are disruptions that something can be done about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.event_names import DeliveryNews
from fleet_app.delivery.going import going
from fleet_app.delivery.life import ASSIGNABLE
from fleet_app.delivery.models import Delivery, Priority, Route, RouteStatus
from fleet_app.delivery.tours import day_in
from fleet_app.fleet.models import Fleet, Vehicle, VehicleStatus
from fleet_app.fleet.service_status import SERVICE_CHANGED
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.events import DomainEvent
from fleet_app.planning.live.models import Suggestion
from fleet_app.planning.live.offers import KEPT, Disruption, Kind, Status
from fleet_app.planning.ports import Work

_SEEN = (Status.OPEN.value, Status.DISMISSED.value, Status.ACCEPTED.value, Status.UNDONE.value)
"""Offers that nothing has overtaken."""
_DECLINED = (Status.DISMISSED.value, Status.UNDONE.value)


async def disruption_of(work: Work, event: DomainEvent) -> Disruption | None:
    """The disruption that an event tells; None for what is none, or concerns no route that is
    being driven."""
    number = event.subject.partition(":")[2]
    if event.fleet_id is None or not number.isdigit():
        return None
    about = int(number)
    async with work() as session:
        if event.type == "route.delayed":
            told = Disruption(event.fleet_id, Kind.BIG_DELAY, about)
            is_late = bool(event.data.get("late_stops"))
            return told if is_late and not await _known(session, told, _DECLINED) else None
        if event.type == "vehicle.offline":
            told = Disruption(event.fleet_id, Kind.VEHICLE_DOWN, about)
            drives = not event.data.get("late") and await _drives(session, about)
            return told if drives and not await _known(session, told, _DECLINED) else None
        if event.type == SERVICE_CHANGED:
            out = await _is_out_with_a_route(session, about)
            return Disruption(event.fleet_id, Kind.VEHICLE_DOWN, about) if out else None
        told = Disruption(event.fleet_id, Kind.URGENT_ORDER, about)
        is_first = event.type == DeliveryNews.CREATED
        if await _is_urgent_today(session, about) and (is_first or not await _known(session, told)):
            return told
    return None


async def _drives(session: AsyncSession, vehicle_id: int) -> bool:
    return await _is_any(
        session, col(Route.vehicle_id) == vehicle_id, col(Route.status) == RouteStatus.STARTED
    )


async def _is_out_with_a_route(session: AsyncSession, vehicle_id: int) -> bool:
    """A vehicle that is still in the workshop, or retired, though drivers count on it now."""
    vehicle = await session.get(Vehicle, vehicle_id)
    if vehicle is None or vehicle.deleted_at or vehicle.status == VehicleStatus.ACTIVE:
        return False
    today, now = await _today(session, vehicle.fleet_id)
    return await _is_any(session, col(Route.vehicle_id) == vehicle_id, going(today, now))


async def _is_urgent_today(session: AsyncSession, delivery_id: int) -> bool:
    """An urgent order that nobody has yet, for today or for a day whose routes are driven."""
    delivery = await session.get(Delivery, delivery_id)
    if delivery is None or delivery.priority is not Priority.URGENT or delivery.route_id:
        return False
    if delivery.deleted_at or delivery.status not in ASSIGNABLE:
        return False
    today, now = await _today(session, delivery.fleet_id)
    driven = (
        col(Route.fleet_id) == delivery.fleet_id, going(today, now),
        col(Route.status) == RouteStatus.STARTED,
    )  # fmt: skip
    if delivery.due_on in (None, today):
        return await _is_any(session, *driven)
    return await _is_any(session, *driven, col(Route.date) == delivery.due_on)


async def _known(session: AsyncSession, told: Disruption, states: Sequence[str] = _SEEN) -> bool:
    """Whether somebody has been offered something about it of late: who takes the order off its
    route after that, or takes the offer back, means to."""
    query = select(func.count()).where(
        Suggestion.fleet_id == told.fleet_id, Suggestion.kind == told.kind.value,
        Suggestion.subject == told.subject, col(Suggestion.status).in_(states),
        func.coalesce(Suggestion.decided_at, Suggestion.made_at) > utc_now() - KEPT,
    )  # fmt: skip
    return bool((await session.exec(query)).one())


async def _today(session: AsyncSession, fleet_id: int) -> tuple[dt.date, dt.datetime]:
    fleet, now = await session.get_one(Fleet, fleet_id), utc_now()
    return day_in(fleet.time_zone, now), now


async def _is_any(session: AsyncSession, *conditions: Any) -> bool:
    query = select(func.count()).where(col(Route.deleted_at).is_(None), *conditions)
    return bool((await session.exec(query)).one())

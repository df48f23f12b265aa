"""Ending offers that events have overtaken: the vehicle is back, or a route of theirs is over or
not to be driven any more."""

from __future__ import annotations

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.fleet.models import Vehicle, VehicleStatus
from fleet_app.fleet.service_status import SERVICE_CHANGED
from fleet_app.kernel.events import DomainEvent
from fleet_app.outbox.changes import changed
from fleet_app.planning.live.models import Suggestion
from fleet_app.planning.live.offers import SUGGESTIONS, Kind, Status

BACK = ("vehicle.online", SERVICE_CHANGED)
OVER = ("route.completed", "route.removed", "route.recalled")


async def close(session: AsyncSession, event: DomainEvent) -> None:
    """End what does not hold any more after an event, and have screens read what can be taken back
    again. May be repeated."""
    number = event.subject.partition(":")[2]
    if event.fleet_id is None or not number.isdigit():
        return
    if event.type in OVER:
        found = await _of_route(session, event.fleet_id, number)
    elif event.type in BACK and await _is_back(session, event, int(number)):
        found = await _of_vehicle(session, event.fleet_id, number)
    else:
        return
    for one in found:
        if one.status == Status.OPEN:
            one.status = Status.EXPIRED.value
            session.add(one)
    if found:
        changed(session, event.fleet_id, SUGGESTIONS, [one.id or 0 for one in found])


async def _is_back(session: AsyncSession, event: DomainEvent, vehicle_id: int) -> bool:
    """Whether it can drive: one in the workshop may well be heard."""
    vehicle = await session.get(Vehicle, vehicle_id)
    is_past = bool(event.data.get("late"))
    return vehicle is not None and vehicle.status == VehicleStatus.ACTIVE and not is_past


async def _of_vehicle(session: AsyncSession, fleet_id: int, number: str) -> list[Suggestion]:
    query = select(Suggestion).where(
        Suggestion.fleet_id == fleet_id, Suggestion.subject == f"vehicle:{number}",
        Suggestion.kind == Kind.VEHICLE_DOWN.value, Suggestion.status == Status.OPEN.value,
    )  # fmt: skip
    return list(await session.exec(query.with_for_update()))


async def _of_route(session: AsyncSession, fleet_id: int, number: str) -> list[Suggestion]:
    held = (Status.OPEN.value, Status.ACCEPTED.value)
    query = select(Suggestion).where(
        Suggestion.fleet_id == fleet_id, col(Suggestion.status).in_(held),
        col(Suggestion.before).bool_op("?")(number),
    )  # fmt: skip
    return list(await session.exec(query.order_by(col(Suggestion.id)).with_for_update()))

"""Whether the vehicles to which an offer gives stops can still take them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.models import Route
from fleet_app.fleet.models import Fleet, Vehicle
from fleet_app.fleet.service_status import SERVICE_CHANGED
from fleet_app.kernel.events import DomainEvent
from fleet_app.planning.live.models import Suggestion
from fleet_app.planning.live.offers import Disruption, Kind, open_offers
from fleet_app.planning.live.sheet import SILENT_S
from fleet_app.planning.workday.crews import can_drive
from fleet_app.planning.workday.whereabouts import Seen, seen_of

Orders = Mapping[int, Sequence[int]]
"""Route -> its deliveries in driving order."""


def orders_of(stored: Mapping[str, Any]) -> Orders:
    """Orders as they are stored with an offer."""
    return msgspec.convert(stored, dict[int, list[int]], str_keys=True, strict=False)


def gaining(offer: Suggestion) -> set[int]:
    """The routes that get something which they did not have."""
    before, after = orders_of(offer.before), orders_of(offer.after)
    return {id_ for id_, own in after.items() if not set(own) <= set(before.get(id_, ()))}


def is_silent(seen: Seen | None, fleet: Fleet, now: datetime) -> bool:
    """Whether a vehicle on its way has not been heard of for so long that it may be anywhere."""
    limit = fleet.silent_after_min
    longest = timedelta(seconds=SILENT_S) if limit is None else timedelta(minutes=limit)
    return seen is not None and now - seen.at > longest


async def why_not(session: AsyncSession, offer: Suggestion, now: datetime) -> str:
    """Which vehicle cannot take what an offer gives it; "" when all can."""
    query = select(Vehicle).join(Route, col(Route.vehicle_id) == col(Vehicle.id))
    vehicles = list(await session.exec(query.where(col(Route.id).in_(gaining(offer)))))
    seen = await seen_of(session, [one.id for one in vehicles if one.id is not None])
    fleet = await session.get_one(Fleet, offer.fleet_id)
    out = {one.subject for one in await open_offers(session, offer.fleet_id, now)
           if one.kind == Kind.VEHICLE_DOWN}  # fmt: skip
    for one in sorted(vehicles, key=lambda vehicle: vehicle.name):
        is_out = f"vehicle:{one.id}" in out or is_silent(seen.get(one.id or 0), fleet, now)
        if is_out or not can_drive(one):
            return f"{one.name} is out itself"
    return ""


async def overtaken(session: AsyncSession, event: DomainEvent, now: datetime) -> list[Disruption]:
    """What open offers are about that give something to the vehicle of an event, which is out."""
    number = event.subject.partition(":")[2]
    if event.fleet_id is None or not number.isdigit() or event.data.get("late"):
        return []
    vehicle = await session.get(Vehicle, int(number))
    if event.type == SERVICE_CHANGED and can_drive(vehicle):
        return []
    mine = set(await session.exec(select(Route.id).where(Route.vehicle_id == int(number))))
    return [
        disruption_of(one)
        for one in await open_offers(session, event.fleet_id, now)
        if one.subject != event.subject and mine & gaining(one)
    ]


def disruption_of(offer: Suggestion) -> Disruption:
    """What it is about."""
    return Disruption(offer.fleet_id, Kind(offer.kind), int(offer.subject.partition(":")[2]))

"""Goods that wait in a vehicle which does not bring them are fetched where that one stands by now.

It may have been towed since, over night as a rule, and whoever is to fetch them is led to where it
was. A vehicle that is still on a route drives on: where its driver hands things over is agreed.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
from sqlalchemy import BigInteger, cast, func
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.models import Delivery, Route, RouteStatus
from fleet_app.delivery.pickups import LeftIn, left_in
from fleet_app.delivery.recording import STAYS
from fleet_app.delivery.service import DeliveryLife
from fleet_app.fleet.models import Vehicle, VehicleStatus
from fleet_app.kernel.geo import distance_m
from fleet_app.location.models import MotionStatus, VehicleLive
from fleet_app.planning.workday.day import DONE

ELSEWHERE_M = 200.0
"""What receivers say of a vehicle that stands lies closer together."""
A_DAY = timedelta(days=1)
"""Who left before that is on no tour any more, though nobody has said so."""
Work = Callable[[], AbstractAsyncContextManager[AsyncSession]]


class _Waiting(NamedTuple):
    delivery: Delivery
    lat: float
    lon: float


async def follow_vehicles(work: Work, now: datetime) -> int:
    """Let them be fetched where their vehicles stand now, routes that are planned already
    included; returns how many moved. Raises `StoreUnavailable`."""
    async with work() as session:
        found = [one for one in await _waiting(session, now) if _is_elsewhere(one)]
        life = DeliveryLife(session)
        for delivery, lat, lon in found:
            place = msgspec.convert(delivery.left_in, LeftIn)
            await life.goods_wait(delivery, msgspec.structs.replace(place, lat=lat, lon=lon))
    return len(found)


async def _waiting(session: AsyncSession, now: datetime) -> list[_Waiting]:
    """What waits in vehicles that stand, and where; what somebody has in hand is for next time."""
    vehicle_id = cast(func.jsonb_extract_path_text(col(Delivery.left_in), "vehicle_id"), BigInteger)
    carried = Delivery.__table__.alias()  # type: ignore[attr-defined]
    left = select(carried.c.id).where(
        carried.c.route_id == col(Route.id), carried.c.status.not_in(DONE),
        carried.c.deleted_at.is_(None),
    )  # fmt: skip
    going = select(Route.vehicle_id).where(
        left.exists(),  # nobody drives a route from which everything was taken
        Route.status == RouteStatus.STARTED,
        Route.date >= (now - A_DAY).date(),
        col(Route.vehicle_id).is_not(None),
    )
    live = VehicleLive
    query = (
        select(Delivery, live.lat, live.lon)
        .join(live, col(live.vehicle_id) == vehicle_id)
        .join(Vehicle, col(Vehicle.id) == vehicle_id)
        .where(
            col(Delivery.status).in_(STAYS),
            col(Delivery.left_in) != {},
            col(Delivery.picked_up_at).is_(None),
            col(Delivery.deleted_at).is_(None),
            col(Vehicle.fleet_id) == col(Delivery.fleet_id),
            col(live.status) != MotionStatus.MOVING,
            or_(col(Vehicle.status) != VehicleStatus.ACTIVE, vehicle_id.not_in(going)),
        )
        .order_by(col(Delivery.id))
        .with_for_update(skip_locked=True, of=Delivery)
    )
    return [_Waiting(*row) for row in await session.exec(query)]


def _is_elsewhere(one: _Waiting) -> bool:
    place = left_in(one.delivery)
    return place is not None and distance_m(*place.point, one.lat, one.lon) > ELSEWHERE_M

"""What a tracking link shows: one delivery, and its vehicle only while it is on its way."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.models import Delivery, DeliveryStatus, Route
from fleet_app.kernel.errors import NotFound

ON_ITS_WAY = {DeliveryStatus.OUT_FOR_DELIVERY, DeliveryStatus.ARRIVING, DeliveryStatus.ARRIVED}
"""Only in these states may the customer see the vehicle."""


class TrackedDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery as its customer sees it; `vehicle_id` is None while the van is not theirs."""

    delivery_id: int
    fleet_id: int
    tracking_number: str
    status: DeliveryStatus
    address: str
    lat: float | None
    lon: float | None
    vehicle_id: int | None
    route_id: int | None = None
    expected: datetime | None = None
    """About when the vehicle comes, where that is known; filled in by whoever shows it."""


def token_digest(token: str) -> str:
    """What is stored of a tracking token."""
    return hashlib.sha256(token.encode()).hexdigest()


async def find_tracked(session: AsyncSession, token: str) -> TrackedDelivery:
    """The delivery behind a tracking link. Raises `NotFound` for an unknown token."""
    query = _with_vehicle().where(col(Delivery.tracking_token_hash) == token_digest(token))
    row = (await session.exec(query)).first()
    if row is None:
        raise NotFound("tracking link", "you followed")
    return _tracked(*row)


async def tracked_now(
    session: AsyncSession, delivery_ids: Collection[int]
) -> dict[int, TrackedDelivery]:
    """Those of the deliveries that still exist and can still be tracked, by id."""
    query = _with_vehicle().where(
        col(Delivery.id).in_(delivery_ids), col(Delivery.tracking_token_hash).is_not(None)
    )
    found = [_tracked(*row) for row in await session.exec(query)]
    return {tracked.delivery_id: tracked for tracked in found}


def _with_vehicle() -> Any:
    running = and_(col(Route.id) == col(Delivery.route_id), col(Route.deleted_at).is_(None))
    joined = select(Delivery, Route.vehicle_id).join(Route, running, isouter=True)
    return joined.where(col(Delivery.deleted_at).is_(None))


def _tracked(delivery: Delivery, vehicle_id: int | None) -> TrackedDelivery:
    return TrackedDelivery(
        delivery_id=delivery.id or 0,
        fleet_id=delivery.fleet_id,
        tracking_number=delivery.tracking_number,
        status=DeliveryStatus(delivery.status),
        address=delivery.address,
        lat=delivery.lat,
        lon=delivery.lon,
        vehicle_id=vehicle_id if delivery.status in ON_ITS_WAY else None,
        route_id=delivery.route_id if delivery.status in ON_ITS_WAY else None,
    )

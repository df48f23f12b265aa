"""What a tracking link shows: one delivery, and its vehicle only while it is on its way."""

from __future__ import annotations

import hashlib

import msgspec
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.models import Delivery, DeliveryStatus, Route
from fleet_app.kernel.errors import NotFound

ON_ITS_WAY = {DeliveryStatus.OUT_FOR_DELIVERY, DeliveryStatus.ARRIVING, DeliveryStatus.ARRIVED}
"""Only in these states may the customer see the vehicle."""


class TrackedDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery as its customer sees it; `vehicle_id` is None while the van is not theirs."""

    fleet_id: int
    tracking_number: str
    status: DeliveryStatus
    address: str
    lat: float | None
    lon: float | None
    vehicle_id: int | None


def token_digest(token: str) -> str:
    """What is stored of a tracking token."""
    return hashlib.sha256(token.encode()).hexdigest()


async def find_tracked(session: AsyncSession, token: str) -> TrackedDelivery:
    """The delivery behind a tracking link. Raises `NotFound` for an unknown token."""
    query = (
        select(Delivery, Route.vehicle_id)
        .join(Route, Route.id == Delivery.route_id, isouter=True)  # type: ignore[arg-type]
        .where(Delivery.tracking_token_hash == token_digest(token))
    )
    row = (await session.exec(query)).first()
    if row is None:
        raise NotFound("tracking link", "you followed")
    delivery, vehicle_id = row
    return TrackedDelivery(
        fleet_id=delivery.fleet_id,
        tracking_number=delivery.tracking_number,
        status=delivery.status,
        address=delivery.address,
        lat=delivery.lat,
        lon=delivery.lon,
        vehicle_id=vehicle_id if delivery.status in ON_ITS_WAY else None,
    )

"""Vehicles that should be talking and are not."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.fleet.models import Vehicle, VehicleStatus
from fleet_app.location.models import VehicleLive

FORGOTTEN_AFTER = timedelta(hours=24)
"""A vehicle silent for longer is parked for good, rather than a reason to act."""


class SilentVehicle(msgspec.Struct, frozen=True):
    """A vehicle in service whose last fix is too old."""

    vehicle_id: int
    name: str
    last_seen: datetime


async def silent_vehicles(
    session: AsyncSession, fleet_id: int, now: datetime, offline_after: timedelta, limit: int = 50
) -> list[SilentVehicle]:
    """Active vehicles of the fleet that fell silent within the last day, latest first."""
    query = (
        select(Vehicle.id, Vehicle.name, VehicleLive.recorded_at)
        .join(VehicleLive, col(VehicleLive.vehicle_id) == col(Vehicle.id))
        .where(Vehicle.fleet_id == fleet_id, Vehicle.status == VehicleStatus.ACTIVE)
        .where(col(Vehicle.deleted_at).is_(None))
        .where(VehicleLive.recorded_at < now - offline_after)
        .where(VehicleLive.recorded_at >= now - FORGOTTEN_AFTER)
        .order_by(col(VehicleLive.recorded_at).desc())
        .limit(limit)
    )
    return [SilentVehicle(id_ or 0, name, seen) for id_, name, seen in await session.exec(query)]

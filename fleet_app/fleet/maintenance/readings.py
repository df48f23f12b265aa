"""What a vehicle's odometer and engine hour meter show now, and setting them right."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import authorize
from fleet_app.fleet.maintenance.announcing import announce_due
from fleet_app.fleet.maintenance.changes import change
from fleet_app.fleet.maintenance.due import Reading
from fleet_app.fleet.maintenance.errors import ReadingBackwards
from fleet_app.fleet.maintenance.models import TrackedWay
from fleet_app.fleet.maintenance.tracked import engine_hours, odometer_km, with_tracked
from fleet_app.fleet.models import Vehicle
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import NotFound
from fleet_app.records.errors import Stale

_SAME_M, _SAME_S = 100.0, 360.0
"""A tenth of a kilometre and of an hour: dashboards show no more, so less is not backwards."""
_TRACKERS_ERROR = 0.1
"""The part of a tracked distance, or time, that a dashboard may not have counted."""


async def readings(session: AsyncSession, vehicle_ids: Collection[int]) -> dict[int, Reading]:
    """The present readings of those of the vehicles that exist."""
    query = with_tracked(
        select(col(Vehicle.id), odometer_km(), engine_hours()).select_from(Vehicle)
    ).where(col(Vehicle.id).in_(vehicle_ids))
    return {id_: Reading(km, hours) for id_, km, hours in (await session.exec(query)).all()}


async def reading(session: AsyncSession, vehicle_id: int) -> Reading:
    """The present reading of one vehicle, unknown when there is no such vehicle."""
    return (await readings(session, [vehicle_id])).get(vehicle_id, Reading(None, None))


async def set_odometer(
    session: AsyncSession,
    actor: Actor,
    vehicle_id: int,
    km: float,
    *,
    hours: float | None = None,
    correction: bool = False,
    version: int | None = None,
    now: datetime | None = None,
) -> Reading:
    """Take over what somebody read off the vehicle `now`: kilometres, and engine hours if given.

    What was tracked since the last reading is an estimate, so a reading may be below it; below
    the last reading itself it must be a confirmed `correction`. Raises `Forbidden`, `NotFound`,
    `ReadingBackwards`, and `Stale` when `version` is not the vehicle's any more.
    """
    authorize(actor.principal, "vehicles.update")
    vehicle = await locked_vehicle(session, actor, vehicle_id)
    if version is not None and version != vehicle.version:
        raise Stale(vehicle.name, vehicle.version)
    values = await reading_columns(
        session, vehicle, km=km, hours=hours, correction=correction, now=now
    )
    await _move(session, actor, vehicle, values)
    await announce_due(session, vehicle_id=vehicle_id)
    return await reading(session, vehicle_id)


async def move_reading(
    session: AsyncSession,
    actor: Actor,
    vehicle: Vehicle,
    *,
    km: float | None = None,
    hours: float | None = None,
    correction: bool = False,
) -> None:
    """Start counting afresh from a reading of a locked vehicle. Raises `ReadingBackwards`."""
    values = await reading_columns(session, vehicle, km=km, hours=hours, correction=correction)
    await _move(session, actor, vehicle, values)


async def _move(
    session: AsyncSession, actor: Actor, vehicle: Vehicle, values: dict[str, Any]
) -> None:
    change(session, actor, vehicle, values, action="set_odometer")
    await session.flush()


async def reading_columns(
    session: AsyncSession,
    vehicle: Vehicle,
    *,
    km: float | None = None,
    hours: float | None = None,
    correction: bool = False,
    now: datetime | None = None,
) -> dict[str, Any]:
    """The columns of a vehicle, new or locked, that start counting from a reading.

    What was driven before `now` is in it, also what becomes known of that later. Raises
    `ReadingBackwards`.
    """
    tracked_m, tracked_s = await _tracked(session, vehicle.id or 0)
    values: dict[str, Any] = {}
    now = now or utc_now()
    if km is not None:
        if not correction and km * 1000 < vehicle.odometer_m - _SAME_M:
            raise ReadingBackwards("odometer_km", vehicle.odometer_m / 1000, "km")
        values |= {
            "odometer_m": km * 1000,
            "odometer_tracked_m": tracked_m,
            "odometer_read_at": now,
        }
    if hours is not None:
        if not correction and hours * 3600 < vehicle.engine_s - _SAME_S:
            raise ReadingBackwards("engine_hours", vehicle.engine_s / 3600, "h")
        values |= {
            "engine_s": hours * 3600,
            "engine_tracked_s": tracked_s,
            "engine_read_at": now,
        }
    return values


def require_forwards(
    vehicle: Vehicle, known: Reading, *, km: float | None = None, hours: float | None = None
) -> None:
    """A told reading is not below the last one, nor far below what was tracked since.

    `known` is the present reading. Raises `ReadingBackwards`.
    """
    for field, unit, told, last, now, same in (
        ("odometer_km", "km", km, vehicle.odometer_m / 1000, known.odometer_km, _SAME_M / 1000),
        ("engine_hours", "h", hours, vehicle.engine_s / 3600, known.engine_hours, _SAME_S / 3600),
    ):
        if told is None or now is None:
            continue
        if told < now - max(now - last, 0.0) * _TRACKERS_ERROR - same:
            raise ReadingBackwards(field, now, unit)


async def locked_vehicle(
    session: AsyncSession, actor: Actor, vehicle_id: int, *, deleted: bool = False
) -> Vehicle:
    """A vehicle that exists for the actor, locked until the commit. Raises `NotFound`."""
    query = select(Vehicle).where(col(Vehicle.id) == vehicle_id)
    query = query.with_for_update().execution_options(populate_existing=True)
    vehicle = (await session.exec(query)).first()
    if vehicle is None or not actor.principal.sees_fleet(vehicle.fleet_id):
        raise NotFound("Vehicle", vehicle_id)
    if vehicle.deleted_at is not None and not deleted:
        raise NotFound("Vehicle", vehicle_id)
    return vehicle


async def _tracked(session: AsyncSession, vehicle_id: int) -> tuple[float, float]:
    query = select(TrackedWay.distance_m, TrackedWay.engine_s).where(
        TrackedWay.vehicle_id == vehicle_id
    )
    found = (await session.exec(query)).first()
    return (0.0, 0.0) if found is None else (found[0], found[1])

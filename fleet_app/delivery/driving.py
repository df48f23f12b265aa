"""Who drove a vehicle at some moment, as far as routes and records tell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.models import Route, RouteCrew, RouteStatus
from fleet_app.fleet.models import Driver, Fleet, Vehicle

_DRIVEN = (RouteStatus.STARTED, RouteStatus.COMPLETED)
_Told = tuple[date, datetime, int | None]
"""The day of a route, since when, and who."""


async def drivers_at(
    session: AsyncSession, vehicle_id: int, moments: Sequence[datetime]
) -> list[int | None]:
    """For each moment the driver of the vehicle's route of that day, as the office had told it by
    then; without one, whoever has the vehicle now."""
    if not moments:
        return []
    zone = await _zone(session, vehicle_id)
    days = {moment.astimezone(zone).date() for moment in moments}
    told = await _told(session, vehicle_id, days)
    present = await _present(session, vehicle_id)
    return [_at(told, moment, moment.astimezone(zone).date()) or present for moment in moments]


async def _zone(session: AsyncSession, vehicle_id: int) -> ZoneInfo:
    query = select(Fleet.time_zone).join(Vehicle, col(Vehicle.fleet_id) == col(Fleet.id))
    name = (await session.exec(query.where(Vehicle.id == vehicle_id))).first()
    return ZoneInfo(name or "UTC")


async def _told(session: AsyncSession, vehicle_id: int, days: set[date]) -> list[_Told]:
    """Whom the office told, in the order of telling."""
    query = (
        select(col(Route.date), col(RouteCrew.since), col(RouteCrew.driver_id))
        .join(Route, col(Route.id) == col(RouteCrew.route_id))
        .where(Route.vehicle_id == vehicle_id, col(Route.status).in_(_DRIVEN))
        .where(col(Route.date).in_(days), col(Route.deleted_at).is_(None))
        .order_by(col(RouteCrew.since), col(RouteCrew.id))
    )
    return [(day, since, driver_id) for day, since, driver_id in await session.exec(query)]


async def _present(session: AsyncSession, vehicle_id: int) -> int | None:
    query = select(Driver.id).where(Driver.vehicle_id == vehicle_id)
    query = query.where(col(Driver.deleted_at).is_(None)).order_by(col(Driver.id)).limit(1)
    return (await session.exec(query)).first()


def _at(told: Sequence[_Told], moment: datetime, day: date) -> int | None:
    drove = [driver_id for on, since, driver_id in told if on == day and since <= moment]
    return drove[-1] if drove else None

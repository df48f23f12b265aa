"""Routes that need a vehicle: whoever takes it away is told about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.models import Route, RouteStatus
from fleet_app.delivery.planning import PlanWarning, WarningCode
from fleet_app.delivery.tours import day_in
from fleet_app.fleet.models import Fleet, Vehicle
from fleet_app.kernel.clock import Clock, utc_now

PROMISED = (RouteStatus.PUBLISHED, RouteStatus.STARTED)
"""Routes that a driver knows of and that are not done."""


async def routes_needing(
    session: AsyncSession, vehicle_id: int, clock: Clock = utc_now
) -> Sequence[Route]:
    """The vehicle's published routes from today on, and its started ones, by day."""
    vehicle = await session.get(Vehicle, vehicle_id)
    fleet = None if vehicle is None else await session.get(Fleet, vehicle.fleet_id)
    today: dt.date = day_in(fleet.time_zone if fleet else "UTC", clock())
    query = select(Route).where(
        col(Route.vehicle_id) == vehicle_id,
        col(Route.deleted_at).is_(None),
        col(Route.status).in_(PROMISED),
        (col(Route.date) >= today) | (col(Route.status) == RouteStatus.STARTED),
    )
    return list(await session.exec(query.order_by(col(Route.date), col(Route.id))))


def needed(routes: Sequence[Route]) -> list[PlanWarning]:
    """A warning for each route that loses its vehicle."""
    return [
        PlanWarning(
            WarningCode.VEHICLE_NEEDED,
            f"{route.name or f'Route {route.id}'} on {route.date:%-d %b %Y} needs this vehicle "
            f"and is {RouteStatus(route.status).value}",
        )
        for route in routes
    ]

"""Corridors along the way that a vehicle is to take: a route's, or through some places."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.principal import Principal
from fleet_app.delivery.kinds import ROUTES
from fleet_app.delivery.models import Route, RouteStop
from fleet_app.fleet.models import Depot
from fleet_app.kernel.errors import InvalidInput, NotFound
from fleet_app.location.geofences.spelling import geometry_of
from fleet_app.location.zones.checking import checked
from fleet_app.location.zones.shapes import Corridor
from fleet_app.records.listing import visible
from fleet_app.routing.roads import LatLon, NoRoute, RoadNetwork

MOST_PLACES = 200


async def places_of_route(
    session: AsyncSession, principal: Principal, route_id: int
) -> list[LatLon]:
    """Depot and stops of a route in driving order. Raises `Forbidden`, `NotFound`."""
    conditions = visible(principal, ROUTES)
    query = select(Route).where(Route.id == route_id, col(Route.deleted_at).is_(None), *conditions)
    route = (await session.exec(query)).first()
    if route is None:
        raise NotFound("Route", route_id)
    stops = select(col(RouteStop.lat), col(RouteStop.lon)).where(RouteStop.route_id == route_id)
    found: list[LatLon] = [
        (lat, lon) for lat, lon in await session.exec(stops.order_by(col(RouteStop.position)))
    ]
    depot = await session.get(Depot, route.depot_id) if route.depot_id else None
    if depot is not None and depot.lat is not None and depot.lon is not None:
        found.insert(0, (depot.lat, depot.lon))
    return found


async def corridor(
    roads: RoadNetwork, places: Sequence[LatLon], width_m: float
) -> Mapping[str, Any]:
    """The fields of a geofence along the roads through `places`, or straight where none are known.

    Raises `InvalidInput` where no corridor can lead there.
    """
    if not 2 <= len(places) <= MOST_PLACES:
        message = f"A corridor leads through 2 to {MOST_PLACES} places; these are {len(places)}."
        raise InvalidInput(message, fields={"points": message})
    try:
        line = (await asyncio.to_thread(roads.route, places)).shape
    except NoRoute:
        line = tuple(places)
    shape = checked(Corridor(tuple((lon, lat) for lat, lon in line), width_m))
    return {"kind": "corridor", "geometry": geometry_of(shape), "width_m": width_m}

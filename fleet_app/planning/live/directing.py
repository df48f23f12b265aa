"""The way of a route that is left, turn by turn, as its vehicle fits and its driver speaks."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.delivery.models import Route, RouteStatus
from fleet_app.delivery.tours import Stop, Tours
from fleet_app.fleet.models import Depot, Driver, Fleet, Vehicle
from fleet_app.planning.live.piecing import Roads, in_pieces
from fleet_app.planning.problem.travelling import costing_for
from fleet_app.planning.workday.whereabouts import seen_of
from fleet_app.routing.roads.errors import NoRoute
from fleet_app.routing.roads.ports import Costing, Directions, LatLon

DEPOT, VEHICLE = "depot", "vehicle"


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """Where the way begins: at a depot, or where the vehicle was when it was heard of last."""

    kind: str
    lat: float
    lon: float
    seen_at: datetime | None = None


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of a route; without a start it begins at the first stop."""

    route: Route
    start: Start | None
    stops: tuple[Stop, ...]
    costing: Costing
    language: str

    @property
    def points(self) -> list[LatLon]:
        """All places in driving order."""
        begin = [] if self.start is None else [(self.start.lat, self.start.lon)]
        return begin + [(one.stop.lat, one.stop.lon) for one in self.stops]

    @property
    def led_to(self) -> tuple[Stop, ...]:
        """The stops that the way leads to, one for each leg."""
        return self.stops if self.start is not None else self.stops[1:]


async def way_of(
    session: AsyncSession, actor: Actor, route_id: int, language: str | None = None
) -> Way:
    """What is left of a route. `language`: unless told the driver's, else the fleet's.

    Raises `Forbidden`, `NotFound`.
    """
    tour = await Tours(session).tour(actor, route_id)
    route = tour.route
    vehicle = await session.get(Vehicle, route.vehicle_id or 0)
    driver = await session.get(Driver, route.driver_id or 0)
    fleet = await session.get_one(Fleet, route.fleet_id)
    return Way(
        route=route,
        start=await _start(session, route, vehicle, driver),
        stops=tuple(one for one in tour.stops if one.is_open),
        costing=costing_for(vehicle),
        language=language or (driver and driver.language) or fleet.language,
    )


async def directed(way: Way, roads: Roads) -> Directions | None:
    """The way with its turns; None where there is nowhere to drive to. One stop that no road leads
    to keeps the others from nobody. Raises `NoRoute` where no road leads to any."""
    if not way.led_to:
        return None
    try:
        return await roads.directions(way.points, way.costing, way.language)
    except NoRoute:
        if len(way.led_to) < 2:
            raise
    return await in_pieces(way.points, way.costing, way.language, roads)


async def _start(
    session: AsyncSession, route: Route, vehicle: Vehicle | None, driver: Driver | None
) -> Start | None:
    """Goods are loaded at the depot before a route leaves; from then on the vehicle counts."""
    here = [await _seen(session, route), await _depot(session, route, vehicle, driver)]
    if route.status is not RouteStatus.STARTED:
        here.reverse()
    return next((one for one in here if one is not None), None)


async def _seen(session: AsyncSession, route: Route) -> Start | None:
    vehicle_id = route.vehicle_id or 0
    seen = (await seen_of(session, [vehicle_id])).get(vehicle_id)
    if seen is None:
        return None
    return Start(kind=VEHICLE, lat=seen.lat, lon=seen.lon, seen_at=seen.at)


async def _depot(
    session: AsyncSession, route: Route, vehicle: Vehicle | None, driver: Driver | None
) -> Start | None:
    """The route's, else its vehicle's, its driver's, the only one, as plans have it."""
    query = select(Depot).where(Depot.fleet_id == route.fleet_id, col(Depot.deleted_at).is_(None))
    depots = {one.id: one for one in await session.exec(query)}
    named = [one.depot_id for one in (route, vehicle, driver) if one is not None]
    only = list(depots.values()) if len(depots) == 1 else []
    found = next(iter([*(depots[one] for one in named if one in depots), *only]), None)
    if found is None or found.lat is None or found.lon is None:
        return None
    return Start(kind=DEPOT, lat=found.lat, lon=found.lon)

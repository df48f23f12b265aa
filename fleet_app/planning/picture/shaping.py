"""The ways of a plan's rows as lines for a map."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from fleet_app.location.journeys.polyline import encode_places
from fleet_app.planning.document import PlanRow
from fleet_app.planning.picture.looking import Look
from fleet_app.planning.ports import Roads
from fleet_app.planning.problem.travelling import costing_for
from fleet_app.planning.workday.crews import depot_of, vehicle_of
from fleet_app.planning.workday.pickups import pickup_place
from fleet_app.routing.roads.costing import Costing
from fleet_app.routing.roads.errors import NoRoute
from fleet_app.routing.roads.ports import LatLon

KEPT = 2_000
"""Ways that stay at hand, each of one row."""


class Shapes:
    """Asks the road network for each way once; guesses are not kept."""

    def __init__(self, roads: Roads) -> None:
        self._roads = roads
        self._kept: OrderedDict[tuple[Costing, tuple[LatLon, ...]], str] = OrderedDict()

    async def of(self, look: Look) -> dict[str, str]:
        """Row -> its way from start to end, encoded; rows without stops are not there."""
        rows = [row for row in look.healed.document.rows if row.stops]
        ways = await asyncio.gather(*(self._way(look, row) for row in rows))
        return {row.key: way for row, way in zip(rows, ways, strict=True)}

    async def _way(self, look: Look, row: PlanRow) -> str:
        points, costing = places_of(look, row), costing_for(vehicle_of(look.day, row))
        key = (costing, points)
        known = self._kept.get(key)
        if known is None:
            line, is_guess = await self._line(points, costing)
            known = encode_places((0, lat, lon) for lat, lon in line)
            if is_guess:  # it holds only until roads can be asked again
                return known
            self._kept[key] = known
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return known

    async def _line(
        self, points: tuple[LatLon, ...], costing: Costing
    ) -> tuple[tuple[LatLon, ...], bool]:
        """Along roads, where there are any; else straight. And whether roads were not asked."""
        if len(set(points)) < 2:
            return points, False
        try:
            found = await self._roads.route(points, costing)
        except NoRoute:
            return points, False
        return found.shape, found.is_estimate


def places_of(look: Look, row: PlanRow) -> tuple[LatLon, ...]:
    """Where a row leads, from its depot on, and back unless routes are open."""
    found: list[LatLon] = []
    for stop in row.stops:
        delivery = look.day.deliveries[stop.delivery_id]
        pickup = pickup_place(look.day, delivery) if stop.pickup else None
        found.append(pickup or (delivery.lat or 0.0, delivery.lon or 0.0))
    depot = depot_of(look.day, row)
    if depot is None or depot.lat is None or depot.lon is None:
        return tuple(found)
    home = (depot.lat, depot.lon)
    return (home, *found) if look.day.fleet.open_routes else (home, *found, home)

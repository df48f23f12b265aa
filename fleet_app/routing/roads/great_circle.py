"""Routes without a map: straight lines, stretched by the detour that roads usually make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from fleet_app.kernel.geo import EARTH_RADIUS_M, destination, distance_m
from fleet_app.routing.roads.costing import Costing, Mode, mode_of
from fleet_app.routing.roads.languages import FALLBACK
from fleet_app.routing.roads.ports import (
    MOST_MATRIX_POINTS,
    Directions,
    LatLon,
    Leg,
    Maneuver,
    Reach,
    RoadMatrix,
    RoadRoute,
    Snap,
    check_places,
    check_points,
)

ROAD_FACTOR = 1.3
"""Road length over straight length; 1.2 to 1.4 in most towns."""

SPEEDS_MPS: Mapping[Mode, float] = {
    "auto": 11.0,
    "truck": 9.5,
    "bicycle": 4.5,
    "motor_scooter": 9.0,
}
"""Average speed along the road in town traffic, metres a second."""
_CORNERS = 36


class GreatCircleRoads:
    """Estimates, and says so: `is_estimate` is always true."""

    name = "Straight lines with a guessed detour (estimate)"
    version = "estimate"
    languages: tuple[str, ...] = (FALLBACK,)
    is_estimate = True
    knows_traffic = False
    knows_sizes = False

    def route(self, points: Sequence[LatLon], costing: Costing = "auto") -> RoadRoute:
        """The straight line through `points`; length and time as if by road. `InvalidInput`."""
        check_points(points)
        straight = sum(distance_m(*start, *end) for start, end in pairwise(points))
        speed = SPEEDS_MPS[mode_of(costing)]
        length = straight * ROAD_FACTOR
        # Along the straight shape progress is slower by the detour that the shape leaves out.
        along_shape = (speed / ROAD_FACTOR,) * (len(points) - 1)
        return RoadRoute(length, length / speed, tuple(points), along_shape, is_estimate=True)

    def matrix(
        self,
        points: Sequence[LatLon],
        costing: Costing = "auto",
        *,
        targets: Sequence[LatLon] | None = None,
        departs_at: datetime | None = None,
    ) -> RoadMatrix:
        """As the routes between each two. Raises `InvalidInput`."""
        ends = points if targets is None else targets
        for places in (points, ends):
            check_places(places, MOST_MATRIX_POINTS)
        metres = _straight_m(points, ends) * ROAD_FACTOR
        seconds = metres / SPEEDS_MPS[mode_of(costing)]
        return RoadMatrix(_whole(seconds), _whole(metres), is_estimate=True)

    def directions(
        self, points: Sequence[LatLon], costing: Costing = "auto", language: str = "en"
    ) -> Directions:
        """One line of English for each point, as no street is known."""
        route = self.route(points, costing)
        ways = [self.route(pair, costing) for pair in pairwise(points)]
        told = [
            Maneuver(f"Go to point {n + 2} of {len(points)}", way.distance_m, way.duration_s, n)
            for n, way in enumerate(ways)
        ]
        last = len(ways)
        legs = [
            Leg(way.distance_m, way.duration_s, n, 2 if n == last else 1)
            for n, way in enumerate(ways, start=1)
        ]
        end = Maneuver("You have arrived", 0.0, 0.0, len(points) - 1)
        return Directions(
            route.distance_m, route.duration_s, route.shape, (*told, end), FALLBACK, True,
            tuple(legs),
        )  # fmt: skip

    def isochrone(
        self, point: LatLon, minutes: Sequence[float], costing: Costing = "auto"
    ) -> tuple[Reach, ...]:
        """Circles."""
        check_places([point])
        speed = SPEEDS_MPS[mode_of(costing)] / ROAD_FACTOR
        return tuple(
            Reach(each, (_circle(point, each * 60.0 * speed),), is_estimate=True)
            for each in minutes
        )

    def snap(self, points: Sequence[LatLon], costing: Costing = "auto") -> tuple[Snap | None, ...]:
        """The points themselves: nobody knows where roads are."""
        check_places(points)
        return tuple(Snap(lat, lon, 0.0) for lat, lon in points)


def _straight_m(points: Sequence[LatLon], ends: Sequence[LatLon]) -> NDArray[np.float64]:
    """Great circles from each to each, metres (haversine)."""
    start = np.radians(np.array(points, dtype=np.float64).reshape(-1, 2))
    end = np.radians(np.array(ends, dtype=np.float64).reshape(-1, 2))
    north = np.sin((end[None, :, 0] - start[:, None, 0]) / 2) ** 2
    east = np.sin((end[None, :, 1] - start[:, None, 1]) / 2) ** 2
    part = north + np.cos(start[:, None, 0]) * np.cos(end[None, :, 0]) * east
    metres: NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, part)))
    return metres


def _whole(values: NDArray[np.float64]) -> NDArray[np.int64]:
    whole: NDArray[np.int64] = np.rint(values).astype(np.int64)
    return whole


def _circle(centre: LatLon, metres: float) -> tuple[LatLon, ...]:
    turns = [360.0 * corner / _CORNERS for corner in range(_CORNERS)]
    ring = [destination(*centre, turn, metres) for turn in turns]
    return (*ring, ring[0])

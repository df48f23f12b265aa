"""Routes without a map: straight lines, stretched by the detour that roads usually make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from fleet_app.kernel.geo import distance_m
from fleet_app.routing.roads.ports import Costing, LatLon, RoadRoute, check_points

ROAD_FACTOR = 1.3
"""Road length over straight length; 1.2 to 1.4 in most towns."""

SPEEDS_MPS: Mapping[Costing, float] = {"auto": 11.0, "truck": 9.5, "bicycle": 4.5}
"""Average speed along the road in town traffic, metres a second."""


class GreatCircleRoads:
    """Estimates, and says so: `is_estimate` is always true."""

    is_estimate = True

    def route(self, points: Sequence[LatLon], costing: Costing = "auto") -> RoadRoute:
        """The straight line through `points`; length and time as if by road. `InvalidInput`."""
        check_points(points)
        straight = sum(distance_m(*start, *end) for start, end in pairwise(points))
        speed = SPEEDS_MPS[costing]
        length = straight * ROAD_FACTOR
        # Along the straight shape progress is slower by the detour that the shape leaves out.
        along_shape = (speed / ROAD_FACTOR,) * (len(points) - 1)
        return RoadRoute(length, length / speed, tuple(points), along_shape, is_estimate=True)

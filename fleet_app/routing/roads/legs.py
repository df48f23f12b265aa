"""The legs of a Valhalla trip, with the speed of each segment of their shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fleet_app.routing.roads import polyline
from fleet_app.routing.roads.engines import Json
from fleet_app.routing.roads.ports import RoadRoute

_KMH = 1 / 3.6


class Leg:
    """The way from one point to the next, with the speed of each segment of its shape."""

    def __init__(self, leg: Mapping[str, Any], edges: Sequence[Json]) -> None:
        self.distance_m = leg["summary"]["length"] * 1000.0
        self.duration_s = float(leg["summary"]["time"])
        self.shape = polyline.decode(leg["shape"])
        average = self.distance_m / self.duration_s if self.duration_s > 0 else 0.0
        self.speeds = [average] * (len(self.shape) - 1)
        for edge in edges:
            first, last = edge.get("begin_shape_index", 0), edge.get("end_shape_index", 0)
            for segment in range(first, min(last, len(self.speeds))):
                self.speeds[segment] = edge["speed"] * _KMH


def joined(legs: Sequence[Leg]) -> RoadRoute:
    """One route from its legs; a leg starts where the one before ended."""
    shape = list(legs[0].shape)
    speeds = list(legs[0].speeds)
    for leg in legs[1:]:
        shape.extend(leg.shape[1:])
        speeds.extend(leg.speeds)
    return RoadRoute(
        distance_m=sum(leg.distance_m for leg in legs),
        duration_s=sum(leg.duration_s for leg in legs),
        shape=tuple(shape),
        speeds_mps=tuple(speeds),
        is_estimate=False,
    )

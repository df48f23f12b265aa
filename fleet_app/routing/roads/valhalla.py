"""Routes on real roads by Valhalla, inside this process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fleet_app.routing.roads import polyline
from fleet_app.routing.roads.engines import Engines, Json
from fleet_app.routing.roads.errors import NoRoute
from fleet_app.routing.roads.ports import Costing, LatLon, RoadRoute, check_points

SEARCH_CUTOFF_M = 2_000
"""A point without a road this near has no route, instead of one from somewhere else."""

_EDGE_FIELDS = ("edge.speed", "edge.begin_shape_index", "edge.end_shape_index", "shape")
_KMH = 1 / 3.6


class ValhallaRoads:
    """The road network in one `tiles.tar`."""

    is_estimate = False

    def __init__(self, tiles: Path, engines: int | None = None) -> None:
        """Raises `FileNotFoundError` if `tiles` is not there; opens nothing else yet."""
        self._engines = Engines(tiles, engines)

    def route(self, points: Sequence[LatLon], costing: Costing = "auto") -> RoadRoute:
        """The fastest way through `points`. Raises `InvalidInput`, `NoRoute`."""
        check_points(points)
        from valhalla import ValhallaError  # noqa: PLC0415 - absent on Python 3.11

        with self._engines.one() as engine:
            try:
                trip = engine.route(_request(points, costing))["trip"]
            except ValhallaError as error:
                raise NoRoute(points, str(error)) from error
            legs = [_Leg(engine, leg, costing) for leg in trip["legs"]]
        return _joined(legs)


def _request(points: Sequence[LatLon], costing: Costing) -> Json:
    return {
        "locations": [
            {"lat": lat, "lon": lon, "search_cutoff": SEARCH_CUTOFF_M} for lat, lon in points
        ],
        "costing": costing,
        "units": "kilometers",
        "directions_type": "none",
    }


class _Leg:
    """The way from one point to the next, with the speed of each segment of its shape."""

    def __init__(self, engine: Any, leg: Mapping[str, Any], costing: Costing) -> None:
        self.distance_m = leg["summary"]["length"] * 1000.0
        self.duration_s = float(leg["summary"]["time"])
        self.shape = polyline.decode(leg["shape"])
        average = self.distance_m / self.duration_s if self.duration_s > 0 else 0.0
        self.speeds = [average] * (len(self.shape) - 1)
        for edge in _edges(engine, leg["shape"], costing):
            first, last = edge.get("begin_shape_index", 0), edge.get("end_shape_index", 0)
            for segment in range(first, min(last, len(self.speeds))):
                self.speeds[segment] = edge["speed"] * _KMH


def _edges(engine: Any, shape: str, costing: Costing) -> list[Json]:
    """The road edges under a shape that Valhalla drew itself; [] if it cannot walk them again."""
    from valhalla import ValhallaError  # noqa: PLC0415 - absent on Python 3.11

    try:
        answer = engine.trace_attributes(
            {
                "encoded_polyline": shape,
                "costing": costing,
                "shape_match": "edge_walk",
                "filters": {"attributes": list(_EDGE_FIELDS), "action": "include"},
            }
        )
    except ValhallaError:
        return []
    edges: list[Json] = answer["edges"] if answer.get("shape") == shape else []
    return [edge for edge in edges if edge.get("speed", 0) > 0]


def _joined(legs: Sequence[_Leg]) -> RoadRoute:
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

"""Routes on real roads by Valhalla, inside this process."""

from __future__ import annotations

import os
import queue
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fleet_app.routing.roads import polyline
from fleet_app.routing.roads.errors import NoRoute
from fleet_app.routing.roads.ports import Costing, LatLon, RoadRoute, check_points

TILES = Path("valhalla") / "tiles.tar"
"""Where a built map keeps its routing tiles, below the map's folder."""

SEARCH_CUTOFF_M = 2_000
"""A point without a road this near has no route, instead of one from somewhere else."""

_EDGE_FIELDS = ("edge.speed", "edge.begin_shape_index", "edge.end_shape_index", "shape")
_ABSENT = ("traffic_extract", "admin", "landmarks", "timezone", "transit_dir", "transit_feeds_dir")
_KMH = 1 / 3.6

Json = dict[str, Any]


def is_available() -> bool:
    """Whether Valhalla is installed for this Python (its wheels begin at 3.12)."""
    return find_spec("valhalla") is not None


class ValhallaRoads:
    """The road network in one `tiles.tar`.

    Each engine serves one call at a time, so a few are kept, made when first needed; further
    callers wait. The tiles are mapped into memory once for all of them.
    """

    is_estimate = False

    def __init__(self, tiles: Path, engines: int | None = None) -> None:
        """Raises `FileNotFoundError` if `tiles` is not there; opens nothing else yet."""
        self._tiles = tiles.resolve(strict=True)
        self._idle: queue.LifoQueue[Any] = queue.LifoQueue()
        for _ in range(engines or min(4, os.cpu_count() or 1)):
            self._idle.put(None)

    def route(self, points: Sequence[LatLon], costing: Costing = "auto") -> RoadRoute:
        """The fastest way through `points`. Raises `InvalidInput`, `NoRoute`."""
        check_points(points)
        from valhalla import ValhallaError  # noqa: PLC0415 - absent on Python 3.11

        with self._engine() as engine:
            try:
                trip = engine.route(_request(points, costing))["trip"]
            except ValhallaError as error:
                raise NoRoute(points, str(error)) from error
            legs = [_Leg(engine, leg, costing) for leg in trip["legs"]]
        return _joined(legs)

    @contextmanager
    def _engine(self) -> Iterator[Any]:
        engine = self._idle.get()
        try:
            engine = engine or _open(self._tiles)
            yield engine
        finally:
            self._idle.put(engine)


def _open(tiles: Path) -> Any:
    import valhalla  # noqa: PLC0415 - absent on Python 3.11

    config: dict[str, Json] = valhalla.get_config(str(tiles), "")
    config["mjolnir"].update(dict.fromkeys(_ABSENT, ""))
    return valhalla.Actor(config)


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

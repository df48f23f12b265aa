"""The road network: routes on real roads, or an honest estimate where there is no map."""

from __future__ import annotations

from pathlib import Path

from fleet_app.routing.roads.engines import tiles_in
from fleet_app.routing.roads.errors import NoRoute
from fleet_app.routing.roads.great_circle import GreatCircleRoads
from fleet_app.routing.roads.limits import PostedLimits
from fleet_app.routing.roads.matching import RoadMatcher
from fleet_app.routing.roads.ports import Costing, LatLon, RoadNetwork, RoadRoute

__all__ = [
    "Costing",
    "LatLon",
    "NoRoute",
    "PostedLimits",
    "RoadMatcher",
    "RoadNetwork",
    "RoadRoute",
    "open_limits",
    "open_matcher",
    "open_roads",
]


def open_roads(map_dir: Path) -> RoadNetwork:
    """The best road network for the map in `map_dir` (`<home>/map`).

    Valhalla when its data is there and this Python has it (3.12 and newer), otherwise an estimate,
    whose routes say so in `is_estimate`.
    """
    from fleet_app.routing.roads import valhalla  # noqa: PLC0415 - the engine loads only if wanted

    tiles = tiles_in(map_dir)
    return GreatCircleRoads() if tiles is None else valhalla.ValhallaRoads(tiles)


def open_limits(map_dir: Path) -> PostedLimits | None:
    """The speed limits of the map in `map_dir`; None where `open_roads` would have to estimate."""
    tiles = tiles_in(map_dir)
    return None if tiles is None else PostedLimits(tiles)


def open_matcher(map_dir: Path) -> RoadMatcher | None:
    """What puts ways on the roads of the map in `map_dir`; None where there are none."""
    tiles = tiles_in(map_dir)
    return None if tiles is None else RoadMatcher(tiles)

"""The road network: routes on real roads, or an honest estimate where there is no map."""

from __future__ import annotations

from pathlib import Path

from fleet_app.routing.roads.errors import NoRoute
from fleet_app.routing.roads.great_circle import GreatCircleRoads
from fleet_app.routing.roads.ports import Costing, LatLon, RoadNetwork, RoadRoute

__all__ = ["Costing", "LatLon", "NoRoute", "RoadNetwork", "RoadRoute", "open_roads"]


def open_roads(map_dir: Path) -> RoadNetwork:
    """The best road network for the map in `map_dir` (`<home>/map`).

    Valhalla when its data is there and this Python has it (3.12 and newer), otherwise an estimate,
    whose routes say so in `is_estimate`.
    """
    from fleet_app.routing.roads import valhalla  # noqa: PLC0415 - the engine loads only if wanted

    tiles = map_dir / valhalla.TILES
    if tiles.is_file() and valhalla.is_available():
        return valhalla.ValhallaRoads(tiles.resolve())
    return GreatCircleRoads()

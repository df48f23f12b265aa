"""Which road network an installation has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from fleet_app.routing.outside import PER_SECOND, Taking, Turns
from fleet_app.routing.roads.engines import tiles_in
from fleet_app.routing.roads.great_circle import GreatCircleRoads
from fleet_app.routing.roads.limits import PostedLimits
from fleet_app.routing.roads.matching import RoadMatcher
from fleet_app.routing.roads.online import RoadServer
from fleet_app.routing.roads.ports import RoadNetwork

RoadChoice = Literal["embedded", "valhalla", "osrm", "google", "estimate"]
_PUBLIC = ("project-osrm.org", "openstreetmap.de", "openstreetmap.org")
PUBLIC_PER_SECOND = 1.0
"""What servers that are there for everybody allow."""


@dataclass(frozen=True, slots=True)
class RoadSource:
    """What an installation chose. All its processes share the pace that a service allows: `turns`
    are told turns a second and how many at once."""

    choice: RoadChoice = "embedded"
    url: str = ""
    key: str = ""
    turns: Callable[[float, int], Taking] = Turns


def open_roads(map_dir: Path, source: RoadSource | None = None) -> RoadNetwork:
    """The road network of an installation whose map is in `map_dir` (`<home>/map`).

    Embedded: Valhalla when its data is there and this Python has it (3.12 and newer), otherwise an
    estimate, whose routes say so in `is_estimate`. Either stands in for a service outside.
    """
    source = source or RoadSource()
    if source.choice == "estimate":
        return GreatCircleRoads()
    own = _own(map_dir)
    if source.choice == "embedded":
        return own
    from fleet_app.routing.roads.fallback import FallbackRoads  # noqa: PLC0415 - only if wanted

    return FallbackRoads(_outside(source), own)


def open_limits(map_dir: Path) -> PostedLimits | None:
    """The speed limits of the map in `map_dir`; None without a map that has roads."""
    tiles = tiles_in(map_dir)
    return None if tiles is None else PostedLimits(tiles)


def open_matcher(map_dir: Path, source: RoadSource | None = None) -> RoadMatcher | None:
    """What puts ways on roads: the service chosen where it can, or the map in `map_dir`; None
    where there are no roads."""
    source = source or RoadSource()
    if source.choice == "valhalla":
        from fleet_app.routing.roads.valhalla import online_asker  # noqa: PLC0415 - only if wanted

        return RoadMatcher(None, asker=online_asker(_server(source)))
    if source.choice == "osrm":
        from fleet_app.routing.roads import osrm_match  # noqa: PLC0415 - only if wanted

        asker = osrm_match.OsrmMatching(_server(source))
        return RoadMatcher(None, asker=asker, most_points=osrm_match.MOST_POINTS)
    tiles = None if source.choice == "estimate" else tiles_in(map_dir)
    return None if tiles is None else RoadMatcher(tiles)


def _own(map_dir: Path) -> RoadNetwork:
    from fleet_app.routing.roads import valhalla  # noqa: PLC0415 - the engine loads only if wanted

    tiles = tiles_in(map_dir)
    return GreatCircleRoads() if tiles is None else valhalla.embedded(tiles)


def _outside(source: RoadSource) -> RoadNetwork:
    from fleet_app.routing.roads import google, osrm, valhalla  # noqa: PLC0415 - only if wanted

    if source.choice == "google":
        return google.GoogleRoads(_server(source))
    if source.choice == "osrm":
        return osrm.OsrmRoads(_server(source))
    return valhalla.online(_server(source))


def _server(source: RoadSource) -> RoadServer:
    from fleet_app.routing.roads.google import URL  # noqa: PLC0415 - only if wanted

    if source.choice == "google":
        turns = source.turns(PER_SECOND, 10)
        return RoadServer(source.url or URL, secret={"X-Goog-Api-Key": source.key}, turns=turns)
    secret = {"Authorization": f"Bearer {source.key}"} if source.key else {}
    public = (urlsplit(source.url).hostname or "").endswith(_PUBLIC)
    paced = source.turns(PUBLIC_PER_SECOND, 1) if public else None
    return RoadServer(source.url, secret=secret, turns=paced)

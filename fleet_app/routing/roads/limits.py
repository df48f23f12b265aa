"""Speed limits that stand at the roads, by place and direction."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fleet_app.routing.roads.engines import Engines, Json

RADIUS_M = 20.0
"""How far a vehicle may seem to be from the road it drives on: a good receiver and half a road."""
SLACK_M = 10.0
"""Roads that are farther than the nearest by no more may as well be the one driven on."""
TOLERANCE_DEG = 45.0
"""Headings of receivers are off by some 10 degrees, and roads bend."""
_SERVICE = "service_other"
"""Driveways, yards, the lanes of a car park: nobody posts limits there."""
_KMH = 1 / 3.6


class PostedLimits:
    """The limits that OpenStreetMap's `maxspeed` tells. Calls block for about a millisecond and may
    come from any thread."""

    def __init__(self, tiles: Path) -> None:
        """Raises `FileNotFoundError` if `tiles` is not there; opens nothing else yet."""
        self._engines = Engines(tiles, 1)
        self.version = str(tiles.stat().st_size)
        """Differs between maps, as a rule, and is the same wherever one map is."""

    def at(self, lat: float, lon: float, heading: float | None = None) -> float | None:
        """The limit in m/s for who drives here in this direction; None where none is known.

        Where several roads come into question the highest limit counts, and where the limit of one
        of them is not known, none does: nobody is to be told of speeding that was none. The speed
        Valhalla itself would drive is never taken for a limit.
        """
        from valhalla import ValhallaError  # noqa: PLC0415 - absent on Python 3.11

        with self._engines.one() as engine:
            try:
                found = engine.locate(_request(lat, lon))
            except ValhallaError:  # no road near
                return None
        return _limit([edge for edge in found[0].get("edges") or () if _leads(edge, heading)])


def _request(lat: float, lon: float) -> Json:
    place = {"lat": lat, "lon": lon, "radius": RADIUS_M, "search_cutoff": RADIUS_M}
    near = {"minimum_reachability": 0, "node_snap_tolerance": 0}
    return {"locations": [place | near], "costing": "auto", "verbose": True}


def _leads(edge: Json, heading: float | None) -> bool:
    if heading is None:
        return True
    turn: float = (edge["heading"] - heading + 180.0) % 360.0 - 180.0
    return abs(turn) <= TOLERANCE_DEG


def _limit(edges: list[Json]) -> float | None:
    roads = [edge for edge in edges if _class(edge) != _SERVICE] or edges
    if not roads:
        return None
    reach = min(edge["distance"] for edge in roads) + SLACK_M
    limits = [_posted(edge) for edge in roads if edge["distance"] <= reach]
    known = [limit for limit in limits if limit is not None]
    return max(known) * _KMH if len(known) == len(limits) else None


def _class(edge: Json) -> Any:
    return edge["edge"]["classification"]["classification"]


def _posted(edge: Json) -> float | None:
    """Kilometres an hour; None where there is none, and where there is no limit at all."""
    said = edge["edge_info"].get("speed_limit")
    return said if isinstance(said, int | float) and 0 < said < 250 else None

"""The limits of the roads as the fold asks for them: by fix, from memory where it can."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

from fleet_app.location.models import Fix

SLOWEST_MPS = 8.0
"""29 km/h. Slower fixes are not looked up: limits below it are those of yards and playing streets,
which are rarely on maps."""
WORST_ACCURACY_M = 30.0
"""A place that may be farther off may be on another road."""
REMEMBERED = 50_000
"""Places, about 10 MB: the roads that a fleet's vehicles drive every day."""
_STEPS = 20_000
"""Of a degree: places within 5 m and directions within 15 degrees are one."""
_TURN = 15


class Roads(Protocol):
    """Knows the posted limits."""

    def at(self, lat: float, lon: float, heading: float | None = None) -> float | None:
        """In m/s, for who drives here in this direction; None where none is known."""


class RoadLimits:
    """`SpeedLimits` of a road network. A function of the fix alone: of its place and direction,
    rounded, its speed and its accuracy."""

    def __init__(self, roads: Roads, version: str = "") -> None:
        self._roads = roads
        self.version = version
        """Of the map, as part of what a fold went by."""
        self._at = lru_cache(REMEMBERED)(self._asked)

    def limit_mps(self, fix: Fix) -> float | None:
        """See `SpeedLimits`. Fixes that are slow or may be anywhere have none."""
        key = _key(fix)
        return None if key is None else self._at(*key)

    def look(self, fixes: Sequence[Fix]) -> None:
        """Remember the limits of these, which are asked for next. Blocks for up to a millisecond a
        fix: not for the thread of an event loop."""
        for fix in fixes:
            self.limit_mps(fix)

    def _asked(self, lat: int, lon: int, heading: int | None) -> float | None:
        turn = None if heading is None else float(heading * _TURN)
        return self._roads.at(lat / _STEPS, lon / _STEPS, turn)


def _key(fix: Fix) -> tuple[int, int, int | None] | None:
    if fix.speed is not None and fix.speed < SLOWEST_MPS:
        return None
    if fix.accuracy is not None and fix.accuracy > WORST_ACCURACY_M:
        return None
    heading = None if fix.heading is None else round(fix.heading / _TURN) % (360 // _TURN)
    return round(fix.lat * _STEPS), round(fix.lon * _STEPS), heading

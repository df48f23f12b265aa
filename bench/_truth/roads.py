"""Roads driven and roads told: for paths that something has snapped to the streets."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import cos, hypot, radians

from fleet_app.kernel.geo import distance_m
from fleet_app.location.zones.shapes import METRES_PER_DEGREE

Path = Sequence[tuple[float, float]]
"""Latitude and longitude."""
NEAR_M = 15.0
"""A road and its pavements."""
STEP_M = 5.0


def agreement(driven: Path, snapped: Path, near_m: float = NEAR_M) -> tuple[float, float]:
    """Which share of the snapped way was driven, and which share of the driven way was snapped."""
    return _share(snapped, driven, near_m), _share(driven, snapped, near_m)


def _share(path: Path, other: Path, near_m: float) -> float:
    places = [*_places(path)]
    near = sum(_metres(place, other) <= near_m for place in places)
    return near / len(places) if places else 0.0


def _places(path: Path) -> list[tuple[float, float]]:
    """The path in steps of `STEP_M`."""
    found = []
    for (lat1, lon1), (lat2, lon2) in pairwise(path):
        steps = max(1, round(distance_m(lat1, lon1, lat2, lon2) / STEP_M))
        found += [
            (lat1 + (lat2 - lat1) * n / steps, lon1 + (lon2 - lon1) * n / steps)
            for n in range(steps)
        ]
    return found


def _metres(place: tuple[float, float], path: Path) -> float:
    """From a place to the nearest side of a path, in a plane around the place."""
    lat, lon = place
    east = METRES_PER_DEGREE * cos(radians(lat))
    flat = [((b - lon) * east, (a - lat) * METRES_PER_DEGREE) for a, b in path]
    return min((_to_side(a, b) for a, b in pairwise(flat)), default=float("inf"))


def _to_side(a: tuple[float, float], b: tuple[float, float]) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    square = dx * dx + dy * dy
    along = min(1.0, max(0.0, -(a[0] * dx + a[1] * dy) / square)) if square else 0.0
    return hypot(a[0] + along * dx, a[1] + along * dy)

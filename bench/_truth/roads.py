"""Roads driven and roads told: for paths that something has snapped to the streets."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import cos, radians

import numpy as np
from numpy.typing import NDArray

from fleet_app.kernel.geo import distance_m
from fleet_app.location.zones.shapes import METRES_PER_DEGREE

Path = Sequence[tuple[float, float]]
"""Latitude and longitude."""
NEAR_M = 15.0
"""A road and its pavements."""
STEP_M = 5.0
CHUNK = 200
"""Places compared at a time."""
Flat = NDArray[np.float64]


def agreement(driven: Path, snapped: Path, near_m: float = NEAR_M) -> tuple[float, float]:
    """Which share of the snapped way was driven, and which share of the driven way was snapped."""
    return _share(snapped, driven, near_m), _share(driven, snapped, near_m)


def _share(path: Path, other: Path, near_m: float) -> float:
    places = _places(path)
    if not places or len(other) < 2:
        return 0.0
    flat = _flat(places, places[0]), _flat(other, places[0])
    near = sum(int((_metres(part, flat[1]) <= near_m).sum())
               for part in np.array_split(flat[0], len(places) // CHUNK + 1))  # fmt: skip
    return near / len(places)


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


def _flat(path: Path, around: tuple[float, float]) -> Flat:
    """Metres north and east of a place, in a plane."""
    east = METRES_PER_DEGREE * cos(radians(around[0]))
    flat: Flat = (np.array(path) - around) * (METRES_PER_DEGREE, east)
    return flat


def _metres(places: Flat, path: Flat) -> NDArray[np.float64]:
    """From each place to the nearest side of a path."""
    start, way = path[:-1], np.diff(path, axis=0)
    square = np.maximum((way**2).sum(axis=1), 1e-9)
    away = places[:, None] - start
    share = np.clip((away * way).sum(axis=2) / square, 0.0, 1.0)
    off = away - share[..., None] * way
    nearest: NDArray[np.float64] = np.hypot(off[..., 0], off[..., 1]).min(axis=1)
    return nearest

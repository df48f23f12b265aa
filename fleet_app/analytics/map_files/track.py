"""A track as a map file draws it: lines by class of speed, and dashes across silences. Pure."""

from __future__ import annotations

import math

import msgspec
import numpy as np

from fleet_app.kernel.units import Units
from fleet_app.location.past.replay import Columns, Numbers
from fleet_app.routing.background import Box, Line

MOST_POINTS = 8_000
LEVEL_COLOURS = ("#3b4cc0", "#7b3fb5", "#b8338c", "#dc4a5a", "#ec7a2c", "#e5a100")
"""From slow to fast, as on the history page."""
LIMITS = {Units.METRIC: (20, 40, 60, 80, 100), Units.IMPERIAL: (15, 25, 40, 50, 65)}
"""Upper ends of the classes in the reader's units; the last has none."""
_METRES_PER_DEGREE = 111_195.0
_MARGIN = 0.08
_LEAST_DEGREES = 0.004
_WIDEST, _TALLEST = 2.4, 1.5
"""A map on a wide screen, and on a phone: width to height, height to width."""


class Way(msgspec.Struct, frozen=True):
    """Lines by class of speed, and straight lines across silences."""

    levels: list[list[Line]]
    gaps: list[Line]


def way_of(columns: Columns, gap_ms: int, limits_mps: list[float]) -> Way:
    """The way of some fixes. Longitudes run on across the antimeridian."""
    lat, lon = columns.lat, unwrapped(columns.lon)
    levels: list[list[Line]] = [[] for _ in range(len(limits_mps) + 1)]
    gaps: list[Line] = []
    pairs = zip(lat.tolist(), lon.tolist(), strict=True)
    places: Line = [(round(north, 6), round(east, 6)) for north, east in pairs]
    lost = (np.diff(columns.t) > gap_ms).tolist()
    before = None
    for i, level in enumerate(_levels(columns, lon, limits_mps)):
        piece = [places[i], places[i + 1]]
        if lost[i]:
            before = None
            if piece[0] != piece[1]:
                gaps.append(piece)
        elif level == before:
            levels[level][-1].append(places[i + 1])
        else:
            levels[level].append(piece)
            before = level
    return Way(levels, gaps)


def _levels(columns: Columns, lon: Numbers, limits: list[float]) -> list[int]:
    """The class of speed from each fix to the next: as told at both ends, else by the distance."""
    seconds = np.maximum(np.diff(columns.t) / 1000, 1e-3)
    middle = np.cos(np.radians((columns.lat[1:] + columns.lat[:-1]) / 2))
    metres = np.hypot(np.diff(columns.lat), np.diff(lon) * middle) * _METRES_PER_DEGREE
    told = np.asarray((columns.speed[1:] + columns.speed[:-1]) / 2, dtype=float)
    pace = np.where(np.isfinite(told), told, metres / seconds)
    found: list[int] = np.digitize(pace, limits).tolist()
    return found


def unwrapped(lon: Numbers) -> Numbers:
    """Longitudes without the leap at 180 degrees."""
    turned: Numbers = np.unwrap(np.asarray(lon, dtype=float), period=360.0)
    return turned


def near(lon: float, other: float) -> float:
    """The longitude on the same side of the antimeridian as another."""
    return lon + 360.0 * round((other - lon) / 360.0)


def box_of(places: Line) -> Box | None:
    """A box around places with some room; None for no places."""
    if not places:
        return None
    lats, lons = [lat for lat, _ in places], [lon for _, lon in places]
    south, north, west, east = min(lats), max(lats), min(lons), max(lons)
    up = max((north - south) * _MARGIN, _LEAST_DEGREES / 2)
    across = max((east - west) * _MARGIN, _LEAST_DEGREES)
    return Box(
        max(south - up, -89.0), west - across, min(north + up, 89.0), east + across
    )  # fmt: skip


def around(box: Box) -> Box:
    """What a window shows when it has to show all of the box: one wider, or taller, than it."""
    squeeze = max(math.cos(math.radians((box.south + box.north) / 2)), 0.01)
    across, tall = (box.east - box.west) * squeeze, box.north - box.south
    more_across = max(across, tall * _WIDEST) - across
    more_tall = max(tall, across * _TALLEST) - tall
    east = more_across / 2 / squeeze
    return Box(
        max(box.south - more_tall / 2, -89.0), box.west - east,
        min(box.north + more_tall / 2, 89.0), box.east + east,
    )  # fmt: skip

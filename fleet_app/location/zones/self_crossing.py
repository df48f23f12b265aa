"""Where an outline crosses or touches itself, so that whoever drew it can find the place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import shapely

from fleet_app.location.zones.shapes import Position

Crossing = tuple[int, int, Position]
"""Two sides by the number of the corner they begin at (from 0), and where they meet."""
_PLACE = re.compile(r"\[(\S+) (\S+)\]")
_CLOSE = 1e-9
_MOST = 30
"""Sides through one place that are looked at."""


def self_crossing(ring: Sequence[Position]) -> Crossing | None:
    """A place where two sides meet that should not; None for a simple ring."""
    outline = shapely.Polygon(ring)
    if outline.is_valid:
        return None
    found = _PLACE.search(shapely.is_valid_reason(outline))
    lon, lat = (float(number) for number in found.groups()) if found else ring[0]
    corners = np.asarray(ring, dtype=float)
    sides = shapely.linestrings(np.stack([corners, np.roll(corners, -1, axis=0)], axis=1))
    away = shapely.distance(sides, shapely.Point(lon, lat))
    near = np.argsort(away, kind="stable")[:_MOST]
    through = sorted(int(side) for side in near if away[side] <= _CLOSE)
    for one, other in combinations(through, 2):
        if not _neighbours(one, other, len(ring)) or _overlap(sides[one], sides[other]):
            return one, other, (lon, lat)
    one, other = sorted(int(side) for side in near[:2])
    return one, other, (lon, lat)


def _neighbours(one: int, other: int, count: int) -> bool:
    return (other - one) % count in (1, count - 1)


def _overlap(one: shapely.LineString, other: shapely.LineString) -> bool:
    """Neighbours share their corner, and nothing else."""
    return bool(one.intersection(other).length > 0)

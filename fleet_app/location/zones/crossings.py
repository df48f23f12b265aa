"""Where an outline crosses or touches itself, so that whoever drew it can find the place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from fleet_app.location.zones.shapes import Position

Crossing = tuple[int, int, Position]
"""Two sides by the number of the corner they begin at (from 0), and where they meet."""


def self_crossing(ring: Sequence[Position]) -> Crossing | None:
    """The first place where two sides meet that are not neighbours; None for a simple ring."""
    corners = np.asarray(ring, dtype=float)
    sides = shapely.linestrings(np.stack([corners, np.roll(corners, -1, axis=0)], axis=1))
    first, second = shapely.STRtree(sides).query(sides, predicate="intersects")
    apart = (second - first) % len(sides)
    candidates = (first < second) & (apart != 0)
    for one, other in sorted(zip(first[candidates], second[candidates], strict=True)):
        place = _meeting(sides, int(one), int(other))
        if place is not None:
            return int(one), int(other), place
    return None


def _meeting(sides: Sequence[shapely.LineString], one: int, other: int) -> Position | None:
    """Neighbours may share their corner, and nothing else."""
    shared = shapely.intersection(sides[one], sides[other])
    neighbours = (other - one) % len(sides) in (1, len(sides) - 1)
    if shared.is_empty or (neighbours and shared.geom_type == "Point" and len(sides) > 2):
        return None
    middle = shared.interpolate(0.5, normalized=True) if shared.length else shared.centroid
    return float(middle.x), float(middle.y)

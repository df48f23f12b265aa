"""Sizes of shapes, and shapes with fewer corners."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import cos, pi, radians

import numpy as np
import shapely

from fleet_app.kernel.geo import EARTH_RADIUS_M, distance_m
from fleet_app.location.zones.shapes import (
    METRES_PER_DEGREE,
    Circle,
    Corridor,
    Polygon,
    Position,
    Shape,
)


def area_m2(shape: Shape) -> float:
    """How much a shape covers; of a corridor that meets itself a little less."""
    match shape:
        case Circle(radius_m=radius):
            return 2 * pi * EARTH_RADIUS_M**2 * (1 - cos(radius / EARTH_RADIUS_M))
        case Corridor(line=line, width_m=width):
            length = sum(distance_m(a[1], a[0], b[1], b[0]) for a, b in pairwise(line))
            return length * width + pi * (width / 2) ** 2
        case Polygon():
            return area_km2(shape) * 1e6


def area_km2(shape: Polygon) -> float:
    """On the sphere, holes taken away (Chamberlain and Duquette, 2007)."""
    outline, *holes = (_ring_km2(ring) for ring in shape.rings)
    return max(outline - sum(holes), 0.0)


def _ring_km2(ring: Sequence[Position]) -> float:
    lons, lats = np.radians(np.asarray(ring, dtype=float)).T
    steps = np.roll(lons, -1) - lons
    # Of every side the area between it and the equator: sin(latitude) averaged over the side.
    heights = (np.sin(lats) + np.sin(np.roll(lats, -1))) / 2
    return float(abs((steps * heights).sum())) * (EARTH_RADIUS_M / 1000) ** 2


def depth_m(shape: Shape) -> float:
    """About half of how deep inside a shape one can be, in metres: its area over its edge."""
    match shape:
        case Circle(radius_m=radius):
            return radius / 2
        case Corridor(width_m=width):
            return width / 4
        case Polygon():
            return area_km2(shape) * 1e6 / sum(map(_around_m, shape.rings))


def _around_m(ring: Sequence[Position]) -> float:
    corners = np.asarray(ring, dtype=float)
    steps = np.roll(corners, -1, axis=0) - corners
    steps[:, 0] *= np.cos(np.radians(corners[:, 1]))
    return float(np.hypot(*steps.T).sum()) * METRES_PER_DEGREE


def simplified(ring: Sequence[Position], metres: float, *, closed: bool) -> tuple[Position, ...]:
    """The line with fewer corners; none that goes lies farther than `metres` from what stays."""
    corners = np.asarray(ring, dtype=float)
    narrowing = cos(radians(float(np.abs(corners[:, 1]).max())))
    scaled = corners * (max(narrowing, 0.05), 1.0)
    if closed:
        flat = shapely.Polygon(scaled).simplify(metres / METRES_PER_DEGREE, preserve_topology=True)
        kept = shapely.get_coordinates(flat.exterior)[:-1]
    else:
        kept = shapely.get_coordinates(
            shapely.LineString(scaled).simplify(metres / METRES_PER_DEGREE, preserve_topology=True)
        )
    # Back by their own numbers: scaling and unscaling would move every corner a little.
    own = {tuple(pair): position for pair, position in zip(scaled.tolist(), ring, strict=True)}
    return tuple(own[tuple(pair)] for pair in kept.tolist())

"""Any shape drawn as a polygon in degrees, for programs and questions that know nothing else."""

from __future__ import annotations

from math import cos, radians

import numpy as np
import shapely
from numpy.typing import NDArray

from fleet_app.kernel.geo import destination
from fleet_app.location.zones.shapes import (
    METRES_PER_DEGREE,
    Circle,
    Corridor,
    Polygon,
    Position,
    Shape,
    bounds_of,
    unwrapped,
)  # fmt: skip

Geometries = NDArray[np.object_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
CIRCLE_CORNERS = 64
_ROUND = 8
"""Corners in a quarter of a corridor's round ends."""
_NARROWEST = 0.05


def outline_of(shape: Shape) -> shapely.Geometry:
    """A polygon in degrees; of a circle or corridor it is right to about a thousandth of its size.

    A circle around a pole has none: an empty polygon.
    """
    match shape:
        case Polygon(outline=outline, holes=holes):
            return shapely.Polygon(outline, holes)
        case Corridor(line=line, width_m=width):
            return _band(line, width)
        case Circle():
            corners = circle_corners(shape)
            return shapely.Polygon(corners) if corners else shapely.Polygon()


def circle_corners(shape: Circle) -> tuple[Position, ...]:
    """Corners on the circle, counter-clockwise from north; none when a pole lies inside."""
    box = bounds_of(shape)
    if box.south <= -90.0 or box.north >= 90.0:
        return ()
    lon, lat = shape.center
    around = (
        destination(lat, lon, -360.0 * n / CIRCLE_CORNERS, shape.radius_m)
        for n in range(CIRCLE_CORNERS)
    )
    corners = unwrapped([shape.center, *((east, north) for north, east in around)])
    return corners[1:]


def chords(lines: Floats, drawn: Geometries, outlines: Geometries) -> tuple[Ints, Floats, Floats]:
    """The longest piece of each line inside the outline beside it, as shares of the line.

    Returns which lines have one, and where it starts and ends. `drawn` are the same `lines`.
    """
    pieces, owner = shapely.get_parts(shapely.intersection(drawn, outlines), return_index=True)
    lengths = shapely.length(pieces)
    order = np.lexsort((lengths, owner))
    longest = order[np.flatnonzero(np.diff(owner[order], append=-1))]
    longest = longest[lengths[longest] > 0]
    which = owner[longest]
    steps = lines[which, 2:] - lines[which, :2]
    ends = [
        ((shapely.get_coordinates(shapely.get_point(pieces[longest], at)) - lines[which, :2])
         * steps).sum(axis=1) / (steps * steps).sum(axis=1)
        for at in (0, -1)
    ]  # fmt: skip
    start, end = np.sort(np.clip(ends, 0.0, 1.0), axis=0)
    return which, start, end


def _band(line: tuple[Position, ...], width_m: float) -> shapely.Geometry:
    box = bounds_of(Corridor(line, width_m))
    narrow = max(cos(radians((box.south + box.north) / 2)), _NARROWEST)
    flat = shapely.LineString(np.asarray(line, dtype=float) * (narrow, 1.0))
    wide = flat.buffer(width_m / 2 / METRES_PER_DEGREE, quad_segs=_ROUND)
    drawn = shapely.transform(wide, lambda corners: corners / (narrow, 1.0))
    # Stretching rounds the corners, and two that nearly met may have changed places.
    return drawn if drawn.is_valid else shapely.make_valid(drawn)

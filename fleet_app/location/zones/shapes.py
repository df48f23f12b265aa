"""What a zone looks like: a circle, a polygon with holes, or a corridor along a line.

Positions are (longitude, latitude) in degrees, the order of GeoJSON. A ring does not repeat its
first corner at the end. Longitudes run on across the antimeridian (179, 181, never 179, -179), so
that a shape is one piece; the westernmost lies in -180 <= longitude < 180. Sides are straight in
degrees, as RFC 7946 says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import asin, cos, degrees, floor, pi, radians, sin

import msgspec

from fleet_app.kernel.geo import EARTH_RADIUS_M

Position = tuple[float, float]
"""Longitude and latitude, degrees."""
METRES_PER_DEGREE = EARTH_RADIUS_M * pi / 180
"""Of latitude, and of longitude at the equator."""


class Circle(msgspec.Struct, frozen=True, tag_field="type", tag="circle"):
    """All places within `radius_m` metres of `center`."""

    center: Position
    radius_m: float


class Polygon(msgspec.Struct, frozen=True, tag_field="type", tag="polygon"):
    """What lies within the outline and in none of the holes."""

    outline: tuple[Position, ...]
    holes: tuple[tuple[Position, ...], ...] = ()

    @property
    def rings(self) -> tuple[tuple[Position, ...], ...]:
        """The outline, then the holes."""
        return (self.outline, *self.holes)


class Corridor(msgspec.Struct, frozen=True, tag_field="type", tag="corridor"):
    """All places within half of `width_m` metres of a line."""

    line: tuple[Position, ...]
    width_m: float


Shape = Circle | Polygon | Corridor


class Bounds(msgspec.Struct, frozen=True):
    """A box in degrees; `east` may lie beyond 180, and `west` at or before -180."""

    west: float
    south: float
    east: float
    north: float


def bounds_of(shape: Shape) -> Bounds:
    """The smallest box around a shape, or a little more."""
    match shape:
        case Circle(center=center, radius_m=radius):
            return _around(center, radius)
        case Polygon(outline=outline):
            return _box(outline)
        case Corridor(line=line, width_m=width):
            return _widened(_box(line), width / 2)


def unwrapped(positions: Sequence[Position]) -> tuple[Position, ...]:
    """The same line with longitudes that run on: no step is longer than half the way round."""
    found: list[Position] = []
    for lon, lat in positions:
        turns = floor((lon - found[-1][0] + 180.0) / 360.0) if found else 0
        found.append((lon - 360.0 * turns, lat))
    return tuple(found)


def shifted(positions: Iterable[Position], by: float) -> tuple[Position, ...]:
    """The positions moved east by so many degrees."""
    return tuple((lon + by, lat) for lon, lat in positions) if by else tuple(positions)


def home_shift(west: float) -> float:
    """What to add so that the westernmost longitude lies in -180 <= longitude < 180."""
    return -360.0 * ((west + 180.0) // 360.0)


def _box(positions: Sequence[Position]) -> Bounds:
    lons, lats = [lon for lon, _ in positions], [lat for _, lat in positions]
    return Bounds(min(lons), min(lats), max(lons), max(lats))


def _around(center: Position, radius_m: float) -> Bounds:
    lon, lat = center
    angle = radius_m / EARTH_RADIUS_M
    south, north = lat - degrees(angle), lat + degrees(angle)
    if north >= 90.0 or south <= -90.0:
        return Bounds(-180.0, max(south, -90.0), 180.0, min(north, 90.0))
    reach = degrees(asin(min(1.0, sin(angle) / cos(radians(lat)))))
    return Bounds(lon - reach, south, lon + reach, north)


def _widened(box: Bounds, metres: float) -> Bounds:
    up = metres / METRES_PER_DEGREE
    narrowest = min(max(abs(box.south), abs(box.north)) + up, 89.0)
    along = up / cos(radians(narrowest))
    return Bounds(box.west - along, max(box.south - up, -90.0), box.east + along,
                  min(box.north + up, 90.0))  # fmt: skip

"""The sides of many zones in flat arrays, and signed distances to them, all at once.

The sides of each polygon or corridor are sorted into bands of latitude. Whether a place is inside
a polygon depends only on the sides in the band of the place, and the distance to a side near by
only on the bands near by. So a zone of 10,000 corners costs about as much as one of a hundred.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fleet_app.kernel.geo import EARTH_RADIUS_M
from fleet_app.location.zones.shapes import (
    METRES_PER_DEGREE,
    Circle,
    Corridor,
    Polygon,
    Position,
    Shape,
)  # fmt: skip

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_CIRCLE, _POLYGON, _CORRIDOR = 0, 1, 2
_SIDES_PER_BAND = 8
_MOST_COPIES = 4
"""A side is copied into every band it crosses: so many copies a side at most, on average."""
_CHUNK = 1_000_000
"""Sides looked at in one go, to bound memory."""


@dataclass(frozen=True, slots=True)
class _Bands:
    south: float
    height: float
    counts: Ints
    """Sides in each band."""
    sides: Floats
    """Rows of from-longitude, from-latitude, to-longitude, to-latitude, band by band."""


class Edges:
    """All shapes, by their number in the sequence given."""

    def __init__(self, shapes: Sequence[Shape]) -> None:
        count = len(shapes)
        self._kind = np.zeros(count, dtype=np.int8)
        self._center = np.zeros((count, 2))
        self._extent = np.zeros(count)
        """Radius of a circle, half the width of a corridor, metres."""
        self._south, self._height = np.zeros(count), np.ones(count)
        self._first = np.zeros(count + 1, dtype=np.int64)
        """Where the bands of a shape begin."""
        self._fill(shapes)

    def _fill(self, shapes: Sequence[Shape]) -> None:
        sides, counts = [np.zeros((0, 4))], [np.zeros(0, dtype=np.int64)]
        for n, shape in enumerate(shapes):
            self._first[n + 1] = self._first[n]
            if isinstance(shape, Circle):
                self._center[n], self._extent[n] = shape.center, shape.radius_m
                continue
            self._kind[n] = _POLYGON if isinstance(shape, Polygon) else _CORRIDOR
            self._extent[n] = shape.width_m / 2 if isinstance(shape, Corridor) else 0.0
            bands = _bands(_sides(shape))
            self._south[n], self._height[n] = bands.south, bands.height
            self._first[n + 1] += len(bands.counts)
            sides.append(bands.sides)
            counts.append(bands.counts)
        self._sides = np.ascontiguousarray(np.concatenate(sides).T)
        self._starts = np.concatenate([[0], np.cumsum(np.concatenate(counts))])

    def signed_m(self, shape: Ints, lon: Floats, lat: Floats, reach: Floats) -> Floats:
        """Metres from each place to the edge of each shape; below 0 inside.

        `lon` runs on as the shape's longitudes do. What is farther than `reach` is `reach`,
        or minus `reach` inside.
        """
        found = np.empty(len(shape))
        circles = self._kind[shape] == _CIRCLE
        found[circles] = self._to_circles(shape[circles], lon[circles], lat[circles])
        for some in self._chunks(np.flatnonzero(~circles), shape, lat, reach):
            found[some] = self._to_sides(shape[some], lon[some], lat[some], reach[some])
        return np.clip(found, -reach, reach)

    def _to_circles(self, shape: Ints, lon: Floats, lat: Floats) -> Floats:
        phi1, phi2 = np.radians(self._center[shape, 1]), np.radians(lat)
        dlam = np.radians(lon - self._center[shape, 0])
        h = np.sin((phi2 - phi1) / 2) ** 2 + np.cos(phi1) * np.cos(phi2) * np.sin(dlam / 2) ** 2
        away = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(h, 1.0)))
        return np.asarray(away - self._extent[shape])

    def _chunks(self, wanted: Ints, shape: Ints, lat: Floats, reach: Floats) -> list[Ints]:
        if not len(wanted):
            return []
        start, end = self._range(shape[wanted], lat[wanted], reach[wanted])
        passed = np.cumsum(end - start) // _CHUNK
        return np.split(wanted, np.flatnonzero(np.diff(passed)) + 1)

    def _band(self, shape: Ints, lat: Floats) -> Ints:
        number = np.floor((lat - self._south[shape]) / self._height[shape])
        most = self._first[shape + 1] - self._first[shape] - 1
        return np.asarray(self._first[shape] + np.clip(number, 0, most).astype(np.int64))

    def _range(self, shape: Ints, lat: Floats, reach: Floats) -> tuple[Ints, Ints]:
        """Where the sides that matter begin and end."""
        pad = (reach + self._extent[shape]) / METRES_PER_DEGREE
        first, last = self._band(shape, lat - pad), self._band(shape, lat + pad)
        return self._starts[first], self._starts[last + 1]

    def _to_sides(self, shape: Ints, lon: Floats, lat: Floats, reach: Floats) -> Floats:
        start, end = self._range(shape, lat, reach)
        counts = end - start
        heads = np.concatenate([[0], np.cumsum(counts)[:-1]])
        side = np.arange(counts.sum()) + np.repeat(start - heads, counts)
        lon_each, lat_each = np.repeat(lon, counts), np.repeat(lat, counts)
        from_x, from_y, to_x, to_y = self._sides[:, side]
        from_x, from_y = from_x - lon_each, from_y - lat_each
        to_x, to_y = to_x - lon_each, to_y - lat_each
        crossed = _crossed(from_x, from_y, to_x, to_y)
        narrow = np.repeat(np.cos(np.radians(lat)), counts)
        squared = _squared(from_x * narrow, from_y, to_x * narrow, to_y)
        away = np.sqrt(np.minimum.reduceat(squared, heads)) * METRES_PER_DEGREE
        own = self._band(shape, lat)
        crossed &= side >= np.repeat(self._starts[own], counts)
        crossed &= side < np.repeat(self._starts[own + 1], counts)
        polygon = self._kind[shape] == _POLYGON
        inside = polygon & (np.add.reduceat(crossed.astype(np.int64), heads) % 2 == 1)
        return np.asarray(np.where(inside, -away, away) - self._extent[shape])


def _crossed(from_x: Floats, from_y: Floats, to_x: Floats, to_y: Floats) -> NDArray[np.bool_]:
    """Whether a line from the origin to the east meets the side."""
    straddles = (from_y > 0) != (to_y > 0)
    turn = from_x * to_y - to_x * from_y
    return np.asarray(straddles & ((turn > 0) == (to_y > from_y)))


def _squared(from_x: Floats, from_y: Floats, to_x: Floats, to_y: Floats) -> Floats:
    """The squared distance of the origin from each side."""
    step_x, step_y = to_x - from_x, to_y - from_y
    length = step_x * step_x + step_y * step_y
    along = -(from_x * step_x + from_y * step_y) / np.where(length > 0, length, 1.0)
    along = np.clip(along, 0.0, 1.0)
    return np.asarray((from_x + along * step_x) ** 2 + (from_y + along * step_y) ** 2)


def _sides(shape: Polygon | Corridor) -> Floats:
    if isinstance(shape, Corridor):
        line = np.asarray(shape.line, dtype=float)
        return np.hstack([line[:-1], line[1:]])
    return np.concatenate([_closed(ring) for ring in shape.rings])


def _closed(ring: Sequence[Position]) -> Floats:
    corners = np.asarray(ring, dtype=float)
    return np.hstack([corners, np.roll(corners, -1, axis=0)])


def _bands(sides: Floats) -> _Bands:
    low, high = np.minimum(sides[:, 1], sides[:, 3]), np.maximum(sides[:, 1], sides[:, 3])
    south, north = float(low.min()), float(high.max())
    count = max(1, len(sides) // _SIDES_PER_BAND)
    while True:
        height = (north - south) / count or 1.0
        # One below and above what rounding says: a side on the line between two is in both.
        first = np.clip(np.floor((low - south) / height - 1e-9), 0, count - 1).astype(np.int64)
        last = np.clip(np.floor((high - south) / height + 1e-9), 0, count - 1).astype(np.int64)
        copies = last - first + 1
        if count == 1 or copies.sum() <= _MOST_COPIES * len(sides):
            break
        count //= 2
    which = np.repeat(np.arange(len(sides)), copies)
    heads = np.concatenate([[0], np.cumsum(copies)[:-1]])
    band = np.arange(len(which)) - np.repeat(heads - first, copies)
    return _Bands(south, height, np.bincount(band, minlength=count),
                  sides[which[np.argsort(band, kind="stable")]])  # fmt: skip

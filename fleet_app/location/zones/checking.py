"""Whether a shape can be a zone, said in words for whoever drew it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite

import shapely

from fleet_app.kernel.errors import InvalidInput
from fleet_app.kernel.geo import distance_m
from fleet_app.kernel.units import quantity
from fleet_app.location.zones.measures import area_km2, simplified
from fleet_app.location.zones.self_crossing import self_crossing
from fleet_app.location.zones.shapes import (
    Circle,
    Corridor,
    Polygon,
    Position,
    Shape,
    bounds_of,
    home_shift,
    shifted,
    unwrapped,
)  # fmt: skip

MAX_CORNERS = 10_000
"""Of one zone, holes included. More is made simpler when nobody would see it."""
MAX_READ_CORNERS = 200_000
"""Of one shape before it is made simpler."""
SIMPLIFY_M = 5.0
"""A shape with too many corners may be moved by at most this much: a phone errs by as much."""
MAX_HOLES = 1_000
MIN_RADIUS_M, MAX_RADIUS_M = 5.0, 500_000.0
"""Below, no phone can tell inside from outside; above, no circle is meant."""
MIN_WIDTH_M, MAX_WIDTH_M = 5.0, 20_000.0
MIN_AREA_KM2, MAX_AREA_KM2 = 25e-6, 20e6
"""From five metres square to more than the largest country."""
MAX_SPAN_DEG = 180.0
MAX_LAT = 85.0
"""Web maps end there, and the sides of a shape beyond are not what they look like."""


def checked(shape: Shape) -> Shape:
    """The shape in its one spelling. Raises InvalidInput that says what is wrong, and where."""
    match shape:
        case Circle():
            return _circle(shape)
        case Corridor():
            return _corridor(shape)
        case Polygon():
            return _polygon(shape)


def refused(message: str) -> InvalidInput:
    """The shape cannot be a zone."""
    return InvalidInput(message, fields={"shape": message})


def place(position: Position) -> str:
    """A position as people read it on a map: latitude first."""
    lon = (position[0] + 180.0) % 360.0 - 180.0
    return f"{position[1]:.5f}, {lon:.5f}"


def swapped_hint(shape: Shape, home: Position) -> str | None:
    """A question for whoever drew it, when the shape would lie at home with its numbers swapped."""
    box = bounds_of(shape)
    lon, lat = (box.west + box.east) / 2, (box.south + box.north) / 2
    if not -90.0 <= lon <= 90.0:
        return None
    away = distance_m(home[1], home[0], lat, lon)
    swapped = distance_m(home[1], home[0], lon, lat)
    if away < 1_000_000.0 or swapped > away / 4:
        return None
    return (
        f"This lies at latitude {lat:.4f}, longitude {lon:.4f}, {quantity(away / 1000, 'km')} away."
        " Were latitude and longitude swapped?"
    )


def _circle(shape: Circle) -> Circle:
    (lon, lat), radius = _position(shape.center), shape.radius_m
    if not isfinite(radius) or radius < MIN_RADIUS_M:
        raise refused(f"The radius is at least {quantity(MIN_RADIUS_M, 'm')}.")
    if radius > MAX_RADIUS_M:
        raise refused(f"The radius is at most {quantity(MAX_RADIUS_M / 1000, 'km')}.")
    return Circle((lon + home_shift(lon), lat), float(radius))


def _corridor(shape: Corridor) -> Corridor:
    if not isfinite(shape.width_m) or not MIN_WIDTH_M <= shape.width_m <= MAX_WIDTH_M:
        raise refused(
            f"The width is between {quantity(MIN_WIDTH_M, 'm')} and"
            f" {quantity(MAX_WIDTH_M / 1000, 'km')}."
        )
    line = _tidy(shape.line)
    if len(line) < 2:
        raise refused("A corridor needs a line of at least two different points.")
    line = _few_enough(line, MAX_CORNERS, closed=False)
    west, east = min(lon for lon, _ in line), max(lon for lon, _ in line)
    if east - west >= MAX_SPAN_DEG:
        raise refused("The corridor goes more than half around the Earth.")
    return Corridor(shifted(line, home_shift(west)), float(shape.width_m))


def _polygon(shape: Polygon) -> Polygon:
    if len(shape.holes) > MAX_HOLES:
        raise refused(f"The zone has {len(shape.holes):,} holes; the most is {MAX_HOLES:,}.")
    outline = _ring(shape.outline, "The outline")
    holes = [_ring(ring, f"Hole {n}") for n, ring in enumerate(shape.holes, 1)]
    total = len(outline) + sum(map(len, holes))
    if total > MAX_CORNERS:
        share = MAX_CORNERS / total
        outline = _few_enough(outline, int(len(outline) * share), closed=True)
        holes = [_few_enough(ring, int(len(ring) * share), closed=True) for ring in holes]
    _must_be_simple(outline, "The outline")
    for n, ring in enumerate(holes, 1):
        _must_be_simple(ring, f"Hole {n}")
    outline = shifted(outline, home_shift(min(lon for lon, _ in outline)))
    middle = _middle(outline)
    found = Polygon(outline, tuple(_beside(ring, middle) for ring in holes))
    _must_hold_its_holes(found)
    _must_have_size(found)
    return found


def _ring(positions: Sequence[Position], what: str) -> tuple[Position, ...]:
    ring = _tidy(positions)
    if len(ring) > 1:
        turn = ring[0][0] - unwrapped([ring[-1], ring[0]])[1][0]
        if abs(turn) > 180.0:
            raise refused(f"{what} goes all the way around the Earth. Draw it in several zones.")
        if ring[0] == ring[-1]:
            ring = ring[:-1]
    if len(ring) < 3:
        raise refused(f"{what} needs at least three different corners; it has {len(ring)}.")
    return ring


def _tidy(positions: Sequence[Position]) -> tuple[Position, ...]:
    """Every position is one, runs on, and is not the same as the one before."""
    if len(positions) > MAX_READ_CORNERS:
        raise refused(
            f"The shape has {len(positions):,} corners; the most is {MAX_READ_CORNERS:,}."
        )
    line = unwrapped([_position(position) for position in positions])
    return line[:1] + tuple(after for before, after in pairwise(line) if after != before)


def _position(position: Position) -> Position:
    lon, lat = float(position[0]), float(position[1])
    if not (isfinite(lon) and isfinite(lat)):
        raise refused("A corner has no position: its latitude or longitude is not a number.")
    if abs(lat) > 90.0:
        hint = " Latitude and longitude may be swapped." if abs(lon) <= 90.0 else ""
        raise refused(f"There is no latitude {lat:g}: it lies between -90 and 90.{hint}")
    if abs(lat) > MAX_LAT:
        raise refused(f"Zones end at {MAX_LAT:g} degrees north and south; this one has {lat:g}.")
    if abs(lon) > 540.0:
        raise refused(f"There is no longitude {lon:g}: it lies between -180 and 180.")
    return lon, lat


def _few_enough(ring: tuple[Position, ...], most: int, *, closed: bool) -> tuple[Position, ...]:
    if len(ring) <= max(most, 4):
        return ring
    found = simplified(ring, SIMPLIFY_M, closed=closed)
    if len(found) > max(most, 4):
        raise refused(
            f"The shape has {len(ring):,} corners, and {len(found):,} when it is made simpler by"
            f" {quantity(SIMPLIFY_M, 'm')}; the most is {MAX_CORNERS:,}. Make it simpler."
        )
    return found


def _must_be_simple(ring: tuple[Position, ...], what: str) -> None:
    crossing = self_crossing(ring)
    if crossing:
        one, other, where = crossing
        raise refused(
            f"{what} crosses or touches itself at {place(where)}, where the side after corner"
            f" {one + 1} meets the side after corner {other + 1}. Move one of these corners."
        )


def _beside(ring: tuple[Position, ...], middle: float) -> tuple[Position, ...]:
    """A hole on the same turn around the Earth as the outline, of which this is the middle."""
    return shifted(ring, 360.0 * round((middle - _middle(ring)) / 360.0))


def _middle(ring: tuple[Position, ...]) -> float:
    return (min(lon for lon, _ in ring) + max(lon for lon, _ in ring)) / 2


def _must_have_size(shape: Polygon) -> None:
    box = bounds_of(shape)
    if box.east - box.west >= MAX_SPAN_DEG or area_km2(shape) > MAX_AREA_KM2:
        raise refused(
            "The zone covers too much of the Earth; the most is"
            f" {MAX_AREA_KM2 / 1e6:.0f} million square kilometres and half the way around."
        )
    if area_km2(shape) < MIN_AREA_KM2:
        raise refused(
            f"The zone is too small: it covers less than {MIN_AREA_KM2 * 1e6:.0f} square metres."
        )


def _must_hold_its_holes(shape: Polygon) -> None:
    if not shape.holes:
        return
    outer = shapely.Polygon(shape.outline)
    shapely.prepare(outer)
    holes = [shapely.Polygon(ring) for ring in shape.holes]
    for n, hole in enumerate(holes, 1):
        if not outer.covers(hole):
            outside = hole.difference(outer).representative_point()
            raise refused(
                f"Hole {n} reaches out of the outline at {place((outside.x, outside.y))}."
            )
    first, second = shapely.STRtree(holes).query(holes, predicate="intersects")
    for one, other in zip(first[first < second], second[first < second], strict=True):
        if holes[one].intersection(holes[other]).area:
            raise refused(f"Hole {one + 1} and hole {other + 1} overlap. Join them into one.")

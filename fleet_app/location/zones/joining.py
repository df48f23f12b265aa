"""Shapes across the antimeridian, cut there for files as RFC 7946 asks, and joined again."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import floor

import shapely

from fleet_app.location.zones.shapes import Polygon, Position, bounds_of, shifted, unwrapped

Ring = tuple[Position, ...]
_NEAR = 1e-9


def cut_line(line: Ring) -> list[Ring]:
    """A line that runs on, in pieces with longitudes between -180 and 180."""
    pieces: list[list[Position]] = [[line[0]]]
    side = _side(line[0])
    for at in _with_cuts(line)[1:]:
        if side and _side(at) == -side:
            pieces.append([pieces[-1][-1]])
        side = _side(at) or side
        pieces[-1].append(at)
    return [_home(tuple(piece)) for piece in pieces]


def _side(at: Position) -> int:
    """Before the antimeridian, on it, or beyond."""
    return (at[0] > 180.0) - (at[0] < 180.0)


def _with_cuts(line: Ring) -> list[Position]:
    """The line with a point wherever it crosses the antimeridian."""
    found = [line[0]]
    for before, after in pairwise(line):
        if _side(before) * _side(after) < 0:
            share = (180.0 - before[0]) / (after[0] - before[0])
            found.append((180.0, before[1] + share * (after[1] - before[1])))
        found.append(after)
    return found


def cut_polygon(shape: Polygon) -> list[Polygon]:
    """A polygon in pieces with longitudes between -180 and 180."""
    box = bounds_of(shape)
    if box.east <= 180.0:
        return [shape]
    whole = shapely.Polygon(shape.outline, shape.holes)
    sides = [shapely.box(-180.0, -90.0, 180.0, 90.0), shapely.box(180.0, -90.0, 540.0, 90.0)]
    pieces = [
        _polygon(part)
        for side in sides
        for part in shapely.get_parts(whole.intersection(side))
        if part.geom_type == "Polygon"
    ]
    return [Polygon(_home(piece.outline), tuple(map(_home, piece.holes))) for piece in pieces]


def joined_lines(lines: Sequence[Ring]) -> list[Ring]:
    """Lines that end where the next begins on the other side of the antimeridian, as one."""
    found: list[Ring] = []
    for before, line in zip([(), *lines], lines, strict=False):
        if before and line and _meet(before[-1], line[0]):
            found[-1] = unwrapped([*found[-1], *line[1:]])
        else:
            found.append(line)
    return found


def joined_polygons(parts: Sequence[Polygon]) -> list[Polygon]:
    """Pieces that meet at the antimeridian as one again; others stay as they are.

    Pieces are simple polygons. All longitudes of what is joined lie in 0 to 360.
    """
    cut = [part for part in parts if _meets_antimeridian(part)]
    if len(cut) < 2:
        return list(parts)
    east = [Polygon(_eastern(part.outline), tuple(map(_eastern, part.holes))) for part in cut]
    union = shapely.union_all([shapely.Polygon(part.outline, part.holes) for part in east])
    rest = [part for part in parts if not _meets_antimeridian(part)]
    return [*map(_polygon, shapely.get_parts(union)), *rest]


def _polygon(area: shapely.Polygon) -> Polygon:
    return Polygon(tuple(area.exterior.coords[:-1]),
                   tuple(tuple(ring.coords[:-1]) for ring in area.interiors))  # fmt: skip


def _home(ring: Ring) -> Ring:
    """The piece moved by whole turns so that its middle is between -180 and 180."""
    middle = (min(lon for lon, _ in ring) + max(lon for lon, _ in ring)) / 2
    return shifted(ring, -360.0 * floor((middle + 180.0) / 360.0))


def _eastern(ring: Ring) -> Ring:
    return tuple((lon % 360.0, lat) for lon, lat in unwrapped(ring)) if ring else ring


def _meet(one: Position, other: Position) -> bool:
    return (
        abs(abs(one[0]) - 180.0) < _NEAR
        and abs(one[0] + other[0]) < _NEAR
        and abs(one[1] - other[1]) < _NEAR
    )


def _meets_antimeridian(part: Polygon) -> bool:
    return any(abs(abs(lon) - 180.0) < _NEAR for lon, _ in part.outline)

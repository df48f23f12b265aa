"""Areas whose outline the extract cuts off.

Many extracts are cut hard at their rectangle: an outline that crosses it names nodes that are not
in the file. Such a gap is bridged along the rectangle's edge, the shorter way round, which is what
the area looks like inside the rectangle in all but contrived cases.
"""

from __future__ import annotations

from collections.abc import Sequence

import shapely
from shapely.geometry.base import BaseGeometry

from fleet_app.mapbuild.box import Box, Point

Outline = Sequence[Point | None]
"""Points in order; None for a node that is not in the extract."""


def stretches(outline: Outline) -> list[list[Point]]:
    """The known points in order, split where points are missing."""
    found: list[list[Point]] = [[]]
    for point in outline:
        if point is not None:
            found[-1].append(point)
        elif found[-1]:
            found.append([])
    return [stretch for stretch in found if stretch]


def polygons_only(geometry: BaseGeometry) -> BaseGeometry | None:
    """The polygon parts of a repaired geometry, None if nothing with an area is left."""
    flat = shapely.get_parts(shapely.get_parts(geometry))
    kept = [part for part in flat if part.geom_type == "Polygon" and part.area > 0]
    if not kept:
        return None
    return kept[0] if len(kept) == 1 else shapely.MultiPolygon(kept)


def close_clipped(outline: Outline, box: Box) -> BaseGeometry | None:
    """The part of an area inside `box`, from an outline (closed or not) with points missing."""
    pieces = stretches(outline)
    if not pieces:
        return None
    if len(pieces) > 1 and outline[0] is not None and outline[0] == outline[-1]:
        pieces[0] = pieces.pop()[:-1] + pieces[0]
    ring: list[Point] = []
    for piece, following in zip(pieces, [*pieces[1:], pieces[0]], strict=True):
        ring.extend(piece)
        if piece[-1] != following[0]:
            ring.extend(box.along_edge(piece[-1], following[0]))
    if len(ring) < 3:
        return None
    repaired = shapely.make_valid(shapely.Polygon(ring))
    return polygons_only(repaired.intersection(shapely.box(*box.as_list())))

"""The sea. OpenStreetMap has no sea polygons, only coastlines with water on their right."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from shapely.ops import polygonize, unary_union

from fleet_app.mapbuild.box import Box, Point
from fleet_app.mapbuild.rings import Outline, stretches

_SIDE_STEP_DEG = 1e-6
"""How far beside a coastline segment its sides are probed: about 0.1 m."""


def sea_polygons(coastlines: Iterable[Outline], box: Box) -> list[BaseGeometry]:
    """The sea inside `box`. Coastlines may be cut, open or incomplete; without any, no sea."""
    shore = [run for line in coastlines for run in stretches(line) if len(run) > 1]
    if not shore:
        return []
    faces = _faces([*shore, *_extensions(shore, box)], box)
    votes = _votes(shore, faces)
    return [face for number, face in enumerate(faces) if votes.get(number, 0.0) > 0]


def _extensions(shore: list[list[Point]], box: Box) -> list[list[Point]]:
    """Straight lines from each loose end inside the box to the nearest point of its edge."""
    ends = Counter(end for run in shore for end in (run[0], run[-1]))
    loose = [end for end, count in ends.items() if count == 1 and _inside(end, box)]
    return [[end, box.edge_point(box.edge_position(end))] for end in loose]


def _inside(point: Point, box: Box) -> bool:
    return box.west < point[0] < box.east and box.south < point[1] < box.north


def _faces(lines: list[list[Point]], box: Box) -> list[BaseGeometry]:
    """The pieces that the lines cut the box into."""
    sheet = shapely.box(*box.as_list())
    drawn = [shapely.LineString(line).intersection(sheet) for line in lines if len(set(line)) > 1]
    return list(polygonize(unary_union([sheet.exterior, *drawn])))


def _votes(shore: list[list[Point]], faces: list[BaseGeometry]) -> dict[int, float]:
    """For each face, the length of shore that has it on its water side, less its land side."""
    starts = np.array([point for run in shore for point in run[:-1]])
    ends = np.array([point for run in shore for point in run[1:]])
    along = ends - starts
    length = np.hypot(along[:, 0], along[:, 1])
    keep = length > 0
    middle = ((starts + ends) / 2)[keep]
    right = np.stack([along[:, 1], -along[:, 0]], axis=1)[keep] / length[keep, None]
    tree, votes = shapely.STRtree(faces), defaultdict[int, float](float)
    for sign in (1, -1):
        probes = shapely.points(middle + sign * _SIDE_STEP_DEG * right)
        which, face = tree.query(probes, predicate="intersects")
        for probe, number in zip(which, face, strict=True):
            votes[int(number)] += sign * float(length[keep][probe])
    return votes

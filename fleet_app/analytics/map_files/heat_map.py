"""The map of a heat map."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from fleet_app.analytics.map_files.drawing import Mark, a_map, add_heat, add_marks, parts_of
from fleet_app.analytics.map_files.heat import Cell
from fleet_app.analytics.map_files.track import around, box_of, near
from fleet_app.kernel.units import Units
from fleet_app.routing.background import Box, background_of

_COOLEST = 0.12
"""What is there at all shows."""
_WINDOW = (900, 550)
"""About the points that a map has on a screen."""


def map_of(
    cells: Sequence[Cell],
    *,
    full: float,
    signs: Sequence[tuple[str, str]],
    gradient: Mapping[float, str],
    units: Units,
    folder: Path,
) -> tuple[str, str] | None:
    """The element and the script; None without cells. `signs` tell of the first cells."""
    if not cells:
        return None
    first = cells[0].lon
    cells = [msgspec.structs.replace(one, lon=near(one.lon, first)) for one in cells]
    box = box_of([(cell.lat, cell.lon) for cell in cells])
    if box is None:
        return None
    drawn = a_map(box, background_of(folder, around(box)), units)
    points = [
        (round(one.lat, 5), round(one.lon, 5), round(warmth(one.weight, full), 3)) for one in cells
    ]
    add_heat(drawn, points, dict(gradient), zoom_of(box))
    add_marks(drawn, [
        Mark(lat=cell.lat, lon=cell.lon, kind="place", sign=str(number), rank=-number,
             title=title, lines=[said])
        for number, (cell, (title, said)) in enumerate(zip(cells, signs, strict=False), 1)
    ])  # fmt: skip
    return parts_of(drawn)


def warmth(weight: float, full: float) -> float:
    """From 0 to 1; 1 from `full` on."""
    return max(_COOLEST, min(1.0, weight / full)) if full > 0 else 1.0


def zoom_of(box: Box) -> int:
    """About the zoom at which a window shows the box."""
    across = 360 * _WINDOW[0] / 256 / max(box.east - box.west, 1e-6)
    tall = 180 * _WINDOW[1] / 256 / max(box.north - box.south, 1e-6)
    return max(1, min(18, math.floor(math.log2(min(across, tall)))))

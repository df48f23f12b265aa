"""The heat map as a file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, tzinfo
from pathlib import Path

import msgspec

from fleet_app.analytics.map_files.heat import Cell, Heat, HeatQuery, What
from fleet_app.analytics.map_files.page import Head, page_of
from fleet_app.analytics.map_files.texts import Words, duration
from fleet_app.kernel.units import Ruler

LISTED = 10
"""Places in the table."""
GRADIENT = {0.2: "#3b4cc0", 0.45: "#b8338c", 0.7: "#ec7a2c", 1.0: "#ffd21f"}
_FULL = 0.95
"""A depot has many times the weight of a street: from the twentieth part of the cells with the
most on, all are as hot as can be."""
_TITLES = {
    What.STOPS: "Where vehicles stood",
    What.FIXES: "Where vehicles were",
    What.SPEEDING: "Where vehicles were speeding",
    What.HARSH: "Where vehicles were driven harshly",
}
_COUNTED = {
    What.STOPS: ("Stops", "Time"),
    What.FIXES: ("Positions received", "Positions"),
    What.SPEEDING: ("Times speeding", "Times"),
    What.HARSH: ("Harsh events", "Events"),
}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Who asked for what, in words."""

    brand: str
    vehicles: Sequence[str]
    query: HeatQuery
    zone: tzinfo
    ruler: Ruler
    now: datetime


def heat_page(asked: Asked, heat: Heat, names: Sequence[str | None], folder: Path) -> bytes:
    """The file; `names` are those of the first cells. Call it in a worker thread."""
    words = Words.of(asked.zone, asked.ruler, asked.query.since, asked.query.until)
    counted, measure = _COUNTED[asked.query.what]
    totals = [(counted, f"{heat.count:,}")]
    if asked.query.what is What.STOPS:
        totals.append(("Standing", duration(heat.weight)))
    head = Head(
        brand=asked.brand,
        heading=_TITLES[asked.query.what],
        about=[words.between(asked.query.since, asked.query.until), vehicles_of(asked.vehicles)],
        totals=totals,
        nothing="Nothing was recorded in this period.",
        footer=f"Made on {words.moment(asked.now)}. Times are those of {asked.zone}. "
        "Counted in cells of about 100 m.",
    )
    full = full_weight(heat.cells)
    shown = [_said(asked.query.what, weight) for weight in (0.0, full)]
    said = {
        "gradient": ", ".join(f"{colour} {100 * at:.0f}%" for at, colour in GRADIENT.items()),
        "least": "Little", "most": f"{shown[1]} or more at one place",
        "places_title": "The places with the most", "measure": measure,
        "places": [
            {"name": name or "Unnamed place", "at": f"{cell.lat:.4f}, {cell.lon:.4f}",
             "weight": _said(asked.query.what, cell.weight)}
            for cell, name in zip(heat.cells, names, strict=False)
        ],
    }  # fmt: skip
    from fleet_app.analytics.map_files.heat_map import map_of  # noqa: PLC0415 - brings pandas

    signs = [
        (name or f"Place {number}", _said(asked.query.what, cell.weight))
        for number, (cell, name) in enumerate(zip(heat.cells, names, strict=False), 1)
    ]
    parts = map_of(
        heat.cells,
        full=full,
        signs=signs,
        gradient=GRADIENT,
        units=asked.ruler.units,
        folder=folder,
    )
    return page_of("heat.html", head, parts, said, heat=True)


def full_weight(cells: Sequence[Cell]) -> float:
    """The weight from which a cell is as hot as can be; cells come with the most first."""
    if not cells:
        return 0.0
    return cells[min(len(cells) - 1, math.floor(len(cells) * (1 - _FULL)))].weight


def vehicles_of(names: Sequence[str]) -> str:
    """The vehicles in a line."""
    if not names:
        return "All vehicles"
    rest = len(names) - 4
    return ", ".join(names[:4]) + (f" and {rest} more" if rest > 0 else "")


def _said(what: What, weight: float) -> str:
    return duration(weight) if what is What.STOPS else f"{weight:,.0f}"

"""Real addresses picked from all over a map, for demonstrations and trials."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path

from fleet_app.routing.geocoding.offline import COLUMNS, Row, as_place
from fleet_app.routing.geocoding.ports import Place
from fleet_app.routing.geocoding.store import is_current, reading

CELLS = 24
"""The map is divided into this many columns and rows."""
ENOUGH = 50_000
"""A larger map is thinned out first."""


def list_addresses(path: Path, limit: int, seed: int = 0) -> list[Place]:
    """Up to `limit` different house addresses spread over the map; the same for the same `seed`.

    `path` is the map's file of addresses; [] if it is not there. Blocks for some milliseconds.
    """
    if not is_current(path):
        return []
    cells = _cells(_rows(path))
    chance = random.Random(seed)  # noqa: S311 - a demonstration, not a secret
    for cell in cells:
        chance.shuffle(cell)
    chance.shuffle(cells)
    picked: list[Row] = []
    while cells and len(picked) < limit:
        picked.extend(cell.pop() for cell in cells)
        cells = [cell for cell in cells if cell]
    return [as_place(row) for row in picked[:limit]]


def _rows(path: Path) -> list[Row]:
    with reading(path) as file:
        (count,) = file.execute("SELECT count(*) FROM places WHERE kind = 'address'").fetchone()
        query = f"SELECT {COLUMNS} FROM places WHERE kind = 'address' AND id % ? = 0 ORDER BY id"  # noqa: S608 - our own column names
        return [Row(*row) for row in file.execute(query, (max(1, count // ENOUGH),))]


def _cells(rows: list[Row]) -> list[list[Row]]:
    if not rows:
        return []
    south, west = min(row.lat for row in rows), min(row.lon for row in rows)
    high = max(row.lat for row in rows) - south or 1.0
    wide = max(row.lon for row in rows) - west or 1.0
    cells: defaultdict[tuple[int, int], list[Row]] = defaultdict(list)
    for row in rows:
        line = min(CELLS - 1, int((row.lat - south) / high * CELLS))
        column = min(CELLS - 1, int((row.lon - west) / wide * CELLS))
        cells[line, column].append(row)
    return [cells[place] for place in sorted(cells)]

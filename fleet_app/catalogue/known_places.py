"""Depots and customers of a fleet by where they are, to be found without asking the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from math import cos, floor, radians

import msgspec

from fleet_app.kernel.geo import distance_m

NEAR_M = 80.0
"""From the kerb to the middle of a large building, and the error of a receiver beside it."""
_CELL = 0.002
"""Degrees; 222 m from south to north, so that what is near lies in a neighbouring cell there."""
_MOST_COLUMNS = 40


class KnownPlace(msgspec.Struct, frozen=True):
    """Somewhere with a name. `rank` decides when two are near: the lower one is meant."""

    name: str
    lat: float
    lon: float
    rank: int = 0


class KnownPlaces:
    """Finds the nearest of many places; `fresh_until` is for whoever keeps them."""

    def __init__(self, places: Iterable[KnownPlace], fresh_until: float = 0.0) -> None:
        self.fresh_until = fresh_until
        self._cells: dict[tuple[int, int], list[KnownPlace]] = defaultdict(list)
        for place in places:
            self._cells[_cell(place.lat, place.lon)].append(place)

    def near(self, lat: float, lon: float, ranks: frozenset[int]) -> str | None:
        """The name of the nearest place of those ranks within `NEAR_M`, if there is one."""
        best: tuple[int, float, str] | None = None
        for place in self._around(lat, lon):
            away = distance_m(lat, lon, place.lat, place.lon)
            if away <= NEAR_M and place.rank in ranks:
                found = (place.rank, away, place.name)
                best = found if best is None else min(best, found)
        return None if best is None else best[2]

    def _around(self, lat: float, lon: float) -> Iterable[KnownPlace]:
        row, column = _cell(lat, lon)
        metres = 111_195.0 * _CELL * max(cos(radians(lat)), 0.01)
        wide = min(1 + int(NEAR_M / metres), _MOST_COLUMNS)
        for i in (row - 1, row, row + 1):
            for j in range(column - wide, column + wide + 1):
                yield from self._cells.get((i, j), ())


def _cell(lat: float, lon: float) -> tuple[int, int]:
    return floor(lat / _CELL), floor(lon / _CELL)

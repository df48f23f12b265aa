"""Things by where they are, so that a neighbour is found without asking the whole country."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from math import ceil, cos, radians
from typing import Generic, TypeVar

from fleet_app.kernel.geo import distance_m

_METRES_PER_DEGREE = 111_195.0

Thing = TypeVar("Thing")


class Nearby(Generic[Thing]):
    """Finds things up to `metres` away, in a grid of that size. Not across longitude 180."""

    def __init__(self, metres: float) -> None:
        self._metres = metres
        self._cell = metres / _METRES_PER_DEGREE
        self._cells: defaultdict[tuple[int, int], list[tuple[float, float, Thing]]] = defaultdict(
            list
        )

    def add(self, lat: float, lon: float, thing: Thing) -> None:
        """One more thing, degrees."""
        self._cells[int(lat // self._cell), int(lon // self._cell)].append((lat, lon, thing))

    def nearest(self, lat: float, lon: float) -> Thing | None:
        """The nearest thing; None if none is near enough. The first of those equally near."""
        best, found = self._metres, None
        for thing_lat, thing_lon, thing in self._around(lat, lon):
            away = distance_m(lat, lon, thing_lat, thing_lon)
            if away < best or (found is None and away == best):
                best, found = away, thing
        return found

    def _around(self, lat: float, lon: float) -> Iterator[tuple[float, float, Thing]]:
        row, column = int(lat // self._cell), int(lon // self._cell)
        reach = ceil(1 / max(0.05, cos(radians(lat))))  # degrees of longitude are shorter
        for cell_row in range(row - 1, row + 2):
            for cell_column in range(column - reach, column + reach + 1):
                yield from self._cells.get((cell_row, cell_column), ())

"""Remembers what driving takes between places, so that a stop more asks for its own row and
column only."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fleet_app.routing.roads.ports import LatLon, RoadMatrix

DECIMALS = 5
"""About a metre: nearer places have the same driving times."""
MOST_PLACES = 2_500
"""Of one layer: those asked for last."""
MOST_CELLS = 8_000_000
"""Of all layers together, at eight bytes each."""
UNKNOWN = -1
_FIRST = 64

Cells = NDArray[np.int64]


class Known(NamedTuple):
    """Seconds and metres; `UNKNOWN` where nothing is remembered."""

    seconds: Cells
    metres: Cells

    @property
    def unknown(self) -> NDArray[np.bool_]:
        """Where something is missing."""
        missing: NDArray[np.bool_] = self.seconds == UNKNOWN
        return missing


def rounded(point: LatLon) -> LatLon:
    """The place that stands for a point."""
    lat, lon = point
    return round(lat, DECIMALS) + 0.0, round(lon, DECIMALS) + 0.0


class Layer:
    """What one way of travelling takes between some places, all from one source."""

    def __init__(self, most: int = MOST_PLACES) -> None:
        self._most = most
        self._index: OrderedDict[LatLon, int] = OrderedDict()
        self._cells = np.full((2, _FIRST, _FIRST), UNKNOWN, dtype=np.int32)

    @property
    def size(self) -> int:
        """Cells of room taken."""
        return int(self._cells.shape[1] ** 2)

    def read(self, rows: Sequence[LatLon], columns: Sequence[LatLon]) -> Known:
        """What is known from each to each."""
        shape = (2, len(rows), len(columns))
        found = np.full(shape, UNKNOWN, dtype=np.int64)
        down, across = self._known(rows), self._known(columns)
        to, at = _cross(down.keys(), across.keys()), _cross(down.values(), across.values())
        for kind in (0, 1):
            found[kind][to] = self._cells[kind][at]
        return Known(found[0], found[1])

    def write(self, rows: Sequence[LatLon], columns: Sequence[LatLon], known: Known) -> None:
        """Remember; what is `UNKNOWN` changes nothing. Places beyond the bound are forgotten."""
        self._make_room([*rows, *columns])
        down, across = self._known(rows), self._known(columns)
        told, at = _cross(down.keys(), across.keys()), _cross(down.values(), across.values())
        fresh = known.seconds[told] != UNKNOWN
        for kind, values in enumerate(known):
            self._cells[kind][at] = np.where(fresh, values[told], self._cells[kind][at])

    def _known(self, places: Sequence[LatLon]) -> dict[int, int]:
        """Where in the memory those places are that it has, by their position here."""
        found = {}
        for position, place in enumerate(places):
            if place in self._index:
                self._index.move_to_end(place)
                found[position] = self._index[place]
        return found

    def _make_room(self, places: Sequence[LatLon]) -> None:
        wanted = list(dict.fromkeys(places))[: self._most]
        for place in wanted:
            if place in self._index:
                self._index.move_to_end(place)
        fresh = [place for place in wanted if place not in self._index]
        kept = list(self._index)[max(0, len(self._index) + len(fresh) - self._most) :]
        if len(kept) < len(self._index) or len(kept) + len(fresh) > self._cells.shape[1]:
            self._rebuild(kept, len(kept) + len(fresh))
        for place in fresh:
            self._index[place] = len(self._index)

    def _rebuild(self, kept: Sequence[LatLon], count: int) -> None:
        side = min(self._most, max(_FIRST, self._cells.shape[1], 2 * count))
        at = [self._index[place] for place in kept]
        cells = np.full((2, side, side), UNKNOWN, dtype=np.int32)
        cells[:, : len(at), : len(at)] = self._cells[:, at][:, :, at]
        self._cells = cells
        self._index = OrderedDict((place, number) for number, place in enumerate(kept))


def _cross(rows: Iterable[int], columns: Iterable[int]) -> tuple[NDArray[np.intp], ...]:
    """Where some rows and columns cross."""
    crossing = (np.array([*each], dtype=np.intp) for each in (rows, columns))
    return np.ix_(*crossing)


class MatrixMemory:
    """Layers by name, those used last. May be used by several threads."""

    def __init__(self, most_places: int = MOST_PLACES, most_cells: int = MOST_CELLS) -> None:
        self._most_places = most_places
        self._most_cells = most_cells
        self._layers: OrderedDict[str, Layer] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, layer: str, rows: Sequence[LatLon], columns: Sequence[LatLon]) -> Known:
        """What is known from each to each."""
        with self._lock:
            return self._layer(layer).read(rows, columns)

    def write(
        self, layer: str, rows: Sequence[LatLon], columns: Sequence[LatLon], known: Known
    ) -> None:
        """Remember; the layers used longest ago are forgotten beyond the bound."""
        with self._lock:
            self._layer(layer).write(rows, columns, known)
            while len(self._layers) > 1 and self.cells > self._most_cells:
                self._layers.popitem(last=False)

    @property
    def cells(self) -> int:
        """Room taken by all layers."""
        return sum(layer.size for layer in self._layers.values())

    def _layer(self, name: str) -> Layer:
        layer = self._layers.setdefault(name, Layer(self._most_places))
        self._layers.move_to_end(name)
        return layer


def gaps(unknown: NDArray[np.bool_]) -> Iterator[tuple[list[int], list[int]]]:
    """What to ask for, as rows and columns: rows that are mostly missing, then the columns that
    miss anything in the others. Together they hold every gap."""
    left = unknown.copy()
    many = left.sum(axis=1) * 2 > left.shape[1]
    for rows in (many, ~many):
        part = left & rows[:, None]
        if part.any():
            yield (
                np.flatnonzero(part.any(axis=1)).tolist(),
                np.flatnonzero(part.any(axis=0)).tolist(),
            )


def known_of(matrix: RoadMatrix) -> Known:
    """A matrix as it is remembered."""
    return Known(matrix.durations_s, matrix.distances_m)

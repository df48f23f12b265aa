"""Rows of remembered matrices as bytes, to be kept where all processes find them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fleet_app.routing.roads.memory import DECIMALS, UNKNOWN, Cells, Known
from fleet_app.routing.roads.ports import LatLon

MOST_COLUMNS = 2_000
"""Of one row: those told last."""
_RECORD = np.dtype([("place", "<i8"), ("seconds", "<i4"), ("metres", "<i4")])
_SCALE = 10**DECIMALS
Records = NDArray[np.void]


class RowStore(Protocol):
    """Keeps bytes by name for some days, a bounded number of them."""

    async def read(self, names: Sequence[str]) -> list[bytes | None]:
        """What is kept under each name. Raises `StoreUnavailable`."""
        ...

    async def write(self, rows: Mapping[str, bytes]) -> None:
        """Keep these, instead of what was there. Raises `StoreUnavailable`."""
        ...


def name_of(layer: str, place: LatLon) -> str:
    """Under which name a row is kept."""
    return f"{layer}:{place[0]:.{DECIMALS}f},{place[1]:.{DECIMALS}f}"


def unpacked(rows: Sequence[bytes | None], columns: Sequence[LatLon]) -> Known:
    """What rows say of these columns."""
    found = Known(*(np.full((len(rows), len(columns)), UNKNOWN, dtype=np.int64) for _ in "12"))
    wanted = _numbers(columns)
    for number, row in enumerate(rows):
        told = _records(row)
        if len(told):
            _fill(found, number, told, wanted)
    return found


def packed(row: bytes | None, columns: Sequence[LatLon], seconds: Cells, metres: Cells) -> bytes:
    """A row with what is newly known of these columns, which comes first."""
    fresh = np.zeros(len(columns), dtype=_RECORD)
    fresh["place"], fresh["seconds"], fresh["metres"] = _numbers(columns), seconds, metres
    fresh = fresh[fresh["seconds"] != UNKNOWN]
    old = _records(row)
    kept = old[~np.isin(old["place"], fresh["place"])]
    return np.concatenate([fresh, kept])[:MOST_COLUMNS].tobytes()


def _fill(found: Known, number: int, told: Records, wanted: NDArray[np.int64]) -> None:
    order = np.argsort(told["place"], kind="stable")
    at = np.searchsorted(told["place"], wanted, sorter=order).clip(max=len(told) - 1)
    record = told[order[at]]
    hit = record["place"] == wanted
    found.seconds[number, hit] = record["seconds"][hit]
    found.metres[number, hit] = record["metres"][hit]


def _records(row: bytes | None) -> Records:
    """What a row holds; nothing for one that is damaged."""
    if not row or len(row) % _RECORD.itemsize:
        return np.zeros(0, dtype=_RECORD)
    return np.frombuffer(row, dtype=_RECORD)


def _numbers(places: Sequence[LatLon]) -> NDArray[np.int64]:
    """One number for each place."""
    degrees = np.array(places, dtype=np.float64).reshape(-1, 2)
    whole = np.rint(degrees * _SCALE).astype(np.int64)
    numbers: NDArray[np.int64] = whole[:, 0] * (1 << 32) + whole[:, 1]
    return numbers

"""Matrices out of what is remembered, and only the rest from the road network."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import numpy as np

from fleet_app.kernel.clock import Clock, utc_now
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.routing.roads.costing import Costing
from fleet_app.routing.roads.memory import Known, MatrixMemory, gaps, known_of, rounded
from fleet_app.routing.roads.pace import hour_of_week
from fleet_app.routing.roads.ports import LatLon, RoadMatrix, RoadNetwork
from fleet_app.routing.roads.rows import RowStore, name_of, packed, unpacked

log = logging.getLogger(__name__)
PART = 200
"""Places of the shorter side that are asked for at once."""
SHARED_ROWS = 500
"""Larger matrices are remembered in their own process only."""


class Wanted(NamedTuple):
    """What is asked: different places, by rounded coordinates."""

    layer: str
    rows: tuple[LatLon, ...]
    columns: tuple[LatLon, ...]
    costing: Costing
    departs_at: datetime | None


class RememberedMatrices:
    """In front of a road network. Estimates are not remembered: roads may be there next time."""

    def __init__(
        self,
        memory: MatrixMemory | None = None,
        store: RowStore | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._memory = memory or MatrixMemory()
        self._store = store
        self._clock = clock

    async def matrix(
        self,
        network: RoadNetwork,
        points: Sequence[LatLon],
        targets: Sequence[LatLon],
        costing: Costing,
        departs_at: datetime | None,
    ) -> RoadMatrix:
        """From each to each; places less than a metre apart are one."""
        starts, ends = [*map(rounded, points)], [*map(rounded, targets)]
        layer = self._layer(network, costing, departs_at)
        rows, columns = tuple(dict.fromkeys(starts)), tuple(dict.fromkeys(ends))
        found = await self._found(network, Wanted(layer, rows, columns, costing, departs_at))
        row_of = {place: number for number, place in enumerate(rows)}
        column_of = {place: number for number, place in enumerate(columns)}
        return found.part([row_of[each] for each in starts], [column_of[each] for each in ends])

    async def _found(self, network: RoadNetwork, wanted: Wanted) -> RoadMatrix:
        known = await asyncio.to_thread(
            self._memory.read, wanted.layer, wanted.rows, wanted.columns
        )
        if known.unknown.any():
            known = await self._recalled(wanted, known)
        matrix = RoadMatrix(known.seconds, known.metres, is_estimate=False)
        asked = False
        for rows, columns in (part for gap in gaps(known.unknown) for part in parts(*gap)):
            part = await self._asked(network, wanted, rows, columns)
            at = np.ix_(rows, columns)
            matrix.durations_s[at], matrix.distances_m[at] = part.durations_s, part.distances_m
            matrix = replace(
                matrix,
                is_estimate=matrix.is_estimate or part.is_estimate,
                is_stand_in=matrix.is_stand_in or part.is_stand_in,
            )
            asked = True
        if asked and _lasts(matrix):
            await self._share(wanted, matrix)
        return matrix

    async def _asked(
        self, network: RoadNetwork, wanted: Wanted, rows: list[int], columns: list[int]
    ) -> RoadMatrix:
        starts = [wanted.rows[row] for row in rows]
        ends = [wanted.columns[column] for column in columns]
        part = await asyncio.to_thread(
            network.matrix, starts, wanted.costing, targets=ends, departs_at=wanted.departs_at
        )
        if _lasts(part):
            await asyncio.to_thread(self._memory.write, wanted.layer, starts, ends, known_of(part))
        return part

    async def _recalled(self, wanted: Wanted, known: Known) -> Known:
        """With what other processes have found out."""
        if self._store is None or len(wanted.rows) > SHARED_ROWS:
            return known
        try:
            rows = await self._store.read([name_of(wanted.layer, row) for row in wanted.rows])
        except StoreUnavailable:
            return known
        shared = await asyncio.to_thread(unpacked, rows, wanted.columns)
        missing = known.unknown
        for mine, theirs in zip(known, shared, strict=True):
            mine[missing] = theirs[missing]
        await asyncio.to_thread(
            self._memory.write, wanted.layer, wanted.rows, wanted.columns, known
        )
        return known

    async def _share(self, wanted: Wanted, matrix: RoadMatrix) -> None:
        if self._store is None or len(wanted.rows) > SHARED_ROWS:
            return
        names = [name_of(wanted.layer, row) for row in wanted.rows]
        try:
            old = await self._store.read(names)
            fresh = {
                name: packed(row, wanted.columns, seconds, metres)
                for name, row, seconds, metres in zip(
                    names, old, matrix.durations_s, matrix.distances_m, strict=True
                )
            }
            await self._store.write(fresh)
        except StoreUnavailable as error:
            log.warning("driving times were not shared: %s", error)

    def _layer(self, network: RoadNetwork, costing: Costing, departs_at: datetime | None) -> str:
        """One for everything that may make a difference, and for one day where traffic does."""
        parts: list[object] = [network.version, costing]
        if network.knows_traffic:
            now = self._clock()
            departs = departs_at if departs_at and departs_at > now else now
            parts += [hour_of_week(departs.astimezone(now.tzinfo)), now.date()]
        return hashlib.blake2s(repr(parts).encode(), digest_size=9).hexdigest()


def parts(rows: list[int], columns: list[int]) -> Iterator[tuple[list[int], list[int]]]:
    """A gap in parts that take some seconds each. Who gives up waiting is heard between two, and
    who comes again finds the first ones remembered."""
    if len(rows) <= len(columns):
        for first in range(0, len(rows), PART):
            yield rows[first : first + PART], columns
    else:
        for first in range(0, len(columns), PART):
            yield rows, columns[first : first + PART]


def _lasts(matrix: RoadMatrix) -> bool:
    """Whether it may be remembered as the answer of its road network."""
    return not (matrix.is_estimate or matrix.is_stand_in)

"""What driving between places takes, asked of the road network: a few questions at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol

from fleet_app.kernel.errors import FleetError
from fleet_app.planning.live.ways import Way
from fleet_app.routing.roads.ports import Costing, LatLon, RoadMatrix, RoadRoute

log = logging.getLogger(__name__)
AT_ONCE = 3
"""Questions on their way: each holds a thread, and others need threads as well."""
BLOCK = 10
"""Drives of one question: it answers from each of their starts to each of their ends."""
BILLED_BLOCK = 2
"""The same where each of these answers is billed: two drives are four of them, ten a hundred."""


class Roads(Protocol):
    """The road network, asked from coroutines."""

    async def knows_traffic(self) -> bool:
        """Whether durations depend on when one departs."""
        ...

    async def route(self, points: Sequence[LatLon], costing: Costing = "auto") -> RoadRoute:
        """The fastest way through points."""
        ...

    async def matrix(
        self,
        points: Sequence[LatLon],
        costing: Costing = "auto",
        *,
        targets: Sequence[LatLon] | None = None,
    ) -> RoadMatrix:
        """From each to each; what has been asked before is remembered there."""
        ...


class Legs:
    """One for a process. May take as long as the network does: no turn waits for it to the end."""

    def __init__(self, roads: Roads, at_once: int = AT_ONCE) -> None:
        self._roads = roads
        self._free = asyncio.Semaphore(at_once)

    async def block(self) -> int:
        """How many drives to ask for at once. Services that know the traffic bill by the answer."""
        return BILLED_BLOCK if await self._roads.knows_traffic() else BLOCK

    async def drives(
        self, starts: Sequence[LatLon], ends: Sequence[LatLon], costing: Costing
    ) -> RoadMatrix | None:
        """Undisturbed driving from each to each; None while the network does not answer."""
        try:
            async with self._free:
                return await self._roads.matrix(starts, costing, targets=ends)
        except FleetError as error:
            log.debug("no drives: %s", error)
            return None

    async def way(self, start: LatLon, end: LatLon, costing: Costing) -> Way | None:
        """The way itself; None where no road leads, or the network does not answer."""
        if _rounded(start) == _rounded(end):
            return Way((start, end), (0.0, 0.0))
        try:
            async with self._free:
                return Way.along(await self._roads.route((start, end), costing))
        except FleetError as error:
            log.debug("no way: %s", error)
            return None


def _rounded(place: LatLon) -> tuple[float, float]:
    """To about ten metres."""
    return round(place[0], 4), round(place[1], 4)

"""Reads fleets from the database for those who watch them, and remembers when it could not."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from backend_jobs.live_fleet import LiveFleet
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.location.live_view import FleetPositions

log = logging.getLogger(__name__)

ReadFleet = Callable[[int], Awaitable[FleetPositions]]

STORE_PATIENCE = 3.0
"""Seconds after which a store that does not answer counts as down, and for which that is believed
instead of asking again on behalf of somebody who waits."""
READS_AT_ONCE = 8
STORE_DOWN = (StoreUnavailable, TimeoutError)


class FleetReader:
    """One read a fleet at a time; fleets do not wait for each other."""

    def __init__(
        self, read: ReadFleet, offline_after_seconds: float, clock: Callable[[], float]
    ) -> None:
        self.database_ok = True
        """Whether the last read succeeded."""
        self._read = read
        self._offline_after = offline_after_seconds
        self._clock = clock
        self._locks: dict[int, asyncio.Lock] = {}
        self._failed_at: dict[int, float] = {}
        self._turns = asyncio.Semaphore(READS_AT_ONCE)

    async def complete(self, fleet_id: int, fleet: LiveFleet) -> None:
        """Read a fleet that is not complete, unless that failed a moment ago."""
        if fleet.loaded or self._failed_lately(fleet_id):
            return
        async with self._lock(fleet_id):  # of a hundred sessions that join at once, one reads
            if not fleet.loaded and not self._failed_lately(fleet_id):
                await self._load(fleet_id, fleet)

    async def refresh(self, fleet_id: int, fleet: LiveFleet) -> bool:
        """Compare with the database; True when sessions need a snapshot to be right again."""
        async with self._turns, self._lock(fleet_id):
            return await self._load(fleet_id, fleet)

    def forget(self, fleet_id: int) -> None:
        """Nobody watches this fleet any more."""
        self._locks.pop(fleet_id, None)
        self._failed_at.pop(fleet_id, None)

    def _lock(self, fleet_id: int) -> asyncio.Lock:
        return self._locks.setdefault(fleet_id, asyncio.Lock())

    def _failed_lately(self, fleet_id: int) -> bool:
        failed_at = self._failed_at.get(fleet_id, float("-inf"))
        return time.monotonic() - failed_at < STORE_PATIENCE

    async def _load(self, fleet_id: int, fleet: LiveFleet) -> bool:
        first = not fleet.loaded
        known_before = set(fleet.known)
        try:
            async with asyncio.timeout(STORE_PATIENCE):
                read = await self._read(fleet_id)
        except STORE_DOWN as error:
            log.warning("fleet %d cannot be read: %s", fleet_id, str(error) or "no answer")
            self.database_ok = False
            self._failed_at[fleet_id] = time.monotonic()
            return False
        self.database_ok = True
        self._failed_at.pop(fleet_id, None)
        # Positions are stored before they are announced: what was known must have been read.
        gone = known_before - {position.vehicle_id for position in read.positions}
        fleet.forget(gone)
        fleet.merge(read.positions, read.vehicles, self._clock() - self._offline_after)
        return first or bool(gone)

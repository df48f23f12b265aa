"""Counters of the ingest edge: added up in memory, shared through the live store every second.

Names: `accepted`, `duplicates`, `without_position`, `quarantined.REASON`, `unreadable.REASON`,
`rejected.STATUS`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from typing import Protocol

from fleet_app.kernel.errors import StoreUnavailable

log = logging.getLogger(__name__)

NO_FLEET = 0
"""Requests whose sender, and so whose fleet, is not known."""
SHARE_SECONDS = 1.0


class SharedCounts(Protocol):
    """Where the processes add up what they counted."""

    async def add(self, increments: Mapping[int, Mapping[str, int]]) -> None:
        """Add to the counters of several fleets."""

    async def read(self, fleet_id: int) -> dict[str, int]:
        """The counters of one fleet."""


class Counters:
    """The counters of one process and event loop. A crash loses about the last second of counts."""

    def __init__(self, shared: SharedCounts) -> None:
        self._shared = shared
        self._pending: dict[int, Counter[str]] = {}
        self._task: asyncio.Task[None] | None = None
        self.totals: Counter[str] = Counter()
        """What this process counted since it started, over all fleets."""

    def add(self, fleet_id: int | None, name: str, count: int = 1) -> None:
        """Count something of a fleet (None: nobody knows whose)."""
        if not count:
            return
        self.totals[name] += count
        self._pending.setdefault(fleet_id or NO_FLEET, Counter())[name] += count
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._share_later())

    async def read(self, fleet_id: int) -> dict[str, int]:
        """The counters of a fleet over all processes. Raises `StoreUnavailable`."""
        await self.share()
        return await self._shared.read(fleet_id)

    async def share(self) -> None:
        """Hand over what is pending; kept for the next time when the store is down."""
        pending, self._pending = self._pending, {}
        if not pending:
            return
        try:
            await self._shared.add(pending)
        except BaseException:
            for fleet_id, counts in pending.items():
                self._pending.setdefault(fleet_id, Counter()).update(counts)
            raise

    async def _share_later(self) -> None:
        while self._pending:
            await asyncio.sleep(SHARE_SECONDS)
            try:
                await self.share()
            except StoreUnavailable:
                log.debug("counters wait for the live store")

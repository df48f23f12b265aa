"""Turns stored fixes into told facts: trips, stops, visits and events (docs/movement.md).

One loop in every worker. It is woken when this process has stored fixes, looks by itself for what
other processes stored and for what time alone makes known, and shares the vehicles with the loops
of other workers by locks that nobody waits for.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from sqlmodel.ext.asyncio.session import AsyncSession

from backend_jobs.outages import Outages
from fleet_app.bootstrap import PATIENT_SECONDS, Container
from fleet_app.delivery.driving import drivers_at
from fleet_app.kernel.errors import Contended, StoreUnavailable
from fleet_app.location.past.keeper import PastKeeper, TurnFailed

log = logging.getLogger(__name__)

POLL_SECONDS = 0.5
"""How often to look when nobody wakes us."""
LEAST_PAUSE = 0.1
"""Between two rounds, so that a vehicle's fixes of that long are folded in one turn."""
SHARE, BUSY_SHARE = 0.5, 0.1
"""How much of this process's time the folding takes at most: positions go first."""
BUSY_BACKLOG = 100
"""Entries in the log from which on the consumers are busy."""
TURN_SECONDS = 0.004
"""What a turn costs beside folding."""
ROUND_SECONDS = 1.0
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Seconds between attempts while a store is down."""
FIRST_REST, LONGEST_REST = 5.0, 600.0
"""Seconds for which a vehicle whose fold failed is left alone; doubles each time."""


class Breath:
    """Rests so long after some work that it takes no more than `share` of the time."""

    share = SHARE

    async def __call__(self, worked: float) -> None:
        """Rest after so many seconds of work."""
        await asyncio.sleep(worked * (1 / self.share - 1))


class JourneyRunner:
    """One worker's loop."""

    def __init__(
        self,
        keeper: PastKeeper,
        outages: Outages,
        *,
        breath: Breath | None = None,
        backlog: Callable[[], Awaitable[int]] | None = None,
    ) -> None:
        self._keeper = keeper
        self._outages = outages
        self._breath = breath or Breath()
        self._backlog = backlog
        self._woken = asyncio.Event()
        self._failures: dict[int, int] = {}
        self._resting: dict[int, float] = {}

    def wake(self) -> None:
        """Fixes were stored."""
        self._woken.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until `stopping` is set, then finish the vehicle in hand."""
        pause = FIRST_PAUSE
        while not stopping.is_set():
            try:
                await self._see_backlog()
                worked = await self.round(stopping)
            except StoreUnavailable as error:
                self._outages.met(error)
                await _until(stopping, pause)
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            except Exception:
                log.exception("journeys: a round failed")
                worked = 0
            pause = FIRST_PAUSE
            await self._pause(stopping, worked)

    async def round(self, stopping: asyncio.Event | None = None) -> int:
        """Fold what is due, for about a second; returns how many turns. Raises
        `StoreUnavailable`."""
        until, turns = time.monotonic() + ROUND_SECONDS, 0
        await self._keeper.take_marks()
        while time.monotonic() < until and not (stopping and stopping.is_set()):
            if not await self._turn():
                break
            turns += 1
            await self._breath(TURN_SECONDS)
        return turns

    async def _see_backlog(self) -> None:
        """While positions pile up, keep back. What is not in history cannot be folded anyway."""
        waiting = await self._backlog() if self._backlog is not None else 0
        self._breath.share = BUSY_SHARE if waiting > BUSY_BACKLOG else SHARE

    async def _turn(self) -> bool:
        """Fold one vehicle on; False when none is due. One that fails is left alone for a while."""
        now = time.monotonic()
        self._resting = {one: end for one, end in self._resting.items() if end > now}
        try:
            vehicle_id = await self._keeper.turn(self._resting)
        except TurnFailed as error:
            self._rest(error, now)
            return True
        if vehicle_id is not None:
            self._failures.pop(vehicle_id, None)
        return vehicle_id is not None

    def _rest(self, error: TurnFailed, now: float) -> None:
        vehicle_id = error.vehicle_id
        failures = self._failures[vehicle_id] = self._failures.get(vehicle_id, 0) + 1
        seconds = min(FIRST_REST * 2 ** min(failures - 1, 20), LONGEST_REST)
        self._resting[vehicle_id] = now + seconds
        log.error("%s; tried again in %.0f s", error, seconds, exc_info=error)

    async def _pause(self, stopping: asyncio.Event, worked: int) -> None:
        await _until(stopping, LEAST_PAUSE)
        if not worked and not stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), POLL_SECONDS - LEAST_PAUSE)
        self._woken.clear()


def journey_runner(container: Container, outages: Outages) -> JourneyRunner:
    """The loop with its keeper, on the stores of this process."""

    @asynccontextmanager
    async def work() -> AsyncIterator[AsyncSession]:
        try:
            async with container.work(PATIENT_SECONDS) as session:
                yield session
        except Contended as error:
            raise StoreUnavailable("The database") from error

    breath, days = Breath(), container.settings.history_days
    keeper = PastKeeper(
        work, drivers_at, limits=container.road_limits, history_days=days, breathe=breath
    )
    return JourneyRunner(keeper, outages, breath=breath, backlog=container.fix_log.backlog)


async def _until(stopping: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)

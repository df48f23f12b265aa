"""Keeps arrivals of routes in progress up to date: on every fix, and never in its way.

The consumers of the group `routes` only note the newest position of each vehicle that is on a
route, and acknowledge. One loop in every worker works on what they noted, for the partitions that
this worker holds. What it knows is in the database or can be worked out from there, so whoever
takes a partition over goes on where it was left.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from backend_jobs.lasting import keep_running
from backend_jobs.outages import Outages
from fleet_app.bootstrap import Container
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.location.models import FixBatch
from fleet_app.location.tracker import in_time_order
from fleet_app.location.tracking import track
from fleet_app.location.tracking.state import Verdict
from fleet_app.planning.live.following import Sight
from fleet_app.planning.live.keeper import LiveKeeper, sight_of
from fleet_app.planning.live.running import Changed
from fleet_app.planning.live.settling import AT_ONCE
from fleet_app.planning.live.share import Share

log = logging.getLogger(__name__)
TURN_SECONDS = 1.0
"""Between two turns: positions that come meanwhile are one look at the route."""
REFRESH_SECONDS = 15.0
"""How often to look for routes that have started or changed when no news of them came. In between
only those are looked at of which there are news."""
SETTLE_SECONDS, SETTLE_ON_SECONDS = 30.0, 1.0
"""How often what came of plans is written; and while there is more than one round of it, or this
worker has no share yet."""
SHORT_DAYS, LONG_DAYS, LONG_EVERY = 3, 31, 120
"""Routes of so many days are looked through, and of so many days every so many times: reports may
be as late as that."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0


class LiveRoutes:
    """One for a worker: `handle` takes positions in, `run` works on them."""

    def __init__(
        self, container: Container, outages: Outages, held: Callable[[], set[int]]
    ) -> None:
        """`held` says which partitions this worker reads at the moment."""
        self._keeper: LiveKeeper = container.new_live_keeper()
        self._listen = container.changes.listen
        self._partitions = container.fix_log.partitions
        self._outages = outages
        self._held = held
        self._share = Share(held=frozenset())
        self._moved: dict[int, Sight] = {}
        self._changed = Changed(everything=True)
        self._refreshed_at = float("-inf")

    @property
    def keeper(self) -> LiveKeeper:
        """What is known of the routes in hand."""
        return self._keeper

    async def handle(self, batches: Sequence[FixBatch], *, again: bool = False) -> None:
        """Note where vehicles on a route are; see `Handler.handle`. Waits for nothing."""
        states = self._keeper.states
        for batch in batches:
            state = states.get(batch.vehicle_id)
            if state is None:
                continue  # on no route that has started, as far as is known here
            for fix in in_time_order(batch.fixes):
                if fix.quarantine is None and track(state, fix) is Verdict.ON:
                    self._moved[batch.vehicle_id] = sight_of(state)

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until `stopping` is set."""
        beside = [
            asyncio.create_task(keep_running(self._hear, "hearing of changed routes")),
            asyncio.create_task(keep_running(self._settle, "settling routes")),
        ]
        try:
            await self._turns(stopping)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await self._keeper.close()

    async def _turns(self, stopping: asyncio.Event) -> None:
        pause = FIRST_PAUSE
        while not stopping.is_set():
            try:
                await self.turn()
                wait, pause = TURN_SECONDS, FIRST_PAUSE
            except Exception as error:  # whatever it is, arrivals must go on
                if isinstance(error, StoreUnavailable):
                    self._outages.met(error)
                else:
                    log.exception("live routes: a turn failed")
                wait, pause = pause, min(pause * 2, LONGEST_PAUSE)
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), wait)

    async def turn(self) -> int:
        """Take up what is new and work on what has moved; returns how many routes were looked at.

        Raises `StoreUnavailable`; what has moved is kept then.
        """
        await self._refresh()
        moved, self._moved = self._moved, {}
        return await self._keeper.turn(moved)

    async def _refresh(self) -> None:
        """All routes of this worker now and then, and at once when its share is another one; in
        between those that were changed."""
        now = time.monotonic()
        share = Share(self._partitions, frozenset(self._held()))
        is_whole = share != self._share or now - self._refreshed_at >= REFRESH_SECONDS
        if not (is_whole or self._changed or self._keeper.lost):
            return
        changed, self._changed = self._changed, Changed()
        is_whole |= changed.everything
        try:
            await self._keeper.refresh(share, None if is_whole else changed)
        except BaseException:
            self._changed.add(changed)
            raise
        self._share = share
        if is_whole:
            self._refreshed_at = now

    async def _settle(self) -> None:
        """Write what came of routes: of the last days, and sometimes of the month."""
        rounds = 0
        while True:
            rounds += 1
            days = LONG_DAYS if rounds % LONG_EVERY == 0 else SHORT_DAYS
            share, found = self._share, 0
            try:
                found = await self._keeper.settle(share, days) if share.held else AT_ONCE
            except StoreUnavailable as error:
                self._outages.met(error)
            await asyncio.sleep(SETTLE_ON_SECONDS if found >= AT_ONCE else SETTLE_SECONDS)

    async def _hear(self) -> None:
        """Notice that routes, or what is on them, have changed."""
        async for fleet_id, changes in self._listen():
            self._changed.hear(fleet_id, changes)

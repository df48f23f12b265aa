"""The alerts of all fleets as time goes by: one loop in every worker, all of which may look."""

from __future__ import annotations

import asyncio
import logging

from fleet_app.bootstrap import PATIENT_SECONDS, Container
from fleet_app.kernel.clock import Clock, utc_now
from fleet_app.kernel.errors import Contended, StoreUnavailable
from fleet_app.notification.watching import AT_ONCE, look_after

log = logging.getLogger(__name__)
EVERY_SECONDS = 10.0


class AlertWatch:
    """Escalates, wakes and ends alerts when it is time. All it knows is in the database."""

    def __init__(self, container: Container, clock: Clock = utc_now) -> None:
        self._container = container
        self._clock = clock

    async def run(self) -> None:
        """Look again and again, over outages, until cancelled."""
        while True:
            done = 0
            try:
                done = await self.look()
            except (StoreUnavailable, Contended) as error:
                log.warning("alerts are looked after later: %s", error)
            except Exception:
                log.exception("alerts could not be looked after; trying again")
            if done < AT_ONCE:
                await asyncio.sleep(EVERY_SECONDS)

    async def look(self) -> int:
        """Do what is due now; returns how much that was."""
        async with self._container.work(PATIENT_SECONDS) as session:
            return await look_after(session, self._clock())

"""What has to be tidied once in a while, by one worker of all: old history, dead tokens."""

from __future__ import annotations

import logging
from datetime import timedelta

from fleet_app.bootstrap import PATIENT_SECONDS, Container
from fleet_app.identity.chores import forget_expired_tokens
from fleet_app.kernel.clock import Clock, utc_now

log = logging.getLogger(__name__)

EVERY_SECONDS = 3600.0
LEASE = "chores"


class Chores:
    """One worker's offer to tidy; whoever holds the lease does it."""

    def __init__(self, container: Container, clock: Clock = utc_now) -> None:
        self._container = container
        self._clock = clock

    async def run(self) -> bool:
        """Tidy now, unless a worker did within the hour. Raises `StoreUnavailable`.

        The lease is left to run out: it tells everybody, us included, that the work is done.
        """
        lease = self._container.new_leases()
        if not await lease.acquire(LEASE, int(EVERY_SECONDS * 1000)):
            return False
        try:
            await self._tidy()
        except BaseException:
            await lease.release(LEASE)
            raise
        return True

    async def _tidy(self) -> None:
        await self._drop_old_history()
        async with self._container.work(PATIENT_SECONDS) as session:
            tokens = await forget_expired_tokens(session, self._clock())
        log.info("chores done, %d expired tokens forgotten", tokens)

    async def _drop_old_history(self) -> None:
        days = self._container.settings.history_days
        if days:
            oldest = self._clock() - timedelta(days=days)
            dropped = await self._container.history.drop_before(oldest)
            log.info("%d days of history older than %d days dropped", dropped, days)

"""What has to be tidied once in a while, by one worker of all: old history, dead tokens,
unused files, old sheets, old messages, old runs and steps; and what comes again by itself."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial

from fleet_app.audit.verifying import heads
from fleet_app.bootstrap import PATIENT_SECONDS, Container
from fleet_app.fleet.chores import forget_unused_files
from fleet_app.fleet.maintenance.announcing import announce_due
from fleet_app.identity.chores import forget_expired_tokens
from fleet_app.kernel.clock import Clock, to_ms, utc_now
from fleet_app.location.past.cursors import Cursors
from fleet_app.notification.channels.chores import forget_messages
from fleet_app.notification.watching import forget_heard
from fleet_app.outbox.jobs import forget_ended, forget_events
from fleet_app.outbox.requests import forget_requests
from fleet_app.planning.chores import forget_memories, forget_plans
from fleet_app.planning.goods import follow_vehicles
from fleet_app.planning.templates.recurring import make_recurring
from fleet_app.records.imports.chores import forget_old_imports

log = logging.getLogger(__name__)

EVERY_SECONDS = 3600.0
LEASE = "chores"
DONE_KEPT = timedelta(days=1)
"""How long a job that succeeded can still be looked up."""
KEPT = timedelta(days=30)
"""The same for domain events, and for jobs that failed."""


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
        await self._announce_maintenance()
        await self._make_recurring()
        await self._follow_vehicles()
        async with self._container.work(PATIENT_SECONDS) as session:
            tokens = await forget_expired_tokens(session, self._clock())
        patient = partial(self._container.work, PATIENT_SECONDS)
        files = await forget_unused_files(patient, self._container.files, self._clock())
        sheets = await forget_old_imports(patient, self._container.files, self._clock())
        log.info("%d old imports forgotten", sheets)
        await self._forget_old_messages()
        await self._forget_old_planning()
        await self._forget_jobs_and_events()
        await self._anchor_audit_log()
        log.info("chores done, %d expired tokens and %d unused files forgotten", tokens, files)

    async def _forget_old_messages(self) -> None:
        days = self._container.settings.message_days
        if days:
            patient = partial(self._container.work, PATIENT_SECONDS)
            messages = await forget_messages(patient, self._clock() - timedelta(days=days))
            log.info("%d messages older than %d days forgotten", messages, days)

    async def _forget_old_planning(self) -> None:
        patient = partial(self._container.work, PATIENT_SECONDS)
        days = self._container.settings.planning_days
        if days:
            found = await forget_plans(patient, self._clock() - timedelta(days=days))
            words = ", ".join(f"{count} {name}" for name, count in found.items())
            log.info("planning older than %d days forgotten: %s", days, words)
        memories = await forget_memories(patient, self._clock())
        log.info("what was remembered of %d routes long over forgotten", memories)

    async def _forget_jobs_and_events(self) -> None:
        now = self._clock()
        async with self._container.work(PATIENT_SECONDS) as session:
            done = await forget_ended(session, ["succeeded"], now - DONE_KEPT)
            failed = await forget_ended(session, ["failed", "cancelled", "aborted"], now - KEPT)
        async with self._container.work(PATIENT_SECONDS) as session:
            events = await forget_events(session, now - KEPT)
            requests = await forget_requests(session, now)
            await forget_heard(session, now)
        log.info("%d jobs done, %d failed jobs, %d events forgotten", done, failed, events)
        log.info("%d requests with a key forgotten", requests)

    async def _anchor_audit_log(self) -> None:
        """Whoever keeps these lines can prove later that no entry up to here was rewritten."""
        async with self._container.work(PATIENT_SECONDS) as session:
            found = await heads(session)
        for chain, sequence, digest in found:
            log.info("audit log: chain %d ends with entry %d, hash %s", chain, sequence, digest)

    async def _drop_old_history(self) -> None:
        days = self._container.settings.history_days
        if days:
            oldest = self._clock() - timedelta(days=days)
            dropped = await self._container.history.drop_before(oldest)
            async with self._container.work(PATIENT_SECONDS) as session:
                checkpoints = await Cursors(session).forget_before(to_ms(oldest))
            log.info("%d days of history older than %d days dropped", dropped, days)
            log.info("%d places to fold again from dropped with them", checkpoints)

    async def _make_recurring(self) -> None:
        """The deliveries of tours that come again."""
        patient = partial(self._container.work, PATIENT_SECONDS)
        made = await make_recurring(patient, self._clock)
        log.info("%d deliveries made for tours that come again", made)

    async def _follow_vehicles(self) -> None:
        """Goods that wait in vehicles are where these are by now."""
        patient = partial(self._container.work, PATIENT_SECONDS)
        moved = await follow_vehicles(patient, self._clock())
        log.info("%d deliveries are fetched where their vehicles stand now", moved)

    async def _announce_maintenance(self) -> None:
        """Time and driving make work due without anybody changing a record."""
        told = 0
        while True:
            async with self._container.work(PATIENT_SECONDS) as session:
                found = await announce_due(session, self._clock())
            if not found:
                break
            told += found
        log.info("%d maintenance schedules became more or less pressing", told)

"""What people do with runs: ask for one, look at it, stop it. A background job does the work."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from math import ceil

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import authorize
from fleet_app.access.principal import Principal
from fleet_app.audit.trail import note
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import InvalidInput, NotFound, StoreUnavailable
from fleet_app.outbox.changes import changed
from fleet_app.outbox.store import LONG_PLANS, defer
from fleet_app.outbox.store import PLANS as SHORT_PLANS
from fleet_app.planning.models import Plan
from fleet_app.planning.runs.errors import NotRunning, RunUnderWay, TooManyRuns
from fleet_app.planning.runs.keeping import PLANS, PLURAL, let_go
from fleet_app.planning.runs.models import OPEN, Mode, PlanJob, RunState
from fleet_app.planning.runs.ports import RunNews
from fleet_app.planning.runs.reading import encoded

log = logging.getLogger(__name__)

Work = Callable[..., AbstractAsyncContextManager[AsyncSession]]
JOB = "planning.run"
SHORTEST, LONGEST = 1, 1_800
"""Seconds that a run may be given."""
SILENT = timedelta(seconds=60)
"""Of a run that nobody has worked on for so long, nobody will honour the wish to stop."""
GIVEN_UP = timedelta(minutes=5)
"""After this long it stands in nobody's way either."""
LONG_SECONDS = 60
"""Runs that may take longer have a queue of their own, so that nobody waits for them."""
USUAL = 30
"""Of a run whose time will be chosen by its size."""
MOST_OPEN = 8
"""Runs of one fleet that wait or are worked on. One short and one long one are at a time."""
FORGOTTEN = timedelta(hours=1)
"""A run on which nobody has worked for so long does not count."""


class PlanRuns:
    """Runs of the optimiser. Opens its own units of work."""

    def __init__(self, work: Work, news: RunNews) -> None:
        self._work = work
        self._news = news

    async def begin(
        self,
        actor: Actor,
        plan_id: int,
        mode: Mode | str = Mode.EVERYTHING,
        *,
        seconds: float | None = None,
        seed: int = 0,
    ) -> PlanJob:
        """Have a plan optimised; without `seconds` for as long as suits its size.

        Raises `Forbidden`, `NotFound`, `InvalidInput`, `RunUnderWay`, and `TooManyRuns`.
        """
        authorize(actor.principal, "plans.update")
        if seconds is not None and not SHORTEST <= seconds <= LONGEST:
            problem = {"seconds": f"must be between {SHORTEST} and {LONGEST}"}
            raise InvalidInput("That is no time in which to plan", fields=problem)
        async with self._work() as session:
            plan = await self._plan(session, actor.principal, plan_id, lock=True)
            job = PlanJob(
                fleet_id=plan.fleet_id, plan_id=plan_id, user_id=actor.user_id,
                user_name=actor.principal.name[:120], mode=Mode(mode), seconds=seconds or 0.0,
                seed=seed,
            )  # fmt: skip
            await self._store(session, job)
            plan.job_id = job.id
            await self._defer(session, actor, job)
            self._note(session, actor, "optimise_plan", job, plan)
        await self._tell(job)
        return job

    async def get(self, principal: Principal, job_id: int) -> PlanJob:
        """One run. Raises `Forbidden`, and `NotFound` for another fleet's."""
        authorize(principal, "plans.read")
        async with self._work() as session:
            return await self._visible(session, principal, job_id)

    async def stop(self, actor: Actor, job_id: int) -> PlanJob:
        """Have it end at once, with the best it has found. Raises `NotRunning`, as `get`."""
        authorize(actor.principal, "plans.update")
        async with self._work() as session:
            job = await self._visible(session, actor.principal, job_id, lock=True)
            if not job.is_open:
                raise NotRunning
            if _stopped_at_once(job):
                await let_go(session, job)
            changed(session, job.fleet_id, PLURAL, [job_id])
            self._note(session, actor, "stop_optimising_plan", job, None)
        await self._tell(job)
        return job

    async def _store(self, session: AsyncSession, job: PlanJob) -> None:
        query = select(PlanJob).where(
            col(PlanJob.plan_id) == job.plan_id, col(PlanJob.state).in_(OPEN)
        )
        under_way = (await session.exec(query)).first()
        if under_way is not None and not _abandoned(under_way):
            raise RunUnderWay(under_way.id or 0)
        await session.flush()
        await self._require_room(session, job.fleet_id)
        session.add(job)
        try:
            await session.flush()
        except IntegrityError as error:  # somebody was faster by a moment
            if "uq_plan_jobs_open" in str(error.orig):
                raise RunUnderWay(0) from error
            raise

    async def _require_room(self, session: AsyncSession, fleet_id: int) -> None:
        seen = func.coalesce(PlanJob.seen_at, PlanJob.created_at)
        query = select(func.count()).where(
            col(PlanJob.fleet_id) == fleet_id, col(PlanJob.state).in_(OPEN),
            seen > utc_now() - FORGOTTEN,
        )  # fmt: skip
        if (await session.exec(query)).one() >= MOST_OPEN:
            raise TooManyRuns(MOST_OPEN)

    async def _defer(self, session: AsyncSession, actor: Actor, job: PlanJob) -> None:
        args = {
            "job_id": job.id, "user_id": actor.principal.user_id, "address": actor.address,
            "request_id": actor.request_id,
        }  # fmt: skip
        is_long = job.seconds > LONG_SECONDS
        queue = LONG_PLANS if is_long else SHORT_PLANS
        # One of a fleet at a time in each queue, so that nobody fills them; the shortest first.
        await defer(session, JOB, args, queue=queue, lock=f"{queue}:{job.fleet_id}",
                    priority=-ceil(job.seconds or USUAL))  # fmt: skip
        changed(session, job.fleet_id, PLURAL, [job.id or 0], what="created")
        changed(session, job.fleet_id, PLANS, [job.plan_id])

    async def _plan(
        self, session: AsyncSession, principal: Principal, plan_id: int, *, lock: bool = False
    ) -> Plan:
        plan = await session.get(Plan, plan_id, with_for_update=lock or None)
        if plan is None or plan.deleted_at or not principal.sees_fleet(plan.fleet_id):
            raise NotFound("Plan", plan_id)
        return plan

    async def _visible(
        self, session: AsyncSession, principal: Principal, job_id: int, *, lock: bool = False
    ) -> PlanJob:
        job = await session.get(PlanJob, job_id, with_for_update=lock or None)
        if job is None or not principal.sees_fleet(job.fleet_id):
            raise NotFound("Planning job", job_id)
        return job

    async def _tell(self, job: PlanJob) -> None:
        try:
            await self._news.tell(job.id or 0, encoded(job))
        except StoreUnavailable as error:
            log.warning("news of a planning job were not spread: %s", error)

    def _note(
        self, session: AsyncSession, actor: Actor, action: str, job: PlanJob, plan: Plan | None
    ) -> None:
        note(session, actor, action, kind="plan", object_id=job.plan_id,
             label=plan.name if plan else "", fleet_id=job.fleet_id,
             changes={"mode": [None, str(job.mode)]})  # fmt: skip


def _abandoned(job: PlanJob) -> bool:
    """End a run that everybody who could have gone on with it has given up, or that nobody has
    begun in all that time."""
    if (job.seen_at or job.created_at) > utc_now() - GIVEN_UP:
        return False
    job.state, job.finished_at = RunState.FAILED, utc_now()
    job.message = "Nobody was working on it any more. The plan is as it was."
    return True


def _stopped_at_once(job: PlanJob) -> bool:
    """Whether it ends here: it has not begun, or nobody seems to work on it any more."""
    now = utc_now()
    if job.state is RunState.QUEUED and job.attempt == 0:
        job.message = "Stopped before it began. The plan is as it was."
    elif job.state is RunState.STOPPING and (job.seen_at or now) < now - SILENT:
        job.message = "Nobody was working on it any more. The plan is as it was."
    else:
        job.state = RunState.STOPPING
        return False
    job.state, job.finished_at = RunState.STOPPED, now
    return True

"""Storing how far a run is. Every write holds only while the run is this attempt's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.kernel.clock import utc_now
from fleet_app.outbox.changes import changed
from fleet_app.planning.models import Plan
from fleet_app.planning.runs.models import OPEN, PlanJob, RunState

PLURAL, PLANS = "plan_jobs", "plans"
"""Under these names screens hear that a run went on, and that its plan did."""
KEPT = ("spent_s", "cost", "curve", "stops", "planned", "left", "engine", "best", "seconds",
        "version", "started_at")  # fmt: skip
"""What a run writes down while it goes on."""


async def take(session: AsyncSession, job_id: int) -> PlanJob | None:
    """Make the run this attempt's; None when it has ended."""
    job = await session.get(PlanJob, job_id, with_for_update=True)
    if job is None or not job.is_open:
        return None
    now = utc_now()
    job.attempt += 1
    job.seen_at, job.started_at = now, job.started_at or now
    if job.state is RunState.QUEUED:
        job.state = RunState.RUNNING
    changed(session, job.fleet_id, PLURAL, [job_id])
    return job


async def keep(session: AsyncSession, job: PlanJob) -> RunState | None:
    """Write down how far it is; returns its state now, None when it is not ours any more."""
    values: dict[str, Any] = {name: getattr(job, name) for name in KEPT}
    changed(session, job.fleet_id, PLURAL, [job.id or 0])
    return await _update(session, job, **values, seen_at=utc_now())


async def look(session: AsyncSession, job: PlanJob, *, lock: bool = False) -> RunState | None:
    """Its state now, None when it is not ours any more."""
    row = await session.get(PlanJob, job.id, with_for_update=lock or None)
    if row is None or row.attempt != job.attempt or not row.is_open:
        return None
    return RunState(row.state)


async def finish(session: AsyncSession, job: PlanJob) -> bool:
    """Write down how it ended; False when it is not ours any more."""
    names = (*KEPT, "state", "message", "applied", "result_plan_id", "finished_at")
    values = {name: getattr(job, name) for name in names} | {"best": None}  # nobody goes on from it
    is_ours = await _update(session, job, **values, seen_at=utc_now()) is not None
    if is_ours:
        await let_go(session, job)
    return is_ours


async def let_go(session: AsyncSession, job: PlanJob) -> None:
    """The plan is worked on no more."""
    free = update(Plan).where(col(Plan.id) == job.plan_id, col(Plan.job_id) == job.id)
    await (await session.connection()).execute(free.values(job_id=None))
    changed(session, job.fleet_id, PLURAL, [job.id or 0])
    changed(session, job.fleet_id, PLANS, [job.plan_id])


async def _update(session: AsyncSession, job: PlanJob, **values: Any) -> RunState | None:
    ours = (
        col(PlanJob.id) == job.id,
        col(PlanJob.attempt) == job.attempt,
        col(PlanJob.state).in_(OPEN),
    )
    query = update(PlanJob).where(*ours).values(values).returning(col(PlanJob.state))
    state = (await (await session.connection()).execute(query)).scalar()
    return None if state is None else RunState(state)

"""Tidying what planning leaves behind: runs, steps, plans put aside, suggestions, live memory."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.models import Route, RouteStatus
from fleet_app.planning.live.models import LiveRoute, Suggestion
from fleet_app.planning.models import Plan, PlanStep
from fleet_app.planning.runs.models import OPEN, PlanJob

BATCH = 1_000
MEMORY_KEPT = timedelta(days=45)
"""How long what was remembered of a route while it was driven stays: reports and fixes that come
late correct what came of it for a month."""
Work = Callable[[], AbstractAsyncContextManager[AsyncSession]]


async def forget_plans(work: Work, before: datetime, *, batch: int = BATCH) -> dict[str, int]:
    """Delete what was put aside, has ended or was for a day before a moment: runs, steps, plans
    and suggestions; returns how many of each. Plans that were not put aside stay, and so does all
    that is published. Raises `StoreUnavailable`; what is done by then stays done."""
    ended = func.coalesce(col(PlanJob.finished_at), col(PlanJob.created_at))
    over = select(col(Plan.id)).where(col(Plan.date) < before.date())
    decided = func.coalesce(col(Suggestion.decided_at), col(Suggestion.expires_at))
    old: dict[str, tuple[Any, tuple[Any, ...]]] = {
        "plans": (Plan.id, (col(Plan.deleted_at) < before,)),
        "runs": (PlanJob.id, (col(PlanJob.state).not_in(OPEN), ended < before)),
        "steps": (PlanStep.id, (col(PlanStep.plan_id).in_(over),)),
        "suggestions": (Suggestion.id, (decided < before,)),
    }
    return {name: await _forget(work, *which, batch) for name, which in old.items()}


async def forget_memories(work: Work, now: datetime, *, batch: int = BATCH) -> int:
    """Delete what was remembered of routes that are long over, and are driven by nobody."""
    over = select(col(Route.id)).where(
        col(Route.date) < (now - MEMORY_KEPT).date(), col(Route.status) != RouteStatus.STARTED
    )
    return await _forget(work, LiveRoute.route_id, (col(LiveRoute.route_id).in_(over),), batch)


async def _forget(work: Work, key: Any, which: tuple[Any, ...], batch: int) -> int:
    """In batches; what somebody has in hand is left for the next time."""
    old = select(key).where(*which).limit(batch).with_for_update(skip_locked=True, of=key.class_)
    removing = delete(key.class_).where(key.in_(old)).returning(key)
    forgotten = 0
    while True:
        async with work() as session:
            done = await (await session.connection()).execute(removing)
            count = len(done.all())
        forgotten += count
        if count < batch:
            return forgotten

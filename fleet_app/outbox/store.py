"""Events and jobs that exist if, and only if, the change that made them was committed."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.kernel.events import DomainEvent, take_pending
from fleet_app.kernel.jsonb import clean
from fleet_app.outbox.models import StoredEvent

DISPATCH = "events.dispatch"
"""The job that finds the subscribers of events."""
EVENTS, DEFAULT, IMPORTS = "events", "default", "imports"
PLANS, LONG_PLANS = "plans", "long_plans"
"""The queues, each with workers of its own, so that no import holds up an event."""
LANES = 16
"""Events of one subject share a lane. A unit of work makes at most this many jobs."""
_DEFER = text("""
SELECT unnest(procrastinate_defer_jobs_v1(ARRAY(
    SELECT job FROM jsonb_populate_recordset(
        NULL::procrastinate_job_to_defer_v1, CAST(:jobs AS jsonb)) AS job)))""")
_ONE_WAITS = "procrastinate_jobs_queueing_lock_idx_v1"


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A background job to be. Of jobs with the same `lock` one runs at a time, oldest first."""

    task_name: str
    args: Mapping[str, Any]
    queue_name: str = DEFAULT
    lock: str | None = None
    queueing_lock: str | None = None
    scheduled_at: datetime | None = None
    priority: int = 0


async def post(session: AsyncSession) -> None:
    """Store the events of this unit of work and the jobs that hand them on, before its commit.

    The changes go out first: whoever changed a subject holds its row by now, so that two changes
    of one subject queue their jobs in the order in which they are committed.
    """
    events = take_pending(session)
    if not events:
        return
    await session.flush()
    connection = await session.connection()
    await connection.execute(insert(StoredEvent), [_row(event) for event in events])
    lanes: dict[int, list[UUID]] = {}
    for event in events:
        lanes.setdefault(zlib.crc32(event.subject.encode()) % LANES, []).append(event.id)
    await defer_all(session, [_dispatch(lane, ids) for lane, ids in lanes.items()])


async def defer(
    session: AsyncSession,
    task_name: str,
    args: Mapping[str, Any],
    *,
    queue: str = DEFAULT,
    lock: str | None = None,
    queueing_lock: str | None = None,
    scheduled_at: datetime | None = None,
    priority: int = 0,
) -> int | None:
    """Have a job run once the transaction of `session` is committed; returns the job's id. Of those
    that wait in a queue the highest `priority` is first, then the oldest.

    None when a job with this `queueing_lock` waits already: nothing is added then. `args` is JSON.
    """
    job = Job(
        task_name=task_name,
        args=args,
        queue_name=queue,
        lock=lock,
        queueing_lock=queueing_lock,
        scheduled_at=scheduled_at,
        priority=priority,
    )
    if queueing_lock is None:
        return (await defer_all(session, [job]))[0]
    try:
        async with session.begin_nested():
            return (await defer_all(session, [job]))[0]
    except IntegrityError as error:
        if _ONE_WAITS not in str(error.orig):
            raise
        return None


async def defer_all(session: AsyncSession, jobs: Sequence[Job]) -> list[int]:
    """Defer many jobs in one statement; returns their ids in the same order."""
    if not jobs:
        return []
    connection = await session.connection()
    encoded = msgspec.json.encode(clean(msgspec.to_builtins(jobs))).decode()
    return list((await connection.execute(_DEFER, {"jobs": encoded})).scalars())


def _dispatch(lane: int, ids: Sequence[UUID]) -> Job:
    args = {"ids": [str(one) for one in ids]}
    return Job(task_name=DISPATCH, args=args, queue_name=EVENTS, lock=f"{DISPATCH}:{lane}")


def _row(event: DomainEvent) -> dict[str, Any]:
    row = {name: getattr(event, name) for name in event.__struct_fields__}
    return {**row, "data": clean(msgspec.to_builtins(event.data))}

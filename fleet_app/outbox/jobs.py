"""Jobs that fail: which, why, and another try. Knows the queue's tables, not its code."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import CursorResult, text
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.kernel.errors import NotFound

_NOTE = text("""
INSERT INTO job_errors (job_id, at, error) VALUES (:job_id, now(), :error)
ON CONFLICT (job_id) DO UPDATE SET at = excluded.at, error = excluded.error""")
_FAILED = text("""
SELECT job.id, job.task_name AS task, job.args, job.attempts, error.error,
    (SELECT max(at) FROM procrastinate_events WHERE job_id = job.id) AS at
FROM procrastinate_jobs AS job LEFT JOIN job_errors AS error ON error.job_id = job.id
WHERE job.status = 'failed' ORDER BY job.id DESC LIMIT :count""")
_LOCK_FAILED = text(
    "SELECT queue_name FROM procrastinate_jobs WHERE id = :id AND status = 'failed' FOR UPDATE"
)
_RETRY = text("SELECT procrastinate_retry_job_v2(:id, now(), NULL, NULL, NULL)")
_WAKE = text("""
SELECT pg_notify('procrastinate_queue_v1#' || :queue,
    json_build_object('type', 'job_inserted', 'job_id', CAST(:id AS bigint))::text)""")
_RESCUE = text("""
UPDATE procrastinate_jobs SET attempts = attempts + 1, scheduled_at = now(),
    status = (CASE WHEN attempts + 1 >= :attempts THEN 'failed' ELSE 'todo' END)
        ::procrastinate_job_status
WHERE status = 'doing' AND (worker_id IS NULL OR worker_id IN (
    SELECT id FROM procrastinate_workers
    WHERE last_heartbeat < now() - make_interval(secs => :silent)))
RETURNING id, status::text""")
_FORGET_JOBS = text("""
DELETE FROM procrastinate_jobs AS job
WHERE status = ANY(CAST(:ended AS procrastinate_job_status[])) AND NOT EXISTS (
    SELECT FROM procrastinate_events WHERE job_id = job.id AND at >= :before)""")
_FORGET_ERRORS = text("""
DELETE FROM job_errors AS error WHERE NOT EXISTS (
    SELECT FROM procrastinate_jobs WHERE id = error.job_id)""")
_FORGET_EVENTS = text("DELETE FROM domain_events WHERE received_at < :before")
WORKER_DIED = "Its worker died, each time it was tried."
MOST_ERROR = 500


class FailedJob(msgspec.Struct, frozen=True, kw_only=True):
    """A job that nobody tries any more, when it ended, and why."""

    id: int
    task: str
    args: dict[str, Any]
    attempts: int
    at: datetime | None
    error: str | None


async def note_error(session: AsyncSession, job_id: int, error: str) -> None:
    """Keep why a job failed, over what was kept before."""
    await _run(session, _NOTE, job_id=job_id, error=error[:MOST_ERROR].replace("\0", ""))


async def failed_jobs(session: AsyncSession, count: int = 100) -> list[FailedJob]:
    """The newest jobs that ended with an error."""
    rows = (await _run(session, _FAILED, count=count)).mappings()
    return [msgspec.convert(dict(row), FailedJob) for row in rows]


async def retry(session: AsyncSession, job_id: int) -> None:
    """Have a failed job tried once more, at once. Raises `NotFound` for any other job."""
    queue = (await _run(session, _LOCK_FAILED, id=job_id)).scalar()
    if queue is None:
        raise NotFound("failed job", job_id)
    await _run(session, _RETRY, id=job_id)
    await _run(session, _WAKE, queue=queue, id=job_id)


async def rescue(session: AsyncSession, *, silent_seconds: float, attempts: int) -> int:
    """Give the jobs of workers that fell silent to others; returns how many.

    A job that took `attempts` workers with it has failed.
    """
    found = (await _run(session, _RESCUE, silent=silent_seconds, attempts=attempts)).all()
    for row in found:
        if row.status == "failed":
            await note_error(session, row.id, WORKER_DIED)
    return len(found)


async def forget_ended(session: AsyncSession, ended: list[str], before: datetime) -> int:
    """Delete jobs that ended in one of these ways before a moment; returns how many."""
    done = await _run(session, _FORGET_JOBS, ended=ended, before=before)
    await _run(session, _FORGET_ERRORS)
    return done.rowcount


async def forget_events(session: AsyncSession, before: datetime) -> int:
    """Delete events that we heard of before a moment; returns how many."""
    return (await _run(session, _FORGET_EVENTS, before=before)).rowcount


async def _run(session: AsyncSession, query: Any, **values: Any) -> CursorResult[Any]:
    done: CursorResult[Any] = await (await session.connection()).execute(query, values)
    return done

"""Events, subscribers and running workers for tests of the outbox and its jobs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import text

from backend_jobs.subscribers import Subscriber
from backend_jobs.tasks.registry import all_tasks
from backend_jobs.tasks.retries import Backoff
from backend_jobs.tasks.runner import JobRunner
from fleet_app.bootstrap import Container
from fleet_app.kernel.events import DomainEvent, publish

QUICK = Backoff(attempts=3, first_seconds=0.01)


def an_event(subject: str = "delivery:1", type: str = "test.happened", **data: Any) -> DomainEvent:
    """An event of fleet 1."""
    return DomainEvent(type=type, fleet_id=1, subject=subject, data=data)


async def commit(container: Container, *events: DomainEvent) -> None:
    """Publish events in a unit of work of their own."""
    async with container.work() as session:
        publish(session, *events)


async def rows(container: Container, query: str, **values: Any) -> list[Any]:
    """What a query finds."""
    async with container.work() as session:
        return list((await (await session.connection()).execute(text(query), values)).all())


async def jobs(container: Container) -> list[tuple[str, str]]:
    """(task, status) of every job."""
    query = "SELECT task_name, status::text FROM procrastinate_jobs ORDER BY id"
    return [(task, status) for task, status in await rows(container, query)]


async def until(
    check: Callable[[], Awaitable[Any]] | Callable[[], Any], seconds: float = 10
) -> Any:
    """Wait until `check` is true; returns what it said."""
    async with asyncio.timeout(seconds):
        while True:
            said = check()
            if asyncio.iscoroutine(said):
                said = await said
            if said:
                return said
            await asyncio.sleep(0.02)


async def listening(container: Container) -> None:
    """Wait until a worker hears of new events, so that it need not look for them."""
    query = """SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle'
        AND query LIKE 'LISTEN %#events%'"""
    await until(lambda: rows(container, query), 30)


@asynccontextmanager
async def running(
    container: Container, subscribers: Sequence[Subscriber] = (), **options: Any
) -> AsyncIterator[JobRunner]:
    """A worker's jobs, running."""
    options = {"backoff": QUICK, "rescue_seconds": 0.2, **options}
    options.setdefault("tasks", all_tasks(container, subscribers))
    runner, stopping = JobRunner(container, **options), asyncio.Event()
    task = asyncio.create_task(runner.run(stopping))
    try:
        yield runner
    finally:
        stopping.set()
        await task

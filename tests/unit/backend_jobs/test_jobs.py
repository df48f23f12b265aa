"""Background jobs on a real database: at once, in order, again, elsewhere, and an end."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from procrastinate.jobs import Job
from procrastinate.manager import JobManager
from typer.testing import CliRunner

from backend_jobs.subscribers import Subscriber
from backend_jobs.tasks import runner as runner_module
from backend_jobs.tasks.registry import Task
from backend_jobs.tasks.retries import LONGEST_SECONDS, OUTAGE_SECONDS, Backoff
from fleet_app.bootstrap import Container
from fleet_app.cli.__main__ import app as cli
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import NotFound, StoreUnavailable
from fleet_app.kernel.events import DomainEvent
from fleet_app.outbox.jobs import WORKER_DIED, failed_jobs, retry
from fleet_app.outbox.store import defer
from fleet_app.planning.live.searching import SearchFailed
from fleet_app.runtime import migrations
from fleet_app.runtime.postgres import PostgresEngine
from fleet_app.settings import Settings
from tests import frozen
from tests.builders.jobs import QUICK, an_event, commit, jobs, listening, rows, running, until
from tests.engines import temporary_home


class Inbox:
    """A subscriber that keeps what it gets, and fails as often as it is told."""

    def __init__(self, pattern: str = "test.*", name: str = "inbox", failures: int = 0) -> None:
        self.got: list[DomainEvent] = []
        self.tries = 0
        self._failures = failures
        self.subscriber = Subscriber(name, pattern, self._handle)

    async def _handle(self, _: Container, event: DomainEvent) -> None:
        self.tries += 1
        if self.tries <= self._failures:
            raise LookupError(f"attempt {self.tries}\nwith personal details")
        await asyncio.sleep(0)
        self.got.append(event)

    def has(self, count: int) -> Any:
        return lambda: len(self.got) >= count

    @property
    def numbers(self) -> list[int]:
        return [event.data["n"] for event in self.got]


async def done(container: Container) -> bool:
    return {status for _, status in await jobs(container)} == {"succeeded"}


async def test_an_event_reaches_its_subscriber_at_once_and_whole(
    container: Container, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(runner_module, "POLL_SECONDS", 120.0)  # nobody comes to look
    inbox, others = Inbox(), Inbox("other.*", "others")
    async with running(container, [inbox.subscriber, others.subscriber]):
        await listening(container)
        for count in range(1, 8):
            event = an_event(n=count)
            await commit(container, event)
            await until(inbox.has(count))
            assert inbox.got[-1] == event
    assert others.got == []


async def test_no_announcement_is_missed_while_the_worker_looks_for_jobs(
    container: Container, monkeypatch: pytest.MonkeyPatch
):
    """Answers of the database take a while, and events are published in the meantime."""
    looks_up = JobManager.fetch_job

    async def answer_late(*args: Any, **given: Any) -> Any:
        job = await looks_up(*args, **given)
        await asyncio.sleep(0.1)
        return job

    monkeypatch.setattr(JobManager, "fetch_job", answer_late)
    monkeypatch.setattr(runner_module, "POLL_SECONDS", 600.0)
    numbers: list[int] = []

    async def publish_the_next(_: Container, event: DomainEvent) -> None:
        numbers.append(event.data["n"])
        if (n := len(numbers)) < 5:
            await commit(container, an_event(subject=f"delivery:{n}", n=n + 1))

    async with running(container, [Subscriber("chain", "test.*", publish_the_next)]):
        await listening(container)
        await commit(container, an_event(n=1))
        await until(lambda: len(numbers) >= 5, 60)
    assert numbers == [1, 2, 3, 4, 5]


async def test_what_was_committed_while_nobody_worked_is_done_later(container: Container):
    inbox = Inbox()
    await commit(container, an_event(n=1), an_event(n=2))
    async with running(container, [inbox.subscriber]):
        await until(inbox.has(2))
        await until(lambda: done(container))
    assert inbox.numbers == [1, 2]


async def test_a_failing_subscriber_is_tried_again_then_listed_and_hinders_nobody(
    container: Container,
):
    broken, well = Inbox(name="broken", failures=10**6), Inbox(name="well")
    async with running(container, [broken.subscriber, well.subscriber]):
        await commit(container, an_event(n=1))
        await until(well.has(1))

        async def failed() -> list[Any]:
            async with container.work() as session:
                return list(await failed_jobs(session))

        (job,) = await until(failed)
    assert broken.tries == QUICK.attempts == job.attempts
    assert job.task == "events.deliver"
    assert job.args["subscriber"] == "broken"
    assert job.error == f"LookupError: attempt {QUICK.attempts}"
    assert job.at is not None
    assert well.numbers == [1]


async def test_events_of_a_subject_keep_their_order_over_failures(container: Container):
    inbox = Inbox(failures=2)
    async with running(container, [inbox.subscriber]):
        for n in range(12):
            await commit(container, an_event("delivery:1", n=n))
        await until(inbox.has(12))
    assert inbox.numbers == list(range(12))


async def test_a_subject_that_fails_holds_up_no_other(container: Container):
    got: list[str] = []

    async def handle(_: Container, event: DomainEvent) -> None:
        if event.subject == "delivery:1":
            raise LookupError
        got.append(event.subject)

    slow = Backoff(attempts=3, first_seconds=60)
    async with running(container, [Subscriber("picky", "test.*", handle)], backoff=slow):
        await commit(container, *[an_event(f"delivery:{n}") for n in range(1, 40)])
        await commit(container, an_event("delivery:2"))
        await until(lambda: len(got) == 39)
    assert "delivery:1" not in got


async def test_two_workers_share_and_order_holds(container: Container):
    taken: dict[str, list[tuple[str, int]]] = defaultdict(list)

    def inbox(worker: str) -> Subscriber:
        async def handle(_: Container, event: DomainEvent) -> None:
            await asyncio.sleep(0.005)
            taken[event.subject].append((worker, event.data["n"]))

        return Subscriber("inbox", "test.*", handle)

    async with running(container, [inbox("one")]), running(container, [inbox("two")]):
        for n in range(8):
            await commit(container, *[an_event(f"delivery:{i}", n=n) for i in range(10)])
        await until(lambda: sum(map(len, taken.values())) >= 80, 30)
    assert all([n for _, n in got] == list(range(8)) for got in taken.values())
    assert {worker for got in taken.values() for worker, _ in got} == {"one", "two"}


async def test_dispatching_twice_delivers_once(container: Container):
    inbox = Inbox()
    event = an_event(n=1)
    await commit(container, event)
    async with container.work() as session:
        await defer(session, "events.dispatch", {"ids": [str(event.id)]}, queue="events")
    async with running(container, [inbox.subscriber]):
        await until(lambda: done(container))
    assert inbox.numbers == [1]


TAKE = """
WITH worker AS (SELECT worker_id FROM procrastinate_register_worker_v1())
SELECT (procrastinate_fetch_job_v2(ARRAY['default'], worker_id)).id FROM worker"""
SILENT = "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour' RETURNING id"


async def test_the_job_of_a_worker_that_died_runs_elsewhere(container: Container):
    ran = asyncio.Event()

    async def run(*, number: int) -> None:
        assert number == 5
        ran.set()

    async with container.work() as session:
        job_id = await defer(session, "test.job", {"number": 5})
    assert [tuple(row) for row in await rows(container, TAKE)] == [(job_id,)]
    async with running(container, tasks=[Task("test.job", run)]):
        await asyncio.sleep(1)
        assert not ran.is_set(), "its worker may still be alive"
        await rows(container, SILENT)
        await asyncio.wait_for(ran.wait(), 10)


async def test_a_job_that_kills_its_workers_ends(container: Container):
    async with container.work() as session:
        job_id = await defer(session, "test.job", {})
    await rows(container, "UPDATE procrastinate_jobs SET attempts = 2 RETURNING id")
    await rows(container, TAKE)
    await rows(container, SILENT)
    async with running(container, tasks=[]):
        await until(lambda: _failed(container))
    (job,) = await _failed(container)
    assert (job.id, job.error) == (job_id, WORKER_DIED)


async def _failed(container: Container) -> list[Any]:
    async with container.work() as session:
        return list(await failed_jobs(session))


async def test_stopping_lets_short_jobs_end_and_leaves_long_ones_to_others(
    container: Container, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(runner_module, "STOP_SECONDS", 0.5)
    started, ended = [], []

    async def run(*, seconds: float) -> None:
        started.append(seconds)
        await asyncio.sleep(seconds)
        ended.append(seconds)

    tasks = [Task("test.sleep", run)]
    async with running(container, tasks=tasks):
        async with container.work() as session:
            await defer(session, "test.sleep", {"seconds": 0.4})
            await defer(session, "test.sleep", {"seconds": 60})
        await until(lambda: len(started) == 2)
        stopped = time.perf_counter()
    assert time.perf_counter() - stopped < 5
    assert ended == [0.4]
    assert [status for _, status in await jobs(container)] == ["succeeded", "todo"]
    assert await rows(container, "SELECT id FROM procrastinate_workers") == []


async def test_work_goes_on_after_the_database_was_restarted(settings: Settings):
    inbox = Inbox()
    with temporary_home() as home:
        with frozen.running(PostgresEngine(home)) as server:
            migrations.upgrade(server.url)
            container = Container(settings.model_copy(update={"database_url": server.url}))
            working = running(container, [inbox.subscriber])
            await working.__aenter__()
            await commit(container, an_event(n=1))
            await until(inbox.has(1))
        await asyncio.sleep(1.5)
        with frozen.running(PostgresEngine(home)):
            try:
                await commit(container, an_event(n=2))
                await until(inbox.has(2), 30)
                await commit(container, an_event(n=3))
                await until(inbox.has(3), runner_module.POLL_SECONDS)
            finally:
                await working.__aexit__(None, None, None)
                await container.close()
    assert inbox.numbers == [1, 2, 3]


async def test_failed_jobs_are_shown_and_tried_again_from_the_command_line(container: Container):
    inbox = Inbox(failures=QUICK.attempts)
    async with running(container, [inbox.subscriber]):
        await commit(container, an_event(n=1))
        (job,) = await until(lambda: _failed(container))
        shown = await asyncio.to_thread(CliRunner().invoke, cli, ["jobs"])
        assert f"{job.id}  events.deliver" in shown.output
        assert "LookupError: attempt 3" in shown.output
        assert "personal" not in shown.output
        again = await asyncio.to_thread(CliRunner().invoke, cli, ["jobs", "retry", str(job.id)])
        assert again.exit_code == 0, again.output
        await until(inbox.has(1))
        await until(lambda: done(container))
    shown = await asyncio.to_thread(CliRunner().invoke, cli, ["jobs"])
    assert shown.output == "No failed jobs.\n"
    with pytest.raises(NotFound):
        async with container.work() as session:
            await retry(session, job.id)


def decided(backoff: Backoff, error: BaseException, attempts: int) -> float | None:
    job = Job(
        id=1, queue="default", lock=None, queueing_lock=None, task_name="t", attempts=attempts
    )  # fmt: skip
    decision = backoff.get_retry_decision(exception=error, job=job)
    if decision is None:
        return None
    assert decision.retry_at is not None
    return (decision.retry_at - utc_now()).total_seconds()


@given(st.integers(0, 10_000))
def test_outages_and_stops_never_end_a_job_but_errors_do(attempts: int):
    backoff = Backoff()
    outage = decided(backoff, StoreUnavailable("The database"), attempts)
    assert outage is not None
    assert outage <= OUTAGE_SECONDS
    stop = decided(backoff, asyncio.CancelledError(), attempts)
    assert stop is not None
    assert stop <= 0
    for wrong in (LookupError(), SearchFailed()):
        error = decided(backoff, wrong, attempts)
        assert (error is None) == (attempts + 1 >= backoff.attempts)
        assert error is None or error <= LONGEST_SECONDS

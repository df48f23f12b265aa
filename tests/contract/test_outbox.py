"""Events and jobs are committed with the change, or not at all; screens hear of it afterwards."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from fleet_app.bootstrap import Container
from fleet_app.fleet.models import Fleet
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.events import publish
from fleet_app.outbox.changes import MOST_IDS, RecordChange, changed, take_changes
from fleet_app.outbox.models import StoredEvent
from fleet_app.outbox.ports import MISSED
from fleet_app.outbox.store import IMPORTS, LANES, defer
from fleet_app.settings import Settings
from fleet_app.storage.live.changes import ANNOUNCE_SECONDS
from tests.builders.jobs import an_event, commit, jobs, rows
from tests.frozen import freezable_valkey


class Listener:
    """Everything announced on the live store."""

    def __init__(self, container: Container) -> None:
        self._feed = container.changes
        self.heard: list[object] = []

    async def __aenter__(self) -> Listener:
        self._task = asyncio.create_task(self._listen())
        await self.until(MISSED)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def until(self, wanted: object, seconds: float = 5) -> None:
        async with asyncio.timeout(seconds):
            while wanted not in self.heard:
                await asyncio.sleep(0.01)

    async def _listen(self) -> None:
        async for heard in self._feed.listen():
            self.heard.append(heard)


async def stored(container: Container) -> list[StoredEvent]:
    async with container.work() as session:
        return list(await session.exec(select(StoredEvent).order_by("sequence")))


async def test_a_commit_keeps_the_event_and_one_job_for_it(container: Container):
    event = an_event(note="zero\0character", many=[1, {"deep": None}])
    async with container.work() as session:
        session.add(Fleet(name="With an event"))
        publish(session, event)
    (row,) = await stored(container)
    assert (row.id, row.type, row.subject, row.fleet_id) == (
        event.id, "test.happened", "delivery:1", 1,
    )  # fmt: skip
    assert row.data == {"note": "zerocharacter", "many": [1, {"deep": None}]}
    assert row.occurred_at == event.occurred_at
    assert await jobs(container) == [("events.dispatch", "todo")]


async def test_a_rollback_leaves_no_event_no_job_and_no_push(container: Container):
    async def fail() -> None:
        async with container.work() as session:
            session.add(Fleet(name="Never there"))
            publish(session, an_event())
            await defer(session, "imports.run", {"import_id": 1}, queue=IMPORTS)
            changed(session, 1, "deliveries", [1])
            raise LookupError

    async with Listener(container) as listener:
        with pytest.raises(LookupError):
            await fail()
        async with container.work() as session:
            changed(session, 1, "vehicles", [2])
        await listener.until((1, [RecordChange(kind="vehicles", what="updated", ids=(2,))]))
        assert len(listener.heard) == 2, "the rolled back change was announced"
    assert await stored(container) == []
    assert await jobs(container) == []


AT_COMMIT = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE 'refused at the commit'; END $$;
CREATE CONSTRAINT TRIGGER refusal AFTER INSERT ON fleets
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()"""


async def test_a_commit_that_fails_leaves_nothing_either(container: Container):
    async def fail() -> None:
        async with container.work() as session:
            session.add(Fleet(name="Refused"))
            publish(session, an_event())
            changed(session, 1, "fleets", [1])

    async with container.engine.begin() as connection:
        await connection.exec_driver_sql(AT_COMMIT)
    async with Listener(container) as listener:
        with pytest.raises(DBAPIError, match="refused at the commit"):
            await fail()
        assert await stored(container) == []
        assert await jobs(container) == []
        assert listener.heard == [MISSED]


async def test_nobody_hears_of_a_change_before_its_commit(container: Container):
    async with Listener(container) as listener:
        async with container.work() as session:
            changed(session, 7, "deliveries", [3, 4], what="created")
            changed(session, 7, "deliveries", [4, 5], what="created")
            await session.flush()
            await asyncio.sleep(0.2)
            assert listener.heard == [MISSED]
        await listener.until((7, [RecordChange(kind="deliveries", what="created", ids=(3, 4, 5))]))


async def test_changes_cost_nothing_when_there_are_none(container: Container):
    async with container.work() as session:
        await session.exec(select(Fleet.id))
        assert session.info == {}
    assert "redis" not in container.__dict__, "the live store was asked for nothing"


async def test_a_large_unit_of_work_makes_few_jobs_and_keeps_its_order(container: Container):
    events = [an_event(f"delivery:{n % 500}", number=n) for n in range(1500)]
    await commit(container, *events)
    assert [row.data["number"] for row in await stored(container)] == list(range(1500))
    assert len(await jobs(container)) <= LANES


async def test_events_of_one_record_are_in_the_order_of_its_commits(container: Container):
    async with container.work() as session:
        session.add(Fleet(name="Contested"))

    async def rename(number: int) -> None:
        async with container.work() as session:
            fleet = (await session.exec(select(Fleet))).one()
            fleet.name = f"Renamed {number}"
            session.add(fleet)
            publish(session, an_event("fleet:1", number=number))

    async with container.work() as session:
        fleet = (await session.exec(select(Fleet))).one()
        fleet.name = "Renamed 1"
        await session.flush()
        later = asyncio.create_task(rename(2))
        await asyncio.sleep(0.3)  # it waits for the row that is ours
        publish(session, an_event("fleet:1", number=1))
    await later
    assert [row.data["number"] for row in await stored(container)] == [1, 2]


async def test_a_job_waits_once_per_queueing_lock(container: Container):
    async with container.work() as session:
        session.add(Fleet(name="Still committed"))
        first = await defer(session, "imports.check", {"id": 1}, queueing_lock="import:1")
        second = await defer(session, "imports.check", {"id": 1}, queueing_lock="import:1")
        other = await defer(session, "imports.check", {"id": 2}, queueing_lock="import:2")
    assert first is not None
    assert second is None
    assert other is not None
    assert len(await jobs(container)) == 2
    async with container.work() as session:
        assert (await session.exec(select(Fleet.name))).all() == ["Still committed"]


async def test_what_a_job_is_told_arrives_in_the_queue(container: Container):
    later = utc_now() + timedelta(hours=1)
    async with container.work() as session:
        await defer(
            session, "imports.run", {"id": 9, "name": "Ä'\"{}%"}, queue=IMPORTS, lock="fleet:1",
            scheduled_at=later,
        )  # fmt: skip
    query = "SELECT queue_name, task_name, args, lock, scheduled_at FROM procrastinate_jobs"
    (row,) = await rows(container, query)
    assert tuple(row) == (
        "imports", "imports.run", {"id": 9, "name": "Ä'\"{}%"}, "fleet:1", later,
    )  # fmt: skip


async def test_without_the_live_store_a_write_succeeds(settings: Settings):
    nowhere = settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
    container = Container(nowhere)
    try:
        async with container.work() as session:
            session.add(Fleet(name="Written"))
            changed(session, 1, "fleets", [1])
        async with container.work() as session:
            assert (await session.exec(select(Fleet.name))).all() == ["Written"]
    finally:
        await container.close()


async def test_a_live_store_that_hangs_holds_a_write_up_only_shortly(settings: Settings):
    with freezable_valkey() as valkey:
        container = Container(settings.model_copy(update={"redis_url": valkey.url}))
        try:
            await container.redis.ping()
            with valkey.frozen():
                started = time.perf_counter()
                async with container.work() as session:
                    session.add(Fleet(name="Written"))
                    changed(session, 1, "fleets", [1])
                assert time.perf_counter() - started < 20 * ANNOUNCE_SECONDS
        finally:
            await container.close()


async def test_listening_goes_on_after_a_gap(container: Container):
    async with Listener(container) as listener:
        listener.heard.clear()
        await container.redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        await listener.until(MISSED)
        async with container.work() as session:
            changed(session, 1, "routes", [1])
        await listener.until((1, [RecordChange(kind="routes", what="updated", ids=(1,))]))


class Info:
    """As much of a session as `changed` knows."""

    def __init__(self) -> None:
        self.info: dict[str, object] = {}


@given(st.lists(st.integers(1, 400), max_size=600))
def test_ids_are_named_once_and_only_when_they_are_few(ids: list[int]):
    session = Info()
    for one in ids:
        changed(session, 1, "deliveries", [one])
    changed(session, None, "users", [1])
    if not ids:
        assert take_changes(session).get(1, []) == []
        return
    ((fleet_id, (change,)),) = take_changes(session).items()
    assert fleet_id == 1
    assert change.ids == (tuple(dict.fromkeys(ids)) if len(set(ids)) <= MOST_IDS else None)
    assert take_changes(session) == {}

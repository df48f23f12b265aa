"""How a consumer deals with failures, on a real log."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from backend_jobs import consumer as consumer_module
from backend_jobs.consumer import (
    ATTEMPTS,
    FATAL_DELIVERIES,
    SUSPICIOUS_DELIVERIES,
    Consumer,
    in_safe_chunks,
)
from backend_jobs.meter import Meter
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.location.ports import HISTORY_GROUP, LogEntry
from fleet_app.storage.live.fix_log import stream_key
from tests.builders.fixes import a_batch, a_fix


class Recorder:
    """Remembers what it handled; `fail` may object to a call."""

    def __init__(self, fail=lambda batches: None):
        self.fail = fail
        self.calls = []
        self.handled = []

    async def handle(self, batches, *, again=False):
        self.calls.append(([batch.fixes[0].recorded_at_ms for batch in batches], again))
        self.fail(batches)
        self.handled += [batch.fixes[0].recorded_at_ms for batch in batches]


@pytest.fixture(autouse=True)
def _fast(monkeypatch):
    monkeypatch.setattr(consumer_module, "BLOCK_MS", 50)
    monkeypatch.setattr(consumer_module, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(consumer_module, "LONGEST_PAUSE", 0.05)
    monkeypatch.setattr(consumer_module, "RETRY_PAUSE", 0.001)


async def append(container, count):
    batches = [a_batch(a_fix(i), vehicle_id=1) for i in range(count)]
    await container.fix_log.append(batches)
    return [batch.fixes[0].recorded_at_ms for batch in batches]


async def consume(container, handler, *, until, group=HISTORY_GROUP):
    consumer = Consumer(container.fix_log, group, 1, handler, Meter())
    task = asyncio.create_task(consumer.run())
    async with asyncio.timeout(20):
        while not await until():
            await asyncio.sleep(0.01)
    consumer.stop()
    await task


def all_acknowledged(container):
    async def check():
        info = await container.redis.xinfo_groups(stream_key(1))
        mine = [group for group in info if group["name"] == HISTORY_GROUP.encode()]
        return bool(mine) and mine[0]["pending"] == 0 and mine[0]["lag"] == 0

    return check


async def test_everything_is_handled_in_order_and_acknowledged(container):
    moments = await append(container, 40)
    handler = Recorder()
    await consume(container, handler, until=all_acknowledged(container))
    assert handler.handled == moments


async def test_a_store_that_is_down_is_waited_for_however_long(container):
    moments = await append(container, 3)
    attempts = 0

    def down(_batches):
        nonlocal attempts
        attempts += 1
        if attempts <= 4 * ATTEMPTS:
            raise StoreUnavailable("The database")

    handler = Recorder(down)
    await consume(container, handler, until=all_acknowledged(container))
    assert handler.handled == moments
    assert await container.fix_log.dead_letters() == []
    assert [again for _, again in handler.calls] == [False] + [True] * 4 * ATTEMPTS


async def test_one_poisonous_entry_is_buried_after_five_attempts_and_the_rest_goes_on(container):
    moments = await append(container, 6)
    poison = moments[2]

    def refuse(batches):
        if any(batch.fixes[0].recorded_at_ms == poison for batch in batches):
            raise ValueError("cannot be")

    handler = Recorder(refuse)
    await consume(container, handler, until=all_acknowledged(container))
    assert handler.handled == [moment for moment in moments if moment != poison]
    assert [call for call, _ in handler.calls].count([poison]) == ATTEMPTS
    (letter,) = await container.fix_log.dead_letters()
    assert (letter.group, letter.partition) == (HISTORY_GROUP, 1)
    assert letter.error == "ValueError: cannot be"

    handler.fail = lambda batches: None
    assert await container.fix_log.replay_dead_letters() == 1
    await consume(container, handler, until=all_acknowledged(container))
    assert handler.handled[-1] == poison


async def test_an_entry_that_is_no_batch_at_all_is_buried(container):
    await container.redis.xadd(stream_key(1), {"b": b"\xc1rubbish"})
    await container.redis.xadd(stream_key(1), {"other": b"field"})
    moments = await append(container, 1)
    handler = Recorder()
    await consume(container, handler, until=all_acknowledged(container))
    assert handler.handled == moments
    assert len(await container.fix_log.dead_letters()) == 2


async def test_a_failure_that_passes_costs_nothing(container):
    moments = await append(container, 2)
    failures = iter([KeyError("first"), KeyError("alone"), None, None])

    def flaky(_batches):
        if error := next(failures, None):
            raise error

    handler = Recorder(flaky)
    await consume(container, handler, until=all_acknowledged(container))
    assert handler.handled == moments
    assert await container.fix_log.dead_letters() == []


async def test_what_a_dead_reader_left_comes_first_and_is_marked(container):
    moments = await append(container, 3)
    await container.fix_log.read_new(HISTORY_GROUP, 1, 2, 50)
    handler = Recorder()
    await consume(container, handler, until=all_acknowledged(container))
    assert handler.calls == [(moments[:2], True), (moments[2:], False)]


async def test_an_entry_that_kills_its_reader_again_and_again_is_buried_unhandled(container):
    moments = await append(container, 2)
    await container.fix_log.read_new(HISTORY_GROUP, 1, 1, 50)
    for _ in range(FATAL_DELIVERIES):
        await container.fix_log.read_pending(HISTORY_GROUP, 1, 1)
    handler = Recorder()
    await consume(container, handler, until=all_acknowledged(container))
    assert handler.handled == moments[1:]
    assert len(await container.fix_log.dead_letters()) == 1


async def deliveries(container):
    rows = await container.redis.xpending_range(stream_key(1), HISTORY_GROUP, "-", "+", 100)
    return [row["times_delivered"] for row in rows]


async def test_workers_that_restart_during_an_outage_do_not_bury_what_waits_for_its_end(container):
    moments = await append(container, 3)

    def down(_batches):
        raise StoreUnavailable("The database")

    for _ in range(FATAL_DELIVERIES + 2):
        handler = Recorder(down)

        async def tried(handler=handler):
            return bool(handler.calls)

        await consume(container, handler, until=tried)
        assert max(await deliveries(container)) < SUSPICIOUS_DELIVERIES
    handler = Recorder()
    await consume(container, handler, until=all_acknowledged(container))
    assert handler.handled == moments
    assert await container.fix_log.dead_letters() == []


async def test_workers_cut_off_in_the_middle_of_their_work_do_not_bury_it(container):
    moments = await append(container, 2)
    for _ in range(FATAL_DELIVERIES + 2):
        handler = Hanging()
        consumer = Consumer(container.fix_log, HISTORY_GROUP, 1, handler, Meter())
        task = asyncio.create_task(consumer.run())
        await asyncio.wait_for(handler.called.wait(), 5)
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled()
    handler = Recorder()
    await consume(container, handler, until=all_acknowledged(container))
    assert handler.handled == moments
    assert await container.fix_log.dead_letters() == []


class Hanging(Recorder):
    """Waits until `go`, as for a store that hangs."""

    def __init__(self):
        super().__init__()
        self.called, self.go = asyncio.Event(), asyncio.Event()

    async def handle(self, batches, *, again=False):
        self.called.set()
        await self.go.wait()
        await super().handle(batches, again=again)


async def test_what_a_frozen_reader_takes_when_it_wakes_is_not_left_behind(container, monkeypatch):
    monkeypatch.setattr(consumer_module, "PENDING_SECONDS", 0.3)
    moments = await append(container, 1)
    handler = Hanging()
    consumer = Consumer(container.fix_log, HISTORY_GROUP, 1, handler, Meter())
    task = asyncio.create_task(consumer.run())
    await handler.called.wait()  # so it has looked at what was pending
    moments += await append(container, 1)
    (taken,) = await container.fix_log.read_new(HISTORY_GROUP, 1, 10, 50)  # by the frozen one
    assert taken.deliveries == 1
    handler.go.set()
    async with asyncio.timeout(5):
        while not await all_acknowledged(container)():
            await asyncio.sleep(0.02)
    assert len(handler.handled) == 2
    consumer.stop()
    await task


async def test_stopping_while_a_store_is_down_leaves_the_work_pending(container):
    await append(container, 1)

    def down(_batches):
        raise StoreUnavailable("The database")

    handler = Recorder(down)

    async def tried():
        return len(handler.calls) > 2

    await consume(container, handler, until=tried)
    assert len(await container.fix_log.read_pending(HISTORY_GROUP, 1, 10)) == 1


async def test_a_lost_connection_loses_no_entry(container):
    handler = Recorder()
    consumer = Consumer(container.fix_log, HISTORY_GROUP, 1, handler, Meter())
    task = asyncio.create_task(consumer.run())
    sent = 0
    for _ in range(15):
        batches = [a_batch(a_fix(sent + i), vehicle_id=1) for i in range(20)]
        await container.fix_log.append(batches)
        sent += 20
        await container.redis.execute_command("CLIENT", "KILL", "TYPE", "normal")
        await asyncio.sleep(0.02)
    async with asyncio.timeout(10):
        while len(set(handler.handled)) < sent:
            await asyncio.sleep(0.02)
    consumer.stop()
    await task


def test_suspicious_entries_are_handled_alone():
    deliveries = [2, 2, SUSPICIOUS_DELIVERIES, 2, 2, SUSPICIOUS_DELIVERIES + 1]
    entries = [LogEntry(str(i), b"", n) for i, n in enumerate(deliveries)]
    sizes = [len(chunk) for chunk in in_safe_chunks(entries)]
    assert sizes == [2, 1, 2, 1]
    assert msgspec.to_builtins([e for chunk in in_safe_chunks(entries) for e in chunk]) == (
        msgspec.to_builtins(entries)
    )

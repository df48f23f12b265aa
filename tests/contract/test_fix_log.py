"""The durable log on a real Valkey."""

from __future__ import annotations

import asyncio
from collections import Counter

import msgspec
import pytest
from redis.asyncio import Redis

from fleet_app.bootstrap import Container
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.location.models import FixBatch
from fleet_app.location.ports import GROUPS, LogEntry
from fleet_app.settings import Settings
from fleet_app.storage.live import fix_log, log_writer
from fleet_app.storage.live.fix_log import ValkeyFixLog, stream_key
from tests.builders.fixes import a_batch, a_fix

H, T, _ = GROUPS


@pytest.fixture
def log(container: Container):
    return container.fix_log


def vehicle_ids(entries):
    return [msgspec.msgpack.decode(entry.payload, type=FixBatch).vehicle_id for entry in entries]


async def hang(container: Container) -> None:
    """Have the server answer nobody for a while."""
    await container.redis.execute_command("CLIENT", "PAUSE", 3000, "ALL")


async def read_all(log, group, partition=1):
    return await log.read_new(group, partition, 100, 50)


async def test_what_is_appended_is_read_once_by_each_group_in_order(log):
    batch = a_batch(a_fix(1, attributes={"fuel": 3}), vehicle_id=1)
    await log.append([batch, a_batch(a_fix(2), vehicle_id=9), a_batch(a_fix(3), vehicle_id=2)])
    for group in GROUPS:
        entries = await read_all(log, group)
        assert vehicle_ids(entries) == [1, 9]
        assert msgspec.msgpack.decode(entries[0].payload, type=FixBatch) == batch
        assert await read_all(log, group) == []


async def test_odd_attributes_are_no_reason_to_refuse_a_post(log):
    odd = {"big": 10**30, "half": "\ud83d", "fine": [1, {"deep": -(10**30)}]}
    await log.append([a_batch(a_fix(0, attributes=odd, event_id="e\ud800"), vehicle_id=1)])
    (entry,) = await read_all(log, H)
    (fix,) = msgspec.msgpack.decode(entry.payload, type=FixBatch).fixes
    assert fix.attributes == {
        "big": "1" + "0" * 30,
        "half": "?",
        "fine": [1, {"deep": "-1" + "0" * 30}],
    }
    assert fix.event_id == "e?"


async def test_many_concurrent_appends_share_round_trips_and_all_arrive(log, container):
    before = await container.redis.info("commandstats")
    await asyncio.gather(*(log.append([a_batch(a_fix(i), vehicle_id=8)]) for i in range(500)))
    after = await container.redis.info("commandstats")
    calls = lambda stats: stats.get("cmdstat_waitaof", {"calls": 0})["calls"]  # noqa: E731
    assert calls(after) - calls(before) < 20
    assert await container.redis.xlen(stream_key(0)) == 500


async def test_nothing_is_acknowledged_when_the_server_does_not_keep_a_log_on_disk(log, container):
    await container.redis.config_set("appendonly", "no")
    try:
        with pytest.raises(StoreUnavailable):
            await log.append([a_batch(a_fix())])
    finally:
        await container.redis.config_set("appendonly", "yes")
    for _ in range(100):  # the server first rewrites its file in the background
        with_disk = asyncio.gather(log.append([a_batch(a_fix())]), return_exceptions=True)
        if await with_disk == [None]:
            return
        await asyncio.sleep(0.05)
    pytest.fail("appending did not recover")


async def test_what_does_not_reach_the_disk_in_time_is_not_acknowledged(
    log, container, monkeypatch
):
    monkeypatch.setattr(log_writer, "SYNC_TIMEOUT_MS", 200)
    await container.redis.config_set("appendfsync", "no")
    try:
        with pytest.raises(StoreUnavailable):
            await log.append([a_batch(a_fix())])
    finally:
        await container.redis.config_set("appendfsync", "always")
    await log.append([a_batch(a_fix())])


async def test_a_server_that_hangs_fails_all_who_wait_at_once(container, monkeypatch):
    monkeypatch.setattr(log_writer, "ROUND_TIMEOUT", 0.4)
    writer = log_writer.LogWriter(container.repeat_redis)
    big = [(stream_key(0), b"x" * 1_900_000)]
    await writer.write([(stream_key(0), b"small")])
    await hang(container)
    outcomes = await asyncio.gather(*(writer.write(big) for _ in range(12)), return_exceptions=True)
    # Who waited for a turn of their own would still have been written, once the server was back.
    assert [type(outcome) for outcome in outcomes] == [StoreUnavailable] * 12
    await container.redis.ping()
    await writer.write(big)


async def test_a_post_waits_for_the_log_no_longer_than_it_may(log, container, monkeypatch):
    await log.append([a_batch(a_fix(0))])
    monkeypatch.setattr(fix_log, "APPEND_SECONDS", 0.3)
    await hang(container)
    appends = [log.append([a_batch(a_fix(i))]) for i in range(20)]
    outcomes = await asyncio.gather(*appends, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {StoreUnavailable}
    await container.redis.ping()
    monkeypatch.setattr(fix_log, "APPEND_SECONDS", 5)
    await log.append([a_batch(a_fix(30))])


async def test_more_than_fits_into_memory_is_refused_at_once(container, monkeypatch):
    monkeypatch.setattr(log_writer, "MAX_WAITING_BYTES", 2_000_000)
    writer = log_writer.LogWriter(container.repeat_redis)
    half = [(stream_key(0), b"x" * 900_000)]
    outcomes = await asyncio.gather(*(writer.write(half) for _ in range(5)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(None)] * 2 + [StoreUnavailable] * 3
    assert outcomes[-1].retry_after > 0
    assert await container.redis.xlen(stream_key(0)) == 2
    await writer.write([(stream_key(0), b"x" * 3_000_000)])  # alone, anything goes
    await writer.write(half)


async def test_an_uncounted_delivery_leaves_an_entry_as_it_was(log):
    await log.append([a_batch(a_fix(i), vehicle_id=1) for i in range(3)])
    first, second, third = await read_all(log, H)
    await log.uncount(H, 1, [first, second])
    await log.acknowledge(H, 1, [third.entry_id])
    await log.uncount(H, 1, [third])  # does not come back
    pending = await log.read_pending(H, 1, 10)
    assert [(e.entry_id, e.deliveries) for e in pending] == [
        (first.entry_id, 1), (second.entry_id, 1),
    ]  # fmt: skip
    await log.uncount(H, 1, pending)
    assert [e.deliveries for e in await log.read_pending(H, 1, 10)] == [1, 1]
    assert [e.deliveries for e in await log.read_pending(H, 1, 10)] == [2, 2]


async def test_a_refused_write_fails_alone(log, container):
    await log.append([a_batch(a_fix())])
    await container.redis.set(stream_key(3), "not a stream")
    good, bad = await asyncio.gather(
        log.append([a_batch(a_fix(), vehicle_id=1)]),
        log.append([a_batch(a_fix(), vehicle_id=3)]),
        return_exceptions=True,
    )
    assert good is None
    assert isinstance(bad, StoreUnavailable)


async def test_a_server_that_is_gone_is_an_unavailable_store(settings: Settings):
    nowhere = Redis.from_url("redis://127.0.0.1:1")
    log = ValkeyFixLog(nowhere, nowhere, 8, 100)
    for action in (log.append([a_batch(a_fix())]), log.backlog(), log.read_new(H, 0, 1, 10)):
        with pytest.raises(StoreUnavailable):
            await action


async def test_a_full_log_refuses_until_it_is_read(container: Container):
    log = ValkeyFixLog(container.stream_redis, container.repeat_redis, 1, max_pending=2)
    await log.append([a_batch(a_fix(i)) for i in range(3)])
    await asyncio.sleep(1.1)
    with pytest.raises(StoreUnavailable) as refused:
        await log.append([a_batch(a_fix(9))])
    assert refused.value.retry_after > 5
    for group in GROUPS:
        entries = await read_all(log, group, 0)
        await log.acknowledge(group, 0, [entry.entry_id for entry in entries])
    await asyncio.sleep(1.1)
    await log.append([a_batch(a_fix(9))])


async def test_unacknowledged_entries_are_pending_with_their_number_of_deliveries(log):
    await log.append([a_batch(a_fix(i), vehicle_id=1) for i in range(3)])
    first, *_ = await read_all(log, H)
    await log.acknowledge(H, 1, [first.entry_id])
    pending = await log.read_pending(H, 1, 10)
    assert [entry.deliveries for entry in pending] == [2, 2]
    assert [entry.deliveries for entry in await log.read_pending(H, 1, 10)] == [3, 3]
    assert await log.read_pending(T, 1, 10) == []


async def test_pending_entries_that_were_lost_do_not_block(log, container):
    await log.append([a_batch(a_fix(i), vehicle_id=1) for i in range(3)])
    entries = await read_all(log, H)
    await container.redis.xdel(stream_key(1), entries[0].entry_id)
    pending = await log.read_pending(H, 1, 10)
    assert [entry.entry_id for entry in pending] == [entry.entry_id for entry in entries[1:]]


async def test_groups_come_back_after_the_server_lost_everything(log, container):
    await log.append([a_batch(a_fix(), vehicle_id=1)])
    await read_all(log, H)
    await container.redis.flushall()
    assert await read_all(log, H) == []
    await log.append([a_batch(a_fix(), vehicle_id=1)])
    assert len(await read_all(log, H)) == 1


class TestTrim:
    async def test_nothing_goes_before_every_group_exists(self, log):
        await log.append([a_batch(a_fix(i), vehicle_id=1) for i in range(3)])
        entries = await read_all(log, H)
        await log.acknowledge(H, 1, [entry.entry_id for entry in entries])
        assert await log.trim(1) == 3

    async def test_what_one_group_still_needs_stays(self, log):
        await log.append([a_batch(a_fix(i), vehicle_id=1) for i in range(5)])
        for group in GROUPS:
            if group != T:
                done = [entry.entry_id for entry in await read_all(log, group)]
                await log.acknowledge(group, 1, done)
        theirs = await log.read_new(T, 1, 3, 50)
        await log.acknowledge(T, 1, [theirs[0].entry_id, theirs[2].entry_id])
        assert await log.trim(1) == 4  # the second is pending, the last two are unread
        assert [e.entry_id for e in await log.read_pending(T, 1, 9)] == [theirs[1].entry_id]

    async def test_what_all_are_done_with_goes(self, log):
        await log.append([a_batch(a_fix(i), vehicle_id=1) for i in range(5)])
        for group in GROUPS:
            done = [entry.entry_id for entry in await read_all(log, group)]
            await log.acknowledge(group, 1, done)
        assert await log.trim(1) == 0
        assert await log.backlog() == 0


async def test_backlog_counts_what_the_slowest_group_has_not_acknowledged(log):
    await log.append([a_batch(a_fix(i), vehicle_id=i) for i in range(10)])
    assert await log.backlog() == 10
    for partition in range(8):
        entries = await read_all(log, H, partition)
        await log.acknowledge(H, partition, [entry.entry_id for entry in entries])
    assert await log.backlog() == 10
    await read_all(log, T, 1)
    assert await log.backlog() == 10


async def test_a_buried_entry_is_done_can_be_seen_and_be_replayed(log):
    await log.append([a_batch(a_fix(), vehicle_id=1)])
    (entry,) = await read_all(log, T)
    await log.bury(T, 1, LogEntry(entry.entry_id, entry.payload, 5), "ValueError: \ud800 bad")
    assert await log.read_pending(T, 1, 10) == []
    (letter,) = await log.dead_letters()
    assert (letter.group, letter.partition, letter.entry_id) == (T, 1, entry.entry_id)
    assert letter.error.startswith("ValueError")
    assert await log.replay_dead_letters() == 1
    assert await log.dead_letters() == []
    assert Counter(e.payload for e in await read_all(log, T)) == {entry.payload: 1}

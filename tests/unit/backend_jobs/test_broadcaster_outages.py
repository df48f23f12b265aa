"""The broadcaster when something is slow, silent or gone: what is said, and that nobody waits."""

from __future__ import annotations

import asyncio

import pytest

from backend_jobs import broadcaster as module
from backend_jobs import fleet_reader
from backend_jobs.broadcaster import pause
from backend_jobs.fleet_status import SystemState, system_state
from fleet_app.location.frames import FrameKind, decode_frame
from fleet_app.location.models import MotionStatus
from tests.builders.broadcast import NOW, at, ids, running
from tests.builders.jobs import until


def state_of(world) -> SystemState | None:
    """What was said last."""
    return world.statuses[-1][1].system_state if world.statuses else None


async def test_a_lost_announcement_heals_and_a_vehicle_that_left_disappears(world, monkeypatch):
    monkeypatch.setattr(module, "REFRESH_SECONDS", 0.1)
    world.stored = {1: [at(1), at(2)]}
    world.members = {"fleet:1"}
    async with running(world):
        await world.broadcaster.snapshot(1)
        await asyncio.sleep(0.1)
        world.stored = {1: [at(1, 0, lat=63.0)]}
        await asyncio.sleep(0.3)
        found = decode_frame(await world.broadcaster.snapshot(1))[3]
    assert [(p.vehicle_id, round(p.lat)) for p in found] == [(1, 63)]
    last_snapshot = [f for k, _, f in world.frames("fleet:1") if k is FrameKind.SNAPSHOT][-1]
    assert ids(last_snapshot) == [1]


async def test_a_silent_vehicle_turns_offline_by_itself(world):
    world.stored = {1: [at(1, 10), at(2, 500), at(3, 10, status=MotionStatus.IDLE)]}
    world.members = {"fleet:1"}
    async with running(world):
        found = decode_frame(await world.broadcaster.snapshot(1))[3]
        await asyncio.sleep(0.1)
    assert {p.vehicle_id: p.status for p in found}[2] is MotionStatus.OFFLINE
    room, status = world.statuses[-1]
    assert room == "fleet:1"
    assert (status.moving, status.idle, status.stopped, status.connected) == (1, 1, 0, 2)
    assert (status.vehicles, status.offline) == (10, 8)
    assert status.newest_recorded_at == NOW - 10
    assert status.system_state is SystemState.NORMAL


async def test_the_status_says_so_when_a_store_is_down_and_when_it_is_back(world):
    world.members = {"fleet:1"}
    world.database_down = world.log_down = True
    async with running(world):
        await until(lambda: state_of(world) is SystemState.CRITICAL)
        assert world.statuses[-1][1].backlog is None
        assert decode_frame(await world.broadcaster.snapshot(1))[3] == []
        world.stored = {1: [at(1)]}
        world.database_down = world.log_down = False
        await until(lambda: state_of(world) is SystemState.NORMAL)
        await asyncio.sleep(0.3)
    assert state_of(world) is SystemState.NORMAL
    assert [ids(f) for k, _, f in world.frames("fleet:1") if k is FrameKind.SNAPSHOT] == [[1]]


def test_backlog_thresholds():
    states = [system_state(backlog, True, 1) for backlog in (0, 1_000, 1_001, 5_000, 5_001)]
    assert [state.value for state, _ in states] == [
        "Normal", "Normal", "Warning", "Warning", "Critical",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("backlog", "database", "workers", "words"),
    [
        (0, True, 1, ""),
        (0, True, 0, "No worker is running"),
        (None, True, 0, "live store does not answer"),
        (0, False, 1, "database does not answer"),
        (5_001, True, 1, "5,001 posts wait"),
    ],
)
def test_the_reason_is_told_in_words(backlog, database, workers, words):
    state, reason = system_state(backlog, database, workers)
    assert (state is SystemState.NORMAL) == (reason == "")
    assert words in reason


async def test_a_system_without_a_worker_is_not_called_normal(world):
    world.members = {"fleet:1"}
    world.workers = 0
    async with running(world):
        await until(lambda: state_of(world) is SystemState.CRITICAL)


async def test_slow_rooms_stretch_the_tick_and_lose_no_data(world):
    world.stored = {1: [at(1, 100)]}
    world.members = {"fleet:1"}
    world.emit_seconds = 0.05
    async with running(world):
        await world.broadcaster.snapshot(1)
        for step in range(60):
            world.announce(1, at(1, 90 - step, lat=60 + step / 100))
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.5)
    deltas = [f for k, _, f in world.frames("fleet:1") if k is FrameKind.DELTA]
    assert len(deltas) <= 6
    assert deltas[-1][0].lat == pytest.approx(60.59)


def test_a_tick_is_never_longer_than_five_seconds():
    assert [pause(0.25, cost) for cost in (0.0, 0.1, 10.0)] == [0.25, 0.4, 5.0]


async def test_a_room_that_cannot_be_reached_does_not_stop_the_others(world):
    world.stored = {1: [at(1)], 2: [at(2)]}
    world.members = {"fleet:1", "fleet:2"}
    emit = world.emit

    async def broken(room, frame):
        if room == "fleet:1":
            raise RuntimeError("socket")
        await emit(room, frame)

    world.broadcaster._emit = broken
    async with running(world):
        await world.broadcaster.snapshot(2)
        world.announce(1, at(1, 0))
        world.announce(2, at(2, 0))
        await until(lambda: world.frames("fleet:2"))


async def timed(awaitable):
    started = asyncio.get_running_loop().time()
    await awaitable
    return asyncio.get_running_loop().time() - started


async def test_sessions_that_join_while_the_database_hangs_wait_for_it_once(world, monkeypatch):
    monkeypatch.setattr(fleet_reader, "STORE_PATIENCE", 1.0)
    world.database_hangs = True
    joins = [world.broadcaster.snapshot(1 + n % 2) for n in range(20)]
    assert max(await asyncio.gather(*map(timed, joins))) < 1.9
    await world.broadcaster.snapshot(1)  # it is known to be down
    assert world.reads == 2
    world.database_hangs = False
    world.stored = {1: [at(1)]}
    await asyncio.sleep(1.05)
    assert ids(decode_frame(await world.broadcaster.snapshot(1))[3]) == [1]


async def test_a_fleet_that_takes_long_does_not_hold_up_another(world):
    world.stored = {2: [at(2)]}
    world.database_hangs = True
    slow = asyncio.ensure_future(world.broadcaster.snapshot(1))
    await asyncio.sleep(0.01)
    world.database_hangs = False
    assert ids(decode_frame(await world.broadcaster.snapshot(2))[3]) == [2]
    assert not slow.done()
    slow.cancel()


async def test_status_goes_on_while_the_database_hangs(world, monkeypatch):
    monkeypatch.setattr(fleet_reader, "STORE_PATIENCE", 0.2)
    world.members = {f"fleet:{n}" for n in range(1, 7)}
    world.database_hangs = True
    async with running(world):
        await asyncio.sleep(0.5)
    assert {room for room, _ in world.statuses} == world.members
    assert world.statuses[-1][1].system_state is SystemState.CRITICAL


async def test_a_fleet_that_nobody_watches_any_more_is_no_longer_read(world, monkeypatch):
    monkeypatch.setattr(module, "REFRESH_SECONDS", 0.05)
    monkeypatch.setattr(module, "FORGET_SECONDS", 0.3)
    world.stored = {1: [at(1)], 2: [at(2)], 3: [at(3)]}
    world.members = {"fleet:1", "fleet:2", "vehicle:3"}
    async with running(world):
        for fleet_id in (1, 2):
            await world.broadcaster.snapshot(fleet_id)
        await world.broadcaster.vehicle_snapshot(3, 3)
        world.members = {"fleet:1", "vehicle:3"}
        await asyncio.sleep(0.6)
        assert set(world.broadcaster._fleets) == {1, 3}
        assert world.broadcaster.status(2) is None
        world.emitted.clear()
        world.announce(3, at(3, 0))
        await asyncio.sleep(0.1)
        assert [room for room, *_ in world.emitted if room == "vehicle:3"]
        world.members = set()
        await asyncio.sleep(0.6)
        reads = world.reads
        await asyncio.sleep(0.2)
        assert world.reads == reads
        world.members = {"fleet:2"}
        found = decode_frame(await world.broadcaster.snapshot(2))[3]  # and it can come back
        assert ids(found) == [2]

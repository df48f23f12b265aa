"""Workers inside one loop, on real stores: sharing, taking over, catching up."""

from __future__ import annotations

import asyncio

from sqlmodel import select

from backend_jobs import assignment
from backend_jobs.worker import Worker
from fleet_app.kernel.clock import from_ms
from fleet_app.location.ports import GROUPS
from fleet_app.outbox.models import StoredEvent
from fleet_app.storage.live.fix_log import stream_key
from tests.builders.fixes import a_batch, a_fix
from tests.builders.journeys import errand
from tests.builders.people import a_fleet, a_vehicle

ALL = 8 * len(GROUPS)
SHARE = ALL // 2


class Running:
    """A worker with its task."""

    def __init__(self, container):
        self.worker = Worker(container)
        self.stopping = asyncio.Event()
        self.task = asyncio.create_task(self.worker.run(self.stopping))

    @property
    def held(self):
        return set(self.worker.assignment.held)

    async def stop(self):
        self.stopping.set()
        await self.task

    async def die(self):
        """As after SIGKILL, except that Python closes its sockets: nothing is released."""
        for holding in self.worker.assignment._held.values():
            holding.task.cancel()
        self.worker.assignment._held.clear()
        self.worker.assignment._leases.leave = _nothing
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def _nothing(_role):
    return None


async def eventually(check, seconds=10.0):
    async with asyncio.timeout(seconds):
        while not await check() if asyncio.iscoroutinefunction(check) else not check():
            await asyncio.sleep(0.02)


async def test_one_worker_takes_all_two_share_and_one_leaves(container):
    everything = {(group, p) for group in GROUPS for p in range(8)}
    first = Running(container)
    await eventually(lambda: first.held == everything)
    second = Running(container)
    await eventually(lambda: len(first.held) == len(second.held) == SHARE)
    assert first.held | second.held == everything
    await first.stop()
    await eventually(lambda: second.held == everything, 3)
    await second.stop()


async def test_a_dead_workers_partitions_are_taken_over_within_seconds(container, monkeypatch):
    first, second = Running(container), Running(container)
    await eventually(lambda: len(first.held) == len(second.held) == SHARE)
    await first.die()
    await eventually(lambda: len(second.held) == ALL, 2 + assignment.TTL_MS / 1000)
    await container.fix_log.append([a_batch(a_fix(1), vehicle_id=v) for v in range(8)])
    await eventually(_drained(container))
    await second.stop()


def _drained(container):
    async def check():
        return await container.fix_log.backlog() == 0

    return check


async def test_a_worker_that_loses_its_leases_stops_reading(container):
    first = Running(container)
    await eventually(lambda: len(first.held) == ALL)
    thief = container.new_leases()
    for pair in list(first.held):
        await container.redis.set(f"lease:{assignment.name(pair)}", thief.owner, px=60_000)
    await eventually(lambda: not first.held, 5)
    await first.stop()


async def test_after_a_restart_it_catches_up_and_trims(container):
    log = container.fix_log
    for i in range(5):
        await log.append([a_batch(a_fix(i, 10 * i), vehicle_id=v) for v in range(1, 17)])
    first = Running(container)
    await eventually(_drained(container))
    await first.stop()
    for i in range(5, 8):
        await log.append([a_batch(a_fix(i, 10 * i), vehicle_id=v) for v in range(1, 17)])
    second = Running(container)
    await eventually(_drained(container))

    async def trimmed():
        return not any([await container.redis.xlen(stream_key(p)) for p in range(8)])

    await eventually(trimmed)
    await second.stop()
    for vehicle_id in range(1, 17):
        track = await container.history.track(vehicle_id, from_ms(0), from_ms(4 * 10**12))
        assert len(track) == 8
        assert (await container.live.get(vehicle_id)).lat == a_fix(7, 70).lat


async def test_stopping_is_quick_and_leaves_nothing_half_done(container):
    log = container.fix_log
    worker = Running(container)
    await eventually(lambda: len(worker.held) == ALL)
    for i in range(40):
        await log.append([a_batch(a_fix(i), vehicle_id=v) for v in range(8)])
    async with asyncio.timeout(5):
        await worker.stop()
    for group in GROUPS:
        for partition in range(8):
            assert await log.read_pending(group, partition, 10) == []
    assert await container.redis.keys("lease:{*") == []


async def test_a_consumer_with_a_defect_is_replaced_and_the_others_go_on(container):
    worker = Running(container)
    await eventually(lambda: len(worker.held) == ALL)
    broken = worker.worker.assignment._held["history", 3]
    broken.task.cancel()
    await eventually(lambda: worker.worker.assignment._held.get(("history", 3)) is not broken)
    await eventually(lambda: len(worker.held) == ALL)
    await container.fix_log.append([a_batch(a_fix(1), vehicle_id=3)])
    await eventually(_drained(container))
    await worker.stop()


async def test_a_posted_drive_becomes_a_trip_that_others_hear_of(container):
    fleet_id = await a_fleet(container)
    vehicle_id = await a_vehicle(container, fleet_id)
    fixes = errand()
    running = Running(container)
    for at in range(0, len(fixes), 100):
        post = a_batch(*fixes[at : at + 100], vehicle_id=vehicle_id, fleet_id=fleet_id)
        await container.fix_log.append([post])

    async def told():
        query = select(StoredEvent.type).where(StoredEvent.subject == f"vehicle:{vehicle_id}")
        async with container.work() as session:
            types = list(await session.exec(query))
        return types.count("trip.started") == types.count("trip.ended") == 2

    await eventually(told, 20.0)
    await running.stop()

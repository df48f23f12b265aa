"""From the log to the frame: worker and broadcaster on real stores, only the sockets left out."""

from __future__ import annotations

import asyncio
import time

from backend_jobs.broadcaster import Broadcaster
from backend_jobs.worker import Worker
from fleet_app.location.frames import FrameKind, decode_frame
from tests.builders.fixes import a_batch, a_fix
from tests.builders.people import a_fleet, a_vehicle


class Feed:
    """A broadcaster whose frames end up in a list."""

    def __init__(self, container):
        self.frames = []
        self.statuses = []
        self.broadcaster = Broadcaster(
            listen=container.live.listen,
            read_fleet=container.live_view.fleet_positions,
            read_backlog=container.fix_log.backlog,
            count_workers=lambda: container.new_leases().alive("worker"),
            emit=self._emit,
            emit_status=self._emit_status,
            rooms=lambda: {"fleet:1"},
            tick_seconds=0.05,
            offline_after_seconds=120,
        )

    async def _emit(self, room, frame):
        assert room == "fleet:1"
        self.frames.append(decode_frame(frame))

    async def _emit_status(self, room, status):
        self.statuses.append(status)

    async def shows(self, vehicle_id, lat, seconds=5.0, kind=None):
        """Wait until some frame has the vehicle there."""
        async with asyncio.timeout(seconds):
            while not any(
                position.vehicle_id == vehicle_id and abs(position.lat - lat) < 1e-6
                for found, _, _, positions in self.frames
                for position in positions
                if kind in (None, found)
            ):
                await asyncio.sleep(0.01)


async def five_vehicles(container):
    """Fleet 1 with vehicles 1 to 5."""
    fleet_id = await a_fleet(container)
    assert [await a_vehicle(container, fleet_id) for _ in range(5)] == [1, 2, 3, 4, 5]


def now_fix(metres_north=0.0):
    fix = a_fix(0, metres_north)
    return a_fix((time.time() * 1000 - fix.recorded_at_ms) / 1000, metres_north, speed=9.0)


async def seconds_to_a_frame(container, feed, metres_north):
    """From the post of a fix to the frame that shows it."""
    fix = now_fix(metres_north)
    posted = time.perf_counter()
    await container.fix_log.append([a_batch(fix, vehicle_id=5)])
    await feed.shows(5, fix.lat)
    return time.perf_counter() - posted


async def test_a_fix_is_in_a_frame_in_under_a_second_and_survives_a_gap(container):
    await five_vehicles(container)
    feed, worker, stopping = Feed(container), Worker(container), asyncio.Event()
    tasks = [
        asyncio.create_task(feed.broadcaster.run()),
        asyncio.create_task(worker.run(stopping)),
    ]
    try:
        async with asyncio.timeout(10):
            while len(worker.assignment.held) < 16 or not feed.statuses:
                await asyncio.sleep(0.02)
        assert min([await seconds_to_a_frame(container, feed, metres) for metres in (0, 9, 18)]) < 1

        feed.frames.clear()
        later = now_fix(300)
        await container.redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        await container.fix_log.append([a_batch(later, vehicle_id=5)])
        await feed.shows(5, later.lat, kind=FrameKind.SNAPSHOT)
        async with asyncio.timeout(5):
            while feed.statuses[-1].moving != 1:
                await asyncio.sleep(0.05)
        assert feed.statuses[-1].backlog == 0
    finally:
        stopping.set()
        await tasks[1]
        tasks[0].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_the_snapshot_of_a_fresh_process_holds_what_happened_before(container):
    await five_vehicles(container)
    await container.new_tracker().handle([a_batch(now_fix(), vehicle_id=v) for v in range(1, 6)])
    kind, sequence, _, positions = decode_frame(await Feed(container).broadcaster.snapshot(1))
    assert (kind, sequence) == (FrameKind.SNAPSHOT, 0)
    assert sorted(position.vehicle_id for position in positions) == [1, 2, 3, 4, 5]

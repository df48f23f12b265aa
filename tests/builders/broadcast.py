"""A broadcaster and everything around it, under the test's control."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

from backend_jobs.broadcaster import Broadcaster
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.location.frames import LivePosition, decode_frame, pack_position
from fleet_app.location.live_view import FleetPositions
from fleet_app.location.models import MotionStatus
from fleet_app.location.ports import RESUBSCRIBED

NOW = 1_780_000_000.0


def at(vehicle_id, seconds_ago=1, lat=60.0, status=MotionStatus.MOVING):
    """A position of a vehicle, reported so many seconds ago."""
    return LivePosition(
        vehicle_id=vehicle_id, lat=lat, lon=25.0, recorded_at=NOW - seconds_ago, status=status
    )


class World:
    """Everything around a broadcaster, under the test's control."""

    def __init__(self):
        self.news = asyncio.Queue()
        self.stored = {}
        self.members = set()
        self.emitted = []
        self.statuses = []
        self.backlog = 0
        self.workers = 1
        self.database_down = False
        self.database_hangs = False
        self.log_down = False
        self.emit_seconds = 0.0
        self.reads = 0
        self.broadcaster = Broadcaster(
            listen=self.listen,
            read_fleet=self.read_fleet,
            read_backlog=self.read_backlog,
            count_workers=self.count_workers,
            emit=self.emit,
            emit_status=self.emit_status,
            rooms=lambda: self.members,
            tick_seconds=0.02,
            offline_after_seconds=120,
            clock=lambda: NOW,
        )

    async def listen(self):
        yield RESUBSCRIBED
        while True:
            yield await self.news.get()

    async def read_fleet(self, fleet_id):
        self.reads += 1
        await asyncio.sleep(60 if self.database_hangs else 0.001)
        if self.database_down:
            raise StoreUnavailable("The database")
        positions = self.stored.get(fleet_id, [])
        return FleetPositions(positions, max(10, len(positions)))

    async def read_backlog(self):
        if self.log_down:
            raise StoreUnavailable("The position log")
        return self.backlog

    async def count_workers(self):
        return self.workers

    async def emit(self, room, frame):
        await asyncio.sleep(self.emit_seconds)
        self.emitted.append((room, *decode_frame(frame)))

    async def emit_status(self, room, status):
        self.statuses.append((room, status))

    def announce(self, fleet_id, *positions):
        body = b"".join(pack_position(position) for position in positions)
        self.news.put_nowait((fleet_id, body))

    def frames(self, room):
        return [
            (kind, sequence, found) for r, kind, sequence, _, found in self.emitted if r == room
        ]


@asynccontextmanager
async def running(world):
    """The broadcaster at work."""
    task = asyncio.create_task(world.broadcaster.run())
    await asyncio.sleep(0.05)
    try:
        yield world
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def ids(frame):
    """The vehicles of a frame."""
    return sorted(position.vehicle_id for position in frame)

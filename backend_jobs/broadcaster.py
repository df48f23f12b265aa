"""Pushes live positions to the rooms of one web process: one frame a tick, encoded once a room.

It knows nothing of sockets: how to emit, and which rooms have members, is handed in.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping

from backend_jobs.fleet_reader import STORE_DOWN, STORE_PATIENCE, FleetReader, ReadFleet
from backend_jobs.fleet_status import FleetStatus, fleet_status
from backend_jobs.live_fleet import LiveFleet
from fleet_app.location.frames import FrameKind, encode_frame
from fleet_app.location.ports import RESUBSCRIBED
from fleet_app.location.silent import FORGOTTEN_AFTER

log = logging.getLogger(__name__)

Listen = Callable[[], AsyncIterator[tuple[int, bytes]]]
ReadBacklog = Callable[[], Awaitable[int]]
CountWorkers = Callable[[], Awaitable[int]]
Emit = Callable[[str, bytes], Awaitable[None]]
EmitStatus = Callable[[str, FleetStatus], Awaitable[None]]
Rooms = Callable[[], Collection[str]]

STATUS_SECONDS = 1.0
REFRESH_SECONDS = 10.0
"""How often positions are compared with the database, in case an announcement was lost."""
PARKED_SECONDS = FORGOTTEN_AFTER.total_seconds()
FORGET_SECONDS = 60.0
"""How long a fleet is kept up to date after the last session has left its rooms."""
LONGEST_TICK = 5.0
IDLE_SHARE = 4.0
"""A tick lasts at least this many times as long as emitting took: no more than a quarter of the
process goes into frames. What changes in between is merged, so frames are shed, never data."""


def fleet_room(fleet_id: int) -> str:
    """Where a fleet's frames and status go."""
    return f"fleet:{fleet_id}"


def vehicle_room(vehicle_id: int) -> str:
    """Where the frames of a single vehicle go."""
    return f"vehicle:{vehicle_id}"


class Broadcaster:
    """Coalesces announcements and emits frames; `run` it once a web process.

    A session joins in this order: enter the room, then ask for the snapshot and send it to that
    session alone. Frames with a sequence number up to the snapshot's are contained in it; records
    of later frames are newer.
    """

    def __init__(
        self,
        *,
        listen: Listen,
        read_fleet: ReadFleet,
        read_backlog: ReadBacklog,
        count_workers: CountWorkers,
        emit: Emit,
        emit_status: EmitStatus,
        rooms: Rooms,
        tick_seconds: float,
        offline_after_seconds: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._listen = listen
        self._read_backlog = read_backlog
        self._count_workers = count_workers
        self._emit = emit
        self._emit_status = emit_status
        self._rooms = rooms
        self._tick_seconds = tick_seconds
        self._offline_after = offline_after_seconds
        self._clock = clock
        self._reader = FleetReader(read_fleet, offline_after_seconds, clock)
        self._fleets: dict[int, LiveFleet] = {}
        self._wanted_at: dict[int, float] = {}
        self._fleet_of: dict[int, int] = {}
        """Fleets of the vehicles that somebody watches alone."""
        self._statuses: dict[int, FleetStatus] = {}
        self._vehicle_sequences: dict[int, int] = {}

    async def run(self) -> None:
        """Broadcast until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._receive_forever(), name="live-receive")
            tasks.create_task(self._tick_forever(), name="live-tick")
            tasks.create_task(self._watch_forever(), name="live-status")

    async def snapshot(self, fleet_id: int) -> bytes:
        """All vehicles of a fleet. Of a store that is down: what is known without it."""
        fleet = await self._fleet(fleet_id)
        return fleet.snapshot(self._clock(), self._offline_after)

    async def vehicle_snapshot(self, fleet_id: int, vehicle_id: int) -> bytes:
        """One vehicle, for its own room; without a record when it was never seen."""
        self._fleet_of[vehicle_id] = fleet_id
        fleet = await self._fleet(fleet_id)
        record = (fleet.known.get(vehicle_id, b""),)
        sequence = self._vehicle_sequences.setdefault(vehicle_id, 0)
        now, patience = self._clock(), self._offline_after
        return encode_frame(FrameKind.SNAPSHOT, sequence, now, record, patience)

    def status(self, fleet_id: int) -> FleetStatus | None:
        """The last status of a fleet that was emitted, for a session that joins."""
        return self._statuses.get(fleet_id)

    async def _fleet(self, fleet_id: int) -> LiveFleet:
        """The fleet, from now on kept up to date; read from the database at first."""
        fleet = self._want(fleet_id)
        await self._reader.complete(fleet_id, fleet)
        return fleet

    def _want(self, fleet_id: int) -> LiveFleet:
        self._wanted_at[fleet_id] = time.monotonic()
        return self._fleets.setdefault(fleet_id, LiveFleet())

    async def _receive_forever(self) -> None:
        async for fleet_id, body in self._listen():
            if (fleet_id, body) == RESUBSCRIBED:
                for fleet in self._fleets.values():
                    fleet.loaded = False
            elif fleet_id in self._fleets:  # of interest to somebody here
                self._fleets[fleet_id].announce(body)

    async def _tick_forever(self) -> None:
        while True:
            started = time.perf_counter()
            await self._tick()
            cost = time.perf_counter() - started
            await asyncio.sleep(pause(self._tick_seconds, cost))

    async def _tick(self) -> None:
        rooms = set(self._rooms())
        watched = _ids(rooms, "vehicle:")
        for fleet_id, fleet in list(self._fleets.items()):
            unsent = fleet.take_unsent()
            if not unsent:
                continue
            frame = fleet.delta(unsent.values(), self._clock())
            if fleet_room(fleet_id) in rooms:
                await self._send(fleet_room(fleet_id), frame)
            await self._send_vehicles(watched & unsent.keys(), unsent)
        for vehicle_id in self._vehicle_sequences.keys() - watched:
            del self._vehicle_sequences[vehicle_id]
        for vehicle_id in self._fleet_of.keys() - watched:
            del self._fleet_of[vehicle_id]

    async def _send_vehicles(self, vehicle_ids: set[int], records: Mapping[int, bytes]) -> None:
        for vehicle_id in vehicle_ids:
            sequence = self._vehicle_sequences.get(vehicle_id, 0) + 1
            self._vehicle_sequences[vehicle_id] = sequence
            record = (records[vehicle_id],)
            frame = encode_frame(FrameKind.DELTA, sequence, self._clock(), record)
            await self._send(vehicle_room(vehicle_id), frame)

    async def _send(self, room: str, frame: bytes) -> None:
        try:
            await self._emit(room, frame)
        except Exception:
            log.exception("frame for %s not sent", room)

    async def _watch_forever(self) -> None:
        refreshed = time.monotonic()
        while True:
            await asyncio.sleep(STATUS_SECONDS)
            due = time.monotonic() - refreshed >= REFRESH_SECONDS or not self._reader.database_ok
            if due:
                refreshed = time.monotonic()
            try:
                await self._watch(refresh=due)
            except Exception:
                log.exception("status not sent")

    async def _watch(self, *, refresh: bool) -> None:
        """Read what has to be read, let silent vehicles go offline, tell everybody."""
        backlog, workers = await self._work_left()
        self._forget_unwatched()
        fleets = list(self._fleets.items())
        stale = [(i, fleet) for i, fleet in fleets if refresh or not fleet.loaded]
        await asyncio.gather(*(self._refresh(i, fleet) for i, fleet in stale))
        database_ok = self._reader.database_ok
        rooms = set(self._rooms())
        for fleet_id, fleet in fleets:
            now = self._clock()
            census = fleet.age(now - self._offline_after, now - PARKED_SECONDS)
            status = fleet_status(fleet.vehicles, census, backlog, database_ok, workers)
            self._statuses[fleet_id] = status
            if fleet_room(fleet_id) in rooms:
                await self._emit_status(fleet_room(fleet_id), status)

    async def _refresh(self, fleet_id: int, fleet: LiveFleet) -> None:
        needed = await self._reader.refresh(fleet_id, fleet)
        if needed and fleet_room(fleet_id) in self._rooms():
            frame = fleet.snapshot(self._clock(), self._offline_after)
            await self._send(fleet_room(fleet_id), frame)

    def _forget_unwatched(self) -> None:
        """Start with the fleets of new rooms, end with those that had none for a while."""
        rooms = set(self._rooms())
        alone = {self._fleet_of[i] for i in _ids(rooms, "vehicle:") & self._fleet_of.keys()}
        for fleet_id in _ids(rooms, "fleet:") | alone:
            self._want(fleet_id)
        now = time.monotonic()
        for fleet_id in [i for i, at in self._wanted_at.items() if now - at >= FORGET_SECONDS]:
            del self._wanted_at[fleet_id]
            self._fleets.pop(fleet_id, None)
            self._statuses.pop(fleet_id, None)
            self._reader.forget(fleet_id)

    async def _work_left(self) -> tuple[int | None, int]:
        """Entries that wait in the log (None when it does not answer), and living workers."""
        try:
            async with asyncio.timeout(STORE_PATIENCE):
                return await self._read_backlog(), await self._count_workers()
        except STORE_DOWN:
            return None, 0


def pause(tick_seconds: float, cost: float) -> float:
    """Seconds until the next tick, given what the last one cost."""
    return min(max(tick_seconds, IDLE_SHARE * cost), LONGEST_TICK)


def _ids(rooms: Collection[str], prefix: str) -> set[int]:
    return {int(room[len(prefix) :]) for room in rooms if room.startswith(prefix)}

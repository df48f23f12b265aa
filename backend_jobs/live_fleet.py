"""What one web process knows about one fleet: its newest records and what is not yet sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from struct import Struct
from typing import NamedTuple

from fleet_app.location.frames import (
    FrameKind,
    LivePosition,
    encode_frame,
    pack_position,
    split_records,
)
from fleet_app.location.models import MotionStatus

STALE = 1
"""Flag of a record whose vehicle has fallen silent."""
_END = Struct("<IBBH")
"""The last eight bytes of a record: recorded_at, status, battery, flags."""
_END_AT = 16


class Census(NamedTuple):
    """Vehicles by status, the newest moment of any fix (epoch seconds), and how many are silent."""

    statuses: Counter[int]
    newest: int | None
    silent: int


class LiveFleet:
    """Newest record of each vehicle (`known`), and those to go into the next frame."""

    def __init__(self) -> None:
        self.sequence = 0
        self.vehicles = 0
        self.loaded = False
        """Whether `known` was complete once and no announcement can have been missed since."""
        self.known: dict[int, bytes] = {}
        self._unsent: dict[int, bytes] = {}
        self._joined: bytes | None = None

    def announce(self, body: bytes) -> None:
        """Take over announced records, except those older than what is known."""
        known = self.known
        for vehicle_id, record in split_records(body):
            before = known.get(vehicle_id)
            if before is None or _recorded_at(before) <= _recorded_at(record):
                self._put(vehicle_id, record)

    def merge(self, positions: Iterable[LivePosition], vehicles: int, silent_before: float) -> None:
        """Take over what the database says where it is newer: the loss of an announcement heals."""
        for position in positions:
            record = _aged(pack_position(position), silent_before)
            before = self.known.get(position.vehicle_id)
            if before is None or (
                before != record and _recorded_at(before) <= _recorded_at(record)
            ):
                self._put(position.vehicle_id, record)
        self.vehicles = vehicles
        self.loaded = True

    def forget(self, vehicle_ids: Iterable[int]) -> None:
        """Drop vehicles that no longer belong to the fleet."""
        for vehicle_id in vehicle_ids:
            self.known.pop(vehicle_id, None)
            self._unsent.pop(vehicle_id, None)
            self._joined = None

    def age(self, silent_before: float, parked_before: float = 0.0) -> Census:
        """Turn vehicles offline whose last fix is older than `silent_before` (epoch seconds).

        Those offline with a fix after `parked_before` count as silent: they should be talking.
        """
        statuses: Counter[int] = Counter()
        newest = None
        silent = 0
        for vehicle_id, record in list(self.known.items()):
            aged = _aged(record, silent_before)
            if aged is not record:
                self._put(vehicle_id, aged)
            recorded_at, status, _, _ = _END.unpack_from(aged, _END_AT)
            statuses[status] += 1
            newest = recorded_at if newest is None else max(newest, recorded_at)
            silent += status == MotionStatus.OFFLINE and recorded_at >= parked_before
        return Census(statuses, newest, silent)

    def take_unsent(self) -> dict[int, bytes]:
        """The records for the next frame, once."""
        unsent, self._unsent = self._unsent, {}
        return unsent

    def delta(self, records: Iterable[bytes], now: float) -> bytes:
        """The next frame of the room."""
        self.sequence += 1
        return encode_frame(FrameKind.DELTA, self.sequence, now, records)

    def snapshot(self, now: float, offline_after: float) -> bytes:
        """Everything, valid for whoever receives all frames with a greater sequence number."""
        if self._joined is None:  # many sessions may join between two changes
            self._joined = b"".join(self.known.values())
        records = (self._joined,)
        return encode_frame(FrameKind.SNAPSHOT, self.sequence, now, records, offline_after)

    def _put(self, vehicle_id: int, record: bytes) -> None:
        self.known[vehicle_id] = record
        self._unsent[vehicle_id] = record
        self._joined = None


def _recorded_at(record: bytes) -> int:
    return int.from_bytes(record[_END_AT : _END_AT + 4], "little")


def _aged(record: bytes, silent_before: float) -> bytes:
    """The record, as offline and stale when it is too old; the very same object when it is not."""
    recorded_at, status, battery, flags = _END.unpack_from(record, _END_AT)
    if recorded_at >= silent_before or status == MotionStatus.OFFLINE:
        return record
    return record[:_END_AT] + _END.pack(recorded_at, MotionStatus.OFFLINE, battery, flags | STALE)

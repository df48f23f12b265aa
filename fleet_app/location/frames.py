"""The live frame: what a browser receives on every tick. Fixed-width, little endian.

Header, 20 bytes: version u8, kind u8 (0 delta, 1 snapshot), offline after u16 (seconds of silence,
0 when the frame does not say), sequence u32, server time f64 (epoch seconds), record count u32.
Then per vehicle 24 bytes: id u32, latitude i32 and longitude i32 (degrees x 1e7), heading u16
(centidegrees), speed u16 (cm/s), recorded_at u32 (epoch seconds), status u8, battery u8 (percent),
flags u16. 65535 and 255 mean unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import IntEnum
from struct import Struct

import msgspec

from fleet_app.location.models import MotionStatus

VERSION = 1
HEADER = Struct("<BBHIdI")
RECORD = Struct("<IiiHHIBBH")
UNKNOWN_U16 = 0xFFFF
UNKNOWN_U8 = 0xFF


class FrameKind(IntEnum):
    """A delta holds the vehicles that changed; a snapshot replaces all that the browser knows."""

    DELTA = 0
    SNAPSHOT = 1


class LivePosition(msgspec.Struct, frozen=True, kw_only=True):
    """One vehicle's present position, in the units of `Fix`; `recorded_at` in epoch seconds."""

    vehicle_id: int
    lat: float
    lon: float
    recorded_at: float
    status: MotionStatus
    heading: float | None = None
    speed: float | None = None
    battery: float | None = None


def pack_position(position: LivePosition) -> bytes:
    """Encode one record (24 bytes)."""
    heading = UNKNOWN_U16 if position.heading is None else round(position.heading % 360 * 100)
    speed = UNKNOWN_U16 if position.speed is None else min(round(position.speed * 100), 65534)
    battery = UNKNOWN_U8 if position.battery is None else min(max(round(position.battery), 0), 100)
    return RECORD.pack(
        position.vehicle_id,
        round(position.lat * 1e7),
        round(position.lon * 1e7),
        heading,
        max(speed, 0),
        int(position.recorded_at),
        position.status,
        battery,
        0,
    )


def unpack_position(record: bytes) -> LivePosition:
    """Decode one record, the inverse of `pack_position` up to its resolution."""
    vehicle_id, lat, lon, heading, speed, recorded_at, status, battery, _ = RECORD.unpack(record)
    return LivePosition(
        vehicle_id=vehicle_id,
        lat=lat / 1e7,
        lon=lon / 1e7,
        recorded_at=float(recorded_at),
        status=MotionStatus(status),
        heading=None if heading == UNKNOWN_U16 else heading / 100,
        speed=None if speed == UNKNOWN_U16 else speed / 100,
        battery=None if battery == UNKNOWN_U8 else float(battery),
    )


def encode_frame(
    kind: FrameKind,
    sequence: int,
    server_time: float,
    records: Iterable[bytes],
    offline_after: float = 0,
) -> bytes:
    """Join packed records into a frame. `server_time` in epoch seconds.

    `offline_after`: seconds of silence after which the reader shall show a vehicle as offline; 0
    leaves that as it is.
    """
    body = b"".join(records)
    patience = min(round(offline_after), UNKNOWN_U16)
    count = len(body) // RECORD.size
    header = HEADER.pack(VERSION, kind, patience, sequence & 0xFFFFFFFF, server_time, count)
    return header + body


def split_records(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (vehicle id, packed record) for each record of a packed body."""
    for start in range(0, len(body) - RECORD.size + 1, RECORD.size):
        record = body[start : start + RECORD.size]
        yield int.from_bytes(record[:4], "little"), record


def decode_frame(frame: bytes) -> tuple[FrameKind, int, float, list[LivePosition]]:
    """Decode a whole frame: kind, sequence, server time and positions."""
    version, kind, _, sequence, server_time, count = HEADER.unpack_from(frame)
    if version != VERSION or len(frame) != HEADER.size + count * RECORD.size:
        raise ValueError(f"not a version {VERSION} frame of {count} records: {len(frame)} bytes")
    body = frame[HEADER.size :]
    return (
        FrameKind(kind),
        sequence,
        server_time,
        [unpack_position(record) for _, record in split_records(body)],
    )

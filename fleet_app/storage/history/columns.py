"""One vehicle's fixes of a period as columns: straight from the wire into arrays."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

import numpy as np
from psycopg import AsyncConnection

from fleet_app.location.models import QuarantineReason
from fleet_app.location.past.replay import Columns
from fleet_app.storage.sql.connection import Connection

_COPY = """
COPY (
SELECT recorded_at, lat, lon, coalesce(speed, 'nan'), coalesce(altitude, 'nan'),
    coalesce(heading, 'nan')
FROM location_events AS event
WHERE vehicle_id = %s AND recorded_at >= %s AND recorded_at < %s AND NOT EXISTS (
    SELECT FROM quarantined_fixes AS held WHERE held.vehicle_id = event.vehicle_id
    AND held.recorded_at = event.recorded_at AND held.reason = %s)
ORDER BY recorded_at
) TO STDOUT (FORMAT BINARY)"""
_HEAD_BYTES = 19
_ROW = np.dtype([
    ("fields", ">i2"),
    ("n0", ">i4"), ("micros", ">i8"), ("n1", ">i4"), ("lat", ">f8"), ("n2", ">i4"), ("lon", ">f8"),
    ("n3", ">i4"), ("speed", ">f4"), ("n4", ">i4"), ("altitude", ">f4"),
    ("n5", ">i4"), ("heading", ">f4"),
])  # fmt: skip
"""A row of the COPY: no value is null, so that every row is as long as every other."""
_EPOCH_2000_MICROS = 946_684_800_000_000
_CHUNK = 65_536


async def read_columns(
    connection: AsyncConnection[object] | Connection,
    vehicle_id: int,
    since: datetime,
    until: datetime,
) -> AsyncIterator[Columns]:
    """The believed fixes in [since, until) by time, some ten thousand at once."""
    jump = QuarantineReason.IMPOSSIBLE_JUMP.value
    rest, skip = b"", _HEAD_BYTES
    async with (
        connection.cursor() as cursor,
        cursor.copy(_COPY, (vehicle_id, since, until, jump)) as copy,
    ):
        parts: list[bytes] = []
        waiting = 0
        async for block in copy:
            parts.append(bytes(block))
            waiting += len(block)
            if waiting >= _CHUNK * _ROW.itemsize:
                rest = rest + b"".join(parts)
                parts, waiting = [], 0
                columns, rest = _parsed(rest[skip:])
                skip = 0
                yield columns
        rest = (rest + b"".join(parts))[skip:]
    yield _parsed(rest)[0]


def _parsed(data: bytes) -> tuple[Columns, bytes]:
    """The whole rows of `data`, and what is left of it (at the end, the trailer)."""
    whole = len(data) // _ROW.itemsize
    rows = np.frombuffer(data, _ROW, count=whole)
    return (
        Columns(
            t=(rows["micros"].astype(np.int64) + _EPOCH_2000_MICROS) // 1000,
            lat=rows["lat"].astype(np.float64), lon=rows["lon"].astype(np.float64),
            speed=rows["speed"].astype(np.float32), altitude=rows["altitude"].astype(np.float32),
            heading=rows["heading"].astype(np.float32),
        ),
        data[whole * _ROW.itemsize :],
    )  # fmt: skip

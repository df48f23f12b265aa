"""Fixes as PostgreSQL binary COPY data: the fastest way from Python objects into a table.

Measured on one machine, 5,000 rows a transaction into a table with its key: 257,000 rows/s this
way, 202,000 with text COPY, 104,000 with unnest; 495,000 is COPY without looking at duplicates.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from struct import Struct, error, pack

from fleet_app.kernel.clock import clamped_ms
from fleet_app.kernel.jsonb import json_text
from fleet_app.location.models import Fix, FixBatch, Source

COLUMNS = (
    "vehicle_id, recorded_at, fleet_id, received_at, lat, lon, "
    "speed, heading, accuracy, altitude, battery, source, event_id, attributes"
)
STAGING = """CREATE TEMPORARY TABLE IF NOT EXISTS incoming_fixes (
    vehicle_id bigint, recorded_at timestamptz, fleet_id bigint, received_at timestamptz,
    lat float8, lon float8, speed real, heading real, accuracy real, altitude real, battery real,
    source text, event_id text, attributes jsonb) ON COMMIT DELETE ROWS"""

_EPOCH_2000_MS = 946_684_800_000
_MAX_EVENT_ID = 64
_HEADER = b"PGCOPY\n\xff\r\n\0" + pack("!ii", 0, 0)
_FIELDS = 14
_NULL = b"\xff\xff\xff\xff"
_KEY = Struct("!hiqiqiqiqidid").pack
_REAL = Struct("!if").pack
_SIZE = Struct("!i").pack
_SOURCES = {source.value: _SIZE(len(source.value)) + source.value.encode() for source in Source}
_TRAILER = b"\xff\xff"
_JSONB_VERSION = b"\x01"


def copy_data(batches: Iterable[FixBatch]) -> bytes:
    """Every fix that is not quarantined, as one binary COPY body for `COLUMNS`."""
    parts = [_HEADER]
    add = parts.append
    for batch in batches:
        vehicle_id, fleet_id = batch.vehicle_id, batch.fleet_id
        received_at = micros(batch.received_at_ms)
        source = _SOURCES[batch.source]
        for fix in batch.fixes:
            if fix.quarantine is None:
                recorded_at = micros(fix.recorded_at_ms)
                add(
                    _KEY(_FIELDS, 8, vehicle_id, 8, recorded_at, 8, fleet_id, 8, received_at,
                         8, fix.lat, 8, fix.lon)
                )  # fmt: skip
                add(_measures(fix))
                add(source)
                add(_NULL if fix.event_id is None else _text(stored_event_id(fix.event_id)))
                add(_NULL if fix.attributes is None else _jsonb(fix.attributes))
    add(_TRAILER)
    return b"".join(parts)


def micros(epoch_ms: int) -> int:
    """PostgreSQL's binary timestamptz; moments outside the calendar of years 1-9999 are clamped."""
    return (clamped_ms(epoch_ms) - _EPOCH_2000_MS) * 1000


def _measures(fix: Fix) -> bytes:
    return (
        _real(fix.speed)
        + _real(fix.heading)
        + _real(fix.accuracy)
        + _real(fix.altitude)
        + _real(fix.battery)
    )


def _real(value: float | None) -> bytes:
    if value is None:
        return _NULL
    try:
        return _REAL(4, value)
    except (OverflowError, error):  # beyond single precision: as good as unknown
        return _NULL


def _text(value: str) -> bytes:
    raw = value.encode("utf-8", "replace")
    return _SIZE(len(raw)) + raw


def _jsonb(value: object) -> bytes:
    raw = json_text(value)
    return _SIZE(len(raw) + 1) + _JSONB_VERSION + raw


def stored_event_id(event_id: str) -> str:
    """The id as its column can hold it: an odd or overlong one is replaced by its digest."""
    if len(event_id) <= _MAX_EVENT_ID and "\0" not in event_id:
        return event_id
    return hashlib.sha256(event_id.encode("utf-8", "replace")).hexdigest()

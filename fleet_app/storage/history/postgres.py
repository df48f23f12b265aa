"""History in day-partitioned PostgreSQL tables."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

from psycopg import AsyncConnection, AsyncCursor, errors
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool

from fleet_app.kernel.clock import Clock, clamped_ms, from_ms, to_ms, utc_now
from fleet_app.kernel.jsonb import json_text
from fleet_app.location.models import Fix, FixBatch, QuarantineReason
from fleet_app.location.past.replay import Columns
from fleet_app.location.past.stored_track import TrackFix, TrackQuery
from fleet_app.storage.history.columns import read_columns
from fleet_app.storage.history.copy_rows import COLUMNS, STAGING, copy_data
from fleet_app.storage.history.pages import read_page
from fleet_app.storage.history.partitions import DailyPartitions, day_of
from fleet_app.storage.sql.connection import Connection
from fleet_app.storage.sql.errors import postgres_errors

_COPY = f"COPY incoming_fixes ({COLUMNS}) FROM STDIN (FORMAT BINARY)"
_KEYS = """
INSERT INTO location_event_keys (vehicle_id, event_id, recorded_at)
SELECT vehicle_id, event_id, recorded_at FROM incoming_fixes WHERE event_id IS NOT NULL
ORDER BY vehicle_id, event_id ON CONFLICT DO NOTHING"""
# What is new is marked for the fold in the same statement (docs/movement.md). Marks are locked in
# one order, so that two batches with the same vehicles cannot wait for each other.
_MARKED = """
WITH stored AS ({} RETURNING vehicle_id, fleet_id, recorded_at),
marked AS (
    INSERT INTO journey_marks AS mark (vehicle_id, fleet_id, from_ms, marked_at)
    SELECT vehicle_id, max(fleet_id), floor(extract(epoch FROM min(recorded_at)) * 1000), now()
    FROM stored GROUP BY vehicle_id ORDER BY vehicle_id
    ON CONFLICT (vehicle_id) DO UPDATE SET from_ms = least(mark.from_ms, excluded.from_ms))
SELECT count(*) FROM stored"""
_INSERT = _MARKED.format(f"""
INSERT INTO location_events ({COLUMNS}) SELECT {COLUMNS} FROM incoming_fixes
ON CONFLICT DO NOTHING""")  # noqa: S608 - constants
_INSERT_KEYED = _MARKED.format(f"""
INSERT INTO location_events ({COLUMNS}) SELECT {COLUMNS} FROM incoming_fixes AS fix
WHERE event_id IS NULL OR EXISTS (
    SELECT FROM location_event_keys AS key WHERE key.vehicle_id = fix.vehicle_id
    AND key.event_id = fix.event_id AND key.recorded_at = fix.recorded_at)
ON CONFLICT DO NOTHING""")  # noqa: S608 - constants
_QUARANTINE = """
INSERT INTO quarantined_fixes
    (vehicle_id, recorded_at, reason, fleet_id, received_at, lat, lon, source, payload)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"""
_TRACK = """
SELECT recorded_at, lat, lon, speed, heading, accuracy, altitude, battery, event_id, attributes
FROM location_events AS event
WHERE vehicle_id = %s AND recorded_at >= %s AND recorded_at < %s AND NOT EXISTS (
    SELECT FROM quarantined_fixes AS held WHERE held.vehicle_id = event.vehicle_id
    AND held.recorded_at = event.recorded_at AND held.reason = %s)
ORDER BY recorded_at DESC LIMIT %s"""
STORE_SECONDS = 60.0
"""The largest batch takes about a second; a server that needs this long hangs."""
TRACK_SECONDS = 5.0
COLUMNS_SECONDS = 15.0
"""A month of one fix a second is 2.7 million rows."""
DROP_SECONDS = 1800.0
"""A day of events is deleted row by row where it is no partition of its own."""


class PostgresHistory:
    """`HistoryStore` on a psycopg pool."""

    def __init__(self, pool: AsyncConnectionPool[Connection], clock: Clock = utc_now) -> None:
        self._pool = pool
        self._partitions = DailyPartitions(pool, clock)

    async def store(self, batches: Sequence[FixBatch]) -> int:
        """See `HistoryStore.store`."""
        try:
            return await self._store(batches)
        except errors.CheckViolation:  # no partition: another process dropped a day we knew
            self._partitions.forget()
            return await self._store(batches)

    async def _store(self, batches: Sequence[FixBatch]) -> int:
        believed, keyed = _believed(batches)
        async with postgres_errors(), asyncio.timeout(STORE_SECONDS):
            await self._partitions.ensure({day_of(moment) for moment in believed})
            async with self._pool.connection() as connection, connection.cursor() as cursor:
                new = await _insert(cursor, batches, keyed) if believed else 0
                await _quarantine(cursor, batches)
                return new

    async def track(
        self, vehicle_id: int, since: datetime, until: datetime, limit: int = 10_000
    ) -> list[Fix]:
        """See `HistoryStore.track`."""
        jump = QuarantineReason.IMPOSSIBLE_JUMP.value
        async with (
            postgres_errors(),
            asyncio.timeout(TRACK_SECONDS),
            self._pool.connection() as connection,
        ):
            rows = await connection.execute(_TRACK, (vehicle_id, since, until, jump, limit))
            newest_first = await rows.fetchall()
        return [_fix(row) for row in reversed(newest_first)]

    async def page(self, query: TrackQuery) -> list[TrackFix]:
        """See `HistoryStore.page`."""
        async with (
            postgres_errors(),
            asyncio.timeout(TRACK_SECONDS),
            self._pool.connection() as connection,
        ):
            return await read_page(connection, query)

    async def columns(
        self, vehicle_id: int, since: datetime, until: datetime
    ) -> AsyncIterator[Columns]:
        """See `HistoryStore.columns`."""
        async with (
            postgres_errors(),
            asyncio.timeout(COLUMNS_SECONDS),
            self._pool.connection() as connection,
        ):
            async for block in read_columns(connection, vehicle_id, since, until):
                yield block

    async def drop_before(self, moment: datetime) -> int:
        """See `HistoryStore.drop_before`. Event ids and quarantined fixes of those days go too."""
        async with postgres_errors(), asyncio.timeout(DROP_SECONDS):
            dropped = await self._partitions.drop_before(moment)
            async with self._pool.connection() as connection:
                await _delete_before(connection, moment)
            return dropped


def _believed(batches: Sequence[FixBatch]) -> tuple[set[int], bool]:
    """Moments of the fixes that belong into history, and whether any has an event id."""
    fixes = [fix for batch in batches for fix in batch.fixes if fix.quarantine is None]
    return {fix.recorded_at_ms for fix in fixes}, any(fix.event_id is not None for fix in fixes)


async def _insert(cursor: AsyncCursor[Any], batches: Sequence[FixBatch], keyed: bool) -> int:
    await cursor.execute(STAGING)
    async with cursor.copy(_COPY) as copy:
        await copy.write(copy_data(batches))
    if keyed:
        await cursor.execute(_KEYS)
    await cursor.execute(_INSERT_KEYED if keyed else _INSERT)
    (counted,) = await cursor.fetchall()
    return int(counted[0])


async def _quarantine(cursor: AsyncCursor[Any], batches: Sequence[FixBatch]) -> None:
    rows = [
        (
            batch.vehicle_id,
            from_ms(clamped_ms(fix.recorded_at_ms)),
            fix.quarantine.value,
            batch.fleet_id,
            from_ms(clamped_ms(batch.received_at_ms)),
            fix.lat,
            fix.lon,
            batch.source.value,
            Jsonb(fix.said(), dumps=json_text),
        )
        for batch in batches
        for fix in batch.fixes
        if fix.quarantine is not None
    ]
    if rows:
        await cursor.executemany(_QUARANTINE, rows)


def _fix(row: Sequence[Any]) -> Fix:
    recorded_at, lat, lon, speed, heading, accuracy, altitude, battery, event_id, attributes = row
    return Fix(
        recorded_at_ms=to_ms(recorded_at),
        lat=lat,
        lon=lon,
        speed=speed,
        heading=heading,
        accuracy=accuracy,
        altitude=altitude,
        battery=battery,
        event_id=event_id,
        attributes=attributes,
    )


async def _delete_before(connection: AsyncConnection[Any], moment: datetime) -> None:
    """The same whole days as the partitions."""
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    await connection.execute("DELETE FROM location_event_keys WHERE recorded_at < %s", (day,))
    await connection.execute("DELETE FROM quarantined_fixes WHERE recorded_at < %s", (day,))

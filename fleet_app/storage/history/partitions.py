"""One partition of `location_events` a day (UTC), made when the first fix of that day arrives.

Days longer ago than `DAILY_FOR_DAYS` share the default partition: a device with a wrong clock
must not be able to make thousands of tables. A day that was too old once stays too old, so the
default partition never has to be split.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from psycopg import AsyncConnection, sql
from psycopg_pool import AsyncConnectionPool

from fleet_app.kernel.clock import Clock
from fleet_app.kernel.locks import PARTITIONS
from fleet_app.storage.sql.connection import Connection

DAILY_FOR_DAYS = 400
DAY_MS = 86_400_000
_DAILY = re.compile(r"location_events_(\d{8})")
_CLEAR_OLDER = "DELETE FROM location_events_older WHERE recorded_at < %s"
_EPOCH = date(1970, 1, 1)
_TABLE = "location_events"
_OLDER = "location_events_older"
_OLD = -1
"""Stands for every day in the default partition."""


class DailyPartitions:
    """Knows which days exist; one per process."""

    def __init__(self, pool: AsyncConnectionPool[Connection], clock: Clock) -> None:
        self._pool = pool
        self._clock = clock
        self._known: set[int] = set()

    def forget(self) -> None:
        """Look again: another process may have dropped days."""
        self._known.clear()

    async def ensure(self, days: Iterable[int]) -> None:
        """Make the partitions of `days` (days since 1970) that do not exist yet."""
        oldest = (self._clock().date() - _EPOCH).days - DAILY_FOR_DAYS
        missing = {day if day >= oldest else _OLD for day in days} - self._known
        if not missing:
            return
        async with self._pool.connection() as connection:
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", (PARTITIONS,))
            existing = await _existing(connection)
            for day in sorted(missing - existing):
                await _make(connection, day)
        self._known |= existing | missing

    async def drop_before(self, moment: datetime) -> int:
        """Drop every day that ended by `moment`; one short transaction a day."""
        first_kept = (moment.astimezone(UTC).date() - _EPOCH).days
        dropped = 0
        async with self._pool.connection() as connection:
            existing = await _existing(connection)
            if _OLD in existing:
                await connection.execute(_CLEAR_OLDER, (_EPOCH + timedelta(days=first_kept),))
            old = sorted(day for day in existing - {_OLD} if day < first_kept)
        for day in old:
            async with self._pool.connection() as connection:
                # Give way rather than make writers queue behind us for long.
                await connection.execute("SET LOCAL lock_timeout = '5s'")
                await connection.execute("SELECT pg_advisory_xact_lock(%s)", (PARTITIONS,))
                await connection.execute(
                    sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(_name(day)))
                )
            dropped += 1
        self._known.difference_update(old)
        return dropped


def day_of(epoch_ms: int) -> int:
    """Days since 1970 (UTC) of a moment."""
    return epoch_ms // DAY_MS


def _name(day: int) -> str:
    return f"{_TABLE}_{_EPOCH + timedelta(days=day):%Y%m%d}"


async def _existing(connection: AsyncConnection[Any]) -> set[int]:
    rows = await connection.execute(
        "SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid "
        "WHERE inhparent = %s::regclass",
        (_TABLE,),
    )
    names = [name for (name,) in await rows.fetchall()]
    days = [date.fromisoformat(found[1]) for name in names if (found := _DAILY.fullmatch(name))]
    return {(day - _EPOCH).days for day in days} | ({_OLD} if _OLDER in names else set())


async def _make(connection: AsyncConnection[Any], day: int) -> None:
    """Make a table, then attach it: unlike PARTITION OF, that does not lock out readers."""
    bounds: sql.Composable = sql.SQL("DEFAULT")
    name = _OLDER
    if day != _OLD:
        since, name = _EPOCH + timedelta(days=day), _name(day)
        bounds = sql.SQL("FOR VALUES FROM ({}) TO ({})").format(
            sql.Literal(f"{since}T00:00:00Z"),
            sql.Literal(f"{since + timedelta(days=1)}T00:00:00Z"),
        )
    table, parent = sql.Identifier(name), sql.Identifier(_TABLE)
    await connection.execute(
        sql.SQL("CREATE TABLE IF NOT EXISTS {} (LIKE {} INCLUDING DEFAULTS)").format(table, parent)
    )
    await connection.execute(
        sql.SQL("ALTER TABLE {} ATTACH PARTITION {} {}").format(parent, table, bounds)
    )

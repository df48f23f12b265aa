"""One partition of `location_events` a day (UTC), made when the first fix of that day arrives."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from psycopg import AsyncConnection, sql
from psycopg_pool import AsyncConnectionPool

DAY_MS = 86_400_000
_EPOCH = date(1970, 1, 1)
_LOCK = 4_242_422
"""Advisory lock under which partitions are made and dropped, in any process."""
_TABLE = "location_events"


class DailyPartitions:
    """Knows which days exist; one per process."""

    def __init__(self, pool: AsyncConnectionPool) -> None:
        self._pool = pool
        self._known: set[int] = set()

    def forget(self) -> None:
        """Look again: another process may have dropped days."""
        self._known.clear()

    async def ensure(self, days: Iterable[int]) -> None:
        """Make the partitions of `days` (days since 1970) that do not exist yet."""
        missing = set(days) - self._known
        if not missing:
            return
        async with self._pool.connection() as connection:
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            existing = await _existing(connection)
            for day in sorted(missing - existing):
                await _make(connection, day)
        self._known |= existing | missing

    async def drop_before(self, moment: datetime) -> int:
        """Drop every day that ended by `moment`; one short transaction a day."""
        first_kept = (moment.astimezone(UTC).date() - _EPOCH).days
        dropped = 0
        async with self._pool.connection() as connection:
            old = sorted(day for day in await _existing(connection) if day < first_kept)
        for day in old:
            async with self._pool.connection() as connection:
                # Give way rather than make writers queue behind us for long.
                await connection.execute("SET LOCAL lock_timeout = '5s'")
                await connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
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
    names = [name.rpartition("_")[2] for (name,) in await rows.fetchall()]
    return {(datetime.strptime(name, "%Y%m%d").date() - _EPOCH).days for name in names}


async def _make(connection: AsyncConnection[Any], day: int) -> None:
    """Make a table, then attach it: unlike PARTITION OF, that does not lock out readers."""
    since = _EPOCH + timedelta(days=day)
    table, parent = sql.Identifier(_name(day)), sql.Identifier(_TABLE)
    await connection.execute(
        sql.SQL("CREATE TABLE IF NOT EXISTS {} (LIKE {} INCLUDING DEFAULTS)").format(table, parent)
    )
    await connection.execute(
        sql.SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})").format(
            parent,
            table,
            sql.Literal(f"{since}T00:00:00Z"),
            sql.Literal(f"{since + timedelta(days=1)}T00:00:00Z"),
        )
    )

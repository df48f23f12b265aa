"""What a database holds, in a form in which any change shows."""

from __future__ import annotations

from sqlalchemy import text

from fleet_app.bootstrap import Container

_TABLES = text(
    "SELECT table_name FROM information_schema.tables"
    " WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name"
)


async def fingerprint(container: Container) -> dict[str, str]:
    """A digest of every table's rows."""
    async with container.work() as session:
        connection = await session.connection()
        names = [row[0] for row in await connection.execute(_TABLES)]
        digests = " UNION ALL ".join(
            f"SELECT '{name}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
            f' FROM "{name}" t'
            for name in names
        )
        return {row[0]: row[1] for row in await connection.execute(text(digests))}

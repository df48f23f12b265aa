"""What a database holds, in a form in which any change shows."""

from __future__ import annotations

from sqlalchemy import text

from fleet_app.bootstrap import Container

_TABLES = text(
    "SELECT table_name FROM information_schema.tables"
    " WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name"
)
_OF_FLEETS = text(
    "SELECT c.table_name FROM information_schema.columns c JOIN information_schema.tables t"
    " USING (table_schema, table_name) WHERE table_schema = 'public'"
    " AND c.column_name = 'fleet_id' AND t.table_type = 'BASE TABLE' ORDER BY c.table_name"
)


async def fingerprint(container: Container, fleet_id: int | None = None) -> dict[str, str]:
    """A digest of every table's rows, or of the rows of one fleet."""
    async with container.work() as session:
        connection = await session.connection()
        tables = _TABLES if fleet_id is None else _OF_FLEETS
        names = [row[0] for row in await connection.execute(tables)]
        only = "" if fleet_id is None else f" WHERE fleet_id = {int(fleet_id)}"
        digests = " UNION ALL ".join(
            f"SELECT '{name}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
            f' FROM "{name}" t{only}'
            for name in names
        )
        return {row[0]: row[1] for row in await connection.execute(text(digests))}

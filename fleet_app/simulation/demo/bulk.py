"""Writing thousands of rows at once, in the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from psycopg import AsyncConnection, sql
from sqlalchemy import text
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

Row = Mapping[str, Any]


async def new_ids(session: AsyncSession, model: type[SQLModel], count: int) -> list[int]:
    """`count` ids of the table that nobody else gets."""
    if not count:
        return []
    query = text(
        "SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)"
    )
    connection = await session.connection()
    found = await connection.execute(query, {"name": str(model.__tablename__), "count": count})
    return [row[0] for row in found]


async def copy_in(session: AsyncSession, model: type[SQLModel], rows: Sequence[Row]) -> None:
    """Store rows that all have the same columns. What columns default to is not filled in."""
    if not rows:
        return
    columns = list(rows[0])
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(str(model.__tablename__)), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    raw = await (await session.connection()).get_raw_connection()
    driver = raw.driver_connection
    assert isinstance(driver, AsyncConnection)
    async with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            await copy.write_row([_plain(row[name]) for name in columns])


async def update_all(
    session: AsyncSession, model: type[SQLModel], rows: Sequence[Row], *names: str
) -> None:
    """Set the columns `names` of the rows with these `id`s, and count the change."""
    if not rows:
        return
    said = ", ".join(f"{name} = :{name}" for name in names)
    statement = text(
        f"UPDATE {model.__tablename__} SET {said}, version = version + :steps WHERE id = :id"  # noqa: S608 - our own names
    )
    connection = await session.connection()
    await connection.execute(statement, [{k: _plain(v) for k, v in row.items()} for row in rows])


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return value

"""Reading stored events, and taking them over for dispatch exactly once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.kernel.events import DomainEvent
from fleet_app.outbox.models import StoredEvent


async def claim(session: AsyncSession, ids: Sequence[UUID], now: datetime) -> list[DomainEvent]:
    """Those events that were not dispatched before, in order; they are with this transaction."""
    query = (
        update(StoredEvent)
        .where(col(StoredEvent.id).in_(ids), col(StoredEvent.dispatched_at).is_(None))
        .values(dispatched_at=now)
        .returning(StoredEvent)
    )
    connection = await session.connection()
    found = (await connection.execute(query)).mappings()
    rows = sorted((StoredEvent.model_validate(row) for row in found), key=_sequence)
    return _events(rows)


async def read(session: AsyncSession, ids: Sequence[UUID]) -> list[DomainEvent]:
    """Events by their ids, in order. Those that are too old to be kept are missing."""
    query = select(StoredEvent).where(col(StoredEvent.id).in_(ids))
    return _events(await session.exec(query.order_by(col(StoredEvent.sequence))))


def _sequence(row: StoredEvent) -> int:
    return row.sequence or 0


def _events(rows: Iterable[StoredEvent]) -> list[DomainEvent]:
    names = DomainEvent.__struct_fields__
    return [DomainEvent(**{name: getattr(row, name) for name in names}) for row in rows]

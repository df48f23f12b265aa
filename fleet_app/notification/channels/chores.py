"""Tidying messages that nobody looks up any more: they are full of names and addresses."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.notification.channels.models import Notification, Status

BATCH = 5_000
_WAITS = (Status.QUEUED, Status.SENDING)
Work = Callable[[], AbstractAsyncContextManager[AsyncSession]]


async def forget_messages(work: Work, before: datetime, *, batch: int = BATCH) -> int:
    """Delete messages that ended before a moment, with every try at sending them; returns how
    many. One that still waits stays, however old. Raises `StoreUnavailable`; what is done by then
    stays done."""
    row = Notification
    ended = func.coalesce(col(row.sent_at), col(row.created_at))
    old = select(col(row.id)).where(col(row.status).not_in(_WAITS), ended < before).limit(batch)
    removing = delete(row).where(col(row.id).in_(old.with_for_update(skip_locked=True)))
    forgotten = 0
    while True:
        async with work() as session:
            done = await (await session.connection()).execute(removing.returning(col(row.id)))
            count = len(done.all())
        forgotten += count
        if count < batch:
            return forgotten

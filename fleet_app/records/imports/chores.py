"""Tidying sheets that nobody needs any more: they are full of names and addresses."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import col, select

from fleet_app.kernel.files import FileStore
from fleet_app.records.imports.service import Work
from fleet_app.records.models import Import

KEPT = timedelta(days=90)
BATCH = 50


async def forget_old_imports(work: Work, store: FileStore, now: datetime) -> int:
    """Delete imports, with their sheets and problems, that are older than 90 days; returns how
    many. What they stored stays. Raises `StoreUnavailable`; what is done by then stays done."""
    forgotten = 0
    while True:
        async with work() as session:
            query = select(Import).where(col(Import.created_at) < now - KEPT).limit(BATCH)
            old = list(await session.exec(query.with_for_update(skip_locked=True)))
            for one in old:  # the bytes first: the row stays if they cannot go
                await store.delete(one.file_key)
                await session.delete(one)
        forgotten += len(old)
        if len(old) < BATCH:
            return forgotten

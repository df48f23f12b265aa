"""Tidying files that were uploaded and never used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import SYSTEM
from fleet_app.audit.trail import note
from fleet_app.fleet.file_repository import REFERENCES, FileRepository
from fleet_app.kernel.files import FileStore

UNUSED_HOURS = 24
BATCH = 50


async def forget_unused_files(
    work: Callable[[], AbstractAsyncContextManager[AsyncSession]],
    store: FileStore,
    now: datetime,
    also: Sequence[Any] = (),
) -> int:
    """Delete files older than a day that no record refers to, and what is left of uploads that
    never ended; returns how many files. `also` are columns of other domains that name files.

    Raises `StoreUnavailable`; what is done by then stays done.
    """
    before = now - timedelta(hours=UNUSED_HOURS)
    await store.forget_unfinished(before)
    forgotten = 0
    while True:
        async with work() as session:
            done = await _forget(session, store, before, (*REFERENCES, *also))
        forgotten += done
        if done < BATCH:
            return forgotten


async def _forget(
    session: AsyncSession, store: FileStore, before: datetime, references: Sequence[Any]
) -> int:
    """The bytes go before the commit: without it the row stays, and the next run finds it."""
    files = FileRepository(session)
    ids = await files.lock_orphans(before, BATCH, references)
    orphans = await files.delete_orphans(ids, references) if ids else []
    for file in orphans:
        await store.delete(file.key)
        note(session, SYSTEM, "delete", kind="file", object_id=file.id, label=file.name,
             fleet_id=file.fleet_id)  # fmt: skip
    return len(orphans)

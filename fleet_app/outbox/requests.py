"""Requests that carry a key of their caller's: that one was done is stored with what it changed.

Whoever lost the answer can so be told for sure, even when the commit itself got no answer or the
process died right after it. Who serves such a request says so with `keyed`; `Container.work` then
calls `record` before its commit.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import Conflict
from fleet_app.outbox.changes import PENDING
from fleet_app.outbox.models import DoneRequest

KEPT = timedelta(days=1)
"""How long a request is known to be done."""
_RECORDED = "recorded_request"


class AlreadyDone(Conflict):
    """The request was done before, and its answer is not known any more."""

    type = "already_done"

    def __init__(self, message: str = "This was done before", location: str | None = None) -> None:
        super().__init__(message)
        self.location = location


@dataclass(slots=True)
class RequestKey:
    """`name` is a digest of who asked, where, and with which key; `asked` one of what was asked."""

    name: bytes
    asked: bytes
    request_id: str
    is_open: bool = True
    """False once it is stored, and after the request: tasks that outlive it have no part in it."""


_current: ContextVar[RequestKey | None] = ContextVar("request_key", default=None)


@contextmanager
def keyed(key: RequestKey) -> Iterator[None]:
    """Until the end, the first unit of work that changes something stores the key with it."""
    token = _current.set(key)
    try:
        yield
    finally:
        key.is_open = False
        _current.reset(token)


async def record(session: AsyncSession) -> None:
    """Store the key of the present request, if this unit of work changed anything.

    Raises `AlreadyDone` when a request with the same key was committed before, also when that one
    is being committed right now.
    """
    key = _current.get()
    if key is None or not key.is_open:
        return
    await session.flush()
    connection = await session.connection()
    # Only a transaction that wrote something has a number.
    if (await connection.execute(select(func.pg_current_xact_id_if_assigned()))).scalar() is None:
        return
    now, (kind, record_id) = utc_now(), _first_made(session)
    row = {"name": key.name, "asked": key.asked, "request_id": key.request_id[:64], "at": now,
           "kind": kind, "record_id": record_id}  # fmt: skip
    store = insert(DoneRequest).values(row).on_conflict_do_update(
        index_elements=[col(DoneRequest.name)], set_=row, where=col(DoneRequest.at) < now - KEPT
    )  # fmt: skip
    if (await connection.execute(store.returning(col(DoneRequest.name)))).first() is None:
        raise AlreadyDone
    session.info[_RECORDED] = key


def recorded(session: AsyncSession) -> None:
    """The commit is done: what else this request may change is no first change."""
    key: RequestKey | None = session.info.pop(_RECORDED, None)
    if key is not None:
        key.is_open = False


async def done_before(session: AsyncSession, name: bytes) -> DoneRequest | None:
    """What is known of a request that was done; None when it was not, or too long ago."""
    found = await session.get(DoneRequest, name)
    return found if found is not None and found.at >= utc_now() - KEPT else None


async def forget_requests(session: AsyncSession, now: datetime) -> int:
    """Forget what was done long ago; returns how many requests."""
    connection = await session.connection()
    done = await connection.execute(delete(DoneRequest).where(col(DoneRequest.at) < now - KEPT))
    return int(done.rowcount)


def _first_made(session: AsyncSession) -> tuple[str | None, int | None]:
    """What the unit of work created, or else changed, for people to find it."""
    pending: dict[int, dict[Any, dict[int, None]]] = session.info.get(PENDING, {})
    found = [
        (what != "created", kind, ids)
        for kinds in pending.values()
        for (kind, what), ids in kinds.items()
        if ids
    ]
    if not found:
        return None, None
    _, kind, ids = min(found, key=lambda one: one[0])
    return kind, next(iter(ids)) if len(ids) == 1 else None

"""One unit of work on the records: everything it changed is stored together, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.audit.trail import seal
from fleet_app.kernel.errors import Contended, StoreUnavailable
from fleet_app.outbox.requests import record, recorded
from fleet_app.outbox.store import post

_CONTENDED = frozenset({"40P01", "40001"})
"""A deadlock, and a transaction that cannot be put in an order with others."""
_NOT_READY = frozenset({"42P01", "42703", "25006"})
"""A table or column that is not migrated yet, or a standby: time heals it, not the caller."""


@asynccontextmanager
async def unit_of_work(engine: AsyncEngine, seconds: float) -> AsyncIterator[AsyncSession]:
    """Commits at the end, rolls back on any error.

    Domain events, their jobs, the audit log's seal and the key of the request are committed with
    the rest. Raises `StoreUnavailable` when the database cannot be reached or it all took longer
    than `seconds`, and `Contended` when it and others waited for each other.
    """
    try:
        async with (
            asyncio.timeout(seconds),
            AsyncSession(engine, expire_on_commit=False) as session,
        ):
            yield session
            await post(session)
            await seal(session)
            await record(session)
            await session.commit()
    except (PoolExhausted, OSError) as error:
        raise StoreUnavailable("The database") from error
    except DBAPIError as error:
        if _state(error) in _CONTENDED:
            raise Contended from error
        if _is_away(error):
            raise StoreUnavailable("The database") from error
        raise
    recorded(session)


def _is_away(error: DBAPIError) -> bool:
    lost = isinstance(error, OperationalError) or error.connection_invalidated
    return lost or _state(error) in _NOT_READY


def _state(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)

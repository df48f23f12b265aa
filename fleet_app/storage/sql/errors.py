"""Tells a store that is at fault from data that is, for raw psycopg calls."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests

from fleet_app.kernel.errors import StoreUnavailable

_DATA_CLASSES = ("22", "23", "54")
"""SQLSTATE classes that repeat for ever: data exception, constraint, row too large."""


def is_data_error(error: psycopg.Error) -> bool:
    """Whether the very data that was sent is the reason, so that a retry cannot help."""
    return error.sqlstate is not None and error.sqlstate[:2] in _DATA_CLASSES


@asynccontextmanager
async def postgres_errors(store: str = "The database") -> AsyncIterator[None]:
    """Raise `StoreUnavailable` unless the data itself is at fault.

    A missing table, a full disk or a read-only standby heal without touching the data, so they
    count as an unavailable store.
    """
    try:
        yield
    except (PoolTimeout, PoolClosed, TooManyRequests, OSError) as error:
        raise StoreUnavailable(store) from error
    except psycopg.Error as error:
        if isinstance(error, psycopg.ProgrammingError) and error.sqlstate is None:
            raise  # our own mistake in calling the client
        # Values the client itself cannot encode carry no SQLSTATE.
        if is_data_error(error) or isinstance(error, psycopg.DataError):
            raise
        raise StoreUnavailable(store) from error

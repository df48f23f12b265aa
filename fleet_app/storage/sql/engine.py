"""Connections to PostgreSQL: SQLAlchemy for the records, a psycopg pool for bulk history."""

from __future__ import annotations

import psycopg
from psycopg_pool import AsyncConnectionPool
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


def create_engine(database_url: str) -> AsyncEngine:
    """An engine that notices dropped connections before it hands them out."""
    return create_async_engine(
        database_url,
        pool_size=10,
        max_overflow=10,
        pool_pre_ping=True,
        hide_parameters=True,  # errors get printed and logged, and parameters are personal
    )


def libpq_dsn(database_url: str) -> str:
    """The same database as a libpq URL, for psycopg itself."""
    url = make_url(database_url).set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


def create_pool(database_url: str, max_size: int = 12) -> AsyncConnectionPool:
    """A pool for COPY and plain SQL; opened by the caller. Waits at most 5 s for a connection."""
    return AsyncConnectionPool(
        libpq_dsn(database_url),
        min_size=0,
        max_size=max_size,
        timeout=5,
        # Give up early, so that the next request tries again at once: the pool's own pauses grow
        # to minutes while a server is down.
        reconnect_timeout=2,
        open=False,
        check=AsyncConnectionPool.check_connection,
        kwargs={"autocommit": False, "options": "-c timezone=UTC"},
    )


STORE_ERRORS = (psycopg.OperationalError, psycopg.InterfaceError)
"""What psycopg raises when the server, rather than the statement, is at fault."""

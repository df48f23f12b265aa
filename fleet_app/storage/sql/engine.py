"""Connections to PostgreSQL: SQLAlchemy for the records, a psycopg pool for bulk history."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from fleet_app.storage.sql.connection import Connection, RecordsConnection

_PATIENCE = {
    "connect_timeout": 4,
    # A partner that vanished without a word is noticed on the wire; milliseconds and seconds.
    # Unix sockets have no use for these.
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
_SESSION = "-c timezone=UTC -c client_connection_check_interval=2000"
"""The second ends a statement whose client has gone away, so that nobody waits for its locks."""


def create_engine(database_url: str) -> AsyncEngine:
    """An engine that notices dropped connections before it hands them out."""
    arguments = {"async_creator_fn": RecordsConnection.connect, **connect_arguments(database_url)}
    return create_async_engine(
        database_url,
        pool_size=10,
        max_overflow=10,
        pool_pre_ping=True,
        connect_args=arguments,
        hide_parameters=True,  # errors get printed and logged, and parameters are personal
    )


def connect_arguments(database_url: str) -> dict[str, Any]:
    """What every connection gets besides its URL; what the URL says itself stays."""
    said = make_url(database_url).query
    options = said.get("options", ())
    own = [options] if isinstance(options, str) else list(options)
    patience = {name: value for name, value in _PATIENCE.items() if name not in said}
    return {**patience, "options": " ".join([_SESSION, *own])}


def libpq_dsn(database_url: str) -> str:
    """The same database as a libpq URL, for psycopg itself."""
    url = make_url(database_url).set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


def create_pool(database_url: str, max_size: int = 12) -> AsyncConnectionPool[Connection]:
    """A pool for COPY and plain SQL; opened by the caller. Waits at most 5 s for a connection."""
    return AsyncConnectionPool(
        libpq_dsn(database_url),
        connection_class=Connection,
        min_size=0,
        max_size=max_size,
        timeout=5,
        # Give up early, so that the next request tries again at once: the pool's own pauses grow
        # to minutes while a server is down.
        reconnect_timeout=2,
        open=False,
        check=AsyncConnectionPool.check_connection,
        kwargs={"autocommit": False, **connect_arguments(database_url)},
    )


def create_job_pool(database_url: str) -> AsyncConnectionPool[psycopg.AsyncConnection[Any]]:
    """A pool for the job queue, which listens on connections of its own besides; opened by it."""
    return AsyncConnectionPool(
        libpq_dsn(database_url),
        min_size=0,
        max_size=4,
        timeout=5,
        reconnect_timeout=2,
        open=False,
        check=AsyncConnectionPool.check_connection,
        kwargs=connect_arguments(database_url),
    )


STORE_ERRORS = (psycopg.OperationalError, psycopg.InterfaceError)
"""What psycopg raises when the server, rather than the statement, is at fault."""

"""Runs migrations against FLEET_DATABASE_URL, or the URL set in the Alembic configuration."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import create_engine, pool

from alembic import context
from fleet_app.kernel.locks import MIGRATIONS
from fleet_app.settings import get_settings
from fleet_app.storage.sql.metadata import metadata

NOT_OURS = re.compile(r"location_events_(\d{8}|older)|procrastinate_\w+")


def include_name(name: str | None, kind: str, parents: Any) -> bool:
    """Partitions are made on demand, the job queue's tables are its library's: none is declared."""
    return not (kind == "table" and name and NOT_OURS.fullmatch(name))


def database_url() -> str:
    """The database to migrate."""
    url = context.config.get_main_option("sqlalchemy.url") or get_settings().database_url
    if not url:
        raise RuntimeError("FLEET_DATABASE_URL is not set and no embedded server was started")
    return url


def run() -> None:
    """Migrate in one transaction, one migrator at a time."""
    engine = create_engine(database_url(), poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection, target_metadata=metadata, include_name=include_name
        )
        with context.begin_transaction():
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATIONS})")
            context.run_migrations()


run()

"""Bringing a database to the current schema, and asking how far it is."""

from __future__ import annotations

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, pool

from alembic import command
from fleet_app.settings import PROJECT_ROOT


def configuration(url: str) -> Config:
    """Alembic's configuration for the database at `url` (an SQLAlchemy URL)."""
    config = Config(str(PROJECT_ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(PROJECT_ROOT / "alembic"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Apply the missing migrations; several processes may try at once."""
    command.upgrade(configuration(url), revision)


def head() -> str | None:
    """The revision this code expects."""
    return ScriptDirectory.from_config(configuration("")).get_current_head()


def current(url: str) -> str | None:
    """The revision the database is at; None when it has never been migrated."""
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()

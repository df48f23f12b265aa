"""Real stores for tests: one PostgreSQL and one Valkey for the session, a fresh database each."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import redis
from psycopg import sql
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from fleet_app.runtime import migrations
from fleet_app.runtime.engines import embedded_engines
from fleet_app.settings import Settings
from fleet_app.storage.sql.engine import create_engine
from tests.recycling import emptied, shape

TEMPLATE = "migrated"
_numbers = itertools.count(1)


@contextmanager
def temporary_home() -> Iterator[Path]:
    """A home with a path short enough for sockets, removed afterwards."""
    home = Path(tempfile.mkdtemp(prefix="fleet-test-"))
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


class TestStores:
    """The stores of one test session."""

    __test__ = False

    def __init__(self, home: Path, database: str, redis_url: str) -> None:
        self.home = home
        self.redis_url = redis_url
        self._admin = database.replace("+psycopg", "")
        self._url = database
        self._create(TEMPLATE, "template1")
        migrations.upgrade(self.url_of(TEMPLATE))
        self._shape = shape(self._plain(TEMPLATE))
        self._free: list[str] = []
        self._engines: dict[str, AsyncEngine] = {}

    def url_of(self, name: str) -> str:
        """SQLAlchemy URL of another database on the same server."""
        return self._url.replace("/fleet?", f"/{name}?")

    def engine(self, url: str) -> AsyncEngine:
        """What a container of a test makes for itself, kept for the next test of that database.

        An engine that was disposed of has no connections left, but knows its server and every
        statement it has put into words, which took more than anything else in a test.
        """
        if url not in self._engines:
            self._engines[url] = create_engine(url)
        return self._engines[url]

    @contextmanager
    def database(self, *, migrated: bool = True) -> Iterator[str]:
        """The URL of a database of its own, with the current schema or empty.

        One with the schema is emptied afterwards for another test, unless its schema was changed.
        """
        name = self._free.pop() if migrated and self._free else self._new(migrated)
        try:
            yield self.url_of(name)
        finally:
            if migrated and emptied(self._plain(name), self._shape):
                self._free.append(name)
            else:
                self._drop(name)

    @contextmanager
    def copy_of(self, url: str) -> Iterator[str]:
        """The URL of a copy of a database that nobody is connected to."""
        name = f"test_{next(_numbers)}"
        self._create(name, make_url(url).database or "")
        try:
            yield self.url_of(name)
        finally:
            self._drop(name)

    def _new(self, migrated: bool) -> str:
        name = f"test_{next(_numbers)}"
        self._create(name, TEMPLATE if migrated else "template1")
        return name

    def _plain(self, name: str) -> str:
        """The URL as psycopg takes it."""
        return self.url_of(name).replace("+psycopg", "")

    def empty_redis(self) -> str:
        """The URL of Valkey, emptied."""
        with redis.Redis.from_url(self.redis_url) as client:
            client.flushall()
        return self.redis_url

    def _create(self, name: str, template: str) -> None:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._run(statement.format(sql.Identifier(name), sql.Identifier(template)))

    def _drop(self, name: str) -> None:
        self._engines.pop(self.url_of(name), None)
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._admin, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running_stores() -> Iterator[TestStores]:
    """Start both engines on a temporary home."""
    with temporary_home() as home, embedded_engines(Settings(home=home, **_no_urls())) as urls:
        yield TestStores(home, urls.database, urls.redis)


def _no_urls() -> dict[str, None]:
    return {"database_url": None, "redis_url": None}

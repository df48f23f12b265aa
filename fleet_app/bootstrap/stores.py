"""Clients of the engines, and the adapters that others are built on."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property
from typing import Any

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.kernel.errors import Contended, StoreUnavailable
from fleet_app.kernel.files import FileStore
from fleet_app.location.ports import FixLog, HistoryStore, Lease, LivePositions
from fleet_app.outbox.changes import take_changes
from fleet_app.outbox.ports import ChangeFeed
from fleet_app.records.kinds import View
from fleet_app.settings import Settings
from fleet_app.storage.files.directory import DirectoryFiles
from fleet_app.storage.files.s3 import S3Files
from fleet_app.storage.history.postgres import PostgresHistory
from fleet_app.storage.live.answers import RedisAnswers
from fleet_app.storage.live.changes import ValkeyChanges
from fleet_app.storage.live.client import create_client
from fleet_app.storage.live.counts import RedisCounts
from fleet_app.storage.live.fix_log import ValkeyFixLog
from fleet_app.storage.live.leases import ValkeyLeases
from fleet_app.storage.live.positions import ValkeyLivePositions
from fleet_app.storage.live.sessions import RedisAttempts
from fleet_app.storage.sql.connection import Connection
from fleet_app.storage.sql.engine import create_engine, create_job_pool, create_pool
from fleet_app.storage.sql.work import unit_of_work

log = logging.getLogger(__name__)
WORK_SECONDS = 5.0
"""How long a unit of work may take for somebody who waits for the answer."""
PATIENT_SECONDS = 30.0
"""The same for a worker, whose batches may be large and who would only try again."""
LIVE_SECONDS = 4
"""How long the live store may take for one answer. None of ours comes near."""
LOG_SECONDS = 5
"""The same for the log: longer than a blocking read, and than it may wait for its disk."""


class Stores:
    """What keeps things, and units of work."""

    def __init__(self, settings: Settings) -> None:
        if not settings.database_url or not settings.redis_url:
            raise RuntimeError(
                "No database or Redis URL is set. Start through ./fleet, which brings embedded "
                "engines, or set FLEET_DATABASE_URL and FLEET_REDIS_URL."
            )
        self.settings = settings
        self.database_url = settings.database_url
        self.redis_url = settings.redis_url

    @cached_property
    def engine(self) -> AsyncEngine:
        """SQLAlchemy engine for the records."""
        return create_engine(self.database_url)

    @cached_property
    def pool(self) -> AsyncConnectionPool[Connection]:
        """psycopg pool for bulk history; opened by `start`."""
        return create_pool(self.database_url)

    @cached_property
    def redis(self) -> Redis:
        """Client of the live store; connects on use and reconnects by itself."""
        return create_client(self.redis_url, retries=1, seconds=LIVE_SECONDS)

    @cached_property
    def stream_redis(self) -> Redis:
        """Client that never repeats a command by itself and gives up on a silent server."""
        return create_client(self.redis_url, retries=0, seconds=LOG_SECONDS)

    @cached_property
    def repeat_redis(self) -> Redis:
        """Client for what may be done twice: a second try hides a closed connection."""
        return create_client(self.redis_url, retries=1, seconds=LOG_SECONDS)

    @cached_property
    def fix_log(self) -> FixLog:
        """The durable log between ingest and everything that follows."""
        return ValkeyFixLog(
            self.stream_redis,
            self.repeat_redis,
            self.settings.log_partitions,
            self.settings.log_max_pending,
        )

    @cached_property
    def history(self) -> HistoryStore:
        """Every believed fix."""
        return PostgresHistory(self.pool)

    @cached_property
    def live(self) -> LivePositions:
        """Present positions and their announcements."""
        return ValkeyLivePositions(self.repeat_redis)

    @cached_property
    def counts(self) -> RedisCounts:
        """Ingest counters shared by all processes."""
        return RedisCounts(self.redis)

    @cached_property
    def answers(self) -> RedisAnswers:
        """Answers of requests that may be sent again."""
        return RedisAnswers(self.redis)

    @cached_property
    def attempts(self) -> RedisAttempts:
        """How often who tried what lately."""
        return RedisAttempts(self.redis)

    @cached_property
    def changes(self) -> ChangeFeed:
        """News of changed records, from whoever changes them to whoever shows them."""
        return ValkeyChanges(self.redis)

    @cached_property
    def files(self) -> FileStore:
        """The bytes of uploaded files: in a bucket when one is set, else in a directory."""
        settings = self.settings
        if settings.s3_bucket:
            return S3Files(
                settings.s3_bucket, endpoint=settings.s3_endpoint, region=settings.s3_region
            )
        return DirectoryFiles(settings.home / "files")

    def new_leases(self) -> Lease:
        """Leases in a name of their own."""
        return ValkeyLeases(self.stream_redis)

    def new_job_pool(self) -> AsyncConnectionPool[AsyncConnection[Any]]:
        """A pool for running background jobs, to be opened and closed by whoever runs them."""
        return create_job_pool(self.database_url)

    patience = PATIENT_SECONDS
    """Seconds for a unit of work with many records, for somebody who knows that it takes long."""

    def view(self) -> View:
        """From when and where lists are looked at: now."""
        return View.at_present(self.settings.offline_after_seconds)

    @asynccontextmanager
    async def work(self, seconds: float = WORK_SECONDS) -> AsyncIterator[AsyncSession]:
        """One unit of work: commits at the end, rolls back on any error.

        Raises `StoreUnavailable` when the database cannot be reached, or when all of the work
        took longer than `seconds`; `Contended` when it and others waited for each other. A commit
        that gets no answer may have been done all the same.
        Domain events, their jobs and the key of the request are committed with the rest; screens
        hear of changes after it.
        """
        async with unit_of_work(self.engine, seconds) as session:
            yield session
        await self._announce(session)

    @asynccontextmanager
    async def _unattended(self) -> AsyncIterator[AsyncSession]:
        """`work` for those who try again whenever they are told that a store was not there."""
        try:
            async with self.work(PATIENT_SECONDS) as session:
                yield session
        except Contended as error:
            raise StoreUnavailable("The database") from error

    async def _announce(self, session: AsyncSession) -> None:
        """Have the screens show what changed. That they hear of it is not worth an error."""
        changes = take_changes(session)
        if not changes:
            return
        try:
            await self.changes.announce(changes)
        except StoreUnavailable as error:
            log.warning("changes of records were not announced: %s", error)

    async def start(self) -> None:
        """Open what needs opening. Does not wait for stores that are down."""
        await self.pool.open()

    async def close(self) -> None:
        """Close every connection."""
        await self.pool.close()
        await self.engine.dispose()
        await self.redis.aclose()
        for name in ("stream_redis", "repeat_redis"):
            if name in self.__dict__:  # never built when never needed
                await self.__dict__[name].aclose()

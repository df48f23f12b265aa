"""Builds adapters and services from settings. The only module that knows which adapter is used."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property, lru_cache
from typing import Any

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.catalogue.kinds import KINDS
from fleet_app.catalogue.place_names import PlaceNames
from fleet_app.catalogue.sign_up import SignUps
from fleet_app.delivery.live_status import LiveStatus
from fleet_app.fleet.file_service import FileService
from fleet_app.identity.authenticator import Authenticator
from fleet_app.identity.devices import DeviceService
from fleet_app.identity.grants import GrantService
from fleet_app.identity.passwords import Passwords
from fleet_app.identity.ports import SessionStore
from fleet_app.identity.service import IdentityService
from fleet_app.identity.sessions import SessionService
from fleet_app.identity.tokens import AccessTokens
from fleet_app.kernel.errors import Contended, StoreUnavailable
from fleet_app.kernel.files import FileStore
from fleet_app.location.live_view import LiveView
from fleet_app.location.past.road_limits import RoadLimits
from fleet_app.location.past.snapping import Snapping
from fleet_app.location.ports import FixLog, HistoryStore, Lease, LivePositions
from fleet_app.location.service import IngestService
from fleet_app.location.tracker import Tracker
from fleet_app.notification.channels.opening import Channels
from fleet_app.notification.channels.sealing import Sealer
from fleet_app.notification.channels.sending import Sender
from fleet_app.notification.channels.signed_out import SessionsWithBrowsers
from fleet_app.outbox.changes import take_changes
from fleet_app.outbox.ports import ChangeFeed
from fleet_app.records.exports import Exports
from fleet_app.records.imports.service import Imports
from fleet_app.records.kinds import View
from fleet_app.routing.geocoding import Geocoder, open_geocoder
from fleet_app.routing.roads import RoadNetwork, open_limits, open_matcher, open_roads
from fleet_app.settings import Settings, get_settings
from fleet_app.storage.files.directory import DirectoryFiles
from fleet_app.storage.files.s3 import S3Files
from fleet_app.storage.history.postgres import PostgresHistory
from fleet_app.storage.live.answers import RedisAnswers
from fleet_app.storage.live.changes import ValkeyChanges
from fleet_app.storage.live.client import create_client
from fleet_app.storage.live.counts import RedisCounts
from fleet_app.storage.live.delivery_status import ValkeyDeliveryStatuses
from fleet_app.storage.live.fix_log import ValkeyFixLog
from fleet_app.storage.live.leases import ValkeyLeases
from fleet_app.storage.live.positions import ValkeyLivePositions
from fleet_app.storage.live.rejections import RedisRejectedPayloads
from fleet_app.storage.live.sessions import RedisAttempts, RedisBindings, RedisSessions
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


class Container:
    """Everything one process needs, built on first use. One per process and event loop."""

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
    def sessions_store(self) -> SessionStore:
        """Browser sessions."""
        return SessionsWithBrowsers(RedisSessions(self.redis), self.work)

    @cached_property
    def token_bindings(self) -> RedisBindings:
        """Which session a page's client token belongs to, for longer than its state lives."""
        return RedisBindings(self.redis, seconds=(self.settings.session_hours + 2) * 3600)

    @cached_property
    def access_tokens(self) -> AccessTokens:
        """Signs and reads access tokens."""
        return AccessTokens(self.settings.signing_key())

    @cached_property
    def authenticator(self) -> Authenticator:
        """Who is behind a token, from memory when asked a few seconds ago."""
        return Authenticator(self.work, self.sessions_store, self.access_tokens)

    @cached_property
    def passwords(self) -> Passwords:
        """Makes and checks the hashes of passwords."""
        return Passwords()

    @cached_property
    def identity(self) -> IdentityService:
        """Users and their passwords."""
        return IdentityService(
            self.work, self.passwords, self.attempts, self.sessions_store, self.authenticator
        )

    @cached_property
    def attempts(self) -> RedisAttempts:
        """How often who tried what lately."""
        return RedisAttempts(self.redis)

    @cached_property
    def sign_ups(self) -> SignUps:
        """Fleets that people make for themselves."""
        is_open = self.settings.sign_up == "open"
        return SignUps(self.work, self.identity, self.sessions, self.attempts, is_open=is_open)

    @cached_property
    def sessions(self) -> SessionService:
        """Signs browsers in and out."""
        return SessionService(
            self.identity,
            self.sessions_store,
            self.authenticator,
            hours=self.settings.session_hours,
        )

    @cached_property
    def grants(self) -> GrantService:
        """Token pairs for phones and integrators."""
        return GrantService(
            self.work,
            self.identity,
            self.authenticator,
            self.access_tokens,
            self.settings.signing_key(),
            access_minutes=self.settings.access_token_minutes,
            refresh_days=self.settings.refresh_token_days,
        )

    @cached_property
    def devices(self) -> DeviceService:
        """Tokens of tracking devices."""
        return DeviceService(self.work, self.authenticator)

    @cached_property
    def counts(self) -> RedisCounts:
        """Ingest counters shared by all processes."""
        return RedisCounts(self.redis)

    @cached_property
    def answers(self) -> RedisAnswers:
        """Answers of requests that may be sent again."""
        return RedisAnswers(self.redis)

    @cached_property
    def ingest(self) -> IngestService:
        """Takes over what phones send."""
        return IngestService(self.fix_log, RedisRejectedPayloads(self.repeat_redis))

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
    def live_view(self) -> LiveView:
        """Where a whole fleet is."""
        return LiveView(self.work)

    @cached_property
    def geocoder(self) -> Geocoder:
        """Finds addresses, where and how this installation wants it."""
        settings = self.settings
        key = settings.geocoder_key
        return open_geocoder(
            settings.geocoder,
            settings.home / "map",
            url=settings.geocoder_url or "",
            key=key.get_secret_value() if key else "",
            processes=settings.web_processes,
        )

    @cached_property
    def place_names(self) -> PlaceNames:
        """What the places of trips and stops are called, out of what is at hand."""
        return PlaceNames(self.work, open_geocoder("offline", self.settings.home / "map"))

    @cached_property
    def roads(self) -> RoadNetwork:
        """Ways along the roads of this installation's map, or straight lines; slow to open."""
        return open_roads(self.settings.home / "map")

    @cached_property
    def road_limits(self) -> RoadLimits | None:
        """Posted speed limits; None without a road network."""
        posted = open_limits(self.settings.home / "map")
        return None if posted is None else RoadLimits(posted, posted.version)

    @cached_property
    def snapping(self) -> Snapping:
        """Ways on the roads they were driven on."""
        return Snapping(self.history, open_matcher(self.settings.home / "map"))

    @cached_property
    def changes(self) -> ChangeFeed:
        """News of changed records, from whoever changes them to whoever shows them."""
        return ValkeyChanges(self.redis)

    @cached_property
    def delivery_status(self) -> LiveStatus:
        """The status of deliveries, for those who ask often."""
        return LiveStatus(self.work, ValkeyDeliveryStatuses(self.redis))

    @cached_property
    def files(self) -> FileStore:
        """The bytes of uploaded files: in a bucket when one is set, else in a directory."""
        settings = self.settings
        if settings.s3_bucket:
            return S3Files(
                settings.s3_bucket, endpoint=settings.s3_endpoint, region=settings.s3_region
            )
        return DirectoryFiles(settings.home / "files")

    @cached_property
    def file_service(self) -> FileService:
        """Photographs and papers of records."""
        return FileService(self.work, self.files, limit=self.settings.file_max_bytes)

    @cached_property
    def imports(self) -> Imports:
        """Spreadsheets on their way into the records."""
        return Imports(self.work, KINDS, self.files, limit=self.settings.import_max_bytes)

    @cached_property
    def exports(self) -> Exports:
        """Lists as sheets."""
        return Exports(self.work, KINDS, self.view)

    @cached_property
    def sealer(self) -> Sealer:
        """Keeps the secrets of webhooks."""
        return Sealer(self.settings.signing_key())

    @cached_property
    def channels(self) -> Channels:
        """The ways by which messages leave this installation."""
        return Channels(self.settings)

    @cached_property
    def sender(self) -> Sender:
        """Sends the messages that wait."""
        return Sender(self.work, self.channels.find, self.sealer, self.settings.origin)

    def new_leases(self) -> Lease:
        """Leases in a name of their own."""
        return ValkeyLeases(self.stream_redis)

    def new_job_pool(self) -> AsyncConnectionPool[AsyncConnection[Any]]:
        """A pool for running background jobs, to be opened and closed by whoever runs them."""
        return create_job_pool(self.database_url)

    def new_tracker(self) -> Tracker:
        """A tracker that remembers nothing yet, for a partition just taken over."""
        return Tracker(self._unattended, self.live)

    @asynccontextmanager
    async def _unattended(self) -> AsyncIterator[AsyncSession]:
        """`work` for those who try again whenever they are told that a store was not there."""
        try:
            async with self.work(PATIENT_SECONDS) as session:
                yield session
        except Contended as error:
            raise StoreUnavailable("The database") from error

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
        if "geocoder" in self.__dict__:
            await self.geocoder.close()
        if "channels" in self.__dict__:
            await self.channels.close()
        for name in ("stream_redis", "repeat_redis"):
            if name in self.__dict__:  # never built when never needed
                await self.__dict__[name].aclose()


@lru_cache(maxsize=1)
def get_container() -> Container:
    """The container of this process."""
    return Container(get_settings())

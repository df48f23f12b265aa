"""Builds adapters and services from settings. The only module that knows which adapter is used."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property, lru_cache

import redis.asyncio as redis
from psycopg_pool import AsyncConnectionPool
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.identity.authenticator import Authenticator
from fleet_app.identity.devices import DeviceService
from fleet_app.identity.grants import GrantService
from fleet_app.identity.passwords import Passwords
from fleet_app.identity.service import IdentityService
from fleet_app.identity.sessions import SessionService
from fleet_app.identity.tokens import AccessTokens
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.settings import Settings, get_settings
from fleet_app.storage.live.sessions import RedisAttempts, RedisSessions
from fleet_app.storage.sql.engine import create_engine, create_pool


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
    def pool(self) -> AsyncConnectionPool:
        """psycopg pool for bulk history; opened by `start`."""
        return create_pool(self.database_url)

    @cached_property
    def redis(self) -> redis.Redis:
        """Client of the live store; connects on use and reconnects by itself."""
        return redis.from_url(
            self.redis_url, health_check_interval=15, socket_connect_timeout=3
        )

    @cached_property
    def sessions_store(self) -> RedisSessions:
        """Browser sessions."""
        return RedisSessions(self.redis)

    @cached_property
    def access_tokens(self) -> AccessTokens:
        """Signs and reads access tokens."""
        return AccessTokens(self.settings.signing_key())

    @cached_property
    def authenticator(self) -> Authenticator:
        """Who is behind a token, from memory when asked a few seconds ago."""
        return Authenticator(self.work, self.sessions_store, self.access_tokens)

    @cached_property
    def identity(self) -> IdentityService:
        """Users and their passwords."""
        attempts = RedisAttempts(self.redis)
        return IdentityService(
            self.work, Passwords(), attempts, self.sessions_store, self.authenticator
        )

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

    @asynccontextmanager
    async def work(self) -> AsyncIterator[AsyncSession]:
        """One unit of work: commits at the end, rolls back on any error.

        Raises `StoreUnavailable` when the database cannot be reached.
        """
        try:
            async with AsyncSession(self.engine, expire_on_commit=False) as session:
                yield session
                await session.commit()
        except (OperationalError, OSError) as error:
            raise StoreUnavailable("The database") from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise StoreUnavailable("The database") from error
            raise

    async def start(self) -> None:
        """Open what needs opening. Does not wait for stores that are down."""
        await self.pool.open()

    async def close(self) -> None:
        """Close every connection."""
        await self.pool.close()
        await self.engine.dispose()
        await self.redis.aclose()


@lru_cache(maxsize=1)
def get_container() -> Container:
    """The container of this process."""
    return Container(get_settings())

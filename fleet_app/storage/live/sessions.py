"""Browser sessions and counters of failed sign-ins in Redis or Valkey."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager

import msgspec
import redis.asyncio as redis
from redis import exceptions

from fleet_app.identity.ports import SessionRecord
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.storage.live.subscription import messages

logger = logging.getLogger(__name__)

REVOKED_CHANNEL = "user:session:revoked"
RETRY_SECONDS = 1.0
DOWN = (
    exceptions.ConnectionError,
    exceptions.TimeoutError,
    exceptions.BusyLoadingError,
    exceptions.ReadOnlyError,
    OSError,
)


@contextmanager
def store_errors() -> Iterator[None]:
    """Raise `StoreUnavailable` for a store that is down, starting up or read-only."""
    try:
        yield
    except DOWN as error:
        raise StoreUnavailable("The live store") from error


class RedisSessions:
    """`user:session:{id}` hashes that expire, and the set `user:sessions:{user}` of their ids."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    async def put(self, record: SessionRecord) -> None:
        """Keep a session until its `expires_at`."""
        key, index = _key(record.session_id), _index(record.user_id)
        fields = {
            name: str(value)
            for name, value in msgspec.structs.asdict(record).items()
            if name != "session_id"
        }
        seconds = max(1, int(record.expires_at - time.time()))
        with store_errors():
            # The index comes first: a session that cannot be listed could not be revoked.
            async with self._client.pipeline(transaction=False) as pipe:
                pipe.sadd(index, record.session_id)
                pipe.expire(index, seconds + 60, gt=True)
                pipe.expire(index, seconds + 60, nx=True)
                await pipe.execute()
            async with self._client.pipeline(transaction=True) as pipe:
                pipe.hset(key, mapping=fields)
                pipe.expireat(key, int(record.expires_at))
                await pipe.execute()

    async def load(self, session_ids: Sequence[str]) -> dict[str, SessionRecord]:
        """Those of the sessions that exist."""
        with store_errors():
            async with self._client.pipeline(transaction=False) as pipe:
                for session_id in session_ids:
                    pipe.hgetall(_key(session_id))
                hashes = await pipe.execute()
        pairs = zip(session_ids, hashes, strict=True)
        return {session_id: _record(session_id, fields) for session_id, fields in pairs if fields}

    async def of_user(self, user_id: int) -> list[SessionRecord]:
        """A user's sessions, newest first; forgets ids whose session has expired."""
        with store_errors():
            ids = [raw.decode() for raw in await self._client.smembers(_index(user_id))]  # type: ignore[misc]
            found = await self.load(ids) if ids else {}
            gone = [session_id for session_id in ids if session_id not in found]
            if gone:
                await self._client.srem(_index(user_id), *gone)  # type: ignore[misc]
        return sorted(found.values(), key=lambda record: -record.created_at)

    async def revoke(self, session_ids: Sequence[str]) -> None:
        """End sessions and tell every process."""
        if not session_ids:
            return
        with store_errors():
            async with self._client.pipeline(transaction=False) as pipe:
                for session_id in session_ids:
                    pipe.delete(_key(session_id))
                pipe.publish(REVOKED_CHANNEL, " ".join(session_ids))
                await pipe.execute()

    async def revocations(self) -> AsyncIterator[list[str]]:
        """Yield the ids of sessions as they end anywhere, reconnecting by itself."""
        heard = True
        while True:
            try:
                async with self._client.pubsub() as channel:
                    await channel.subscribe(REVOKED_CHANNEL)
                    heard = True
                    async for message in messages(channel):
                        if message["type"] == "message":
                            yield message["data"].decode().split()
            except DOWN as error:
                # A process that stops closes its connections first, and is cancelled in here.
                await asyncio.sleep(RETRY_SECONDS)
                if heard:
                    logger.warning("Session revocations are not heard: %s", type(error).__name__)
                heard = False


_TAKE = """
local n = redis.call('INCR', KEYS[1])
local ttl = redis.call('TTL', KEYS[1])
if n == 1 or ttl < 0 then redis.call('EXPIRE', KEYS[1], ARGV[1]); ttl = tonumber(ARGV[1]) end
return {n, ttl}
"""
_GIVE_BACK = "if redis.call('EXISTS', KEYS[1]) == 1 then return redis.call('DECR', KEYS[1]) end"


class RedisAttempts:
    """`attempts:{subject digest}` counters, each living one window from its first attempt."""

    def __init__(self, client: redis.Redis, window_seconds: int = 900) -> None:
        self._client = client
        self._window = window_seconds

    async def take(self, subjects: dict[str, int]) -> int:
        """Count one attempt for every subject; seconds to wait when one is over its limit."""
        wait = 0
        with store_errors():
            for subject, limit in subjects.items():
                count, ttl = await self._client.eval(_TAKE, 1, _attempts(subject), self._window)  # type: ignore[misc]
                if int(count) > limit:
                    wait = max(wait, int(ttl), 1)
        return wait

    async def give_back(self, subjects: Sequence[str]) -> None:
        """Uncount one attempt for each subject."""
        with store_errors():
            for subject in subjects:
                await self._client.eval(_GIVE_BACK, 1, _attempts(subject))  # type: ignore[misc]

    async def clear(self, subject: str) -> None:
        """Forget every attempt of a subject."""
        with store_errors():
            await self._client.delete(_attempts(subject))


class RedisBindings:
    """`client:token:{digest}` -> whoever used a page's client token first."""

    def __init__(self, client: redis.Redis, seconds: int) -> None:
        self._client = client
        self._seconds = seconds

    async def claim(self, token: str, owner: str, seconds: int | None = None) -> bool:
        """Take a token that nobody has, or use one's own again; False when it is another's.

        It stays taken for `seconds`, unless told otherwise as long as a session.
        """
        key, seconds = _binding(token), seconds or self._seconds
        with store_errors():
            if await self._client.set(key, owner, nx=True, ex=seconds):
                return True
            if await self._client.get(key) != owner.encode():
                return False
            await self._client.expire(key, seconds)
        return True

    async def prolong(self, tokens: Sequence[str], seconds: int) -> list[str]:
        """Keep taken tokens for `seconds` from now; returns those that are no longer taken."""
        with store_errors():
            async with self._client.pipeline(transaction=False) as pipe:
                for token in tokens:
                    pipe.expire(_binding(token), seconds)
                kept = await pipe.execute()
        return [token for token, was_there in zip(tokens, kept, strict=True) if not was_there]


def _binding(token: str) -> str:
    return f"client:token:{hashlib.sha256(token.encode()).hexdigest()}"


def _key(session_id: str) -> str:
    return f"user:session:{session_id}"


def _index(user_id: int) -> str:
    return f"user:sessions:{user_id}"


def _attempts(subject: str) -> str:
    # Emails and addresses are personal; their digests do the same work.
    return "attempts:" + hashlib.sha256(subject.encode()).hexdigest()[:32]


def _record(session_id: str, fields: dict[bytes, bytes]) -> SessionRecord:
    text = {name.decode(): value.decode() for name, value in fields.items()}
    return msgspec.convert({**text, "session_id": session_id}, SessionRecord, strict=False)

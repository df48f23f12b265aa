"""Answers of requests with an idempotency key: `idempotency:{name}` keys that expire."""

from __future__ import annotations

import redis.asyncio as redis

from fleet_app.storage.live.errors import valkey_errors

_RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
"""


class RedisAnswers:
    """One for all processes."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    async def claim(self, name: str, value: bytes, seconds: int) -> bytes | None:
        """Put `value` under a free name and return None, or return what is there."""
        with valkey_errors():
            there = await self._client.set(_key(name), value, nx=True, get=True, ex=seconds)
        return bytes(there) if there is not None else None

    async def put(self, name: str, value: bytes, seconds: int) -> None:
        """Put `value` under a name."""
        with valkey_errors():
            await self._client.set(_key(name), value, ex=seconds)

    async def release(self, name: str, value: bytes) -> None:
        """Free the name if `value` is still there."""
        with valkey_errors():
            await self._client.eval(_RELEASE, 1, _key(name), value)  # type: ignore[misc]


def _key(name: str) -> str:
    return f"idempotency:{name}"

"""Leases and heartbeats on Valkey: `lease:<name>` and `workers:<role>`."""

from __future__ import annotations

import secrets

import redis.asyncio as redis

from fleet_app.storage.live.errors import valkey_errors

_ACQUIRE = """
local holder = redis.call('GET', KEYS[1])
if holder == false then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) return 1
elseif holder == ARGV[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[2]) return 1
end
return 0
"""
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end return 0"
# The server's own clock decides who is alive, so that workers' clocks need not agree.
_BEAT = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('ZCARD', KEYS[1])
"""

_ALIVE = """
local t = redis.call('TIME')
return redis.call('ZCOUNT', KEYS[1], '(' .. (t[1] * 1000 + math.floor(t[2] / 1000)), '+inf')
"""


class ValkeyLeases:
    """`Lease` for one process, known to others by a random name."""

    def __init__(self, client: redis.Redis, owner: str | None = None) -> None:
        self.owner = owner or secrets.token_hex(8)
        self._client = client
        self._acquire = client.register_script(_ACQUIRE)
        self._release = client.register_script(_RELEASE)
        self._beat = client.register_script(_BEAT)
        self._alive = client.register_script(_ALIVE)

    async def acquire(self, name: str, ttl_ms: int) -> bool:
        """See `Lease.acquire`."""
        with valkey_errors():
            return bool(await self._acquire(keys=[f"lease:{name}"], args=[self.owner, ttl_ms]))

    async def release(self, name: str) -> None:
        """See `Lease.release`."""
        with valkey_errors():
            await self._release(keys=[f"lease:{name}"], args=[self.owner])

    async def alive(self, role: str) -> int:
        """See `Lease.alive`."""
        with valkey_errors():
            return int(await self._alive(keys=[f"workers:{role}"], args=[]))

    async def beat(self, role: str, ttl_ms: int) -> int:
        """See `Lease.beat`."""
        with valkey_errors():
            return int(await self._beat(keys=[f"workers:{role}"], args=[self.owner, ttl_ms]))

    async def leave(self, role: str) -> None:
        """See `Lease.leave`."""
        with valkey_errors():
            await self._client.zrem(f"workers:{role}", self.owner)

"""Ingest counters that all web processes share, one hash a fleet."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import cast

import redis.asyncio as redis

from fleet_app.storage.live.errors import valkey_errors


class RedisCounts:
    """`ingest:counts:{fleet}` hashes; fleet 0 holds what could not be told apart."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    async def add(self, increments: Mapping[int, Mapping[str, int]]) -> None:
        """Add to the counters of several fleets. Raises `StoreUnavailable`, then nothing counts."""
        with valkey_errors():
            async with self._client.pipeline(transaction=True) as pipe:
                for fleet_id, counts in increments.items():
                    for name, count in counts.items():
                        pipe.hincrby(f"ingest:counts:{fleet_id}", name, count)
                await pipe.execute()

    async def read(self, fleet_id: int) -> dict[str, int]:
        """The counters of one fleet."""
        with valkey_errors():
            answer = self._client.hgetall(f"ingest:counts:{fleet_id}")
            counts = await cast("Awaitable[dict[bytes, bytes]]", answer)
        return {name.decode(): int(value) for name, value in counts.items()}

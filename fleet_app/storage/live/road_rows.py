"""Driving times on Valkey: `roads:row:{name}` strings that expire, and `roads:rows`, a sorted set
of their names by when they were written, which bounds their number."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import redis.asyncio as redis

from fleet_app.storage.live.errors import valkey_errors

TTL_SECONDS = 3 * 86_400
MOST_ROWS = 1_500
"""Of at most 32 kB each; positions must have room."""
_ROWS = "roads:rows"


class ValkeyRoadRows:
    """`RowStore` for any number of processes on one Valkey."""

    def __init__(self, client: redis.Redis, most_rows: int = MOST_ROWS) -> None:
        self._client = client
        self._most = most_rows

    async def read(self, names: Sequence[str]) -> list[bytes | None]:
        """See `RowStore.read`."""
        if not names:
            return []
        with valkey_errors():
            found: list[bytes | None] = await self._client.mget([_key(name) for name in names])
        return found

    async def write(self, rows: Mapping[str, bytes]) -> None:
        """See `RowStore.write`."""
        if not rows:
            return
        now = time.time()
        with valkey_errors():
            pipe = self._client.pipeline(transaction=False)
            for name, row in rows.items():
                pipe.set(_key(name), row, ex=TTL_SECONDS)
            pipe.zadd(_ROWS, {_key(name): now for name in rows})
            pipe.expire(_ROWS, TTL_SECONDS)
            pipe.zcard(_ROWS)
            count: int = (await pipe.execute())[-1]
            if count > self._most:
                oldest = await self._client.zpopmin(_ROWS, count - self._most)
                await self._client.unlink(*(name for name, _ in oldest))


def _key(name: str) -> str:
    return f"roads:row:{name}"

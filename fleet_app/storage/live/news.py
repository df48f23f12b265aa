"""News of numbered things on Valkey: on the channels `<name>:<number>`, lost by whoever is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import redis.asyncio as redis

from fleet_app.storage.live.errors import valkey_errors
from fleet_app.storage.live.subscription import numbered_channels

TELL_SECONDS = 0.5
"""How long news may hold up whoever has them."""


class ValkeyNews:
    """`RunNews` for any number of processes on one Valkey."""

    def __init__(self, client: redis.Redis, name: str) -> None:
        self._client = client
        self._prefix = f"{name}:"

    async def tell(self, number: int, body: bytes) -> None:
        """See `RunNews.tell`."""
        with valkey_errors():
            async with asyncio.timeout(TELL_SECONDS):
                await self._client.publish(f"{self._prefix}{number}", body)

    def listen(self) -> AsyncIterator[tuple[int, bytes]]:
        """See `RunNews.listen`."""
        return numbered_channels(self._client, self._prefix)

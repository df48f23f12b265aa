"""News of changed records on Valkey: JSON on the `changes:<fleet_id>` channels."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence

import msgspec
import redis.asyncio as redis

from fleet_app.outbox.changes import RecordChange
from fleet_app.outbox.ports import MISSED
from fleet_app.storage.live.errors import valkey_errors
from fleet_app.storage.live.subscription import SUBSCRIBED, numbered_channels

log = logging.getLogger(__name__)
CHANNEL = "changes:"
ANNOUNCE_SECONDS = 0.5
"""How long an announcement may hold up whoever made the change."""
_decode = msgspec.json.Decoder(list[RecordChange]).decode


class ValkeyChanges:
    """`ChangeFeed` for any number of processes on one Valkey."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    async def announce(self, changes: Mapping[int, Sequence[RecordChange]]) -> None:
        """See `ChangeFeed.announce`."""
        with valkey_errors():
            async with (
                asyncio.timeout(ANNOUNCE_SECONDS),
                self._client.pipeline(transaction=False) as pipe,
            ):
                for fleet_id, of_fleet in changes.items():
                    pipe.publish(f"{CHANNEL}{fleet_id}", msgspec.json.encode(of_fleet))
                await pipe.execute()

    async def listen(self) -> AsyncIterator[tuple[int, Sequence[RecordChange]]]:
        """See `ChangeFeed.listen`."""
        async for heard in numbered_channels(self._client, CHANNEL):
            if heard == SUBSCRIBED:
                yield MISSED
                continue
            fleet_id, body = heard
            try:
                yield fleet_id, _decode(body)
            except msgspec.DecodeError:
                log.warning("an announcement of changes cannot be read: %r", body[:200])

"""Unreadable payloads in one capped stream a fleet."""

from __future__ import annotations

import msgspec
import redis.asyncio as redis

from fleet_app.location.models import RejectedPayload
from fleet_app.storage.live.errors import valkey_errors

KEPT = 1000
_decoder = msgspec.msgpack.Decoder(RejectedPayload)


class RedisRejectedPayloads:
    """`ingest:rejected:{fleet}` streams of about `KEPT` entries each."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    async def add(self, payload: RejectedPayload) -> None:
        """Keep a payload; the oldest of its fleet goes when there are too many."""
        with valkey_errors():
            await self._client.xadd(
                _key(payload.fleet_id), {"b": msgspec.msgpack.encode(payload)}, maxlen=KEPT
            )

    async def newest(self, fleet_id: int, count: int) -> list[RejectedPayload]:
        """The newest payloads of a fleet, newest first."""
        with valkey_errors():
            entries = await self._client.xrevrange(_key(fleet_id), count=count)
        return [_decoder.decode(fields[b"b"]) for _, fields in entries]


def _key(fleet_id: int) -> str:
    return f"ingest:rejected:{fleet_id}"

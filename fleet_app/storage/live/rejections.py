"""Unreadable payloads in one capped stream a fleet, on disk before the phone hears of it."""

from __future__ import annotations

import msgspec
import redis.asyncio as redis

from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.location.models import RejectedPayload
from fleet_app.storage.live.errors import valkey_errors
from fleet_app.storage.live.log_writer import SYNC_TIMEOUT_MS

STORE = "The store of unreadable payloads"

KEPT = 1000
_decoder = msgspec.msgpack.Decoder(RejectedPayload)


class RedisRejectedPayloads:
    """`ingest:rejected:{fleet}` streams of about `KEPT` entries each."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    async def add(self, payload: RejectedPayload) -> None:
        """See `RejectedPayloads.add`. Both commands on one connection, as WAITAOF demands."""
        with valkey_errors(STORE):
            async with self._client.pipeline(transaction=False) as pipe:
                pipe.xadd(
                    _key(payload.fleet_id), {"b": msgspec.msgpack.encode(payload)}, maxlen=KEPT
                )
                pipe.execute_command("WAITAOF", 1, 0, SYNC_TIMEOUT_MS)
                _, synced = await pipe.execute()
        if int(synced[0]) < 1:
            raise StoreUnavailable(STORE)

    async def newest(self, fleet_id: int, count: int) -> list[RejectedPayload]:
        """The newest payloads of a fleet, newest first."""
        with valkey_errors():
            entries = await self._client.xrevrange(_key(fleet_id), count=count)
        return [_decoder.decode(fields[b"b"]) for _, fields in entries]


def _key(fleet_id: int) -> str:
    return f"ingest:rejected:{fleet_id}"

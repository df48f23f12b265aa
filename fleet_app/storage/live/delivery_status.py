"""The present status of deliveries on Valkey: `delivery:status:{id}` strings that expire."""

from __future__ import annotations

import redis.asyncio as redis

from fleet_app.delivery.models import DeliveryStatus
from fleet_app.storage.live.errors import valkey_errors

TTL_SECONDS = 1800


class ValkeyDeliveryStatuses:
    """`DeliveryStatuses` for any number of processes on one Valkey."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    async def put(self, delivery_id: int, status: DeliveryStatus) -> None:
        """See `DeliveryStatuses.put`."""
        with valkey_errors():
            await self._client.set(_key(delivery_id), status.value, ex=TTL_SECONDS)

    async def fill(self, delivery_id: int, status: DeliveryStatus) -> None:
        """See `DeliveryStatuses.fill`."""
        with valkey_errors():
            await self._client.set(_key(delivery_id), status.value, ex=TTL_SECONDS, nx=True)

    async def get(self, delivery_id: int) -> DeliveryStatus | None:
        """See `DeliveryStatuses.get`."""
        with valkey_errors():
            found = await self._client.get(_key(delivery_id))
        return DeliveryStatus(found.decode()) if found else None

    async def forget(self, delivery_id: int) -> None:
        """See `DeliveryStatuses.forget`."""
        with valkey_errors():
            await self._client.delete(_key(delivery_id))


def _key(delivery_id: int) -> str:
    return f"delivery:status:{delivery_id}"

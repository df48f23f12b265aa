"""Live positions on Valkey: `vehicle:location:{id}` hashes and `live:<fleet_id>` channels."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import redis.asyncio as redis

from fleet_app.location.frames import LivePosition, pack_position
from fleet_app.location.models import MotionStatus
from fleet_app.location.ports import RESUBSCRIBED
from fleet_app.storage.live.errors import STORE_ERRORS, valkey_errors
from fleet_app.storage.live.subscription import messages

log = logging.getLogger(__name__)
TTL_SECONDS = 60
CHANNEL = "live:"
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
"""Seconds between attempts to listen again."""


class ValkeyLivePositions:
    """`LivePositions` for any number of processes on one Valkey."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    async def publish(self, fleet_id: int, positions: Sequence[LivePosition]) -> None:
        """See `LivePositions.publish`."""
        if not positions:
            return
        with valkey_errors():
            async with self._client.pipeline(transaction=False) as pipe:
                for position in positions:
                    key = f"vehicle:location:{position.vehicle_id}"
                    pipe.execute_command("HSET", key, *_fields(position))
                    pipe.execute_command("EXPIRE", key, TTL_SECONDS)
                pipe.publish(f"{CHANNEL}{fleet_id}", b"".join(map(pack_position, positions)))
                await pipe.execute()

    async def get(self, vehicle_id: int) -> LivePosition | None:
        """See `LivePositions.get`."""
        with valkey_errors():
            # redis-py types hgetall for its synchronous client as well
            fields = await self._client.hgetall(f"vehicle:location:{vehicle_id}")  # type: ignore[misc]
        return _position(vehicle_id, fields) if fields else None

    async def listen(self) -> AsyncIterator[tuple[int, bytes]]:
        """See `LivePositions.listen`."""
        pause, heard = FIRST_PAUSE, True
        while True:
            try:
                async with self._client.pubsub() as subscription:
                    await subscription.psubscribe(f"{CHANNEL}*")
                    async for announcement in _announcements(subscription):
                        yield announcement
                        pause, heard = FIRST_PAUSE, True
            except STORE_ERRORS as error:
                if heard:  # once an outage is enough
                    log.warning("live announcements interrupted, trying again: %s", error)
                heard = False
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)


async def _announcements(
    subscription: redis.client.PubSub,
) -> AsyncIterator[tuple[int, bytes]]:
    """Everything one subscription receives; raises when its connection breaks."""
    async for message in messages(subscription):
        if message["type"] == "psubscribe":
            yield RESUBSCRIBED
        elif message["type"] == "pmessage":
            fleet = message["channel"].decode().removeprefix(CHANNEL)
            if fleet.isdigit():
                yield int(fleet), message["data"]


def _fields(position: LivePosition) -> list[str | float | int]:
    """Field names and values for HSET. Unknown is an empty text: a field may exist already."""
    return [
        "lat", position.lat,
        "lon", position.lon,
        "speed", "" if position.speed is None else position.speed,
        "heading", "" if position.heading is None else position.heading,
        "battery", "" if position.battery is None else position.battery,
        "status", position.status.name.lower(),
        "recorded_at", datetime.fromtimestamp(position.recorded_at, UTC).isoformat(),
    ]  # fmt: skip


def _position(vehicle_id: int, fields: dict[bytes, bytes]) -> LivePosition:
    return LivePosition(
        vehicle_id=vehicle_id,
        lat=float(fields[b"lat"]),
        lon=float(fields[b"lon"]),
        speed=_number(fields.get(b"speed")),
        heading=_number(fields.get(b"heading")),
        battery=_number(fields.get(b"battery")),
        status=MotionStatus[fields[b"status"].decode().upper()],
        recorded_at=datetime.fromisoformat(fields[b"recorded_at"].decode()).timestamp(),
    )


def _number(text: bytes | None) -> float | None:
    return float(text) if text else None

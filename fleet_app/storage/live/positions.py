"""Live positions on Valkey: `vehicle:location:{id}` hashes and `live:<fleet_id>` channels."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import redis.asyncio as redis

from fleet_app.location.frames import LivePosition, pack_position
from fleet_app.location.models import MotionStatus
from fleet_app.storage.live.errors import valkey_errors
from fleet_app.storage.live.subscription import numbered_channels

TTL_SECONDS = 60
CHANNEL = "live:"


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

    def listen(self) -> AsyncIterator[tuple[int, bytes]]:
        """See `LivePositions.listen`."""
        return numbered_channels(self._client, CHANNEL)


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

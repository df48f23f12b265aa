"""Routes in progress on Valkey: `route:active:{id}` hashes that expire."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec
import redis.asyncio as redis

from fleet_app.planning.live.ports import LiveRouteState, StopEta
from fleet_app.planning.live.sheet import Risk
from fleet_app.storage.live.errors import valkey_errors

TTL_SECONDS = 3_600
_stops = msgspec.json.Decoder(tuple[StopEta, ...]).decode


class ValkeyActiveRoutes:
    """`ActiveRoutes` for any number of processes on one Valkey."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    async def put(self, states: Sequence[LiveRouteState]) -> None:
        """See `ActiveRoutes.put`."""
        if not states:
            return
        with valkey_errors():
            async with self._client.pipeline(transaction=False) as pipe:
                for state in states:
                    key = _key(state.route_id)
                    pipe.execute_command("HSET", key, *_fields(state))
                    pipe.execute_command("EXPIRE", key, TTL_SECONDS)
                await pipe.execute()

    async def get(self, route_ids: Collection[int]) -> dict[int, LiveRouteState]:
        """See `ActiveRoutes.get`."""
        if not route_ids:
            return {}
        with valkey_errors():
            async with self._client.pipeline(transaction=False) as pipe:
                for route_id in route_ids:
                    pipe.execute_command("HGETALL", _key(route_id))
                found = await pipe.execute()
        return {
            route_id: _state(route_id, fields)
            for route_id, fields in zip(route_ids, found, strict=True)
            if fields
        }

    async def forget(self, route_ids: Collection[int]) -> None:
        """See `ActiveRoutes.forget`."""
        if route_ids:
            with valkey_errors():
                await self._client.delete(*map(_key, route_ids))


def _key(route_id: int) -> str:
    return f"route:active:{route_id}"


def _fields(state: LiveRouteState) -> list[str | int | bytes]:
    """Field names and values for HSET; `eta` holds all that is known of each stop to come."""
    following = state.next_stop
    return [
        "next_stop", "" if following is None else following.stop_id,
        "eta", msgspec.json.encode(state.stops),
        "risk", state.risk.value,
        "updated_at", state.updated_at.isoformat(),
        "off_route", int(state.off_route),
        "progress", f"{state.done}/{state.total}",
        "delay_s", state.delay_s,
        "vehicle_id", state.vehicle_id,
        "seen_at", "" if state.seen_at is None else state.seen_at.isoformat(),
        "stale", int(state.stale),
    ]  # fmt: skip


def _state(route_id: int, fields: dict[bytes, bytes]) -> LiveRouteState:
    done, _, total = fields[b"progress"].decode().partition("/")
    seen_at = fields.get(b"seen_at", b"").decode()  # kept by other versions without it
    return LiveRouteState(
        route_id=route_id,
        vehicle_id=int(fields[b"vehicle_id"]),
        updated_at=datetime.fromisoformat(fields[b"updated_at"].decode()),
        stops=_stops(fields[b"eta"]),
        risk=Risk(fields[b"risk"].decode()),
        off_route=fields[b"off_route"] == b"1",
        done=int(done),
        total=int(total),
        delay_s=int(fields[b"delay_s"]),
        seen_at=datetime.fromisoformat(seen_at) if seen_at else None,
        stale=fields.get(b"stale") == b"1",
    )

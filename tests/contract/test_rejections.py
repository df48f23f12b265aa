"""Unreadable payloads on a real Valkey: capped, newest first, and on disk before it counts."""

from __future__ import annotations

import asyncio

import pytest
import redis.asyncio as redis

from fleet_app.bootstrap import Container
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.location.models import RejectedPayload, Source
from fleet_app.storage.live import rejections
from fleet_app.storage.live.rejections import RedisRejectedPayloads


def a_payload(text: str, fleet_id: int = 1) -> RejectedPayload:
    return RejectedPayload(
        vehicle_id=1, fleet_id=fleet_id, received_at_ms=1, source=Source.OWNTRACKS,
        reason="json", message="not JSON", text=text,
    )  # fmt: skip


@pytest.fixture
async def kept(container: Container) -> RedisRejectedPayloads:
    return RedisRejectedPayloads(container.repeat_redis)


async def test_the_newest_come_first_and_the_oldest_go(
    kept: RedisRejectedPayloads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rejections, "KEPT", 100)
    await asyncio.gather(*(kept.add(a_payload("old")) for _ in range(250)))
    for number in range(3):
        await kept.add(a_payload(str(number)))
    await kept.add(a_payload("another fleet's", fleet_id=2))

    assert [payload.text for payload in await kept.newest(1, 3)] == ["2", "1", "0"]
    assert 100 <= len(await kept.newest(1, 1000)) <= 200  # whole nodes of the stream go


async def test_a_payload_is_on_disk_when_add_returns(
    kept: RedisRejectedPayloads, container: Container
) -> None:
    before = await container.redis.info("commandstats")
    await kept.add(a_payload("x"))
    after = await container.redis.info("commandstats")

    assert _waits(after) == _waits(before) + 1


async def test_without_a_log_on_disk_nothing_is_acknowledged(
    kept: RedisRejectedPayloads, container: Container
) -> None:
    await container.redis.config_set("appendonly", "no")
    try:
        with pytest.raises(StoreUnavailable):
            await kept.add(a_payload("x"))
    finally:
        await container.redis.config_set("appendonly", "yes")


async def test_what_does_not_reach_the_disk_in_time_is_not_acknowledged(
    kept: RedisRejectedPayloads, container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rejections, "SYNC_TIMEOUT_MS", 200)
    await container.redis.config_set("appendfsync", "no")
    try:
        with pytest.raises(StoreUnavailable):
            await kept.add(a_payload("x"))
    finally:
        await container.redis.config_set("appendfsync", "always")


def _waits(stats: dict[str, dict[str, int]]) -> int:
    return stats.get("cmdstat_waitaof", {"calls": 0})["calls"]


async def test_a_store_that_is_away_is_said_to_be_away() -> None:
    with pytest.raises(StoreUnavailable):
        await RedisRejectedPayloads(redis.from_url("redis://127.0.0.1:1")).add(a_payload("x"))

"""Driving times on a real live store: kept, shared, bounded."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.storage.live.client import create_client
from fleet_app.storage.live.road_rows import TTL_SECONDS, ValkeyRoadRows


@pytest.fixture
async def rows(redis_url: str) -> AsyncIterator[ValkeyRoadRows]:
    client = create_client(redis_url, retries=1, seconds=4)
    await client.delete("roads:rows")
    yield ValkeyRoadRows(client, most_rows=3)
    await client.aclose()


async def test_rows_are_read_as_they_were_written(rows: ValkeyRoadRows, redis_url: str) -> None:
    await rows.write({"a": b"1", "b": b"\x00\xff"})
    assert await rows.read(["b", "none", "a"]) == [b"\x00\xff", None, b"1"]
    assert await rows.read([]) == []
    await rows.write({})
    client = create_client(redis_url, retries=1, seconds=4)
    assert 0 < await client.ttl("roads:row:a") <= TTL_SECONDS
    await client.aclose()


async def test_the_rows_written_longest_ago_make_room(rows: ValkeyRoadRows) -> None:
    for name in "abcd":
        await rows.write({name: name.encode()})
    await rows.write({"b": b"again", "e": b"e"})
    assert await rows.read(["a", "b", "c", "d", "e"]) == [None, b"again", None, b"d", b"e"]


async def test_a_store_that_is_down_is_said() -> None:
    client = create_client("redis://127.0.0.1:1", retries=0, seconds=1)
    rows = ValkeyRoadRows(client)
    with pytest.raises(StoreUnavailable):
        await rows.read(["a"])
    with pytest.raises(StoreUnavailable):
        await rows.write({"a": b"1"})
    await client.aclose()

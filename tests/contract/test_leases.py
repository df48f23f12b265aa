"""Leases and heartbeats on a real Valkey."""

from __future__ import annotations

import asyncio

import pytest

from fleet_app.bootstrap import Container


@pytest.fixture
def two(container: Container):
    return container.new_leases(), container.new_leases()


async def test_one_holder_at_a_time_and_renewal(two):
    mine, theirs = two
    assert await mine.acquire("{1}:history", 5_000)
    assert not await theirs.acquire("{1}:history", 5_000)
    assert await mine.acquire("{1}:history", 5_000)
    assert await theirs.acquire("{2}:history", 5_000)


async def test_a_released_lease_is_free_at_once(two):
    mine, theirs = two
    await mine.acquire("x", 60_000)
    await mine.release("x")
    assert await theirs.acquire("x", 60_000)


async def test_nobody_releases_what_is_not_theirs(two):
    mine, theirs = two
    await mine.acquire("x", 60_000)
    await theirs.release("x")
    assert not await theirs.acquire("x", 60_000)


async def test_a_lease_that_is_not_renewed_runs_out(two):
    mine, theirs = two
    await mine.acquire("x", 100)
    await asyncio.sleep(0.15)
    assert await theirs.acquire("x", 5_000)
    assert not await mine.acquire("x", 5_000)


async def test_of_many_that_ask_at_once_one_gets_it(container: Container):
    asked = [container.new_leases().acquire("x", 5_000) for _ in range(20)]
    assert sum(await asyncio.gather(*asked)) == 1


async def test_heartbeats_count_who_is_alive(two):
    mine, theirs = two
    assert await mine.beat("worker", 150) == 1
    assert await theirs.beat("worker", 5_000) == 2
    assert await mine.alive("worker") == 2
    await asyncio.sleep(0.2)
    assert await theirs.beat("worker", 5_000) == 1
    await theirs.leave("worker")
    assert await mine.beat("worker", 5_000) == 1

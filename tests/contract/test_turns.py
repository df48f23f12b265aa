"""Turns at a service outside, on a real live store: one count for all processes."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from uuid import uuid4

import pytest

from fleet_app.routing.outside import TooLong
from fleet_app.storage.live.turns import SharedTurns

GONE = "redis://127.0.0.1:1"


def test_two_who_share_get_no_more_turns_than_one(redis_url: str) -> None:
    name = uuid4().hex
    two = [SharedTurns(redis_url, name, per_second=10, burst=3) for _ in range(2)]
    waits = [two[number % 2].take(60) for number in range(10)]
    assert waits[:3] == [0, 0, 0]
    assert waits == sorted(waits)
    # Ten turns, three of them at once: the last comes seven tenths after the burst, less what
    # asking itself took.
    assert 0.7 >= waits[-1] > waits[3] >= 0


def test_threads_get_turns_of_their_own(redis_url: str) -> None:
    turns = SharedTurns(redis_url, uuid4().hex, per_second=0.5)
    with ThreadPoolExecutor(8) as pool:
        waits = sorted(pool.map(turns.take, [100.0] * 8))
    assert all(later - sooner > 1 for sooner, later in pairwise(waits))


def test_nobody_waits_too_long_and_who_does_not_wait_takes_no_turn(redis_url: str) -> None:
    turns = SharedTurns(redis_url, uuid4().hex, per_second=0.1)
    assert turns.take(1) == 0
    for _ in range(5):
        with pytest.raises(TooLong) as refused:
            turns.take(1)
        assert 5 < refused.value.seconds <= 10
    assert turns.take(11) <= 10


async def test_a_turn_is_forgotten_when_it_is_over(redis_url: str) -> None:
    turns = SharedTurns(redis_url, uuid4().hex, per_second=20)
    waits = []
    for _ in range(3):
        waits.append(turns.take(0))
        await asyncio.sleep(0.1)
    assert waits == [0, 0, 0]


def test_without_the_store_each_keeps_to_a_share() -> None:
    turns = SharedTurns(GONE, "any", per_second=1, burst=4, processes=2)
    waits = [turns.take(60) for _ in range(4)]
    assert waits[:2] == [0, 0]
    assert waits[3] - waits[2] == pytest.approx(2, abs=0.5)

"""The cache in front of identity's queries."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from fleet_app.identity import cache as cache_module
from fleet_app.identity.cache import FreshCache
from fleet_app.kernel.errors import StoreUnavailable


class Source:
    """Answers `key * 10` for even keys, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.failing = False
        self.hanging = False
        self.now = 0.0

    async def load(self, keys: Sequence[int]) -> Mapping[int, int]:
        self.asked.append(list(keys))
        failing = self.failing
        await asyncio.sleep(60 if self.hanging else 0)
        if failing:
            raise ConnectionError("down")
        return {key: key * 10 for key in keys if key % 2 == 0}

    def cache(self, size: int = 100) -> FreshCache[int, int]:
        return FreshCache(self.load, ttl=5, size=size, clock=lambda: self.now)


async def test_an_answer_is_asked_for_once_until_it_is_stale() -> None:
    source = Source()
    cache = source.cache()
    for source.now in (0, 4.9):
        assert await cache.get(2) == 20
    assert len(source.asked) == 1
    source.now = 5
    assert cache.peek(2) is None
    assert await cache.get(2) == 20
    assert len(source.asked) == 2


async def test_a_crowd_shares_queries() -> None:
    source = Source()
    cache = source.cache()
    answers = await asyncio.gather(*[cache.get(key) for key in [2, 4, 2, 3] * 50])
    assert answers == [20, 40, 20, None] * 50
    assert source.asked == [[2, 4, 3]]


async def test_unknown_keys_are_not_remembered() -> None:
    source = Source()
    cache = source.cache()
    assert [await cache.get(3), await cache.get(3)] == [None, None]
    assert len(source.asked) == 2


async def test_the_least_used_answer_makes_room() -> None:
    source = Source()
    cache = source.cache(size=2)
    for key in (2, 4, 2, 6):
        await cache.get(key)
    assert [cache.peek(2), cache.peek(4), cache.peek(6)] == [20, None, 60]


async def test_a_failure_reaches_everybody_and_is_not_remembered() -> None:
    source = Source()
    cache = source.cache()
    source.failing = True
    answers = await asyncio.gather(cache.get(2), cache.get(2), return_exceptions=True)
    assert [type(answer) for answer in answers] == [ConnectionError, ConnectionError]
    source.failing = False
    assert await cache.get(2) == 20


async def test_a_source_that_hangs_keeps_nobody_waiting_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cache_module, "LOAD_SECONDS", 1.0)
    source = Source()
    cache = source.cache()
    source.hanging = True
    started = asyncio.get_running_loop().time()
    first = asyncio.create_task(cache.get(2))
    await asyncio.sleep(0.05)
    others = [cache.get(key) for key in range(4, 40, 2)]
    answers = await asyncio.gather(first, *others, return_exceptions=True)
    assert {type(answer) for answer in answers} == {StoreUnavailable}
    assert asyncio.get_running_loop().time() - started < 1.9
    source.hanging = False
    assert await cache.get(2) == 20


async def test_a_query_that_fails_for_its_own_reason_fails_alone() -> None:
    source = Source()
    cache = source.cache()
    source.failing = True
    first = asyncio.create_task(cache.get(2))
    await asyncio.sleep(0)
    second = asyncio.create_task(cache.get(4))
    await asyncio.sleep(0)
    source.failing = False
    answers = await asyncio.gather(first, second, return_exceptions=True)
    assert answers[1] == 40


async def test_a_caller_that_gives_up_does_not_spoil_it_for_the_others() -> None:
    cache = Source().cache()
    first, second = asyncio.create_task(cache.get(2)), asyncio.create_task(cache.get(2))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == 20
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_forgetting_asks_again() -> None:
    source = Source()
    cache = source.cache()
    await cache.get(2)
    cache.forget(2)
    await cache.get(2)
    assert len(source.asked) == 2

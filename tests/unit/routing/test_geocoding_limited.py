"""An address service is asked no faster than it allows, and not twice the same."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise
from pathlib import Path

import pytest

from fleet_app.routing.geocoding import (
    Coordinate,
    GeocoderBusy,
    GeocoderUnavailable,
    Place,
    Standing,
    open_geocoder,
)
from fleet_app.routing.geocoding.limited import (
    REMEMBER_SECONDS,
    REMEMBERED,
    LimitedGeocoder,
    Memory,
    Pace,
)
from tests.unit.routing.address_service import address_service

FOUND = Place("A 1", "A", "1", "", "", "", 1.0, 2.0, "nominatim", "address")


class Counting:
    """A geocoder that counts what it is asked."""

    standing = Standing(ready=True, reason="", as_you_type=False)

    def __init__(self) -> None:
        self.asked: list[object] = []
        self.fails = False

    async def search(
        self, text: str, *, near: Coordinate | None = None, limit: int = 8
    ) -> list[Place]:
        self.asked.append((text, near, limit))
        if self.fails:
            raise GeocoderUnavailable
        return [FOUND]

    async def reverse(self, lat: float, lon: float) -> Place | None:
        self.asked.append((lat, lon))
        return FOUND

    async def close(self) -> None:
        """Nothing to close."""


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def test_turns_are_at_least_as_far_apart_as_the_pace_says() -> None:
    pace, times = Pace(20.0), []
    for _ in range(5):
        await pace.turn()
        times.append(time.monotonic())
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert sum(gaps) >= 4 * 0.05 * 0.9


async def test_whoever_would_wait_too_long_is_told_when_to_come_again() -> None:
    pace = Pace(0.2, now=Clock())
    await pace.turn()
    with pytest.raises(GeocoderBusy) as caught:
        await pace.turn(longest=2.0)
    assert caught.value.retry_after == 5


async def test_a_refused_turn_is_not_used_up() -> None:
    clock = Clock()
    pace = Pace(1.0, now=clock)
    await pace.turn()
    for _ in range(50):
        with pytest.raises(GeocoderBusy):
            await pace.turn(longest=0.5)
    clock.now += 1.0
    await pace.turn(longest=0.0)


async def test_some_turns_may_come_at_once_and_idling_saves_up_no_more() -> None:
    clock = Clock()
    pace = Pace(1.0, burst=3, now=clock)
    for _ in range(2):
        for _ in range(3):
            await pace.turn(longest=0.0)
        with pytest.raises(GeocoderBusy):
            await pace.turn(longest=0.0)
        clock.now += 1000.0


async def test_many_at_once_never_exceed_the_pace() -> None:
    pace = Pace(50.0)
    began = time.monotonic()
    await asyncio.gather(*(pace.turn() for _ in range(21)))
    assert time.monotonic() - began >= 20 / 50 * 0.9


async def test_the_same_question_is_asked_once() -> None:
    inner = Counting()
    geocoder = LimitedGeocoder(inner, Pace(1000.0))
    for text in ("Kaivokatu 1", "kaivokatu  1", "KAIVOKATU, 1"):
        assert await geocoder.search(text) == [FOUND]
    assert len(inner.asked) == 1
    await geocoder.search("kaivokatu 1", limit=3)
    await geocoder.search("kaivokatu 1", near=Coordinate(60.0, 25.0))
    await geocoder.search("kaivokatu 1", near=Coordinate(60.001, 25.001))
    assert len(inner.asked) == 3
    await geocoder.reverse(60.0, 25.0)
    await geocoder.reverse(60.000001, 25.0)
    assert len(inner.asked) == 4


async def test_what_a_caller_does_to_an_answer_stays_with_that_caller() -> None:
    geocoder = LimitedGeocoder(Counting(), Pace(1000.0))
    (await geocoder.search("a")).clear()
    assert await geocoder.search("a") == [FOUND]


async def test_an_error_is_not_remembered() -> None:
    inner = Counting()
    geocoder = LimitedGeocoder(inner, Pace(1000.0))
    inner.fails = True
    with pytest.raises(GeocoderUnavailable):
        await geocoder.search("a")
    inner.fails = False
    assert await geocoder.search("a") == [FOUND]


async def test_memory_is_bounded_and_forgets() -> None:
    clock, asked = Clock(), 0
    memory: Memory[int] = Memory(now=clock)

    async def ask() -> int:
        nonlocal asked
        asked += 1
        return asked

    for question in range(REMEMBERED + 1):
        await memory.answer(question, ask)
    assert await memory.answer(REMEMBERED, ask) == REMEMBERED + 1
    assert await memory.answer(0, ask) == REMEMBERED + 2  # the oldest had to go
    clock.now += REMEMBER_SECONDS
    assert await memory.answer(REMEMBERED, ask) == REMEMBERED + 3


async def test_a_search_of_no_words_takes_no_turn() -> None:
    inner = Counting()
    assert await LimitedGeocoder(inner, Pace(1.0)).search("...") == []
    assert inner.asked == []


async def test_what_an_installation_chose_is_what_it_gets(tmp_path: Path) -> None:
    assert not open_geocoder("none", tmp_path).standing.ready
    assert not open_geocoder("offline", tmp_path).standing.ready
    with address_service() as server:
        own = open_geocoder("nominatim", tmp_path, url=server.url)
        assert await own.search("a") == []
        await own.close()
        google = open_geocoder("google", tmp_path, url=server.url, key="k")
        server.answers({"status": "ZERO_RESULTS"})
        assert await google.search("a") == []
        await google.close()
        assert [path for path, _ in server.asked] == ["/search", "/maps/api/geocode/json"]


async def test_the_public_server_is_asked_once_a_second_by_all_processes_together(
    tmp_path: Path,
) -> None:
    geocoder = open_geocoder("nominatim", tmp_path, processes=4)
    assert isinstance(geocoder, LimitedGeocoder)
    await geocoder._pace.turn()
    with pytest.raises(GeocoderBusy) as caught:
        await geocoder._pace.turn()
    assert caught.value.retry_after == 4
    await geocoder.close()

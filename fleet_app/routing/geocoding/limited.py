"""Keeps to what an address service allows, and does not ask it the same twice."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from fleet_app.routing.geocoding.errors import GeocoderBusy
from fleet_app.routing.geocoding.ports import Coordinate, Geocoder, Place, Standing
from fleet_app.routing.geocoding.words import key
from fleet_app.routing.outside import TooLong, Turns

LONGEST_WAIT = 2.0
"""Somebody waits for the answer: longer than this many seconds is an error."""
REMEMBERED = 1_000
REMEMBER_SECONDS = 600.0
_GRID_DECIMALS = 2

Kept = TypeVar("Kept")


class Pace:
    """A number of turns a second, a few of them at once."""

    def __init__(
        self, per_second: float, burst: int = 1, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._turns = Turns(per_second, burst, now=now)

    async def turn(self, longest: float = LONGEST_WAIT) -> None:
        """Wait for a turn. Raises `GeocoderBusy` if that takes over `longest` seconds."""
        try:
            wait = self._turns.take(longest)
        except TooLong as error:
            raise GeocoderBusy(retry_after=error.seconds) from None
        if wait > 0:
            await asyncio.sleep(wait)


class Memory(Generic[Kept]):
    """The newest answers, for ten minutes."""

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._kept: OrderedDict[object, tuple[float, Kept]] = OrderedDict()

    async def answer(self, question: object, ask: Callable[[], Awaitable[Kept]]) -> Kept:
        """The kept answer, or that of `ask`; an error is not kept."""
        kept = self._kept.get(question)
        if kept is not None and self._now() - kept[0] < REMEMBER_SECONDS:
            self._kept.move_to_end(question)
            return kept[1]
        fresh = await ask()
        self._kept[question] = (self._now(), fresh)
        self._kept.move_to_end(question)
        while len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)
        return fresh


class LimitedGeocoder:
    """A geocoder that is asked at a limited pace, and never twice the same within ten minutes."""

    def __init__(self, inner: Geocoder, pace: Pace) -> None:
        self._inner = inner
        self._pace = pace
        self._searches: Memory[list[Place]] = Memory()
        self._points: Memory[Place | None] = Memory()

    @property
    def standing(self) -> Standing:
        """That of the geocoder behind."""
        return self._inner.standing

    async def search(
        self, text: str, *, near: Coordinate | None = None, limit: int = 8
    ) -> list[Place]:
        """As the geocoder behind; raises `GeocoderBusy` as well."""

        async def ask() -> list[Place]:
            await self._pace.turn()
            return await self._inner.search(text, near=near, limit=limit)

        words = key(text)
        if not words:
            return []
        about = near and (round(near.lat, _GRID_DECIMALS), round(near.lon, _GRID_DECIMALS))
        return list(await self._searches.answer((words, about, limit), ask))

    async def reverse(self, lat: float, lon: float) -> Place | None:
        """As the geocoder behind; raises `GeocoderBusy` as well."""

        async def ask() -> Place | None:
            await self._pace.turn()
            return await self._inner.reverse(lat, lon)

        return await self._points.answer((round(lat, 5), round(lon, 5)), ask)

    async def close(self) -> None:
        """Close the geocoder behind."""
        await self._inner.close()

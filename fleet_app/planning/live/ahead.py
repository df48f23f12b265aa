"""What one route knows of the roads before it, and what it still has to ask."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise

import msgspec

from fleet_app.planning.live.following import Memory, Sight, Ways
from fleet_app.planning.live.legs import Legs
from fleet_app.planning.live.sheet import Sheet, Stop, guessed
from fleet_app.planning.live.ways import Way
from fleet_app.routing.roads.ports import UNREACHABLE, Costing, LatLon

NEXT_STOPS = 3
"""Somebody who heads for one of so many stops to come has not left the route."""
RETRY_S = 120.0
"""When drives that were not answered, or by a stand-in, are asked for again."""
PATIENCE_S = 60.0
"""For so long an answer may change what is expected: until then guesses are shown, not told."""
Pair = tuple[LatLon, LatLon]


class Ahead:
    """The roads of a route. What is not known yet is guessed by those who look at it; `ask` finds
    it out, beside everything else that goes on with the route."""

    def __init__(
        self, memory: Memory, legs: Legs, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._memory = memory
        self._legs = legs
        self._clock = clock
        self._sheet = Sheet(route_id=0, stops=())
        self._costing: Costing = "auto"
        self._known: dict[Pair, float] = {}
        self._missing: dict[Pair, None] = {}
        self._borrowed: dict[Pair, None] = {}
        self._way: Sight | None = None
        self._measure: Sight | None = None
        self._leg = 0
        self._way_asked: int | None = None
        self._retry_at = self._since = float("-inf")
        self.ways: Ways | None = None

    @property
    def sheet(self) -> Sheet:
        """The route, with the drives between its stops as far as they are known."""
        return self._sheet

    @property
    def wants(self) -> bool:
        """Whether there is something to ask."""
        if self._way is not None or self._measure is not None:
            return True
        return bool(self._missing or self._borrowed) and self._clock() >= self._retry_at

    @property
    def is_open(self) -> bool:
        """Whether an answer may soon change what is expected."""
        return self._clock() - self._since < PATIENCE_S

    def plan(self, sheet: Sheet, costing: Costing) -> None:
        """The route is this one now."""
        if costing != self._costing:
            self._known, self._costing = {}, costing
        self._sheet = sheet
        self.turn()

    def turn(self) -> None:
        """The vehicle heads for another stop, or stands at one: other drives lie ahead."""
        pairs = [(_place(one), _place(other)) for one, other in pairwise(self._course())]
        self._missing = {pair: None for pair in pairs if pair not in self._known}
        self._borrowed = {pair: None for pair in self._borrowed if pair in pairs}
        if self._missing and self._clock() >= self._retry_at:
            self._open()
        self._draw()

    def leave(self) -> None:
        """The way to the next stop is another one."""
        self._leg += 1
        self.ways = self._way = self._measure = None

    def want_way(self, sight: Sight) -> None:
        """Ask for the way to the next stop from here, unless the vehicle is at one."""
        if self._memory.there is not None or self._memory.first is None:
            return
        self._memory.asked_at = sight.at
        if self._way_asked == self._leg:
            return  # what is under way serves from wherever the vehicle is by then
        self._way = sight
        if self.ways is None:
            self._open()

    def want_measure(self, sight: Sight) -> None:
        """Ask how far the next stops are from here, for somebody who may have left the route."""
        self._measure = sight

    async def ask(self) -> None:
        """Ask for all of it, the way first. Not twice at once."""
        try:
            while self.wants:
                if self._way is not None:
                    await self._ask_way()
                elif self._measure is not None:
                    await self._ask_measure()
                else:
                    await self._ask_drives()
        finally:
            self._since = float("-inf")

    def _open(self) -> None:
        if not self.is_open:
            self._since = self._clock()

    def _course(self) -> tuple[Stop, ...]:
        """The stops whose drives count: where the vehicle is, and those to come in their order."""
        memory, sheet = self._memory, self._sheet
        ahead = sheet.ordered(memory.there or memory.first)
        here = tuple(stop for stop in sheet.stops if stop.id == memory.there)
        return ahead if here[:1] == ahead[:1] else (*here, *sheet.ordered(memory.first))

    def _draw(self) -> None:
        """Put what is known on the sheet."""
        legs = {}
        stops = {stop.id: stop for stop in self._sheet.stops}
        last = [stops[one] for one in self._memory.visited[-1:] if one in stops]
        course = self._course()
        for one, other in (*pairwise(course), *pairwise((*last, *course[:1]))):
            known = self._known.get((_place(one), _place(other)))
            if known is not None:
                legs[one.id, other.id] = known
        self._sheet = msgspec.structs.replace(self._sheet, legs=legs)

    async def _ask_drives(self) -> None:
        size = await self._legs.block()
        if not self._missing:
            self._missing, self._borrowed = self._borrowed, {}
        block = list(self._missing)[:size]
        starts = list(dict.fromkeys(start for start, _ in block))
        ends = list(dict.fromkeys(end for _, end in block))
        costing = self._costing
        found = await self._legs.drives(starts, ends, costing)
        if found is None or found.is_stand_in:
            self._retry_at = self._clock() + RETRY_S
        if found is None or costing != self._costing:
            return
        for start, end in block:
            seconds = found.durations_s[starts.index(start), ends.index(end)]
            self._known[start, end] = _seconds(int(seconds), start, end)
            self._missing.pop((start, end), None)
            if found.is_stand_in:
                self._borrowed[start, end] = None
        self._draw()

    async def _ask_way(self) -> None:
        """From where it is, and as it was where it began."""
        sight, self._way = self._way, None
        memory, leg = self._memory, self._leg
        stop = next((one for one in self._sheet.stops if one.id == memory.first), None)
        if sight is None or stop is None or memory.there is not None:
            return
        here, end = (sight.lat, sight.lon), _place(stop)
        self._way_asked = leg
        try:
            present = await self._legs.way(here, end, self._costing)
        finally:
            self._way_asked = None
        if present is None or leg != self._leg:
            return
        planned = self.ways.planned if self.ways is not None else None
        self._take(present, planned, sight)
        if planned is None and memory.begun is not None and memory.begun != here:
            planned = await self._legs.way(memory.begun, end, self._costing)
            if planned is not None and leg == self._leg and self.ways is not None:
                self.ways = Ways(self.ways.present, planned)
        elif memory.begun is None:
            memory.begun = here

    def _take(self, present: Way, planned: Way | None, asked: Sight) -> None:
        """The vehicle has gone on since it was asked from where it was."""
        memory, seen = self._memory, self._memory.seen
        memory.along = 0.0
        if seen is not None and seen.at > asked.at:
            memory.along, _ = present.find(seen.lat, seen.lon)
        self.ways = Ways(present, planned or present)

    async def _ask_measure(self) -> None:
        sight, self._measure = self._measure, None
        off, leg, since = self._memory.off, self._leg, self._memory.off.since
        stops = self._sheet.ordered(self._memory.first)[:NEXT_STOPS]
        if sight is None or not stops:
            return
        here = (sight.lat, sight.lon)
        found = await self._legs.drives([here], [_place(stop) for stop in stops], self._costing)
        if found is None or leg != self._leg or not off.watched or off.since != since:
            return
        left = zip(stops, found.durations_s[0].tolist(), strict=True)
        off.measure(sight.at, {stop.id: _seconds(s, here, _place(stop)) for stop, s in left})


def _place(stop: Stop) -> LatLon:
    return stop.lat, stop.lon


def _seconds(answered: int, start: LatLon, end: LatLon) -> float:
    """What a network that knows no way leaves open is guessed."""
    return guessed(*start, *end) if answered >= UNREACHABLE else float(answered)

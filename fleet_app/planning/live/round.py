"""One route in hand: what comes in is followed, what is known is told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from fleet_app.kernel.clock import from_ms
from fleet_app.planning.live.ahead import Ahead
from fleet_app.planning.live.expecting import (
    Expected,
    Standing,
    Traffic,
    at_best,
    expected,
    is_silent,
    worst,
)
from fleet_app.planning.live.following import (
    Memory,
    Seen,
    Sight,
    fetched,
    follow,
    head,
    standing,
)
from fleet_app.planning.live.legs import Legs
from fleet_app.planning.live.loading import Loaded, utc_offset
from fleet_app.planning.live.pace import Hourly, hour_of_week
from fleet_app.planning.live.ports import LiveRouteState, StopEta
from fleet_app.planning.live.sheet import Sheet
from fleet_app.planning.live.telling import RouteNews, Told, certainties, delay, news

MEASURE_S = 20.0
"""Between two looks at how far the next stops are from somebody beside the way."""


class Outlook(msgspec.Struct, frozen=True):
    """How a route stands, and what of it is news."""

    state: LiveRouteState
    stops: tuple[Expected, ...]
    news: RouteNews
    told: Told


class Round:
    """Not safe to be used twice at once."""

    def __init__(self, loaded: Loaded, legs: Legs, hourly: Hourly = ()) -> None:
        self.loaded = loaded
        self.hourly = hourly
        self.memory: Memory = loaded.memory
        self.told: Told = loaded.told
        self.saved_at = loaded.saved_at
        self.learnt: dict[int, tuple[float, float]] = {}
        """Hour of the week -> driving expected and taken since this was stored last."""
        self.looked_at = 0.0
        self.ahead = Ahead(self.memory, legs)
        self._measured_at = 0.0
        # The way is asked for anew: it is not kept.
        self.memory.along, self.memory.asked_at = None, None

    @property
    def sheet(self) -> Sheet:
        """The route with the drives between its stops, as far as they are known."""
        return self.ahead.sheet

    def begin(self, loaded: Loaded | None = None) -> None:
        """Take up the route as it is now."""
        if loaded is not None:
            self.loaded = loaded
        self._fetch()
        first = self.memory.first
        head(self.memory, self.loaded.sheet)
        if self.memory.first != first:
            self.ahead.leave()
        self._lay()
        if self.ahead.ways is None and self.memory.seen is not None:
            self.ahead.want_way(self.memory.seen)

    def see(self, sight: Sight) -> Seen:
        """The vehicle was seen."""
        traffic = self._traffic(sight.at)
        memory, ahead = self.memory, self.ahead
        first, there = memory.first, memory.there
        seen = follow(memory, self.loaded.sheet, ahead.ways, sight, traffic)
        if seen.left and self._fetch():
            self._lay()
        if memory.first != first or seen.left:
            ahead.leave()
        if (memory.first, memory.there) != (first, there):
            ahead.turn()
        if seen.wants_way:
            ahead.want_way(sight)
        if seen.measures and sight.at - self._measured_at >= MEASURE_S:
            self._measured_at = sight.at
            ahead.want_measure(sight)
        if seen.drove is not None:
            self._learn(sight.at, *seen.drove)
        return seen

    def plan(self, stops: Iterable[Expected]) -> None:
        """What is expected is the plan of stops that have none."""
        times = {one.stop_id: one.arrives for one in stops}
        planned = tuple(
            stop
            if stop.planned_at is not None or stop.id not in times
            else msgspec.structs.replace(stop, planned_at=times[stop.id])
            for stop in self.loaded.sheet.stops
        )
        sheet = msgspec.structs.replace(self.loaded.sheet, stops=planned)
        self.loaded = msgspec.structs.replace(self.loaded, sheet=sheet)
        self._lay()

    def look(self, now: datetime) -> Outlook | None:
        """How it stands at this moment; None before the vehicle was seen."""
        at = now.timestamp()
        self.looked_at = at
        sheet = self.sheet
        here = standing(self.memory, sheet, self.ahead.ways)
        if here is None:
            return None
        stops = tuple(expected(at, sheet, here, self._traffic(at)))
        best = tuple(at_best(at, sheet, stops)) if is_silent(at, sheet, here) else None
        if self.ahead.is_open:  # what is guessed now may be known in a moment
            found, told = RouteNews(), self.told
        elif best:
            found, told = certainties(self.told, sheet, best, at)
        else:
            found, told = news(self.told, sheet, stops, self.memory.off.is_off, at)
        return Outlook(self._state(now, stops, best, here), stops, found, told)

    def _state(
        self, now: datetime, stops: tuple[Expected, ...], best: tuple[Expected, ...] | None,
        here: Standing,
    ) -> LiveRouteState:  # fmt: skip
        """With what is known `best` of somebody who is not heard of."""
        sheet, sure = self.loaded.sheet, stops if best is None else best
        etas = tuple(
            StopEta(
                one.stop_id, one.delivery_id, _moment(one.arrives), known.risk,
                None if known.late_s is None else round(known.late_s), one.stop_id == here.there,
                one.is_pickup,
            )
            for one, known in zip(stops, sure, strict=True)
        )  # fmt: skip
        left = sum(not one.is_pickup for one in stops)
        return LiveRouteState(
            route_id=sheet.route_id, vehicle_id=self.loaded.running.vehicle_id, updated_at=now,
            stops=etas, risk=worst(sure), off_route=self.memory.off.is_off,
            done=sheet.deliveries - left, total=sheet.deliveries,
            delay_s=round(delay(sheet, sure)), seen_at=_moment(here.seen_at),
            stale=best is not None,
        )  # fmt: skip

    def _traffic(self, at: float) -> Traffic:
        offset = utc_offset(self.loaded.time_zone, from_ms(round(at * 1000)))
        return Traffic(self.memory.pace, self.hourly, offset)

    def _learn(self, at: float, expected_s: float, taken_s: float) -> None:
        hour = hour_of_week(at + utc_offset(self.loaded.time_zone, from_ms(round(at * 1000))))
        before = self.learnt.get(hour, (0.0, 0.0))
        self.learnt[hour] = (before[0] + expected_s, before[1] + taken_s)

    def _fetch(self) -> bool:
        """Whoever was at a pickup has fetched what was there; whether that is new."""
        sheet = fetched(self.memory, self.loaded.sheet)
        is_new = sheet is not self.loaded.sheet
        self.loaded = msgspec.structs.replace(self.loaded, sheet=sheet)
        return is_new

    def _lay(self) -> None:
        self.ahead.plan(self.loaded.sheet, self.loaded.costing)


def _moment(seconds: float) -> datetime:
    return from_ms(round(seconds * 1000))

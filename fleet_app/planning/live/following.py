"""What each position tells of a route: how far it has come, at which stop, how fast. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from fleet_app.kernel.geo import distance_m
from fleet_app.planning.live.deviation import Deviation
from fleet_app.planning.live.expecting import Standing, Traffic
from fleet_app.planning.live.pace import Pace
from fleet_app.planning.live.sheet import Sheet, Stop, guessed
from fleet_app.planning.live.ways import BACK_M, Way

THERE_M, GONE_M = 70.0, 150.0
"""From a stop: there within the first, gone from beyond the second."""
EXCUSED_M = 60.0
"""What a reported inaccuracy adds to both at most."""
SLOW_MPS = 2.5
DWELL_S, DWELL_OTHER_S = 25.0, 75.0
"""How long somebody must be slow beside a stop to be there: the next one, and one further on,
beside which a light may be red."""
LEFT_WAY_M = 70.0
"""Beside the way by more than that, another one is asked for."""
ASK_AGAIN_S = 20.0
"""Between two questions about one vehicle's way."""
PAUSE_S = 240.0
"""Standing on the way for longer is no traffic."""
UNSEEN_S = 300.0
"""What happened in a longer silence tells nothing of the pace."""
MOVED_M = 8.0
STILL_MPS = 1.0
"""Receivers at rest report up to about this."""
FARTHEST = 1.5
"""Farther from the next stop than the last one by more than that, nobody is on the way between."""


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """A position: epoch seconds, degrees, m/s, metres."""

    at: float
    lat: float
    lon: float
    speed: float | None = None
    accuracy: float | None = None


class Memory(msgspec.Struct, omit_defaults=True):
    """All that is remembered of a vehicle on a route, kept as JSON over restarts."""

    seen: Sight | None = None
    first: int | None = None
    """The stop it is heading for."""
    begun: tuple[float, float] | None = None
    """Where the way to that stop began."""
    along: float | None = None
    """Metres along the way to it."""
    stood_s: float = 0.0
    """For how long it has not moved, on the way."""
    is_still: bool = False
    """It did not move when it was seen last."""
    near: int | None = None
    near_since: float = 0.0
    """It has been slow beside this stop since then, which makes it being there after a while."""
    there: int | None = None
    there_since: float = 0.0
    there_until: float = 0.0
    """When it was seen beside the stop last."""
    visited: list[int] = msgspec.field(default_factory=list)
    """Stops it has been at and left again, whatever was reported of them."""
    visits: dict[int, tuple[float, float]] = msgspec.field(default_factory=dict)
    """When it was at stops, from and to, the last time."""
    asked_at: float | None = None
    """When its way was asked for last."""
    pace: Pace = msgspec.field(default_factory=Pace)
    off: Deviation = msgspec.field(default_factory=Deviation)


class Ways(msgspec.Struct, frozen=True):
    """The way to the next stop from where it was asked for last, and from where it began."""

    present: Way
    planned: Way


class Seen(msgspec.Struct):
    """What a position was good for."""

    wants_way: bool = False
    """The way to the next stop must be asked for, from here."""
    measures: bool = False
    """It may have left its route: `Deviation.measure` wants to know how far the stops are."""
    arrived: list[tuple[int, float]] = msgspec.field(default_factory=list)
    left: list[tuple[int, float, float]] = msgspec.field(default_factory=list)
    """Stop, since when it was there, when it left."""
    drove: tuple[float, float] | None = None
    """Seconds by the network, and those it took."""


def follow(memory: Memory, sheet: Sheet, ways: Ways | None, sight: Sight, traffic: Traffic) -> Seen:
    """Take a position into the memory. One that is not newer changes nothing."""
    before = memory.seen
    if before is not None and sight.at <= before.at:
        return Seen()
    stood, memory.is_still = memory.is_still, _is_still(sight, before)
    memory.seen = sight
    return _Following(memory, sheet, sight, before, stood, traffic).run(ways)


def _is_still(sight: Sight, before: Sight | None) -> bool:
    """By the speed that was told, else by how far it has come since it was seen before."""
    if sight.speed is not None:
        return sight.speed < STILL_MPS
    if before is None:
        return False
    moved = distance_m(before.lat, before.lon, sight.lat, sight.lon)
    return moved < STILL_MPS * (sight.at - before.at)


def fetched(memory: Memory, sheet: Sheet) -> Sheet:
    """The route without the pickups at which the vehicle has been, whatever was reported of them:
    nobody drives there again."""
    over = {stop.id for stop in sheet.open if stop.is_pickup and stop.id in memory.visited}
    if not over:
        return sheet
    stops = tuple(
        msgspec.structs.replace(stop, is_open=False) if stop.id in over else stop
        for stop in sheet.stops
    )
    return msgspec.structs.replace(sheet, stops=stops)


def head(memory: Memory, sheet: Sheet) -> None:
    """Choose the stop that comes next: the first open one where the vehicle has not been yet."""
    if memory.there is not None and all(stop.id != memory.there for stop in sheet.stops):
        memory.there = None
    todo = [stop.id for stop in sheet.open if stop.id != memory.there]
    new = [one for one in todo if one not in memory.visited]
    chosen = next(iter(new or todo), None)
    if chosen != memory.first:
        memory.first, memory.along, memory.begun, memory.asked_at = chosen, None, None, None
        memory.off.forget()


def standing(memory: Memory, sheet: Sheet, ways: Ways | None) -> Standing | None:
    """Where the vehicle stands by what is remembered; None before it was seen."""
    sight = memory.seen
    if sight is None:
        return None
    stops = {stop.id: stop for stop in sheet.stops}
    first, here = stops.get(memory.first or 0), stops.get(memory.there or 0)
    left = None
    if here is not None and first is not None:
        left = sheet.drive(here, first)
    elif ways is not None and memory.along is not None:
        left = ways.present.left(memory.along)
    elif first is not None and memory.visited:
        left = _share(stops.get(memory.visited[-1]), sight, first, sheet)
    return Standing(
        seen_at=sight.at, lat=sight.lat, lon=sight.lon, first=memory.first, left_s=left,
        there=here.id if here is not None and here.is_open else None, since=memory.there_since,
        is_still=memory.is_still,
    )  # fmt: skip


def _share(last: Stop | None, sight: Sight, first: Stop, sheet: Sheet) -> float | None:
    """What is left of the drive from the last stop, while nobody knows the way from here: as much
    of it as of the straight line. None where that drive is not known either."""
    known = sheet.legs.get((last.id, first.id)) if last is not None else None
    if last is None or known is None:
        return None
    whole = distance_m(last.lat, last.lon, first.lat, first.lon)
    left = distance_m(sight.lat, sight.lon, first.lat, first.lon)
    return known * min(left / max(whole, THERE_M), FARTHEST)


@dataclass(slots=True)
class _Following:
    """One position on its way into the memory."""

    memory: Memory
    sheet: Sheet
    sight: Sight
    before: Sight | None
    stood: bool
    """It stood still when it was seen `before`."""
    traffic: Traffic
    seen: Seen = field(default_factory=Seen)

    def run(self, ways: Ways | None) -> Seen:
        memory = self.memory
        self._stops()
        head(memory, self.sheet)
        if memory.there is not None or memory.first is None:
            memory.along = None
            memory.off.forget()
        elif ways is None or memory.asked_at is None:
            self.seen.wants_way = self._may_ask()
        else:
            self._move(ways.present)
            self._compare(ways.planned)
        return self.seen

    def _may_ask(self) -> bool:
        asked = self.memory.asked_at
        return asked is None or self.sight.at - asked >= ASK_AGAIN_S

    def _stops(self) -> None:
        """Notice arrivals and departures."""
        memory, sight = self.memory, self.sight
        excuse = min(sight.accuracy or 0.0, EXCUSED_M)
        if memory.there is not None:
            here = next((stop for stop in self.sheet.stops if stop.id == memory.there), None)
            metres = GONE_M + excuse if here is None else self._metres(here)
            if metres <= THERE_M + excuse:
                memory.there_until = sight.at
            if here is not None and metres <= GONE_M + excuse:
                return
            self._leave(here)
        nearest = min(self.sheet.open, key=self._metres, default=None)
        is_slow = sight.speed is None or sight.speed < SLOW_MPS
        if nearest is None or not is_slow or self._metres(nearest) > THERE_M + excuse:
            memory.near = None
            return
        if memory.near != nearest.id:
            # Whoever stood there before the route began has only then come for the stop.
            memory.near, memory.near_since = nearest.id, max(sight.at, self.sheet.began)
        needs = DWELL_S if nearest.id == memory.first else DWELL_OTHER_S
        if nearest.arrived_at is not None or sight.at - memory.near_since >= needs:
            self._arrive(nearest)

    def _arrive(self, stop: Stop) -> None:
        memory, since = self.memory, self.memory.near_since
        if stop.arrived_at is not None:
            since = min(since, stop.arrived_at)
        memory.there, memory.there_since, memory.near = stop.id, since, None
        memory.there_until = self.sight.at
        memory.stood_s = 0.0
        self.seen.arrived.append((stop.id, since))

    def _leave(self, stop: Stop | None) -> None:
        memory = self.memory
        if stop is not None:
            since = memory.there_since
            self.seen.left.append((stop.id, since, self.sight.at))
            for one in self._left_with(stop):
                memory.visits[one] = since, self.sight.at
                memory.visited = [*(other for other in memory.visited if other != one), one]
            if not stop.is_open and not stop.is_pickup:
                served = max(self._departed(stop) - stop.begins(since), 0.0)
                memory.pace.stood(stop.service_s, served)
        memory.there, memory.along, memory.begun, memory.asked_at = None, None, None, None

    def _left_with(self, stop: Stop) -> list[int]:
        """The stop, and with a pickup those at the same place: one depot may give many goods."""
        if not stop.is_pickup:
            return [stop.id]
        place = stop.lat, stop.lon
        others = [
            one.id
            for one in self.sheet.open
            if one.is_pickup and distance_m(one.lat, one.lon, *place) <= THERE_M
        ]
        return [*(one for one in others if one != stop.id), stop.id]

    def _departed(self, stop: Stop) -> float:
        """When it set off, that is gone now: what it drove meanwhile is no service."""
        sight = self.sight
        drove = guessed(stop.lat, stop.lon, sight.lat, sight.lon)
        return max(self.memory.there_until, sight.at - drove)

    def _move(self, way: Way) -> None:
        """Progress along the way, and how long it took."""
        memory, known = self.memory, self.memory.along
        along, beside = way.find(self.sight.lat, self.sight.lon, known or 0.0)
        if beside > LEFT_WAY_M + 2 * min(self.sight.accuracy or 0.0, EXCUSED_M):
            self.seen.wants_way = self._may_ask()
            return
        if known is not None:
            self._count(way, known, along)
        is_back = known is not None and along < known - BACK_M
        memory.along = along if known is None or is_back else max(known, along)

    def _count(self, way: Way, begun: float, ended: float) -> None:
        memory, before = self.memory, self.before
        since = None if before is None else max(before.at, self.sheet.began)
        took = UNSEEN_S + 1 if since is None else self.sight.at - since
        memory.stood_s = memory.stood_s + took if ended - begun < MOVED_M else 0.0
        arriving = memory.near is not None and memory.near == memory.first
        waited = self.stood and not memory.visited and begun < THERE_M  # before it set off at all
        if not 0 < took <= UNSEEN_S or memory.off.watched or memory.stood_s > PAUSE_S:
            return
        if arriving or waited:
            return
        expected = max(way.left(begun) - way.left(ended), 0.0)
        self.seen.drove = (expected, took)
        memory.pace.drove(expected * self.traffic.usual(self.sight.at), took)

    def _compare(self, planned: Way) -> None:
        """Hold the place against the way that led from the last stop to the next one."""
        sight = self.sight
        _, beside = planned.find(sight.lat, sight.lon)
        self.seen.measures = self.memory.off.beside(sight.at, beside, sight.accuracy)

    def _metres(self, stop: Stop) -> float:
        return distance_m(stop.lat, stop.lon, self.sight.lat, self.sight.lon)

"""Simulated days of drivers with stops: traffic by the hour and people's paces stay hidden."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import cos, pi, radians
from random import Random

import numpy as np

from fleet_app.kernel.geo import destination, distance_m
from fleet_app.planning.live.following import Sight
from fleet_app.planning.live.sheet import Sheet, Stop
from fleet_app.planning.live.ways import Way
from fleet_app.routing.roads.ports import UNREACHABLE, Costing, LatLon, RoadMatrix, RoadRoute

Place = tuple[float, float]
CENTRE: Place = (60.2, 24.9)
MIDNIGHT = 1_772_409_600.0
"""Monday, 2 March 2026, 00:00 UTC, which is the fleet's clock as well."""
STARTS, STOPS = 7.0, 22
TOWN_M = 6_000.0
CLASSES = ((8.3, 0.45), (13.9, 0.4), (22.2, 0.15))
"""Speeds of roads by the network, m/s, and how common they are."""
SEGMENT_M = 280.0
FIX_S, NOISE_M = 15.0, 6.0
PLANNED_SERVICE_S = 240.0
TURNING_S = 0.12
"""Seconds that the network adds to each of a second of driving for turns and crossings."""


@dataclass(frozen=True)
class Leg:
    """A way to a stop, and when each of its points was truly passed."""

    shape: tuple[Place, ...]
    seconds: tuple[float, ...]
    """By the network, since the beginning."""
    passed: tuple[float, ...]
    """Epoch seconds."""

    def rest(self, lat: float, lon: float) -> RoadRoute:
        """The way from somewhere on it, as the network tells it."""
        way = Way(self.shape, self.seconds)
        along, _ = way.find(lat, lon)
        marks = [0.0, *accumulate(distance_m(*a, *b) for a, b in pairwise(self.shape))]
        first = min(bisect_right(marks, along), len(marks) - 1)
        shape = ((lat, lon), *self.shape[first:])
        lengths = [max(distance_m(*a, *b), 0.1) for a, b in pairwise(shape)]
        seconds = [way.left(along), *(way.left(one) for one in marks[first:])]
        speeds = [
            m / max(a - b, 0.01) for m, (a, b) in zip(lengths, pairwise(seconds), strict=True)
        ]
        return RoadRoute(sum(lengths), seconds[0], shape, tuple(speeds), is_estimate=False)


@dataclass(frozen=True)
class Day:
    """One driver's day: the plan, and what came of it."""

    sheet: Sheet
    legs: tuple[Leg, ...]
    arrivals: tuple[float, ...]
    departures: tuple[float, ...]

    def sights(self, random: Random) -> Iterator[Sight]:
        """What a phone tells of it."""
        for number, leg in enumerate(self.legs):
            at, end = leg.passed[0], self.departures[number]
            while at < end:
                yield _sight(leg, at, random)
                at += FIX_S


class DayRoads:
    """The network of a day: the ways that are driven. It is asked for nothing else, as vehicles
    stay on them."""

    def __init__(self, day: Day) -> None:
        stops = day.sheet.stops
        self._to = {(stop.lat, stop.lon): leg for stop, leg in zip(stops, day.legs, strict=True)}
        self._drives = {
            ((one.lat, one.lon), (other.lat, other.lon)): round(leg.seconds[-1])
            for (one, other), leg in zip(pairwise(stops), day.legs[1:], strict=True)
        }

    async def knows_traffic(self) -> bool:
        """It does not: what each day adds is what the estimate has to find out."""
        return False

    async def route(self, points: Sequence[LatLon], _costing: Costing = "auto") -> RoadRoute:
        """The rest of a leg."""
        return self._to[points[1]].rest(*points[0])

    async def matrix(
        self,
        points: Sequence[LatLon],
        _costing: Costing = "auto",
        *,
        targets: Sequence[LatLon] | None = None,
    ) -> RoadMatrix:
        """From each stop to the next one."""
        ends = points if targets is None else targets
        rows = [[self._drives.get((a, b), UNREACHABLE) for b in ends] for a in points]
        seconds = np.array(rows, dtype=np.int64)
        return RoadMatrix(seconds, seconds, is_estimate=False)


def a_day(number: int, driver: int) -> Day:
    """A day of a driver; the same numbers give the same one."""
    random = Random(f"eta {number} {driver}")
    habits = Random(f"driver {driver}")
    pace, hands = habits.lognormvariate(0, 0.12), habits.lognormvariate(0, 0.25)
    habit = pace * Random(f"day {number}").lognormvariate(0, 0.06)
    begins = MIDNIGHT + 86_400 * number + STARTS * 3_600
    jam = _jam(random, begins)
    places = [_somewhere(random) for _ in range(STOPS + 1)]
    clock, planned = begins, begins
    legs: list[Leg] = []
    stops: list[Stop] = []
    arrivals: list[float] = []
    departures: list[float] = []
    for index, (start, end) in enumerate(pairwise(places), start=1):
        shape, seconds = _streets(start, end, random)
        passed = [clock]
        for one, other in pairwise(seconds):
            slow = habit * rush(passed[-1]) * jam(passed[-1]) * random.lognormvariate(0, 0.3)
            light = random.expovariate(1 / 22) if random.random() < 0.15 else 0.0
            passed.append(passed[-1] + (other - one) * slow + light)
        legs.append(Leg(shape, seconds, tuple(passed)))
        planned += seconds[-1]
        windows = _windows(planned, random)
        stop = Stop(
            id=index, lat=end[0], lon=end[1], delivery_id=index, service_s=PLANNED_SERVICE_S,
            windows=windows, planned_at=planned,
        )  # fmt: skip
        served = PLANNED_SERVICE_S * hands * random.lognormvariate(0, 0.4)
        arrivals.append(passed[-1])
        clock = stop.begins(passed[-1]) + served
        planned = stop.begins(planned) + PLANNED_SERVICE_S
        departures.append(clock)
        stops.append(stop)
    drives = {
        (a.id, b.id): leg.seconds[-1] for (a, b), leg in zip(pairwise(stops), legs[1:], strict=True)
    }
    return Day(
        Sheet(route_id=1, stops=tuple(stops), legs=drives), tuple(legs), tuple(arrivals),
        tuple(departures),
    )  # fmt: skip


def rush(at: float) -> float:
    """How much longer driving takes at a time of day: two peaks, and a calm noon."""
    hour = (at % 86_400) / 3_600
    peaks = ((8.2, 1.1, 0.55), (16.8, 1.4, 0.65), (12.5, 2.0, 0.12))
    return 0.98 + sum(height * _bump((hour - middle) / width) for middle, width, height in peaks)


def _bump(x: float) -> float:
    return (1 + cos(pi * x)) / 2 if abs(x) < 1 else 0.0


def _jam(random: Random, begins: float) -> Callable[[float], float]:
    """An incident on some days: an hour or so during which everything is slower."""
    if random.random() > 0.25:
        return lambda _at: 1.0
    start = begins + random.uniform(0, 7 * 3_600)
    end, factor = start + random.uniform(1_800, 5_400), random.uniform(1.3, 1.8)
    return lambda at: factor if start <= at < end else 1.0


def _somewhere(random: Random) -> Place:
    return destination(*CENTRE, random.uniform(0, 360), TOWN_M * random.random() ** 0.5)


def _streets(
    start: Place, end: Place, random: Random
) -> tuple[tuple[Place, ...], tuple[float, ...]]:
    """Two sides of a block from place to place, crooked, on roads of several kinds."""
    corner = (start[0], end[1]) if random.random() < 0.5 else (end[0], start[1])
    shape = [start]
    for here, there in ((start, corner), (corner, end)):
        count = max(round(distance_m(*here, *there) / SEGMENT_M), 1)
        for part in range(1, count + 1):
            share = part / count
            lat, lon = (a + (b - a) * share for a, b in zip(here, there, strict=True))
            if part < count:
                lat, lon = destination(lat, lon, random.uniform(0, 360), 25)
            shape.append((lat, lon))
    speeds, weights = zip(*CLASSES, strict=True)
    seconds = [0.0]
    for one, other in pairwise(shape):
        speed = random.choices(speeds, weights)[0]
        seconds.append(seconds[-1] + distance_m(*one, *other) / speed * (1 + TURNING_S))
    return tuple(shape), tuple(seconds)


def _windows(planned: float, random: Random) -> tuple[tuple[float, float], ...]:
    """A quarter of the stops have two hours around their plan; some of them make one wait."""
    if random.random() > 0.25:
        return ()
    start = planned + random.uniform(-5_400, 900)
    return ((start, start + 7_200),)


def _sight(leg: Leg, at: float, random: Random) -> Sight:
    passed = leg.passed
    if at >= passed[-1]:
        place, speed = leg.shape[-1], 0.0
    else:
        index = next(i for i, moment in enumerate(passed) if moment > at) - 1
        lasts = passed[index + 1] - passed[index]
        share = (at - passed[index]) / lasts
        one, other = leg.shape[index], leg.shape[index + 1]
        place = (one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share)
        speed = distance_m(*one, *other) / lasts
    lat = place[0] + random.gauss(0, NOISE_M) / 111_195
    lon = place[1] + random.gauss(0, NOISE_M) / (111_195 * cos(radians(place[0])))
    return Sight(at=at, lat=lat, lon=lon, speed=speed, accuracy=NOISE_M)

"""How a vehicle moves along a road: limits, turns, acceleration, halts. Pure: seed in, motion out.

A road is a polyline with a speed limit on every segment. `plan_drive` turns it into phases of
constant acceleration, so that the state at any moment is one bisection and one square away.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import inf, radians, sqrt
from random import Random

from fleet_app.kernel.geo import bearing_deg, distance_m

MAX_OVER_LIMIT = 1.10
"""The most a hurried driver exceeds a limit, as a factor."""
SHORTEST_SEGMENT_M = 0.5
"""Vertices closer than this are merged: their bearings would be noise."""
_TURN_SPEEDS = ((20.0, 60.0), (45.0, 7.5), (90.0, 4.5), (140.0, 2.5), (180.0, 1.5))
"""(turn in degrees, speed through it in m/s), interpolated between."""

_SIDEWAYS_MPS2 = 2.5
"""What passengers and parcels put up with in a bend: a quarter of g."""
_SLOWEST_BEND_MPS = 4.5


@dataclass(frozen=True)
class Road:
    """A way to drive: `points` as (lat, lon), and the limit in m/s of each segment between."""

    points: tuple[tuple[float, float], ...]
    limits: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.points) < 2 or len(self.limits) != len(self.points) - 1:
            raise ValueError(f"{len(self.points)} points need {len(self.points) - 1} limits, at "
                             f"least one: got {len(self.limits)}")  # fmt: skip
        if min(self.limits) <= 0:
            raise ValueError(f"limits must be positive: got {min(self.limits)}")


@dataclass(frozen=True)
class Style:
    """How somebody drives a certain vehicle; speeds in m/s, accelerations in m/s2."""

    top_speed: float = 30.0
    acceleration: float = 1.4
    braking: float = 2.0
    limit_factor: float = 1.0
    """Share of the limit that is driven where nothing else slows the vehicle."""
    halt_chance: float = 0.2
    """Chance of having to wait at a sharp turn, as at a traffic light or a crossing."""

    def __post_init__(self) -> None:
        if not 0.2 <= self.limit_factor <= MAX_OVER_LIMIT:
            raise ValueError(f"limit_factor must be 0.2 to {MAX_OVER_LIMIT}: {self.limit_factor}")
        if min(self.top_speed, self.acceleration, self.braking) <= 0:
            raise ValueError("top speed, acceleration and braking must be positive")


@dataclass(frozen=True, slots=True)
class Motion:
    """Where a vehicle is, and how it moves: degrees, m/s, degrees from north."""

    lat: float
    lon: float
    speed: float
    heading: float


@dataclass(frozen=True, slots=True)
class _Phase:
    """From `at` (s) and `along` (m) on: `speed` (m/s) changing by `acceleration` (m/s2)."""

    at: float
    along: float
    speed: float
    acceleration: float


class Drive:
    """One trip along a road, immutable and shared by all vehicles that make it."""

    def __init__(
        self, points: Sequence[tuple[float, float]], along: Sequence[float],
        headings: Sequence[float], phases: Sequence[_Phase], duration: float,
    ) -> None:  # fmt: skip
        self._points = points
        self._along = along
        self._headings = headings
        self._phases = phases
        self._starts = [phase.at for phase in phases]
        self.duration = duration
        """Seconds from the start to the end, halts included."""

    @property
    def points(self) -> Sequence[tuple[float, float]]:
        """The corners of the way, the first where it starts."""
        return self._points

    @property
    def length(self) -> float:
        """Metres from the start to the end."""
        return self._along[-1]

    def at(self, seconds: float) -> Motion:
        """The state `seconds` after the start; before the start and after the end it stands."""
        if seconds >= self.duration:
            return self._place(self.length, 0.0)
        index = max(bisect_right(self._starts, seconds) - 1, 0)
        phase, passed = self._phases[index], max(seconds, 0.0) - self._starts[index]
        speed = max(phase.speed + phase.acceleration * passed, 0.0)
        metres = phase.along + phase.speed * passed + phase.acceleration * passed * passed / 2
        return self._place(min(metres, self.length), speed)

    def _place(self, metres: float, speed: float) -> Motion:
        index = min(max(bisect_right(self._along, metres) - 1, 0), len(self._headings) - 1)
        start, end = self._along[index], self._along[index + 1]
        share = min(max((metres - start) / (end - start), 0.0), 1.0)
        (lat1, lon1), (lat2, lon2) = self._points[index], self._points[index + 1]
        lat, lon = lat1 + (lat2 - lat1) * share, lon1 + (lon2 - lon1) * share
        return Motion(lat, lon, speed, self._headings[index])


def plan_drive(road: Road, style: Style, random: Random) -> Drive:
    """The motion of somebody with `style` along `road`; halts at turns are drawn from `random`.

    Raises ValueError when the road has no length.
    """
    points, limits = _merge_close(road)
    lengths = [distance_m(*a, *b) for a, b in pairwise(points)]
    headings = [bearing_deg(*a, *b) for a, b in pairwise(points)]
    cruise = [min(limit * style.limit_factor, style.top_speed) for limit in limits]
    waits = _halts(headings, style, random)
    speeds = _vertex_speeds(lengths, headings, cruise, waits, style)
    phases, duration = _phases(lengths, cruise, speeds, waits, style)
    return Drive(points, [0.0, *accumulate(lengths)], headings, phases, duration)


def _merge_close(road: Road) -> tuple[list[tuple[float, float]], list[float]]:
    points, limits = [road.points[0]], []
    for point, limit in zip(road.points[1:], road.limits, strict=True):
        if distance_m(*points[-1], *point) >= SHORTEST_SEGMENT_M:
            points.append(point)
            limits.append(limit)
    if not limits:
        raise ValueError("the road has no length")
    return points, limits


def turn_deg(before: float, after: float) -> float:
    """The angle between two headings, 0 (straight on) to 180 (back)."""
    return abs((after - before + 180.0) % 360.0 - 180.0)


def turn_speed(degrees: float) -> float:
    """How fast a vehicle takes a turn of so many degrees, m/s."""
    if degrees <= _TURN_SPEEDS[0][0]:
        return _TURN_SPEEDS[0][1]
    for (a, fast), (b, slow) in pairwise(_TURN_SPEEDS):
        if degrees <= b:
            return fast + (slow - fast) * (degrees - a) / (b - a)
    return _TURN_SPEEDS[-1][1]


def bend_speed(degrees: float, metres: float) -> float:
    """How fast a bend is taken whose two sides are so long together, m/s.

    A bend drawn with many corners turns little at each of them.
    """
    if degrees < 1.0:
        return inf
    radius = metres / 2 / radians(degrees)
    return max(sqrt(_SIDEWAYS_MPS2 * radius), _SLOWEST_BEND_MPS)


def _halts(headings: Sequence[float], style: Style, random: Random) -> list[float]:
    """Seconds to wait at each inner vertex."""
    return [
        random.uniform(4.0, 35.0)
        if turn_deg(a, b) > 50.0 and random.random() < style.halt_chance
        else 0.0
        for a, b in pairwise(headings)
    ]


def _vertex_speeds(
    lengths: Sequence[float], headings: Sequence[float], cruise: Sequence[float],
    waits: Sequence[float], style: Style,
) -> list[float]:  # fmt: skip
    """The speed at every vertex that braking and acceleration can really reach."""
    inner = [
        0.0
        if wait
        else min(c1, c2, turn_speed(turn_deg(h1, h2)), bend_speed(turn_deg(h1, h2), l1 + l2))
        for (h1, h2), (c1, c2), (l1, l2), wait in zip(
            pairwise(headings), pairwise(cruise), pairwise(lengths), waits, strict=True
        )
    ]
    speeds = [0.0, *inner, 0.0]
    for i, length in enumerate(lengths):
        reachable = sqrt(speeds[i] ** 2 + 2 * style.acceleration * length)
        speeds[i + 1] = min(speeds[i + 1], reachable)
    for i in range(len(lengths) - 1, -1, -1):
        speeds[i] = min(speeds[i], sqrt(speeds[i + 1] ** 2 + 2 * style.braking * lengths[i]))
    return speeds


def _phases(
    lengths: Sequence[float], cruise: Sequence[float], speeds: Sequence[float],
    waits: Sequence[float], style: Style,
) -> tuple[list[_Phase], float]:  # fmt: skip
    phases: list[_Phase] = []
    at = along = 0.0
    for i, length in enumerate(lengths):
        start = along
        for speed, acceleration, seconds in _legs(
            length, speeds[i], speeds[i + 1], cruise[i], style
        ):
            phases.append(_Phase(at, start, speed, acceleration))
            at += seconds
            start += speed * seconds + acceleration * seconds * seconds / 2
        along += length
        if i < len(waits) and waits[i]:
            phases.append(_Phase(at, along, 0.0, 0.0))
            at += waits[i]
    return phases, at


def _legs(
    length: float, entry: float, leave: float, cruise: float, style: Style
) -> Iterator[tuple[float, float, float]]:
    """(initial speed, acceleration, seconds) of each part: faster, steady, slower."""
    up, down = style.acceleration, style.braking
    # The speed at which accelerating from the entry meets braking to the exit.
    peak = sqrt((2 * up * down * length + down * entry**2 + up * leave**2) / (up + down))
    peak = max(min(peak, cruise), entry, leave)
    steady = length - (peak**2 - entry**2) / (2 * up) - (peak**2 - leave**2) / (2 * down)
    if peak > entry:
        yield entry, up, (peak - entry) / up
    if steady > 1e-6:
        yield peak, 0.0, steady / peak
    if peak > leave:
        yield peak, -down, (peak - leave) / down

"""Two towns and days driven in them, of which everything is known. No map is needed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import cos, pi, radians, sin
from random import Random
from typing import NamedTuple

from fleet_app.location.zones.shapes import METRES_PER_DEGREE
from fleet_app.simulation.drive import Drive, Motion, Road, Style, plan_drive

LAT, LON = 60.17, 24.94
NODES = 26
BLOCK_M, JITTER_M, BEND_M = 180.0, 40.0, 14.0
SIDE_STREET, AVENUE, COUNTRY, YARD = 8.3, 13.9, 22.2, 4.0
"""Limits in m/s."""
AWAY_M = 8_000.0
"""From one town to the other."""
STOP_S = 180.0
"""Standing for so long is a stop, as docs/movement.md defines it; less is part of the trip."""
DAY_S = 8 * 3600.0
STYLES = (
    Style(acceleration=1.8, braking=2.4, halt_chance=0.3),
    Style(top_speed=25.0, acceleration=1.2, braking=1.8, limit_factor=0.95, halt_chance=0.4),
    Style(top_speed=22.0, acceleration=0.8, braking=1.4, limit_factor=0.9, halt_chance=0.3),
)

Metres = tuple[float, float]
"""East and north of the first town's corner."""
Node = tuple[int, int, int]
"""Town, column, row."""


class Span(NamedTuple):
    """From one moment to another, epoch seconds."""

    start: float
    end: float


class TrueTrip(NamedTuple):
    """A trip as it was driven."""

    span: Span
    metres: float


class TrueStop(NamedTuple):
    """A stop as it was, at the place where the vehicle stood longest."""

    span: Span
    lat: float
    lon: float


@dataclass(frozen=True)
class Leg:
    """One drive from `start` on; `shunting` is moving about in a yard, which is no trip."""

    start: float
    drive: Drive
    shunting: bool = False

    @property
    def end(self) -> float:
        """When it arrives."""
        return self.start + self.drive.duration


class Day:
    """A vehicle's day: it stands, drives, stands, and so on, and ends standing."""

    def __init__(self, legs: list[Leg], begin: float, end: float) -> None:
        self.legs = legs
        self.begin, self.end = begin, end
        self._starts = [leg.start for leg in legs]

    def at(self, moment: float) -> Motion:
        """Where it truly is."""
        index = max(bisect_right(self._starts, moment) - 1, 0)
        return self.legs[index].drive.at(moment - self._starts[index])

    def next_start(self, moment: float) -> float:
        """When it next drives off; the end of the day if never."""
        index = bisect_right(self._starts, moment)
        return self._starts[index] if index < len(self._starts) else self.end

    def stands(self) -> Iterator[Span]:
        """When it stood between two drives."""
        edges = [self.begin]
        for leg in self.legs:
            edges += [leg.start, leg.end]
        edges.append(self.end)
        yield from (Span(*pair) for pair in zip(edges[::2], edges[1::2], strict=True))

    def trips(self) -> list[TrueTrip]:
        """Drives with less than a stop between them are one trip."""
        found: list[TrueTrip] = []
        for leg in (leg for leg in self.legs if not leg.shunting):
            if found and leg.start - found[-1].span.end < STOP_S:
                before = found.pop()
                span = Span(before.span.start, leg.end)
                found.append(TrueTrip(span, before.metres + leg.drive.length))
            else:
                found.append(TrueTrip(Span(leg.start, leg.end), leg.drive.length))
        return found

    def stops(self) -> list[TrueStop]:
        """What lies between the trips."""
        trips = [trip.span for trip in self.trips()]
        edges = [self.begin, *(edge for trip in trips for edge in trip), self.end]
        spans = [Span(*pair) for pair in zip(edges[::2], edges[1::2], strict=True)]
        return [self._stop(span) for span in spans]

    def _stop(self, span: Span) -> TrueStop:
        within = [one for one in self.stands() if span.start <= one.start and one.end <= span.end]
        longest = max(within, key=lambda one: one.end - one.start)
        place = self.at((longest.start + longest.end) / 2)
        return TrueStop(span, place.lat, place.lon)


class World:
    """The streets: two towns of crooked blocks and a winding road between them."""

    def __init__(self, seed: str) -> None:
        random = Random(f"{seed} streets")
        self._nodes: dict[Node, Metres] = {}
        self._bends: dict[tuple[Node, Node], Metres] = {}
        for town in (0, 1):
            self._build(town, random)

    def day(self, seed: str, begin: float) -> Day:
        """A day of drives, most of them within a town."""
        random = Random(f"{seed} day")
        style, legs = random.choice(STYLES), list[Leg]()
        here = self._somewhere(random, random.choice((0, 1)))
        kerb = self._kerb(random, here)
        moment = begin + random.uniform(900, 2400)
        while moment < begin + DAY_S:
            there = self._target(random, here)
            door = self._kerb(random, there)
            drive = plan_drive(self._road(random, here, kerb, there, door), style, random)
            legs.append(Leg(moment, drive))
            here, kerb = there, door
            moment += drive.duration
            stand = min(max(random.lognormvariate(5.9, 0.9), 20.0), 9000.0)
            if stand > 900 and random.random() < 0.3:
                legs.append(shunt := self._shunt(random, moment + stand / 2, kerb, style))
                there_now = shunt.drive.at(shunt.drive.duration)
                kerb = _metres(there_now.lat, there_now.lon)
                moment += shunt.drive.duration
            moment += stand
        return Day(legs, begin, legs[-1].end + random.uniform(900, 2400))

    def streets(self) -> Iterator[tuple[list[tuple[float, float]], float]]:
        """Every street between two crossings, and the road between the towns, with its limit."""
        for (a, b), bend in self._bends.items():
            if b in self._nodes:
                (x1, y1), (x2, y2) = self._nodes[a], self._nodes[b]
                middle = (x1 + x2) / 2 + bend[0], (y1 + y2) / 2 + bend[1]
                yield [_degrees(one) for one in ((x1, y1), middle, (x2, y2))], _limit(a, b)
        gates = (0, NODES - 1, NODES // 2), (1, 0, NODES // 2)
        road = [(self._nodes[gates[0]], COUNTRY), *self._country(*gates)]
        yield [_degrees(place) for place, _ in road], COUNTRY

    def _build(self, town: int, random: Random) -> None:
        for column in range(NODES):
            for row in range(NODES):
                x = town * (NODES * BLOCK_M + AWAY_M) + column * BLOCK_M
                self._nodes[town, column, row] = (
                    x + random.uniform(-JITTER_M, JITTER_M),
                    row * BLOCK_M + random.uniform(-JITTER_M, JITTER_M),
                )
        for column in range(NODES):
            for row in range(NODES):
                for other in ((town, column + 1, row), (town, column, row + 1)):
                    bend = random.uniform(-BEND_M, BEND_M), random.uniform(-BEND_M, BEND_M)
                    self._bends[(town, column, row), other] = bend

    def _somewhere(self, random: Random, town: int) -> Node:
        return town, random.randrange(NODES), random.randrange(NODES)

    def _target(self, random: Random, here: Node) -> Node:
        town = here[0] if random.random() < 0.9 else 1 - here[0]
        while True:
            there = self._somewhere(random, town)
            blocks = abs(there[1] - here[1]) + abs(there[2] - here[2])
            if town != here[0] or 3 <= blocks <= random.choice((8, 16, 40)):
                return there

    def _kerb(self, random: Random, node: Node) -> Metres:
        """Where one parks: in a yard beside the street."""
        x, y = self._nodes[node]
        turn, away = random.uniform(0, 2 * pi), random.uniform(15, 50)
        return x + away * cos(turn), y + away * sin(turn)

    def _shunt(self, random: Random, start: float, kerb: Metres, style: Style) -> Leg:
        turn, away = random.uniform(0, 2 * pi), random.uniform(15, 40)
        there = kerb[0] + away * cos(turn), kerb[1] + away * sin(turn)
        road = Road((_degrees(kerb), _degrees(there)), (YARD,))
        return Leg(start, plan_drive(road, style, random), shunting=True)

    def _road(self, random: Random, here: Node, kerb: Metres, there: Node, door: Metres) -> Road:
        if here[0] == there[0]:
            line = self._streets(random, here, there)
        else:
            gates = [(0, NODES - 1, NODES // 2), (1, 0, NODES // 2)][:: 1 if here[0] == 0 else -1]
            line = self._streets(random, here, gates[0])
            line += self._country(gates[0], gates[1])
            line += self._streets(random, gates[1], there)
        line = [(kerb, YARD), (self._nodes[here], YARD), *line, (door, YARD)]
        return Road(tuple(_degrees(place) for place, _ in line),
                    tuple(limit for _, limit in line[1:]))  # fmt: skip

    def _streets(self, random: Random, here: Node, there: Node) -> list[tuple[Metres, float]]:
        """From node to node with few turns: the places after `here`, with the limits to them."""
        line: list[tuple[Metres, float]] = []
        for a, b in pairwise(_walk(random, here, there)):
            bend = self._bends.get((a, b)) or self._bends[b, a]
            (x1, y1), (x2, y2) = self._nodes[a], self._nodes[b]
            limit = _limit(a, b)
            line += [(((x1 + x2) / 2 + bend[0], (y1 + y2) / 2 + bend[1]), limit), ((x2, y2), limit)]
        return line

    def _country(self, here: Node, there: Node) -> list[tuple[Metres, float]]:
        (x1, y1), (x2, y2) = self._nodes[here], self._nodes[there]
        line = []
        for step in range(1, 101):
            share = step / 100
            side = 180 * sin(2 * pi * share * 3) + 60 * sin(2 * pi * share * 11)
            line.append(((x1 + (x2 - x1) * share, y1 + (y2 - y1) * share + side), COUNTRY))
        return line


def _limit(a: Node, b: Node) -> float:
    """Every fourth street is an avenue."""
    return AVENUE if (a[1] if a[1] == b[1] else a[2]) % 4 == 0 else SIDE_STREET


def _walk(random: Random, here: Node, there: Node) -> list[Node]:
    """Node by node: part of the one way, the other way, the rest of the first."""
    town, column, row = here
    middle = random.randint(min(column, there[1]), max(column, there[1]))
    nodes = [here]
    for goal in ((middle, row), (middle, there[2]), (there[1], there[2])):
        while (column, row) != goal:
            column += (goal[0] > column) - (goal[0] < column)
            row += (goal[1] > row) - (goal[1] < row)
            nodes.append((town, column, row))
    return nodes


_EAST = METRES_PER_DEGREE * cos(radians(LAT))


def _degrees(place: Metres) -> tuple[float, float]:
    return LAT + place[1] / METRES_PER_DEGREE, LON + place[0] / _EAST


def _metres(lat: float, lon: float) -> Metres:
    return (lon - LON) * _EAST, (lat - LAT) * METRES_PER_DEGREE

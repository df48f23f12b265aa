"""A problem made ready for arithmetic: everything by number, looked up once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from fleet_app.routing.optimiser.problem import (
    Chain,
    Pair,
    Problem,
    Sequences,
    Stop,
    Vehicle,
    Window,
)

Spans = tuple[tuple[int, int], ...]
"""Windows in order, none touching another."""
Part = tuple[int, Spans, int | None]
"""What takes time at a stop: service, windows, what a second of lateness costs (None: hard)."""
Amounts = tuple[int, ...]


class Link(NamedTuple):
    """A pair by number."""

    pickup: int
    delivery: int
    amounts: Amounts


def spans_of(windows: Iterable[Window]) -> Spans:
    """The windows in order; those that touch become one, those that never open are none."""
    found: list[tuple[int, int]] = []
    for start, end in sorted((w.start, w.end) for w in windows if w.end >= w.start):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def _kinds(vehicles: Iterable[Vehicle]) -> list[int]:
    """A number for each that those share which differ in names only, theirs and those of breaks."""
    known: dict[Vehicle, int] = {}
    nameless = (
        replace(one, id="", breaks=tuple(replace(rest, id="") for rest in one.breaks))
        for one in vehicles
    )
    return [known.setdefault(one, len(known)) for one in nameless]


class Model:
    """A problem by number: stops and vehicles are their places in the problem's tuples.

    Tolerant: pairs, chains and groups only keep those of their stops that the problem has.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.stops: tuple[Stop, ...] = problem.stops
        self.vehicles: tuple[Vehicle, ...] = problem.vehicles
        self.stop_at = {stop.id: number for number, stop in enumerate(problem.stops)}
        self.vehicle_at = {one.id: number for number, one in enumerate(problem.vehicles)}
        self.places = [stop.place for stop in problem.stops]
        self.parts: list[Part] = [
            (stop.service, spans_of(stop.windows), stop.late_cost) for stop in problem.stops
        ]
        self.kinds = _kinds(problem.vehicles)
        """Vehicles of one kind can do the same."""
        self._flatten()
        self._measure()
        self._relate()

    def _flatten(self) -> None:
        """The matrices as flat views: reading one number from them is fast in Python."""
        matrices = self.problem.matrices
        self.size = len(matrices[0].durations) if matrices else 0
        flat = [
            (
                np.ascontiguousarray(m.durations, np.int64),
                np.ascontiguousarray(m.distances, np.int64),
            )
            for m in matrices
        ]
        self.durations = [durations.reshape(-1).data for durations, _ in flat]
        self.distances = [distances.reshape(-1).data for _, distances in flat]

    def _measure(self) -> None:
        """Loads, all of the same number of dimensions."""
        amounts = [(stop.delivers, stop.collects) for stop in self.stops]
        sizes = [len(one) for both in amounts for one in both]
        sizes += [len(pair.amounts) for pair in self.problem.pairs]
        self.dimensions = max([*sizes, *(len(one.capacity) for one in self.vehicles)], default=0)
        self.delivers = [self._padded(delivers) for delivers, _ in amounts]
        self.collects = [self._padded(collects) for _, collects in amounts]
        short = [(*one.capacity, *[None] * self.dimensions) for one in self.vehicles]
        self.capacities = [one[: self.dimensions] for one in short]

    def _padded(self, amounts: Amounts) -> Amounts:
        missing = self.dimensions - len(amounts)
        return amounts + (0,) * missing if missing else amounts

    def _relate(self) -> None:
        """Which stops have to do with which."""
        self.links = [self._link(pair) for pair in self.problem.pairs if self._known(pair)]
        self.links_of: dict[int, list[Link]] = defaultdict(list)
        for link in self.links:
            self.links_of[link.pickup].append(link)
            self.links_of[link.delivery].append(link)
        self.group_of: dict[int, int] = {}
        self.groups = [self.numbers(group) for group in self.problem.together]
        for number, group in enumerate(self.groups):
            self.group_of.update(dict.fromkeys(group, number))
        self.chains_of: dict[int, list[Chain]] = defaultdict(list)
        self.held: dict[int, int] = {}
        """Stop -> the only vehicle that may come; -1: one that is not there, or several."""
        for stop, one in enumerate(self.stops):
            if one.vehicle is not None:
                self.held[stop] = self.vehicle_at.get(one.vehicle, -1)
        for chain in self.problem.chains:
            vehicle = self.vehicle_at.get(chain.vehicle, -1)
            self.chains_of[vehicle].append(chain)
            for stop in self.numbers(chain.stops):
                self.held[stop] = vehicle if self.held.get(stop, vehicle) == vehicle else -1
        self.home = self._homes(self.problem.current)

    def _known(self, pair: Pair) -> bool:
        return pair.pickup in self.stop_at and pair.delivery in self.stop_at

    def _link(self, pair: Pair) -> Link:
        amounts = self._padded(pair.amounts)
        return Link(self.stop_at[pair.pickup], self.stop_at[pair.delivery], amounts)

    def _homes(self, current: Sequences) -> dict[int, int]:
        """Stop -> the vehicle that people expect to see there."""
        return {
            self.stop_at[stop]: self.vehicle_at.get(vehicle, -1)
            for vehicle, stops in current.items()
            for stop in stops
            if stop in self.stop_at
        }

    def numbers(self, ids: Iterable[str]) -> list[int]:
        """The numbers of those stops that the problem has."""
        return [self.stop_at[one] for one in ids if one in self.stop_at]

    def ids(self, numbers: Iterable[int]) -> tuple[str, ...]:
        """The ids of stops."""
        return tuple(self.stops[number].id for number in numbers)

    def unit_of(self, stop: int) -> tuple[int, ...]:
        """The stop and what cannot be planned without it: pairs, and pairs of those."""
        if stop not in self.links_of:
            return (stop,)
        found, waiting = {stop}, [stop]
        while waiting:
            for link in self.links_of.get(waiting.pop(), ()):
                for other in (link.pickup, link.delivery):
                    if other not in found:
                        found.add(other)
                        waiting.append(other)
        return tuple(sorted(found))

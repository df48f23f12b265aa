"""Where more stops go on one tour, whatever that breaks: for people, who said which tour it is.

Each stop goes where it breaks least, then costs least, one after the other. On short tours every
place is tried. On longer ones all places are weighed by what they look like, by the time at which
the vehicle is there, and only the few that look best are tried: a step takes as long as the tour
has stops, not their square.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fleet_app.routing.optimiser.judging import Judge, Score
from fleet_app.routing.optimiser.model import Model, Part
from fleet_app.routing.optimiser.problem import UNREACHABLE, Problem
from fleet_app.routing.optimiser.timing import legs_of, starts_of

SHORT = 30
"""On tours of up to so many stops every place is tried."""
FEW = 4
"""On longer ones, the places that look best."""

Numbers = NDArray[np.int64]


def unbound(problem: Problem) -> Problem:
    """The problem of its first vehicle, with every stop on it whatever it costs, in any order."""
    stops = tuple(replace(stop, skip_cost=None, vehicle=None) for stop in problem.stops)
    vehicles = problem.vehicles[:1]
    return replace(problem, stops=stops, vehicles=vehicles, chains=(), current={}, move_cost=0)


def placed(
    problem: Problem,
    kept: Sequence[str],
    moving: Sequence[str],
    stopped: Callable[[], bool] = lambda: False,
) -> tuple[str, ...]:
    """The tour `kept` of the first vehicle with the others in it, each where that is best. What is
    left when it is `stopped` goes where the way is shortest."""
    model = Model(unbound(problem))
    work = _Tour(model)
    stops = model.numbers(kept)
    for stop in model.numbers(moving):
        first = work.first(stop, stops)
        at = work.shortest(stop, stops, first) if stopped() else work.best(stop, stops, first)
        stops = [*stops[:at], stop, *stops[at:]]
    return model.ids(stops)


class _Around(NamedTuple):
    """What is before and after each place of a tour, by place; -1 for nothing."""

    before: Numbers
    after: Numbers


class _Tour:
    """The only vehicle of a model."""

    def __init__(self, model: Model) -> None:
        self.model, self.judge = model, Judge(model)
        self.vehicle = model.vehicles[0]
        matrix = model.problem.matrix_of(self.vehicle)
        self.seconds = np.asarray(matrix.durations, np.int64)
        metres = np.asarray(matrix.distances, np.int64)
        self.costs = self.vehicle.cost_per_metre * metres
        self.costs += self.vehicle.cost_per_second * self.seconds

    def first(self, stop: int, stops: Sequence[int]) -> int:
        """The first place for it: behind where its goods are fetched."""
        fetched = {link.pickup for link in self.model.links_of.get(stop, ())}
        return max((at + 1 for at, one in enumerate(stops) if one in fetched - {stop}), default=0)

    def shortest(self, stop: int, stops: Sequence[int], first: int) -> int:
        """The place with the shortest detour."""
        return first + int(np.argmin(self._detours(stop, self._around(stops))[1][first:]))

    def best(self, stop: int, stops: Sequence[int], first: int) -> int:
        """The place that breaks and costs least."""
        places: list[int] = list(range(first, len(stops) + 1))
        if len(places) > SHORT:
            places = self._promising(stop, stops, first)
        most, best = None, places[0]
        for at in places:
            score = self._score((*stops[:at], stop, *stops[at:]), most)
            if score is not None and (most is None or score < most):
                most, best = score, at
        return best

    def _score(self, stops: Sequence[int], most: Score | None) -> Score | None:
        return self.judge.score(0, stops, most, partial=True)

    def _promising(self, stop: int, stops: Sequence[int], first: int) -> list[int]:
        around = self._around(stops)
        longer, dearer = self._detours(stop, around)
        late = self._lateness(stop, stops, around, longer)
        order = np.lexsort((dearer[first:], late[first:]))
        return [first + int(at) for at in order[:FEW]]

    def _around(self, stops: Sequence[int]) -> _Around:
        places = [self.model.places[one] for one in stops]
        start, end = self.vehicle.start, self.vehicle.end
        return _Around(
            np.array([-1 if start is None else start, *places]),
            np.array([*places, -1 if end is None else end]),
        )

    def _detours(self, stop: int, around: _Around) -> tuple[Numbers, Numbers]:
        """How much longer and dearer the way is for each place."""
        return self._detour(self.seconds, stop, around), self._detour(self.costs, stop, around)

    def _detour(self, matrix: Numbers, stop: int, around: _Around) -> Numbers:
        place, (before, after) = self.model.places[stop], around
        there = np.where(before < 0, 0, matrix[before, place])
        on = np.where(after < 0, 0, matrix[place, after])
        straight = np.where((before < 0) | (after < 0), 0, matrix[before, after])
        return np.asarray(there + on - straight, np.int64)

    def _lateness(
        self, stop: int, stops: Sequence[int], around: _Around, longer: Numbers
    ) -> Numbers:
        """How much later than it should everything would be, about, for each place."""
        service, spans, _ = self.model.parts[stop]
        left, room = self._times(stops)
        to = np.where(around.before < 0, 0, self.seconds[around.before, self.model.places[stop]])
        arrival = left + np.where(to >= UNREACHABLE, 0, to)
        if spans:
            own = np.maximum(0, arrival - spans[-1][1])
            waits = np.maximum(0, spans[0][0] - arrival)
        else:
            own = waits = np.zeros_like(arrival)
        delay = np.minimum(longer, UNREACHABLE) + service + waits
        return np.asarray(own + np.maximum(0, delay - room), np.int64)

    def _times(self, stops: Sequence[int]) -> tuple[Numbers, Numbers]:
        """When the vehicle leaves for each place at the earliest, and by how much later it can be
        there before something comes too late that would be in time."""
        legs, shift = legs_of(self.model, 0, stops), self.vehicle.shift
        begun = [start for _, start in starts_of(legs.items, shift.start)]
        left = [shift.start]
        left += [at + item[1][0] for at, item in zip(begun, legs.items, strict=True)]
        room = [max(0, shift.end - left[-1] - legs.back)]
        for at, (_, part) in zip(reversed(begun), reversed(legs.items), strict=True):
            room.append(min(room[-1], _room(part, at)))
        return np.array(left, np.int64), np.array(room[::-1], np.int64)


def _room(part: Part, begun: int) -> int:
    """How much later service may begin; as much as one likes where it is too late already."""
    _, spans, _ = part
    late = bool(spans) and begun > spans[-1][1]
    return spans[-1][1] - begun if spans and not late else UNREACHABLE

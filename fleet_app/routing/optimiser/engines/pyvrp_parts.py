"""Parts of a large plan: neighbouring tours that are searched as a small problem of their own."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fleet_app.routing.optimiser.problem import Matrix, Problem, Sequences, Vehicle

CLOSE = 12
"""Stops that count as around a stop."""
MOST_LEFT_OUT = 30
"""Stops that nobody does which a part tries to fit in."""
SPARE = 2
"""Idle vehicles of each kind that a part may use in addition, at most."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some vehicles, what they do now, and stops that nobody does."""

    sequences: dict[str, tuple[str, ...]]
    vehicles: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def stops(self) -> Iterable[str]:
        """All of them."""
        yield from self.left_out
        for tour in self.sequences.values():
            yield from tour


def narrowed(problem: Problem, part: Part) -> Problem:
    """The problem with only these stops and vehicles, on matrices of their places alone."""
    names, vehicles = set(part.stops), set(part.vehicles)
    stops = [stop for stop in problem.stops if stop.id in names]
    crew = [one for one in problem.vehicles if one.id in vehicles]
    ends = [end for one in crew for end in (one.start, one.end) if end is not None]
    used = sorted({*ends, *(stop.place for stop in stops)})
    at = {place: number for number, place in enumerate(used)}
    profiles = sorted({one.profile for one in crew})
    square = np.ix_(used, used)
    return replace(
        problem,
        stops=tuple(replace(stop, place=at[stop.place]) for stop in stops),
        vehicles=tuple(_moved(one, at, profiles) for one in crew),
        matrices=tuple(
            Matrix(problem.matrices[one].durations[square], problem.matrices[one].distances[square])
            for one in profiles
        ),
        pairs=tuple(pair for pair in problem.pairs if pair.pickup in names),
    )


def _moved(vehicle: Vehicle, at: dict[int, int], profiles: list[int]) -> Vehicle:
    start, end = (None if one is None else at[one] for one in (vehicle.start, vehicle.end))
    return replace(vehicle, start=start, end=end, profile=profiles.index(vehicle.profile))


class Parts:
    """Chooses the parts of a plan, each once in a while, none that touches another in work."""

    def __init__(self, problem: Problem, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311
        self._names = [stop.id for stop in problem.stops]
        self._number = {name: number for number, name in enumerate(self._names)}
        self._around = _around(problem)
        self._kinds = {one.id: replace(one, id="") for one in problem.vehicles}
        self._last = dict.fromkeys(self._kinds, 0)
        """When each vehicle's tour was in a part."""
        self._turn = 0
        self._partner = {a: b for one in problem.pairs for a, b in _both(one.pickup, one.delivery)}

    def next(
        self, plan: Sequences, busy: Collection[str], lent: Collection[str], size: int
    ) -> Part | None:
        """Tours around one that has waited longest, with about `size` stops; None when nobody is
        free. Vehicles that are `busy` and stops that are `lent` belong to other parts."""
        free = [name for name, tour in plan.items() if tour and name not in busy]
        chosen = self._grown(plan, free, size)
        if not chosen:
            return None
        self._turn += 1
        self._last |= dict.fromkeys(chosen, self._turn)
        idle = self._idle(plan, busy, chosen)
        sequences = {name: tuple(plan[name]) for name in chosen}
        return Part(sequences, (*chosen, *idle), self._left_out(plan, lent, sequences))

    def seed(self) -> int:
        """A number for the search of a part."""
        return self._random.randrange(1 << 31)

    def _grown(self, plan: Sequences, free: list[str], size: int) -> list[str]:
        if not free:
            return []
        tour_of = np.full(len(self._names), -1)
        for number, name in enumerate(free):
            tour_of[[self._number[stop] for stop in plan[name]]] = number
        sizes = np.array([len(plan[name]) for name in free])
        oldest = min(self._last[name] for name in free)
        first = self._random.choice(
            [number for number, name in enumerate(free) if self._last[name] == oldest]
        )
        chosen, near = [first], self._near(tour_of, first, len(free))
        while sizes[chosen].sum() < size and len(chosen) < len(free):
            score = near / sizes
            score[chosen] = -1
            best = int(np.argmax(score * (0.7 + 0.6 * self._chances(len(free)))))
            chosen.append(best)
            near = near + self._near(tour_of, best, len(free))
        return [free[number] for number in chosen]

    def _chances(self, count: int) -> NDArray[np.float64]:
        return np.array([self._random.random() for _ in range(count)])

    def _near(self, tour_of: NDArray[np.int64], tour: int, count: int) -> NDArray[np.float64]:
        """How often a stop of each tour is around one of this."""
        others = tour_of[self._around[tour_of == tour]].ravel()
        return np.bincount(others[others >= 0], minlength=count).astype(float)

    def _left_out(
        self, plan: Sequences, lent: Collection[str], sequences: Sequences
    ) -> tuple[str, ...]:
        """Stops that nobody does, those closest to these tours first; pairs come whole."""
        done = {stop for tour in plan.values() for stop in tour}
        left = [name for name in self._names if name not in done and name not in lent]
        here = [self._number[stop] for tour in sequences.values() for stop in tour]
        inside = np.isin(self._around, here).sum(axis=1)
        left.sort(key=lambda name: -int(inside[self._number[name]]))
        chosen = left[:MOST_LEFT_OUT]
        partners = [self._partner[name] for name in chosen if name in self._partner]
        return tuple(dict.fromkeys((*chosen, *partners)))

    def _idle(self, plan: Sequences, busy: Collection[str], chosen: list[str]) -> list[str]:
        """Some vehicles that stay at home, of every kind that is there."""
        found: list[str] = []
        taken: dict[Vehicle, int] = {}
        for name, kind in self._kinds.items():
            if plan.get(name) or name in busy or name in chosen:
                continue
            taken[kind] = taken.get(kind, 0) + 1
            if taken[kind] <= SPARE:
                found.append(name)
        return found


def _both(first: str, second: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return (first, second), (second, first)


def _around(problem: Problem) -> NDArray[np.int64]:
    """For each stop the stops that are closest, there and back."""
    places = [stop.place for stop in problem.stops]
    seconds = problem.matrices[0].durations[np.ix_(places, places)]
    both = np.minimum(seconds, seconds.T).astype(float)
    np.fill_diagonal(both, np.inf)
    count = min(CLOSE, len(places) - 1)
    if count < 1:
        return np.zeros((len(places), 0), np.int64)
    return np.argpartition(both, count - 1, axis=1)[:, :count]

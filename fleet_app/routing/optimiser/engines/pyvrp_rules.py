"""Who may go where, and what a stop is worth: what PyVRP is told by capacities and prizes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fleet_app.routing.optimiser.problem import UNREACHABLE, Problem, Stop, Vehicle

Allowed = frozenset[int]
"""Vehicles by number."""
NEAR = 10
"""Of a place: its closest others, whose arcs are what a good plan consists of."""


def allowed(problem: Problem, stops: tuple[Stop, ...]) -> Allowed:
    """Who may do all of these stops: those with every skill, and nobody but whom they are locked
    to."""
    skills = frozenset[str]().union(*(stop.skills for stop in stops))
    locks = {stop.vehicle for stop in stops if stop.vehicle is not None}
    return frozenset(
        number
        for number, vehicle in enumerate(problem.vehicles)
        if skills <= vehicle.skills and locks <= {vehicle.id}
    )


@dataclass(frozen=True, slots=True)
class Scale:
    """What is usual in a problem, for prizes and penalties that suit it."""

    arc_cost: float
    """Driving between neighbours."""
    arc_seconds: float
    longest_cost: float
    """Driving between the two places that are farthest apart."""
    metre: float

    @classmethod
    def of(cls, problem: Problem) -> Scale:
        """Read off the matrices and the vehicles' rates."""
        metre = float(np.mean([one.cost_per_metre for one in problem.vehicles]))
        second = float(np.mean([one.cost_per_second for one in problem.vehicles]))
        used = sorted({stop.place for stop in problem.stops})
        near: list[tuple[float, float]] = []
        longest = 0.0
        for matrix in problem.matrices:
            seconds = matrix.durations[np.ix_(used, used)]
            metres = matrix.distances[np.ix_(used, used)]
            near.append((_near(metres), _near(seconds)))
            longest = max(longest, _costliest(problem.vehicles, matrix.distances, matrix.durations))
        metres_near, seconds_near = np.mean(near, axis=0)
        return cls(metre * metres_near + second * seconds_near, seconds_near, longest, metre)


def _near(arcs: NDArray[np.int64]) -> float:
    if len(arcs) < 2:
        return 1.0
    count = min(NEAR + 1, len(arcs))
    closest = np.partition(arcs, count - 1, axis=1)[:, :count].astype(float)
    closest = closest[closest < UNREACHABLE]
    return max(1.0, float(closest.sum()) / max(1, len(closest) - len(arcs)))


def _costliest(
    vehicles: tuple[Vehicle, ...], metres: NDArray[np.int64], seconds: NDArray[np.int64]
) -> float:
    ways = metres < UNREACHABLE
    most_metres = int(metres.max(initial=0, where=ways))
    most_seconds = int(seconds.max(initial=0, where=seconds < UNREACHABLE))
    return max(
        one.cost_per_metre * most_metres + one.cost_per_second * most_seconds for one in vehicles
    )


def worth(problem: Problem, scale: Scale) -> int:
    """What leaving out a stop costs that is only left out when nobody can do it: more than a
    vehicle's whole day for it alone, and more than any stop that may be left out."""
    day = max(
        one.fixed_cost + one.cost_per_second * (one.shift.end - one.shift.start)
        for one in problem.vehicles
    )
    service = max((stop.service for stop in problem.stops), default=0)
    most = max((stop.skip_cost or 0 for stop in problem.stops), default=0)
    return int(4 * (day + 2 * scale.longest_cost + service + 1) + 2 * most)

"""What it costs to give a stop to another vehicle than people know of, for PyVRP.

PyVRP has no such cost, but matrices for each vehicle: there the way to a stop that was another's is
so much longer that driving it costs the move too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from fleet_app.routing.optimiser.problem import UNREACHABLE, Matrix, Problem, Vehicle

MOST_CELLS = 12_000_000
"""Of all matrices together."""


def priced(problem: Problem) -> Problem:
    """The problem with moves as longer ways, every stop at a place of its own; as it is where
    nothing moved costs anything, where longer ways would break limits, or where it is too large."""
    owner = {stop: name for name, tour in problem.current.items() for stop in tour}
    owners = {name for stop, name in owner.items()}
    kinds = {_kind(vehicle, owners) for vehicle in problem.vehicles}
    size = _ends(problem) + len(problem.stops)
    if not problem.move_cost or not owner or len(kinds) * size**2 > MOST_CELLS:
        return problem
    if any(one.max_distance is not None or not one.cost_per_metre for one in problem.vehicles):
        return problem
    return _longer(problem, owner, owners)


def _ends(problem: Problem) -> int:
    return 1 + max((one for v in problem.vehicles for one in (v.start, v.end) if one is not None),
                   default=-1)  # fmt: skip


def _kind(vehicle: Vehicle, owners: set[str]) -> tuple[str, int, int]:
    """Vehicles with one matrix: those that had no stops share one."""
    name = vehicle.id if vehicle.id in owners else ""
    return name, vehicle.profile, vehicle.cost_per_metre


def _longer(problem: Problem, owner: dict[str, str], owners: set[str]) -> Problem:
    before = _ends(problem)
    places = [*range(before), *(stop.place for stop in problem.stops)]
    square = np.ix_(places, places)
    matrices: list[Matrix] = []
    profiles: dict[tuple[str, int, int], int] = {}
    for vehicle in problem.vehicles:
        kind = _kind(vehicle, owners)
        if kind in profiles:
            continue
        profiles[kind] = len(matrices)
        known = problem.matrix_of(vehicle)
        more = np.zeros(len(places), np.int64)
        more[before:] = list(_moves(problem, owner, vehicle))
        metres = known.distances[square]
        ways = np.where(metres < UNREACHABLE, metres + more, metres)
        matrices.append(Matrix(known.durations[square], ways))
    return replace(
        problem,
        stops=tuple(replace(one, place=before + n) for n, one in enumerate(problem.stops)),
        vehicles=tuple(replace(one, profile=profiles[_kind(one, owners)])
                       for one in problem.vehicles),
        matrices=tuple(matrices),
    )  # fmt: skip


def _moves(problem: Problem, owner: dict[str, str], vehicle: Vehicle) -> Iterator[int]:
    """By how many metres the way to each stop is longer for this vehicle."""
    metres = round(problem.move_cost / vehicle.cost_per_metre)
    for stop in problem.stops:
        yield metres if owner.get(stop.id, vehicle.id) != vehicle.id else 0

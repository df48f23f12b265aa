"""Whether a problem makes sense, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from fleet_app.routing.optimiser.plan import BadProblem, Words
from fleet_app.routing.optimiser.problem import (
    MOST_STOPS,
    Problem,
    Stop,
    Vehicle,
    Window,
)


def validate(problem: Problem, words: Words | None = None) -> None:
    """Raises `BadProblem` for what cannot be meant: names that are not there, windows that end
    before they begin, places that no matrix has."""
    names = words or {}
    found = [
        *_size(problem),
        *_twice("stop", (stop.id for stop in problem.stops), names),
        *_twice("vehicle", (vehicle.id for vehicle in problem.vehicles), names),
        *_matrices(problem),
        *(fault for stop in problem.stops for fault in _stop(stop, problem, names)),
        *(fault for one in problem.vehicles for fault in _vehicle(one, problem, names)),
        *_relations(problem, names),
    ]
    if found:
        raise BadProblem(found)


def _size(problem: Problem) -> Iterator[str]:
    if len(problem.stops) > MOST_STOPS:
        yield f"{len(problem.stops)} stops are too many to plan at once, {MOST_STOPS} are the most"


def _twice(what: str, ids: Iterable[str], names: Words) -> Iterator[str]:
    for one, count in Counter(ids).items():
        if count > 1:
            yield f"The {what} {names.get(one, one)} is there {count} times"


def _matrices(problem: Problem) -> Iterator[str]:
    shapes = {one.shape for m in problem.matrices for one in (m.durations, m.distances)}
    if len(shapes) > 1 or any(len(shape) != 2 or shape[0] != shape[1] for shape in shapes):
        yield "The matrices are not square, or not of the same places"
    for matrix in problem.matrices:
        if matrix.durations.size and min(matrix.durations.min(), matrix.distances.min()) < 0:
            yield "A matrix has negative times or distances"


def _places(problem: Problem) -> int:
    return len(problem.matrices[0].durations) if problem.matrices else 0


def _stop(stop: Stop, problem: Problem, names: Words) -> Iterator[str]:
    name = names.get(stop.id, stop.id)
    if not 0 <= stop.place < _places(problem):
        yield f"{name} is at a place that the matrix does not have"
    yield from (f"{name}: {fault}" for fault in _windows(stop.windows))
    if stop.service < 0 or any(amount < 0 for amount in (*stop.delivers, *stop.collects)):
        yield f"{name}: service and loads cannot be negative"
    if (stop.skip_cost or 0) < 0 or (stop.late_cost or 0) < 0:
        yield f"{name}: costs cannot be negative"


def _windows(windows: Iterable[Window]) -> Iterator[str]:
    if any(window.end < window.start for window in windows):
        yield "a window ends before it begins"


def _vehicle(vehicle: Vehicle, problem: Problem, names: Words) -> Iterator[str]:
    name = names.get(vehicle.id, vehicle.id)
    places = [place for place in (vehicle.start, vehicle.end) if place is not None]
    if any(not 0 <= place < _places(problem) for place in places):
        yield f"{name} starts or ends at a place that the matrix does not have"
    if not 0 <= vehicle.profile < len(problem.matrices):
        yield f"{name} has no matrix"
    if vehicle.shift.end < vehicle.shift.start:
        yield f"{name}: the shift ends before it begins"
    for rest in vehicle.breaks:
        yield from (f"{name}, break: {fault}" for fault in _windows(rest.windows))
        if rest.duration < 0 or not rest.windows:
            yield f"{name}: a break needs a length and a window"
    yield from _twice("break", (rest.id for rest in vehicle.breaks), names)
    costs = (vehicle.fixed_cost, vehicle.cost_per_metre, vehicle.cost_per_second)
    if min(costs) < 0:
        yield f"{name}: costs cannot be negative"


def _relations(problem: Problem, names: Words) -> Iterator[str]:
    known = {stop.id for stop in problem.stops}
    for pair in problem.pairs:
        for one in (pair.pickup, pair.delivery):
            if one not in known:
                yield f"A pair names {names.get(one, one)}, which is not there"
        if pair.pickup == pair.delivery:
            yield f"{names.get(pair.pickup, pair.pickup)} is a pair with itself"
        if any(amount < 0 for amount in pair.amounts):
            yield "A pair cannot carry less than nothing"
    for what, groups in (
        ("group", problem.together),
        ("locked order", [chain.stops for chain in problem.chains]),
    ):
        for group in groups:
            for one in set(group) - known:
                yield f"A {what} names {names.get(one, one)}, which is not there"
            yield from (f"In a {what}: {fault}" for fault in _twice("stop", group, names))
    if problem.balance < 0 or problem.move_cost < 0:
        yield "Costs cannot be negative"

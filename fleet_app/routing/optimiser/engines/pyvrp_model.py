"""A problem in PyVRP's terms, and its solutions back in ours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pyvrp import Activity, Depot, Location, ProblemData, Route, Solution, VehicleType

from fleet_app.routing.optimiser.engines.pyvrp_orders import Orders
from fleet_app.routing.optimiser.engines.pyvrp_rules import Scale, worth
from fleet_app.routing.optimiser.engines.pyvrp_vehicles import vehicle_types
from fleet_app.routing.optimiser.problem import Problem, Sequences


class PyVrpModel:
    """One problem's data for PyVRP."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.scale = Scale.of(problem)
        self.prize = worth(problem, self.scale)
        self._orders = Orders(problem, self.prize)
        self.usual_loads = self._orders.usual_loads
        self._types, self._of_type = vehicle_types(self._orders)
        self.data = self._data()

    def _data(self) -> ProblemData:
        size = len(self.problem.matrices[0].durations)
        nowhere = any(None in (one.start, one.end) for one in self.problem.vehicles)
        depots: dict[int, int] = {}
        types = []
        for fields, members in zip(self._types, self._of_type, strict=True):
            ends = [size if place is None else place
                    for place in (fields.pop("start"), fields.pop("end"))]  # fmt: skip
            start, end = (depots.setdefault(place, len(depots)) for place in ends)
            types.append(VehicleType(len(members), start_depot=start, end_depot=end, **fields))
        arcs = [
            [_grown(each, size + nowhere) for each in (matrix.distances, matrix.durations)]
            for matrix in self.problem.matrices
        ]
        return ProblemData(
            [Location(0, 0) for _ in range(size + nowhere)],
            self._orders.clients,
            [Depot(place) for place in depots],
            types,
            [distances for distances, _ in arcs],
            [durations for _, durations in arcs],
            self._orders.groups,
            self._orders.shipments,
        )

    def solution(self, sequences: Sequences) -> Solution:
        """Our sequences as a solution; what PyVRP does not know, what is there already, and halves
        of pairs are passed over."""
        at = {one.id: number for number, one in enumerate(self.problem.vehicles)}
        kind_of = {number: kind for kind, them in enumerate(self._of_type) for number in them}
        routes: list[Route] = []
        seen: set[str] = set()
        for name, stops in sequences.items():
            tour = self._whole([one for one in dict.fromkeys(stops) if one not in seen])
            if tour and name in at:
                seen.update(tour)
                routes.append(Route(self.data, self._activities(tour), kind_of[at[name]]))
        return Solution(self.data, routes)

    def _whole(self, tour: list[str]) -> list[str]:
        """What of the tour PyVRP knows, pairs only where the pickup comes before the delivery."""
        place = {stop: number for number, stop in enumerate(tour) if stop in self._orders.numbers}
        for pair in self.problem.pairs:
            first, then = place.get(pair.pickup, len(tour)), place.get(pair.delivery, -1)
            if first > then:
                place.pop(pair.pickup, None)
                place.pop(pair.delivery, None)
        return list(place)

    def _activities(self, stops: Sequence[str]) -> list[Activity]:
        """Of a stop with several windows the client is taken whose window seems to be meant: the
        first that is open late enough for what came before."""
        found: list[Activity] = []
        latest = 0
        for stop in stops:
            choices = self._orders.numbers[stop]
            choice = choices[0]
            if choice.is_client():
                fit = [one for one in choices if self._orders.clients[one.idx].tw_late >= latest]
                choice = (fit or choices)[0]
                latest = max(latest, self._orders.clients[choice.idx].tw_early)
            found.append(choice)
        return found

    def sequences(self, solution: Solution, like: Sequences) -> dict[str, tuple[str, ...]]:
        """A solution as sequences. Among equal vehicles each tour goes to the one that has most of
        its stops in `like`."""
        tours: dict[int, list[tuple[str, ...]]] = defaultdict(list)
        for route in solution.routes():
            stops = tuple(
                self._orders.names[one.type, one.idx] for one in route if not one.is_depot()
            )
            if stops:
                tours[route.vehicle_type()].append(stops)
        found: dict[str, tuple[str, ...]] = {}
        for kind, several in tours.items():
            names = [self.problem.vehicles[number].id for number in self._of_type[kind]]
            found |= _dealt(several, names, like)
        return found


def _dealt(
    tours: list[tuple[str, ...]], names: list[str], like: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    had = {stop: name for name in names for stop in like.get(name, ())}
    shared: dict[tuple[int, str], int] = defaultdict(int)
    for number, tour in enumerate(tours):
        for stop in tour:
            if stop in had:
                shared[number, had[stop]] += 1
    found: dict[str, tuple[str, ...]] = {}
    left = set(range(len(tours)))
    for (number, name), _ in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        if number in left and name not in found:
            found[name] = tours[number]
            left.discard(number)
    free = (name for name in names if name not in found)
    return found | {next(free): tours[number] for number in sorted(left)}


def _grown(matrix: np.ndarray[Any, np.dtype[np.int64]], size: int) -> Any:
    """The matrix with nothing on its diagonal, and one more place that is nowhere in particular:
    for tours that begin at their first stop or end at their last."""
    grown = np.zeros((size, size), np.int64)
    grown[: len(matrix), : len(matrix)] = matrix
    np.fill_diagonal(grown, 0)
    return grown

"""OR-Tools: soft windows and stops that belong together, on small problems.

It searches from the best plan there is (its own first plans take longer than everything else), and
knows breaks that interrupt a drive. What it does not hold exactly (loads that are brought and
collected on one tour, evenness) is for repair and polish.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from fleet_app.routing.optimiser.engine import Better, Stopper
from fleet_app.routing.optimiser.engines.away import solve_away
from fleet_app.routing.optimiser.engines.start import no_worse
from fleet_app.routing.optimiser.model import Model, spans_of
from fleet_app.routing.optimiser.parallel import Desk, Pool
from fleet_app.routing.optimiser.problem import Problem, Sequences, Vehicle

MOST = 200
"""Stops up to which it is worth its time."""
LOAD = 1 << 40
"""Room where a capacity does not bind."""
MARGIN_S = 0.1
MUST = 1_000
"""How much more leaving out costs that is not allowed than everything else together, at most."""
LARGEST = 1 << 50
OVERTIME = 86_400
NOBODY = -1
"""The vehicle of what is left out."""


class OrToolsEngine:
    """Guided local search by OR-Tools, in a child of the pool where there is one."""

    name = "ortools"

    def __init__(self, pool: Pool | None = None) -> None:
        self._pool = pool

    def takes(self, problem: Problem) -> bool:
        """No locked orders and no balance; each stop in one pair; not too many stops."""
        ends = [name for pair in problem.pairs for name in (pair.pickup, pair.delivery)]
        if problem.chains or problem.balance or len(ends) != len(set(ends)):
            return False
        return len(problem.stops) <= MOST

    def solve(
        self,
        problem: Problem,
        stop: Stopper,
        *,
        seed: int = 0,
        start: Sequences | None = None,
        better: Better | None = None,
    ) -> Sequences | None:
        """From `start`; it has no seed, and goes the same way every time."""
        if not problem.stops or not problem.vehicles:
            return {}
        arguments = (problem, dict(start or {}))
        if self._pool is None:
            found = _answer(problem, stop, start or {}, better)
        else:
            found = solve_away(self._pool, _task, arguments, stop, better)
        return no_worse(problem, found, start)


def _task(desk: Desk, problem: Problem, start: Sequences) -> Sequences | None:
    return _answer(problem, desk, start, desk.tell)


def _answer(
    problem: Problem, stop: Stopper, start: Sequences, better: Better | None
) -> Sequences | None:
    routing = _Routing(Model(problem))
    model, best = routing.routing, list[Sequences]()

    def heard() -> None:
        best[:] = [routing.sequences(lambda index: int(model.NextVar(index).Value()))]
        if better:
            better(best[0])

    model.AddAtSolutionCallback(heard)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = (
        routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    )
    parameters.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    parameters.time_limit.FromMilliseconds(max(1, int((stop.left - MARGIN_S) * 1000)))
    model.CloseModelWithParameters(parameters)
    given = model.ReadAssignmentFromRoutes(routing.routes(start), True) if start else None
    if given:
        model.SolveFromAssignmentWithParameters(given, parameters)
    else:
        model.SolveWithParameters(parameters)
    return best[0] if best else None


class _Routing:
    """A problem in OR-Tools' terms: a node for every stop, start and end."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.zero = min([0, *(one.shift.start for one in model.vehicles)])
        size, count = len(model.stops), len(model.vehicles)
        starts = [size + 2 * number for number in range(count)]
        ends = [size + 2 * number + 1 for number in range(count)]
        self.manager = pywrapcp.RoutingIndexManager(size + 2 * count, count, starts, ends)
        self.routing = pywrapcp.RoutingModel(self.manager)
        self.solver = self.routing.solver()
        self.indices = [self.manager.NodeToIndex(stop) for stop in range(size)]
        places = list(model.places)
        for one in model.vehicles:
            places += [-1 if place is None else place for place in (one.start, one.end)]
        self.places = np.array(places)
        self.services = np.array([part[0] for part in model.parts] + [0] * (2 * count))
        self._ways()
        self._time()
        self._loads()
        self._rules()

    def _between(self, matrix: np.ndarray[Any, np.dtype[np.int64]]) -> Any:
        """The matrix between nodes; nothing from and to nowhere."""
        found = matrix[np.ix_(self.places, self.places)].copy()
        nowhere = self.places < 0
        found[nowhere, :] = 0
        found[:, nowhere] = 0
        return found

    def _ways(self) -> None:
        """What driving takes and costs."""
        problem, routing = self.model.problem, self.routing
        self.seconds: list[int] = []
        metres: list[int] = []
        costs: dict[tuple[int, int], int] = {}
        for matrix in problem.matrices:
            taken = self._between(matrix.durations) + self.services[:, None]
            self.seconds.append(routing.RegisterTransitMatrix(taken.tolist()))
            metres.append(routing.RegisterTransitMatrix(self._between(matrix.distances).tolist()))
        for number, one in enumerate(self.model.vehicles):
            key = (one.profile, one.cost_per_metre)
            if key not in costs:
                far = self._between(problem.matrices[one.profile].distances) * one.cost_per_metre
                costs[key] = routing.RegisterTransitMatrix(far.tolist())
            routing.SetArcCostEvaluatorOfVehicle(costs[key], number)
            routing.SetFixedCostOfVehicle(one.fixed_cost, number)
        if any(one.max_distance is not None for one in self.model.vehicles):
            most = [_or(one.max_distance, LOAD) for one in self.model.vehicles]
            self._dimension([metres[one.profile] for one in self.model.vehicles], most, "metres")

    def _dimension(self, transits: list[int], most: list[int], name: str) -> Any:
        self.routing.AddDimensionWithVehicleTransitAndCapacity(transits, 0, most, True, name)
        return self.routing.GetDimensionOrDie(name)

    def _time(self) -> None:
        vehicles = self.model.vehicles
        horizon = max(one.shift.end for one in vehicles) - self.zero + OVERTIME
        transits = [self.seconds[one.profile] for one in vehicles]
        self.routing.AddDimensionWithVehicleTransits(transits, horizon, horizon, False, "time")
        self.time = self.routing.GetDimensionOrDie("time")
        for number, one in enumerate(vehicles):
            for index in (self.routing.Start(number), self.routing.End(number)):
                opens, closes = one.shift.start - self.zero, one.shift.end - self.zero
                self.time.CumulVar(index).SetRange(opens, max(opens, closes))
            self.time.SetSpanCostCoefficientForVehicle(one.cost_per_second, number)
            if one.max_duration is not None:
                self.time.SetSpanUpperBoundForVehicle(one.max_duration, number)
            self._breaks(number, one)
        for stop, index in enumerate(self.indices):
            self._window(stop, self.time.CumulVar(index), index)

    def _window(self, stop: int, begins: Any, index: int) -> None:
        _, spans, price = self.model.parts[stop]
        spans = tuple((opens - self.zero, closes - self.zero) for opens, closes in spans)
        if not spans:
            return
        begins.SetMin(max(0, spans[0][0]))
        for (_, closes), (opens, _) in pairwise(spans):
            begins.RemoveInterval(closes + 1, opens - 1)
        if price is None:
            begins.SetMax(max(0, spans[-1][1]))
        else:
            self.time.SetCumulVarSoftUpperBound(index, max(0, spans[-1][1]), price)

    def _breaks(self, number: int, vehicle: Vehicle) -> None:
        if not vehicle.breaks:
            return
        intervals = []
        for rest in vehicle.breaks:
            spans = spans_of(rest.windows)
            opens, closes = spans[0][0] - self.zero, spans[-1][1] - self.zero
            name = f"{vehicle.id} {rest.id}"
            intervals.append(
                self.solver.FixedDurationIntervalVar(
                    max(0, opens), max(0, closes), rest.duration, False, name
                )
            )
        visits = [0] * self.routing.Size()
        for stop, index in enumerate(self.indices):
            visits[index] = self.model.parts[stop][0]
        self.time.SetBreakIntervalsOfVehicle(intervals, number, visits)

    def _loads(self) -> None:
        """What is brought and what is collected, each against the whole room."""
        for dimension in range(self.model.dimensions):
            rooms = [_or(room[dimension], LOAD) for room in self.model.capacities]
            brought = [amounts[dimension] for amounts in self.model.delivers]
            taken = [amounts[dimension] for amounts in self.model.collects]
            for link in self.model.links:
                taken[link.pickup] += link.amounts[dimension]
                taken[link.delivery] -= link.amounts[dimension]
            for kind, amounts in (("brought", brought), ("taken", taken)):
                if any(amounts):
                    self._load(f"{kind} {dimension}", amounts, rooms)
        if any(one.max_stops is not None for one in self.model.vehicles):
            most = [_or(one.max_stops, LOAD) for one in self.model.vehicles]
            self._load("stops", [1] * len(self.indices), most)

    def _load(self, name: str, amounts: list[int], rooms: list[int]) -> None:
        nodes = amounts + [0] * (2 * len(self.model.vehicles))
        callback = self.routing.RegisterUnaryTransitVector(nodes)
        self._dimension([callback] * len(rooms), rooms, name)

    def _rules(self) -> None:
        model, routing = self.model, self.routing
        for stop, index in enumerate(self.indices):
            able = list(self._able(stop))
            if len(able) < len(model.vehicles):
                # Its own SetAllowedVehiclesForIndex takes no list in Python since release 9.15.
                routing.VehicleVar(index).SetValues([NOBODY, *able])
        must = self._must()
        for stop, index in enumerate(self.indices):
            cost = model.stops[stop].skip_cost
            routing.AddDisjunction([index], must if cost is None else cost)
        for link in model.links:
            self._pair(self.indices[link.pickup], self.indices[link.delivery])
        for group in model.groups:
            for one, other in pairwise(group):
                first, second = self.indices[one], self.indices[other]
                self.solver.Add(routing.VehicleVar(first) == routing.VehicleVar(second))

    def _able(self, stop: int) -> Iterator[int]:
        needs, held = self.model.stops[stop].skills, self.model.held.get(stop)
        for number, one in enumerate(self.model.vehicles):
            if needs <= one.skills and held in {None, number}:
                yield number

    def _must(self) -> int:
        """More than any plan costs, and not so much that sums overflow."""
        most = max(
            one.fixed_cost + one.cost_per_second * OVERTIME + one.cost_per_metre * 1_000_000
            for one in self.model.vehicles
        )
        skips = sum(stop.skip_cost or 0 for stop in self.model.stops)
        return min(LARGEST // max(1, len(self.model.stops)), most * MUST + skips)

    def _pair(self, pickup: int, delivery: int) -> None:
        routing = self.routing
        routing.AddPickupAndDelivery(pickup, delivery)
        self.solver.Add(routing.VehicleVar(pickup) == routing.VehicleVar(delivery))
        self.solver.Add(self.time.CumulVar(pickup) <= self.time.CumulVar(delivery))

    def routes(self, sequences: Sequences) -> list[list[int]]:
        """Sequences by index, one for each vehicle."""
        numbers = self.model.numbers
        return [
            [self.indices[stop] for stop in numbers(sequences.get(one.id, ()))]
            for one in self.model.vehicles
        ]

    def sequences(self, following: Any) -> dict[str, tuple[str, ...]]:
        """The sequences in which every index leads to the one that follows it."""
        found: dict[str, Sequence[str]] = {}
        for number, one in enumerate(self.model.vehicles):
            stops: list[int] = []
            index = following(self.routing.Start(number))
            while not self.routing.IsEnd(index):
                stops.append(self.manager.IndexToNode(index))
                index = following(index)
            if stops:
                found[one.id] = self.model.ids(stops)
        return {vehicle: tuple(some) for vehicle, some in found.items()}


def _or(limit: int | None, otherwise: int) -> int:
    return otherwise if limit is None else limit

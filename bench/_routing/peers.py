"""The solvers as one would call them: OR-Tools' routing library and PyVRP, with their defaults."""

from __future__ import annotations

import time
from typing import Any

import pyvrp
from ortools.constraint_solver import (
    pywrapcp,
    routing_enums_pb2,
)

from fleet_app.routing.optimiser.problem import Problem

Tours = dict[str, tuple[str, ...]]
Names = dict[int, str]


def ortools(problem: Problem, seconds: float) -> Tours | None:
    """Parallel cheapest insertion, then guided local search. None when it finds no plan."""
    began = time.monotonic()
    size, vehicles = len(problem.stops) + 1, problem.vehicles
    manager = pywrapcp.RoutingIndexManager(size, len(vehicles), 0)
    routing = pywrapcp.RoutingModel(manager)
    ways = problem.matrices[0].distances.tolist()
    arcs = routing.RegisterTransitMatrix(ways)
    routing.SetArcCostEvaluatorOfAllVehicles(arcs)
    service = [0, *(stop.service for stop in problem.stops)]
    times = routing.RegisterTransitMatrix(
        [[way + service[a] for way in row] for a, row in enumerate(ways)]
    )
    horizon = vehicles[0].shift.end
    routing.AddDimension(times, horizon, horizon, False, "time")
    _add_stops(problem, manager, routing)
    limits = pywrapcp.DefaultRoutingSearchParameters()
    limits.first_solution_strategy = (
        routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    )
    limits.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    limits.time_limit.FromMilliseconds(max(1, int(1000 * (seconds - time.monotonic() + began))))
    return _tours(problem, manager, routing, routing.SolveWithParameters(limits))


def _add_stops(problem: Problem, manager: Any, routing: Any) -> None:
    time_dimension = routing.GetDimensionOrDie("time")
    load = {stop.id: sum(stop.delivers) for stop in problem.stops}
    for pair in problem.pairs:
        load[pair.pickup], load[pair.delivery] = pair.amounts[0], -pair.amounts[0]
    loads = routing.RegisterUnaryTransitVector([0, *(load[stop.id] for stop in problem.stops)])
    room = [one.capacity[0] for one in problem.vehicles]
    routing.AddDimensionWithVehicleCapacity(loads, 0, room, True, "load")
    at = {stop.id: manager.NodeToIndex(n) for n, stop in enumerate(problem.stops, 1)}
    for stop in problem.stops:
        window = stop.windows[0]
        time_dimension.CumulVar(at[stop.id]).SetRange(window.start, window.end)
    for pair in problem.pairs:
        first, then = at[pair.pickup], at[pair.delivery]
        routing.AddPickupAndDelivery(first, then)
        solver = routing.solver()
        solver.Add(routing.VehicleVar(first) == routing.VehicleVar(then))
        solver.Add(time_dimension.CumulVar(first) <= time_dimension.CumulVar(then))


def _tours(problem: Problem, manager: Any, routing: Any, found: Any) -> Tours | None:
    if found is None:
        return None
    tours: Tours = {}
    for number, vehicle in enumerate(problem.vehicles):
        tour, index = list[str](), found.Value(routing.NextVar(routing.Start(number)))
        while not routing.IsEnd(index):
            tour.append(problem.stops[manager.IndexToNode(index) - 1].id)
            index = found.Value(routing.NextVar(index))
        if tour:
            tours[vehicle.id] = tuple(tour)
    return tours


def plain_pyvrp(problem: Problem, seconds: float) -> Tours | None:
    """`pyvrp.solve` with nothing but a time limit, which counts making the data."""
    until = time.monotonic() + seconds
    data, names = _pyvrp_data(problem)
    result = pyvrp.solve(
        data, lambda cost: time.monotonic() >= until, seed=1, collect_stats=False, display=False
    )
    if not result.is_feasible():
        return None
    tours: Tours = {}
    for vehicle, route in zip(problem.vehicles, result.best.routes(), strict=False):
        tours[vehicle.id] = tuple(names[one.type, one.idx] for one in route if not one.is_depot())
    return tours


def _pyvrp_data(problem: Problem) -> tuple[pyvrp.ProblemData, dict[tuple[Any, int], str]]:
    stops = {stop.id: stop for stop in problem.stops}
    paired = {name for pair in problem.pairs for name in (pair.pickup, pair.delivery)}
    names: dict[tuple[Any, int], str] = {}
    clients: list[pyvrp.Client] = []
    shipments: list[pyvrp.Shipment] = []
    for stop in problem.stops:
        if stop.id not in paired:
            names[pyvrp.ActivityType.CLIENT, len(clients)] = stop.id
            window = stop.windows[0]
            clients.append(
                pyvrp.Client(stop.place, list(stop.delivers), service_duration=stop.service,
                             tw_early=window.start, tw_late=window.end)
            )  # fmt: skip
    for number, pair in enumerate(problem.pairs):
        first, then = stops[pair.pickup], stops[pair.delivery]
        names[pyvrp.ActivityType.PICKUP, number] = first.id
        names[pyvrp.ActivityType.DELIVERY, number] = then.id
        shipments.append(
            pyvrp.Shipment(
                first.place, then.place,
                first.windows[0].start, first.windows[0].end, first.service,
                then.windows[0].start, then.windows[0].end, then.service, list(pair.amounts),
            )
        )  # fmt: skip
    day = problem.vehicles[0].shift
    ways: Any = problem.matrices[0].distances
    room = [amount or 0 for amount in problem.vehicles[0].capacity]
    kind = pyvrp.VehicleType(len(problem.vehicles), room, tw_early=day.start, tw_late=day.end)
    places = [pyvrp.Location(0, 0) for _ in range(len(ways))]
    data = pyvrp.ProblemData(
        places, clients, [pyvrp.Depot(0)], [kind], [ways], [ways], shipments=shipments
    )
    return data, names

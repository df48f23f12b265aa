"""The checker's part that is no matter of time: skills, loads, locks, pairs, groups."""

from __future__ import annotations

from collections.abc import Iterator

from fleet_app.routing.optimiser.plan import Broken, Flag, Plan, Tour
from fleet_app.routing.optimiser.problem import Chain, Hold, Problem


def check_rules(problem: Problem, plan: Plan) -> list[Flag]:
    """What is broken of them."""
    return [
        *_skills_and_locks(problem, plan),
        *_chains(problem, plan),
        *_pairs(problem, plan),
        *_groups(problem, plan),
        *_loads(problem, plan),
    ]


def _skills_and_locks(problem: Problem, plan: Plan) -> Iterator[Flag]:
    stops = {stop.id: stop for stop in problem.stops}
    vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
    for tour in plan.tours:
        for visit in tour.visits:
            stop = stops[visit.stop]
            missing = stop.skills.difference(vehicles[tour.vehicle].skills)
            if missing:
                words = f"Needs {', '.join(sorted(missing))}"
                yield Flag(Broken.SKILL, words, tour.vehicle, stop.id)
            if stop.vehicle not in {None, tour.vehicle}:
                words = f"Locked to {stop.vehicle}"
                yield Flag(Broken.LOCK, words, tour.vehicle, stop.id)


def _chains(problem: Problem, plan: Plan) -> Iterator[Flag]:
    on = {visit.stop: tour for tour in plan.tours for visit in tour.visits}
    for chain in problem.chains:
        members = [stop for stop in chain.stops if stop in on]
        for stop in members:
            if on[stop].vehicle != chain.vehicle:
                words = f"Locked to {chain.vehicle}"
                yield Flag(Broken.LOCK, words, on[stop].vehicle, stop)
        tours = [tour for tour in plan.tours if tour.vehicle == chain.vehicle]
        if tours and members and not _is_kept(chain, members, tours[0]):
            yield Flag(Broken.LOCK, "The order that is locked is not kept", chain.vehicle)


def _is_kept(chain: Chain, members: list[str], tour: Tour) -> bool:
    driven = [visit.stop for visit in tour.visits]
    here = [stop for stop in members if stop in driven]
    if chain.hold is Hold.WHOLE:
        return driven == here
    if chain.hold is Hold.FIRST:
        return driven[: len(here)] == here
    return [stop for stop in driven if stop in here] == here


def _pairs(problem: Problem, plan: Plan) -> Iterator[Flag]:
    at = {
        visit.stop: (tour.vehicle, number)
        for tour in plan.tours
        for number, visit in enumerate(tour.visits)
    }
    for pair in problem.pairs:
        first, second = at.get(pair.pickup), at.get(pair.delivery)
        if first is None and second is None:
            continue
        if first is None or second is None or first[0] != second[0]:
            vehicle, _ = first or second or (None, 0)
            words = "Its pickup and its delivery are not on the same tour"
            yield Flag(Broken.PAIR, words, vehicle, pair.delivery)
        elif first[1] > second[1]:
            yield Flag(Broken.PAIR, "Comes before its pickup", second[0], pair.delivery)


def _groups(problem: Problem, plan: Plan) -> Iterator[Flag]:
    on = {visit.stop: tour.vehicle for tour in plan.tours for visit in tour.visits}
    for group in problem.together:
        if len({on[stop] for stop in group if stop in on}) > 1:
            yield Flag(Broken.TOGETHER, "Stops that belong together are on several tours")


def _loads(problem: Problem, plan: Plan) -> Iterator[Flag]:
    rooms = {vehicle.id: vehicle.capacity for vehicle in problem.vehicles}
    for tour in plan.tours:
        for dimension in range(_dimensions(problem)):
            most = max(_aboard(problem, tour, dimension))
            room = _nth(rooms[tour.vehicle], dimension)
            if room is not None and most > room:
                words = f"Carries {most}, and holds {room}"
                yield Flag(Broken.CAPACITY, words, tour.vehicle, None, most - room)
            if (_nth(tour.peak, dimension) or 0) != most:
                words = f"Carries {most} at most, and the plan says otherwise"
                yield Flag(Broken.MALFORMED, words, tour.vehicle)


def _nth(amounts: tuple[int | None, ...], dimension: int) -> int | None:
    return amounts[dimension] if dimension < len(amounts) else None


def _dimensions(problem: Problem) -> int:
    sizes = [len(vehicle.capacity) for vehicle in problem.vehicles]
    sizes += [len(pair.amounts) for pair in problem.pairs]
    for stop in problem.stops:
        sizes += [len(stop.delivers), len(stop.collects)]
    return max(sizes, default=0)


def _aboard(problem: Problem, tour: Tour, dimension: int) -> list[int]:
    """What is aboard at departure and after each stop. A pair loads where both are on the tour in
    order; where they are not, that is another flag."""
    stops = {stop.id: stop for stop in problem.stops}
    order = [visit.stop for visit in tour.visits]
    number = {stop: position for position, stop in enumerate(order)}
    change = [0] * len(order)
    start = 0
    for position, name in enumerate(order):
        delivered = _nth(stops[name].delivers, dimension) or 0
        start += delivered
        change[position] += (_nth(stops[name].collects, dimension) or 0) - delivered
    for pair in problem.pairs:
        first, second = number.get(pair.pickup), number.get(pair.delivery)
        if first is not None and second is not None and first < second:
            amount = _nth(pair.amounts, dimension) or 0
            change[first] += amount
            change[second] -= amount
    found = [start]
    for one in change:
        found.append(found[-1] + one)
    return found

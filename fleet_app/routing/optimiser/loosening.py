"""What stays on its vehicle, whatever it breaks there.

Somebody has loaded it, locked it or arranged it so. What that breaks already is loosened as far as
it is broken and no farther, so that the rest of the day is planned around it by rules that hold.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from fleet_app.routing.optimiser.contradictions import without_contradictions
from fleet_app.routing.optimiser.plan import Broken, Flag, Plan, Rest, Tour
from fleet_app.routing.optimiser.problem import (
    COST_UNITS,
    Break,
    Matrix,
    Problem,
    Sequences,
    Stop,
    Vehicle,
    Window,
)
from fleet_app.routing.optimiser.resting import is_outside
from fleet_app.routing.optimiser.scheduling import schedule

LATE_COST = 2 * COST_UNITS
"""What a second costs by which something that is late already is late, where its order is free."""
ROUNDS = 4
"""Loosening one limit may show that another is broken as well."""


@dataclass(frozen=True)
class Loosened:
    """A problem in which `kept` breaks nothing; `later` is until when stops that are late already
    may be reached, where lateness has a price."""

    problem: Problem
    kept: Sequences = field(default_factory=dict)
    later: Mapping[str, int] = field(default_factory=dict)

    def capped(self, problem: Problem) -> Problem:
        """For engines that know no prices of lateness: no later than now instead."""
        if not self.later:
            return problem
        return replace(problem, stops=tuple(self._capped(stop) for stop in problem.stops))

    def _capped(self, stop: Stop) -> Stop:
        if stop.id not in self.later:
            return stop
        return replace(_until(stop, self.later[stop.id]), late_cost=None)


def loosened(problem: Problem, kept: Sequences, *, moves: bool = False) -> Loosened:
    """The problem with `kept` bound to their vehicles, and with limits that these break as they are
    now loosened that far. Where an order is locked nothing becomes later; elsewhere, what is late
    already has a price for each second. `moves`: they have to stay on some vehicle, and on theirs
    only where others would not do for them as theirs does."""
    kept = _there(problem, kept)
    if not any(kept.values()):
        return Loosened(problem)
    home = {stop: vehicle for vehicle, stops in kept.items() for stop in stops}
    held = _stuck(problem, kept) if moves else home.keys()
    problem, later = _agreeing(_bound(problem, home, held), home), dict[str, int]()
    for _ in range(ROUNDS):
        plan = schedule(problem, kept)
        if not plan.flags:
            break
        problem = _loosened(problem, plan, later)
    return Loosened(problem, kept, later)


def _there(problem: Problem, kept: Sequences) -> dict[str, tuple[str, ...]]:
    """What of it the problem has, each stop once."""
    free = {stop.id for stop in problem.stops}
    found: dict[str, tuple[str, ...]] = {}
    for vehicle in problem.vehicles:
        stops = tuple(one for one in dict.fromkeys(kept.get(vehicle.id, ())) if one in free)
        found[vehicle.id] = stops
        free.difference_update(stops)
    return found


def _stuck(problem: Problem, kept: Sequences) -> set[str]:
    """Those of them that by the rules are on a wrong vehicle."""
    wrong = {Broken.SKILL, Broken.LOCK}
    flags = schedule(problem, kept).flags
    return {flag.stop for flag in flags if flag.stop is not None and flag.code in wrong}


def _bound(problem: Problem, home: Mapping[str, str], held: Collection[str]) -> Problem:
    """Each of them has to be made; those that are held belong to their vehicle, which has what they
    ask for."""
    has = {vehicle.id: vehicle.skills for vehicle in problem.vehicles}
    theirs = {stop: home[stop] for stop in held}

    def bound(stop: Stop) -> Stop:
        if stop.id not in home:
            return stop
        stop, vehicle = replace(stop, skip_cost=None), theirs.get(stop.id)
        if vehicle is None:
            return stop
        return replace(stop, vehicle=vehicle, skills=stop.skills & has[vehicle])

    chains = (
        replace(one, stops=tuple(s for s in one.stops if theirs.get(s, one.vehicle) == one.vehicle))
        for one in problem.chains
    )
    groups = (
        tuple(stop for stop in group if stop not in home)
        if len({home[stop] for stop in group if stop in home}) > 1
        else group
        for group in problem.together
    )
    return replace(
        problem,
        stops=tuple(map(bound, problem.stops)),
        chains=tuple(chains),
        together=tuple(groups),
    )


def _agreeing(problem: Problem, home: Mapping[str, str]) -> Problem:
    """Without locks for the sake of which some of them would have to go."""
    gone = home.keys() & without_contradictions(problem).left_out.keys()
    if not gone:
        return problem
    there = {home[stop] for stop in gone}
    return replace(
        problem,
        chains=tuple(chain for chain in problem.chains if chain.vehicle not in there),
        pairs=tuple(pair for pair in problem.pairs if not {pair.pickup, pair.delivery} & gone),
        together=tuple(tuple(s for s in group if s not in gone) for group in problem.together),
    )


def _loosened(problem: Problem, plan: Plan, later: dict[str, int]) -> Problem:
    """With everything that a plan breaks loosened that far."""
    tours = {tour.vehicle: tour for tour in plan.tours}
    for flag in plan.flags:
        tour = tours[flag.vehicle or ""]
        if flag.code is Broken.WINDOW:
            problem = _late(problem, flag, tour, later)
        elif flag.code is Broken.PAIR:
            pairs = (one for one in problem.pairs if flag.stop not in {one.pickup, one.delivery})
            problem = replace(problem, pairs=tuple(pairs))
        elif flag.code is Broken.LOCK:
            chains = (chain for chain in problem.chains if chain.vehicle != tour.vehicle)
            problem = replace(problem, chains=tuple(chains))
        elif flag.code is Broken.UNREACHABLE:
            problem = _led(problem, flag, tour)
        else:
            vehicles = (_roomier(v, tour) if v.id == tour.vehicle else v for v in problem.vehicles)
            problem = replace(problem, vehicles=tuple(vehicles))
    return problem


def _late(problem: Problem, flag: Flag, tour: Tour, later: dict[str, int]) -> Problem:
    """No later than now, or at a price."""
    begins = next(visit.start for visit in tour.visits if visit.stop == flag.stop)
    is_chained = any(flag.stop in chain.stops for chain in problem.chains)
    if not is_chained:
        later[flag.stop or ""] = begins

    def late(stop: Stop) -> Stop:
        if stop.id != flag.stop:
            return stop
        return _until(stop, begins) if is_chained else replace(stop, late_cost=LATE_COST)

    return replace(problem, stops=tuple(map(late, problem.stops)))


def _until(stop: Stop, moment: int) -> Stop:
    closes = max(window.end for window in stop.windows)
    return replace(stop, windows=(*stop.windows, Window(min(closes, moment), moment)))


def _led(problem: Problem, flag: Flag, tour: Tour) -> Problem:
    """A way where none leads, of no length, as times of such a tour have it."""
    place = {stop.id: stop.place for stop in problem.stops}
    vehicle = next(one for one in problem.vehicles if one.id == tour.vehicle)
    route = [vehicle.start, *(place[visit.stop] for visit in tour.visits), vehicle.end]
    names = [*(visit.stop for visit in tour.visits), None]
    at = names.index(flag.stop)
    matrices = list(problem.matrices)
    known = matrices[vehicle.profile]
    durations, distances = known.durations.copy(), known.distances.copy()
    durations[route[at], route[at + 1]] = distances[route[at], route[at + 1]] = 0
    matrices[vehicle.profile] = Matrix(durations, distances)
    return replace(problem, matrices=tuple(matrices))


def _roomier(vehicle: Vehicle, tour: Tour) -> Vehicle:
    """A vehicle that may do what this tour is."""
    taken = {rest.id: rest for rest in tour.rests}
    room = zip(vehicle.capacity, tour.peak, strict=False)
    breaks = (
        _begun(rest, taken[rest.id]) if rest.id in taken else rest
        for rest in vehicle.breaks
        if rest.id in taken or is_outside(rest, tour.start, tour.end)
    )
    return replace(
        vehicle,
        shift=Window(vehicle.shift.start, max(vehicle.shift.end, tour.end)),
        capacity=tuple(_at_least(one, peak) for one, peak in room),
        max_duration=_at_least(vehicle.max_duration, tour.end - tour.start),
        max_distance=_at_least(vehicle.max_distance, tour.distance),
        max_stops=_at_least(vehicle.max_stops, len(tour.visits)),
        breaks=tuple(breaks),
    )


def _begun(rest: Break, taken: Rest) -> Break:
    closes = max((window.end for window in rest.windows), default=taken.start)
    if taken.start <= closes:
        return rest
    return replace(rest, windows=(*rest.windows, Window(closes, taken.start)))


def _at_least(limit: int | None, used: int) -> int | None:
    return None if limit is None else max(limit, used)

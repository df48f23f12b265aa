"""Whether a plan keeps what its problem asks for, found out from the plan alone.

It shares nothing with what makes plans: it reads the times that the plan states and compares them
with the problem, so that a mistake in scheduling or in an engine cannot hide from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from fleet_app.routing.optimiser.checking_rules import check_rules
from fleet_app.routing.optimiser.checking_tours import check_tour
from fleet_app.routing.optimiser.plan import Broken, Flag, Plan
from fleet_app.routing.optimiser.problem import Problem

_Rule = tuple[Broken, str | None]


def check(problem: Problem, plan: Plan) -> tuple[Flag, ...]:
    """Everything that is wrong with the plan; nothing, if it may be shown and driven."""
    malformed = tuple(_members(problem, plan))
    if malformed:
        return malformed
    vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
    flags = [
        flag for tour in plan.tours for flag in check_tour(problem, vehicles[tour.vehicle], tour)
    ]
    flags += check_rules(problem, plan)
    flags += _cost(problem, plan)
    return tuple(flags)


def check_beside(problem: Problem, plan: Plan, before: Plan) -> tuple[Flag, ...]:
    """What is wrong with the plan, and was not, or less so, on the same tour before."""
    flags = check(problem, plan)
    if not flags:
        return ()
    now, then = _broken(flags), _broken(check(problem, before))
    return tuple(
        flag
        for flag in flags
        if flag.code is Broken.MALFORMED or now[_rule(flag)] > then[_rule(flag)]
    )


def _broken(flags: Iterable[Flag]) -> Counter[_Rule]:
    """By how much each rule is broken on each tour."""
    found: Counter[_Rule] = Counter()
    for flag in flags:
        found[_rule(flag)] += round(flag.amount) or 1
    return found


def _rule(flag: Flag) -> _Rule:
    """Who is sooner at a customer and later at home is not late in another way."""
    code = Broken.WINDOW if flag.code is Broken.SHIFT else flag.code
    return code, flag.vehicle


def _members(problem: Problem, plan: Plan) -> Iterator[Flag]:
    """Every stop is on one tour or left out, every tour is of a vehicle of its own."""
    vehicles = {vehicle.id for vehicle in problem.vehicles}
    for name, count in Counter(tour.vehicle for tour in plan.tours).items():
        if name not in vehicles:
            yield _malformed("There is no such vehicle", name)
        if count > 1:
            yield _malformed("Has several tours", name)
    for tour in plan.tours:
        if not tour.visits:
            yield _malformed("The tour has no stops", tour.vehicle)
    there = Counter(visit.stop for tour in plan.tours for visit in tour.visits)
    there.update(one.stop for one in plan.left_out)
    known = {stop.id for stop in problem.stops}
    for name in known - set(there):
        yield _malformed("Neither on a tour nor left out", None, name)
    for name, count in there.items():
        if name not in known:
            yield _malformed("There is no such stop", None, name)
        if count > 1:
            yield _malformed("Is there several times", None, name)
    for one in plan.left_out:
        if not one.words.strip():
            yield _malformed("Left out, and nobody says why", None, one.stop)


def _cost(problem: Problem, plan: Plan) -> Iterator[Flag]:
    """What it all costs."""
    stops = {stop.id: stop for stop in problem.stops}
    cost = sum(tour.cost for tour in plan.tours)
    for tour in plan.tours:
        cost += sum(visit.late * (stops[visit.stop].late_cost or 0) for visit in tour.visits)
    cost += sum(stops[one.stop].skip_cost or 0 for one in plan.left_out)
    if plan.tours and problem.balance:
        lengths = sorted(tour.end - tour.start for tour in plan.tours)
        cost += (lengths[-1] - lengths[0]) * problem.balance
    known = {stop: vehicle for vehicle, some in problem.current.items() for stop in some}
    for tour in plan.tours:
        elsewhere = [v for v in tour.visits if known.get(v.stop, tour.vehicle) != tour.vehicle]
        cost += problem.move_cost * len(elsewhere)
    if cost != plan.cost:
        yield _malformed(f"Costs {cost}, and the plan says {plan.cost}", None)


def _malformed(words: str, vehicle: str | None, stop: str | None = None) -> Flag:
    return Flag(Broken.MALFORMED, words, vehicle, stop)

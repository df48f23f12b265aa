"""Rows as problems of their own: for times of rows as people arranged them, and for their orders.

What one row is has nothing to do with the others, so each is looked at with the few places that it
leads to, and not with all that the day has. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fleet_app.planning.ports import Driving
from fleet_app.planning.problem.matrices import Travel
from fleet_app.planning.problem.problems import Question, on_roads
from fleet_app.routing.optimiser.plan import Plan
from fleet_app.routing.optimiser.problem import Matrix, Problem, Stop, Vehicle
from fleet_app.routing.optimiser.scheduling import schedule

Block = tuple[int, ...]
"""The places of a row, by number: all between which driving is wanted."""


@dataclass(frozen=True)
class Alone:
    """A row, its stops that are open in driving order, and whether driving is a guess. Beside its
    own vehicle, the first, there are those to which its stops are locked, which stay at home."""

    problem: Problem
    stops: tuple[str, ...]
    is_estimate: bool


Rows = Mapping[str, Alone]
"""By their keys."""


def blocks_of(question: Question) -> dict[str, tuple[Travel, Block]]:
    """For each row that has open stops, how it travels, and the places between which it does."""
    places = {stop.id: stop.place for stop in question.stops}
    found: dict[str, tuple[Travel, Block]] = {}
    for one in question.vehicles:
        wanted = {places[stop.id] for stop in question.open[one.id] if stop.id in places}
        if wanted:
            ends = (one.start, one.end, question.before.get(one.id))
            wanted |= {end for end in ends if end is not None}
            found[one.id] = (question.travels[one.profile], tuple(sorted(wanted)))
    return found


def alone(
    question: Question, blocks: Mapping[str, Block], driving: Mapping[str, Driving]
) -> dict[str, Alone]:
    """The problems of these rows, whose places are those of their blocks."""
    stops = {stop.id: stop for stop in question.stops}
    vehicles = {one.id: one for one in question.vehicles}
    chains = {chain.vehicle: chain for chain in question.chains()}
    pairs = {end: pair for pair in question.pairs for end in (pair.pickup, pair.delivery)}
    found = {}
    for key, block in blocks.items():
        at = {place: number for number, place in enumerate(block)}
        ids = tuple(stop.id for stop in question.open[key] if stop.id in stops)
        mine = {id(pairs[one]): pairs[one] for one in ids if one in pairs}
        ends = dict.fromkeys(one for pair in mine.values() for one in (pair.pickup, pair.delivery))
        # The other half of a pair may be elsewhere: nobody goes there, but it is missed here.
        others = [replace(stops[one], place=0) for one in ends if one not in ids]
        held = dict.fromkeys(stops[one].vehicle for one in ids)
        elsewhere = [one for one in held if one in vehicles and one != key]
        one = driving[key]
        matrix = Matrix(one.durations_s, one.distances_m)
        own = _vehicle(vehicles[key], at)
        before = question.before.get(key)
        if before is not None:
            own = on_roads(own, matrix, [at[stops[name].place] for name in ids], at[before])
        problem = Problem(
            stops=(*(_stop(stops[one], at) for one in ids), *others),
            vehicles=(own, *(_at_home(vehicles[one]) for one in elsewhere)),
            matrices=(matrix,),
            pairs=tuple(mine.values()),
            chains=(chains[key],) if key in chains else (),
        )
        found[key] = Alone(problem, ids, one.is_estimate)
    return found


def times_of(question: Question, rows: Rows) -> Plan:
    """The times of rows as they are; nothing is said of what is on none."""
    day, words = question.day, question.words()
    plans = [
        schedule(
            _hard(row.problem), {key: row.stops}, words,
            say_time=lambda seconds: day.said(day.moment(seconds)),
        )
        for key, row in rows.items()
    ]  # fmt: skip
    return Plan(
        tours=tuple(tour for plan in plans for tour in plan.tours),
        flags=tuple(flag for plan in plans for flag in plan.flags),
        cost=sum(tour.cost for plan in plans for tour in plan.tours),
    )


def _hard(problem: Problem) -> Problem:
    """People are told what is late, whether the optimiser may plan it or not."""
    return replace(problem, stops=tuple(replace(one, late_cost=None) for one in problem.stops))


def _stop(stop: Stop, at: Mapping[int, int]) -> Stop:
    return replace(stop, place=at[stop.place])


def _vehicle(one: Vehicle, at: Mapping[int, int]) -> Vehicle:
    start = None if one.start is None else at[one.start]
    end = None if one.end is None else at[one.end]
    return replace(one, start=start, end=end, profile=0)


def _at_home(one: Vehicle) -> Vehicle:
    return replace(one, start=None, end=None, profile=0)

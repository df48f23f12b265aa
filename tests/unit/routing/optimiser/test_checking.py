"""The checker accepts correct plans, and no other."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet_app.routing.optimiser.checking import check
from fleet_app.routing.optimiser.plan import Broken, LeftOut, Plan, Rest, Tour, Visit, Why
from fleet_app.routing.optimiser.problem import (
    Break,
    Chain,
    Hold,
    Pair,
    Problem,
    Stop,
    Window,
)
from fleet_app.routing.optimiser.scheduling import schedule
from fleet_app.routing.optimiser.solving import insert
from tests.builders.problems import HOUR, arrangements, driver, in_a_row, problems

CHEAP = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@CHEAP
@given(st.data())
def test_scheduling_and_checking_agree_on_what_is_broken(data: st.DataObject):
    problem = data.draw(problems())
    plan = schedule(problem, data.draw(arrangements(problem)))
    assert {flag.code for flag in check(problem, plan)} == {flag.code for flag in plan.flags}


def full() -> Problem:
    """One of everything, and a vehicle that has room for exactly that."""
    stops = (
        Stop("a", 1, 300, (Window(9 * HOUR, 9 * HOUR + 600),), delivers=(2,)),
        Stop("b", 2, 300, collects=(1,), skills=frozenset({"lift"})),
        Stop("c", 3, 300, (Window(8 * HOUR, 11 * HOUR), Window(14 * HOUR, 15 * HOUR))),
        Stop("d", 4, 300, vehicle="v"),
        Stop("e", 2, 300, skip_cost=1),
        Stop("f", 1, 300, (Window(8 * HOUR, 9 * HOUR),), late_cost=5, vehicle="w"),
    )
    lunch = Break("lunch", 1800, (Window(9 * HOUR, 10 * HOUR),))
    vehicles = (
        driver("v", capacity=(3,), skills=frozenset({"lift"}), breaks=(lunch,), fixed_cost=7,
               max_stops=4, max_distance=4800, max_duration=3 * HOUR),
        driver("w", shift=Window(9 * HOUR, 12 * HOUR)),
    )  # fmt: skip
    return Problem(
        stops, vehicles, (in_a_row(5),), pairs=(Pair("b", "c", (1,)),), together=(("a", "d"),),
        chains=(Chain("v", ("a", "b"), Hold.FIRST),), balance=2, current={"w": ("c",)}, move_cost=9,
    )  # fmt: skip


ORDER = {"v": ("a", "b", "c", "d"), "w": ("f",)}


def test_a_plan_with_one_of_everything_is_accepted():
    plan = schedule(full(), ORDER)
    assert plan.flags == ()
    assert check(full(), plan) == ()
    assert [rest.id for rest in plan.tours[0].rests] == ["lunch"]


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"v": ("b", "a", "c", "d"), "w": ("f",)}, Broken.LOCK),
        ({"v": ("a", "b", "c"), "w": ("f", "d")}, Broken.TOGETHER),
        ({"v": ("a", "b", "d"), "w": ("f", "c")}, Broken.PAIR),
        ({"v": ("a", "c", "b", "d"), "w": ("f",)}, Broken.PAIR),
        ({"v": ("a", "b", "c", "d", "f")}, Broken.STOPS),
        ({"v": ("a", "d"), "w": ("f", "b", "c")}, Broken.SKILL),
        ({"v": ("a", "b", "c", "d"), "w": ("e", "f")}, None),
        ({"v": ("a", "b", "c", "f", "d")}, Broken.DISTANCE),
        ({"v": ("a", "b", "c", "d"), "w": ("nobody",)}, Broken.MALFORMED),
    ],
)
def test_what_people_arrange_is_flagged(order: dict[str, tuple[str, ...]], code: Broken | None):
    plan = schedule(full(), order)
    found = {flag.code for flag in (*check(full(), plan), *plan.flags)}
    assert code in found if code else not found


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"max_duration": HOUR}, Broken.DURATION),
        ({"capacity": (2,)}, Broken.CAPACITY),
        ({"shift": Window(8 * HOUR, 10 * HOUR)}, Broken.SHIFT),
        ({"breaks": (Break("tea", 60, (Window(0, HOUR),)),)}, None),
        ({"breaks": (Break("tea", HOUR, (Window(9 * HOUR + 60, 9 * HOUR + 61),)),)}, Broken.BREAK),
    ],
)
def test_limits_of_a_vehicle_are_flagged(changes: dict[str, object], code: Broken | None):
    stops = (Stop("a", 1, HOUR, (Window(9 * HOUR, 9 * HOUR),), delivers=(3,)),)
    problem = Problem(stops, (driver(**changes),), (in_a_row(3),))
    plan = schedule(problem, {"v": ("a",)})
    assert {flag.code for flag in check(problem, plan)} == ({code} if code else set())
    assert {flag.code for flag in plan.flags} == ({code} if code else set())


def edit(plan: Plan, number: int, change: Callable[[Tour], Tour]) -> Plan:
    tours = list(plan.tours)
    tours[number] = change(tours[number])
    return msgspec.structs.replace(plan, tours=tuple(tours))


def revisit(plan: Plan, number: int, position: int, **changes: object) -> Plan:
    def change(tour: Tour) -> Tour:
        visits = list(tour.visits)
        visits[position] = msgspec.structs.replace(visits[position], **changes)
        return msgspec.structs.replace(tour, visits=tuple(visits))

    return edit(plan, number, change)


def corruptions(plan: Plan, rng: random.Random) -> Iterator[tuple[str, Plan]]:
    """The plan with one thing wrong, for everything that a plan says."""
    number = rng.randrange(len(plan.tours))
    tour = plan.tours[number]
    position = rng.randrange(len(tour.visits))
    by = rng.choice([-60, -1, 1, 60])
    visit = tour.visits[position]
    for name in ("arrival", "start", "departure", "drive", "distance", "late"):
        yield name, revisit(plan, number, position, **{name: getattr(visit, name) + by})
    for name in ("start", "end", "distance", "drive", "service", "wait", "rest", "cost"):
        value = getattr(tour, name) + by
        yield f"tour {name}", edit(plan, number, lambda t, n=name, v=value: replaced(t, n, v))
    yield "cost", msgspec.structs.replace(plan, cost=plan.cost + by)
    yield "dropped", edit(plan, number, lambda t: replaced(t, "visits", without(t, position)))
    twice = (*tour.visits, visit)
    yield "twice", edit(plan, number, lambda t: replaced(t, "visits", twice))
    yield (
        "both",
        msgspec.structs.replace(
            plan, left_out=(*plan.left_out, LeftOut(visit.stop, Why.TIME, "No time"))
        ),
    )
    yield "unknown", revisit(plan, number, position, stop="nobody")
    yield "vehicle", edit(plan, number, lambda t: replaced(t, "vehicle", "nobody"))
    yield "again", msgspec.structs.replace(plan, tours=(*plan.tours, tour))
    yield (
        "whole tour lost",
        msgspec.structs.replace(plan, tours=plan.tours[:number] + plan.tours[number + 1 :]),
    )
    if tour.peak:
        peak = (tour.peak[0] + by, *tour.peak[1:])
        yield "peak", edit(plan, number, lambda t: replaced(t, "peak", peak))
    back = (tour.back[0] + by, tour.back[1])
    yield "back", edit(plan, number, lambda t: replaced(t, "back", back))
    extra = Rest("extra", tour.start, tour.start, 0)
    yield "extra rest", edit(plan, number, lambda t: replaced(t, "rests", (*t.rests, extra)))
    for gone in plan.left_out[:1]:
        rest = tuple(one for one in plan.left_out if one is not gone)
        yield "left out silently", msgspec.structs.replace(plan, left_out=rest)
        mute = msgspec.structs.replace(gone, words=" ")
        yield "without a word", msgspec.structs.replace(plan, left_out=(mute, *rest))
    for rest in tour.rests[:1]:
        yield "rest lost", edit(plan, number, lambda t: replaced(t, "rests", t.rests[1:]))
        for name in ("start", "end", "after"):
            wrong = msgspec.structs.replace(rest, **{name: getattr(rest, name) + by})
            rests = (wrong, *tour.rests[1:])
            yield f"rest {name}", edit(plan, number, lambda t, r=rests: replaced(t, "rests", r))


def replaced(tour: Tour, name: str, value: object) -> Tour:
    return msgspec.structs.replace(tour, **{name: value})


def without(tour: Tour, position: int) -> tuple[Visit, ...]:
    return tour.visits[:position] + tour.visits[position + 1 :]


@pytest.mark.parametrize("seed", range(8))
def test_any_change_of_a_full_plan_is_noticed(seed: int):
    plan = schedule(full(), ORDER)
    for what, wrong in corruptions(plan, random.Random(seed)):
        if wrong != plan:
            assert check(full(), wrong), what


@CHEAP
@given(st.data())
def test_any_change_of_a_correct_plan_is_noticed(data: st.DataObject):
    problem = data.draw(problems())
    plan = insert(problem, {}, [stop.id for stop in problem.stops])
    if not plan.tours or check(problem, plan):
        return
    for what, wrong in corruptions(plan, random.Random(data.draw(st.integers(0, 99)))):
        if wrong != plan:
            assert check(problem, wrong), what

"""Problems that nobody should have asked: an answer in words, a partial plan where there is one."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from fleet_app.routing.optimiser import reasons as told
from fleet_app.routing.optimiser.checking import check
from fleet_app.routing.optimiser.model import Model
from fleet_app.routing.optimiser.plan import BadProblem, Plan, Why
from fleet_app.routing.optimiser.problem import (
    MOST_STOPS,
    UNREACHABLE,
    Chain,
    Hold,
    Matrix,
    Pair,
    Problem,
    Stop,
    Window,
)
from fleet_app.routing.optimiser.saying import Speaker
from fleet_app.routing.optimiser.solving import solve
from fleet_app.routing.optimiser.working import Work
from tests.builders.problems import HOUR, driver, in_a_row, on_a_grid

ROW = in_a_row(4)
QUICK_S = 0.1


def planned(*stops: Stop, **changes: object) -> Plan:
    given = {"stops": stops, "vehicles": (driver(),), "matrices": (ROW,), **changes}
    problem = Problem(**given)  # type: ignore[arg-type]
    plan = solve(problem, seconds=QUICK_S)
    assert check(problem, plan) == ()
    return plan


def reasons(plan: Plan) -> dict[str, tuple[Why, str]]:
    return {one.stop: (one.why, one.words) for one in plan.left_out}


@pytest.mark.parametrize(
    ("stop", "why", "words"),
    [
        ({"windows": (Window(0, HOUR),)}, Why.WINDOW,
         "Its window ends at 01:00, before anybody starts at 08:00"),
        ({"windows": (Window(-2 * HOUR, -HOUR),)}, Why.PAST,
         "Its window ended at 23:00 (-1 d), before this day"),
        ({"windows": (Window(8 * HOUR, 8 * HOUR + 60),)}, Why.WINDOW,
         "Its window ends at 08:01, and nobody can be there before 08:10"),
        ({"delivers": (9,)}, Why.CAPACITY, "9 is more than any vehicle holds (5)"),
        ({"skills": frozenset({"lift"})}, Why.SKILL, "Needs lift, and no vehicle has it"),
        ({"service": 10 * HOUR}, Why.TOO_FAR, "Too far: takes 10 h 20 min, and there are 10 h"),
        ({"skip_cost": 1, "service": 60}, Why.NOT_WORTH,
         "Going there costs more than leaving it out"),
        ({"vehicle": "x"}, Why.LOCK, "Locked to x, who has no shift that day"),
    ],
)  # fmt: skip
def test_the_reason_is_said_and_the_others_are_planned(stop: dict[str, object], why, words: str):
    car = driver(capacity=(5,))
    plan = planned(Stop("a", 1, **stop), Stop("b", 2), vehicles=(car,))  # type: ignore[arg-type]
    assert reasons(plan) == {"a": (why, words)}
    assert plan.sequences == {"v": ("b",)}


def test_amounts_are_said_as_people_weigh_and_measure():
    words = {"load:0": "g", "load:1": "l", "load:2": "parcels"}
    van = driver(capacity=(900_500, 9_000, 40))
    loads = ((9_400_000,), (0, 12_345), (0, 0, 60))
    stops = tuple(Stop(str(n), 1, delivers=load) for n, load in enumerate(loads))
    plan = solve(Problem(stops, (van,), (ROW,)), seconds=QUICK_S, words=words)
    assert [one.words.replace("\u00a0", " ") for one in plan.left_out] == [
        "9,400 kg is more than any vehicle holds (900.5 kg)",
        "12.345 m³ is more than any vehicle holds (9 m³)",
        "60 parcels is more than any vehicle holds (40 parcels)",
    ]


def test_who_cannot_drive_so_far_is_told_of_the_range():
    """Places are 600 m apart, and the last one is 1.8 km away."""
    far, near = Stop("far", 3, skip_cost=10**9), Stop("near", 1)
    van = driver(max_distance=3500)
    words = {one: said.replace("\u00a0", " ") for one, (_, said) in reasons(
        planned(far, near, vehicles=(van,))).items()}  # fmt: skip
    assert words == {"far": "Too far: 3.6 km, and 3.5 km is the limit"}


@pytest.mark.parametrize(
    ("others", "why", "words"),
    [
        ((), Why.TOO_FAR, "v has no range left for it"),
        ((driver("w", max_distance=100),), Why.TOO_FAR, "No route has range left for it"),
        ((driver("w", max_duration=600),), Why.TIME, "No route has time or range left for it"),
    ],
)
def test_what_would_fit_alone_is_left_out_for_want_of_range(others, why, words: str):
    """Both are 1.2 km away in two directions, and there are 2.5 km."""
    ways = on_a_grid([(0, 0), (1200, 0), (0, 1200)])
    stops = (Stop("east", 1), Stop("north", 2, skip_cost=10**6))
    vehicles = (driver(max_distance=2500), *others)
    assert reasons(planned(*stops, matrices=(ways,), vehicles=vehicles)) == {"north": (why, words)}


def test_every_stop_has_its_own_reason_also_where_there_is_no_time():
    far = {n: {"service": 11 * HOUR} for n in range(0, 400, 4)}
    heavy = {n: {"delivers": (9,)} for n in range(1, 400, 4)}
    early = {n: {"windows": (Window(8 * HOUR, 8 * HOUR + 60),)} for n in range(2, 400, 4)}
    said = far | heavy | early | {n: {} for n in range(3, 400, 4)}
    stops = tuple(Stop(str(n), 1, **said[n]) for n in sorted(said))  # type: ignore[arg-type]
    problem = Problem(stops, (driver(capacity=(5,)),), (ROW,))
    work = Work(Model(problem))
    found = told.reasons(work, Speaker(None), work.missing, lambda: True)
    assert len(found) == 400
    whys = [Why.TOO_FAR, Why.CAPACITY, Why.WINDOW]
    for n in range(told.SURE, 400):
        one = found[str(n)]
        if n % 4 < 3:
            assert one.why is whys[n % 4]
        else:
            assert (one.why, one.words) == (Why.TIME, "No route has room or time left for it")


def test_a_stop_in_the_sea_is_unreachable():
    durations = ROW.durations.copy()
    durations[:3, 3] = durations[3, :3] = UNREACHABLE
    plan = planned(Stop("a", 1), Stop("sea", 3), matrices=(Matrix(durations, ROW.distances),))
    assert reasons(plan) == {"sea": (Why.UNREACHABLE, "No road leads there")}
    assert plan.sequences == {"v": ("a",)}


BIKE = driver("bike", profile=1)
ISLAND = Matrix(np.where(np.eye(4, dtype=bool), 0, UNREACHABLE), ROW.distances)
"""Nowhere leads a road."""


@pytest.mark.parametrize(
    ("stop", "vehicles", "why", "words"),
    [
        ({"service": 10 * HOUR}, (driver(), BIKE), Why.TOO_FAR,
         "Only bike can get there. Too far: takes 10 h 20 min, and there are 10 h"),
        ({"service": 10 * HOUR}, (driver(), BIKE, replace(BIKE, id="trike")), Why.TOO_FAR,
         "Only 2 of 3 vehicles can get there. Too far: takes 10 h 20 min, and there are 10 h"),
        ({"windows": (Window(0, HOUR),)}, (driver(), BIKE), Why.WINDOW,
         "Only bike can get there. Its window ends at 01:00, before anybody starts at 08:00"),
        ({"skills": frozenset({"lift"})}, (driver(skills=frozenset({"lift"})), BIKE), Why.SKILL,
         "Only bike can get there. Needs lift, and it does not have it"),
        ({"delivers": (9,)}, (driver(), replace(BIKE, capacity=(5,))), Why.CAPACITY,
         "Only bike can get there. 9 is more than it holds (5)"),
        ({"vehicle": "v"}, (driver(), BIKE), Why.LOCK,
         "Locked to v, for which no road leads there"),
        ({}, (driver(),), Why.UNREACHABLE, "No road leads there"),
    ],
)  # fmt: skip
def test_who_can_get_there_gives_the_reason(stop: dict[str, object], vehicles, why, words: str):
    plan = planned(Stop("a", 1, **stop), vehicles=vehicles, matrices=(ISLAND, ROW))  # type: ignore[arg-type]
    assert reasons(plan) == {"a": (why, words)}


def test_without_vehicles_everything_is_left_out():
    plan = planned(Stop("a", 1), Stop("b", 2), vehicles=())
    assert {why for why, _ in reasons(plan).values()} == {Why.NO_VEHICLE}
    assert plan.tours == ()


def test_a_full_vehicle_is_the_reason_for_what_it_cannot_take():
    plan = planned(*(Stop(f"s{n}", 1, delivers=(2,)) for n in range(3)),
                   vehicles=(driver(capacity=(5,)),))  # fmt: skip
    assert [why for why, _ in reasons(plan).values()] == [Why.CAPACITY]


def test_contradictory_locks_leave_out_no_more_than_they_must():
    two = (driver(), driver("w"))
    plan = planned(Stop("a", 1, vehicle="w"), Stop("b", 2), Stop("c", 3), vehicles=two,
                   chains=(Chain("v", ("a", "b")),))  # fmt: skip
    assert reasons(plan) == {"a": (Why.LOCK, "Locked to v and w at the same time")}
    orders = (Chain("v", ("a", "b")), Chain("v", ("b", "a", "c")))
    plan = planned(Stop("a", 1), Stop("b", 2), Stop("c", 3), chains=orders)
    assert {stop: why for stop, (why, _) in reasons(plan).items()} == {"a": Why.LOCK, "b": Why.LOCK}
    assert plan.sequences == {"v": ("c",)}
    whole = (Chain("v", ("a",), Hold.WHOLE),)
    plan = planned(Stop("a", 1), Stop("b", 2, vehicle="v"), Stop("c", 3), chains=whole)
    assert [why for why, _ in reasons(plan).values()] == [Why.LOCK, Why.LOCK]


def test_a_pair_is_left_out_as_a_whole():
    plan = planned(Stop("a", 1), Stop("b", 2, delivers=(9,)), Stop("c", 3),
                   vehicles=(driver(capacity=(5,)),), pairs=(Pair("a", "b", (1,)),))  # fmt: skip
    assert set(reasons(plan)) == {"a", "b"}
    assert plan.sequences == {"v": ("c",)}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stops": (Stop("a", 1), Stop("a", 2))}, "The stop Anna's is there 2 times"),
        ({"stops": (Stop("a", 9),)}, "Anna's is at a place that the matrix does not have"),
        ({"stops": (Stop("a", 1, windows=(Window(9, 8),)),)},
         "Anna's: a window ends before it begins"),
        ({"pairs": (Pair("a", "x"),)}, "A pair names x, which is not there"),
        ({"chains": (Chain("v", ("x",)),)}, "A locked order names x, which is not there"),
        ({"vehicles": (driver(shift=Window(9, 8)),)}, "v: the shift ends before it begins"),
        ({"vehicles": (driver(profile=3),)}, "v has no matrix"),
        ({"stops": tuple(Stop(f"s{n}", 1) for n in range(MOST_STOPS + 1))},
         f"{MOST_STOPS + 1} stops are too many to plan at once, {MOST_STOPS} are the most"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_in_words(changes: dict[str, object], words: str):
    problem = replace(Problem((Stop("a", 1),), (driver(),), (ROW,)), **changes)
    with pytest.raises(BadProblem) as refused:
        solve(problem, seconds=QUICK_S, words={"a": "Anna's"})
    assert words in refused.value.problems


def test_the_most_stops_are_planned_and_stopping_is_heard():
    rng = np.random.default_rng(1)
    places = [tuple(map(int, one)) for one in rng.integers(0, 9000, (400, 2))]
    stops = tuple(Stop(f"s{n}", n % 400, 60, delivers=(1,)) for n in range(MOST_STOPS))
    cars = tuple(driver(f"v{n}", capacity=(50,)) for n in range(39))
    problem = Problem(stops, cars, (on_a_grid(places),))
    began, wanted = time.process_time(), time.monotonic() + 0.5
    plan = solve(problem, seconds=600, stopped=lambda: time.monotonic() > wanted)
    assert time.process_time() - began < 60
    assert check(problem, plan) == ()
    assert len(plan.left_out) >= MOST_STOPS - 39 * 50
    assert all(one.words for one in plan.left_out)

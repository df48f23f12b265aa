"""A running day that is late already: nobody is taken off a tour, and less lateness is better."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from fleet_app.routing.optimiser.checking import check
from fleet_app.routing.optimiser.engines.pyvrp import PyVrpEngine
from fleet_app.routing.optimiser.engines.vroom import VroomEngine
from fleet_app.routing.optimiser.loosening import loosened
from fleet_app.routing.optimiser.parallel import POOL
from fleet_app.routing.optimiser.plan import Broken, Plan
from fleet_app.routing.optimiser.problem import Problem, Sequences, Stop, Window
from fleet_app.routing.optimiser.scheduling import schedule
from fleet_app.routing.optimiser.solving import replan
from tests.builders.problems import HOUR, arrangements, driver, in_a_row, problems

SEEDED = settings(
    max_examples=25, deadline=None, derandomize=True, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
DAY = 18 * HOUR
NOW = 10 * HOUR
SECONDS = 0.35


@pytest.fixture(scope="module", autouse=True)
def crew() -> None:
    """Children that are up: without them VROOM is not asked."""
    POOL.prepare(PyVrpEngine.tasks, VroomEngine.__module__)


def waits(number: int, until: int | None = None, **more: object) -> Stop:
    """A stop that, but for being driven already, might be left out."""
    windows = () if until is None else (Window(NOW - HOUR, NOW + until),)
    said = {"service": 120, "windows": windows, "skip_cost": 10**8, **more}
    return Stop(str(number), number, **said)  # type: ignore[arg-type]


def under_way(*stops: Stop, driven: Sequences, until: int = DAY, **more: object) -> Problem:
    """Vans on a straight road with a stop every ten minutes, who leave now."""
    crew = tuple(
        driver(name, shift=Window(NOW, until), cost_per_metre=30, cost_per_second=694, departs=True)
        for name in driven
    )
    said = {"vehicles": crew, "matrices": (in_a_row(9),), "current": driven, "move_cost": 200_000}
    return Problem(stops, **{**said, **more})  # type: ignore[arg-type]


def late(plan: Plan) -> dict[str, int]:
    return {visit.stop: visit.late for tour in plan.tours for visit in tour.visits if visit.late}


def on_tours(plan: Plan) -> set[str]:
    return {stop for stops in plan.sequences.values() for stop in stops}


BEHIND = {"a": ("1", "2", "3", "4", "5", "6")}
LATE = {3: 1500, 5: 1000}


@pytest.mark.parametrize("ends", [DAY, NOW + HOUR], ids=["in the shift", "after it"])
def test_a_tour_that_is_late_anyhow_keeps_its_stops_and_is_less_late(ends: int) -> None:
    stops = (waits(number, LATE.get(number)) for number in range(1, 7))
    problem = under_way(*stops, driven=BEHIND, until=ends)
    before = schedule(problem, BEHIND)
    assert late(before) == {"3": 540, "5": 2480}
    plan = replan(problem, BEHIND, seconds=SECONDS)
    assert plan.left_out == ()
    assert sum(late(plan).values()) <= 2600, "the farther one first, then the other on the way back"
    assert {flag.code for flag in plan.flags} <= {flag.code for flag in before.flags}
    assert not [flag for flag in check(problem, plan) if flag.code is Broken.MALFORMED]


@pytest.mark.parametrize("engine", ["none", "pyvrp", "vroom"])
def test_no_engine_takes_off_who_is_late(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engines = {
        "none": [], "pyvrp": [(PyVrpEngine(POOL, waits=False), (), 0.6)],
        "vroom": [(VroomEngine(POOL, 1), (), 0.6)],
    }  # fmt: skip
    monkeypatch.setattr("fleet_app.routing.optimiser.live._stages", lambda: engines[engine])
    driven = {"a": ("1", "2", "3"), "b": ("4", "5", "6")}
    stops = [waits(number, 60 if number in (3, 6) else None) for number in range(1, 8)]
    problem = under_way(*stops, driven=driven)
    before = schedule(problem, driven)
    plan = replan(problem, driven, seconds=SECONDS)
    assert plan.left_out == ()
    assert sum(late(plan).values()) <= sum(late(before).values())
    assert late(plan).keys() <= late(before).keys()


def test_what_comes_in_is_put_where_nobody_who_is_late_becomes_later() -> None:
    driven = {"a": ("2", "4"), "b": ("6",)}
    stops = (waits(1, skip_cost=None), waits(2), waits(4, 60), waits(6))
    before = schedule(under_way(*stops, driven=driven), driven)
    plan = replan(under_way(*stops, driven=driven), driven, seconds=SECONDS)
    assert on_tours(plan) == {"1", "2", "4", "6"}
    assert sum(late(plan).values()) <= sum(late(before).values())


def test_nothing_is_worth_taking_somebody_off() -> None:
    driven = {"a": ("1", "2")}
    stops = (waits(1, skip_cost=1), waits(2, 60, skip_cost=1), waits(3, skip_cost=None))
    problem = under_way(*stops, driven=driven)
    full = replace(problem, vehicles=(replace(problem.vehicles[0], max_stops=2),))
    plan = replan(full, driven, seconds=SECONDS)
    assert on_tours(plan) == {"1", "2"}
    assert [one.stop for one in plan.left_out] == ["3"]


@SEEDED
@given(st.data())
def test_whatever_is_broken_everything_stays_on_a_tour_and_nothing_is_later(
    data: st.DataObject,
) -> None:
    problem = data.draw(problems())
    driven = data.draw(arrangements(problem))
    problem = replace(problem, current=driven)
    before = schedule(problem, driven)
    assume(before.flags)
    plan = replan(problem, driven, seconds=0.06)
    assert on_tours(before) <= on_tours(plan)
    hard = {stop.id for stop in problem.stops if stop.late_cost is None}
    assert lateness(plan, hard) <= lateness(before, hard)
    were = counted(before)
    assert all(count <= were[code] for code, count in counted(plan).items())
    assert not [flag for flag in check(problem, plan) if flag.code is Broken.MALFORMED]


def lateness(plan: Plan, stops: set[str]) -> int:
    return sum(seconds for stop, seconds in late(plan).items() if stop in stops)


def counted(plan: Plan) -> Counter[Broken]:
    """How many tours break each rule; lateness has its own measure."""
    found = {(flag.code, flag.vehicle) for flag in plan.flags if flag.code is not Broken.WINDOW}
    return Counter(code for code, _ in found)


@settings(SEEDED, max_examples=60)
@given(st.data())
def test_what_is_driven_breaks_nothing_of_the_loosened_problem_and_may_move(
    data: st.DataObject,
) -> None:
    problem = data.draw(problems())
    driven = data.draw(arrangements(problem))
    loose = loosened(problem, driven, moves=True)
    assert check(loose.problem, schedule(loose.problem, loose.kept)) == ()
    wrong = {
        flag.stop
        for flag in schedule(problem, driven).flags
        if flag.code in {Broken.LOCK, Broken.SKILL}
    }
    given_ = {stop.id: stop for stop in problem.stops}
    for stop in loose.problem.stops:
        if stop.id not in wrong:
            assert stop.vehicle == given_[stop.id].vehicle

"""What stays where it is, whatever it breaks there, while the rest of the day is planned."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet_app.routing.optimiser.checking import check
from fleet_app.routing.optimiser.contradictions import without_contradictions
from fleet_app.routing.optimiser.loosening import loosened
from fleet_app.routing.optimiser.model import Model
from fleet_app.routing.optimiser.plan import Broken, Plan
from fleet_app.routing.optimiser.problem import Chain, Hold, Problem, Sequences, Stop, Window
from fleet_app.routing.optimiser.scheduling import schedule
from fleet_app.routing.optimiser.solving import solve
from fleet_app.routing.optimiser.working import Work
from tests.builders.problems import HOUR, arrangements, driver, in_a_row, on_a_grid, problems

CHEAP = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
OVER = (Window(7 * HOUR, 8 * HOUR),)
"""A window that is over when everybody sets out."""
SECONDS = 0.3


@CHEAP
@given(st.data())
def test_what_is_kept_breaks_nothing_of_the_loosened_problem(data: st.DataObject):
    problem = data.draw(problems())
    loose = loosened(problem, data.draw(arrangements(problem)))
    assert check(loose.problem, schedule(loose.problem, loose.kept)) == ()
    kept = {stop for stops in loose.kept.values() for stop in stops}
    assert not kept & without_contradictions(loose.problem).left_out.keys()
    capped = loose.capped(loose.problem)
    assert Work.of(Model(capped), loose.kept).value.hard == 0
    assert {stop.id for stop in capped.stops if stop.late_cost} <= {
        stop.id for stop in problem.stops if stop.late_cost
    }


@settings(CHEAP, max_examples=25)
@given(st.data())
def test_what_is_kept_is_in_every_plan_on_its_vehicle(data: st.DataObject):
    problem = data.draw(problems())
    kept = data.draw(arrangements(problem))
    heard: list[Plan] = []
    plan = solve(problem, seconds=0.12, kept=kept, better=heard.append)
    for one in (*heard, plan):
        home = {stop: vehicle for vehicle, stops in one.sequences.items() for stop in stops}
        for vehicle, stops in kept.items():
            assert all(home.get(stop) == vehicle for stop in stops)
        flags = check(problem, one)
        assert not [flag for flag in flags if flag.code is Broken.MALFORMED]


def planned(problem: Problem, start: Sequences, **more: object) -> Plan:
    said = {"seconds": SECONDS, "start": start, "kept": start, **more}
    return solve(problem, **said)  # type: ignore[arg-type]


def late(plan: Plan) -> dict[str, int]:
    return {visit.stop: visit.late for tour in plan.tours for visit in tour.visits if visit.late}


def day(*stops: Stop, **more: object) -> Problem:
    """One vehicle on a straight road with a stop every ten minutes."""
    said = {"stops": stops, "vehicles": (driver("1"),), "matrices": (in_a_row(8),), **more}
    return Problem(**said)  # type: ignore[arg-type]


def waits(number: int, **more: object) -> Stop:
    return Stop(str(number), number, **{"skip_cost": 10**9, **more})  # type: ignore[arg-type]


def test_a_row_with_a_late_stop_keeps_its_stops_and_their_order_and_takes_others():
    order = ("3", "1", "4", "2")
    stops = [waits(n, windows=OVER if n in (1, 2) else ()) for n in (1, 2, 3, 4, 5)]
    chains = (Chain("1", order, Hold.ORDER),)
    problem = day(*stops, chains=chains)
    before = late(schedule(problem, {"1": order}))
    plan = planned(problem, {"1": order})
    assert tuple(stop for stop in plan.sequences["1"] if stop in order) == order
    assert plan.left_out == ()
    after = late(plan)
    assert after == before, "what is late already is no later for a fifth stop"
    assert {flag.stop for flag in plan.flags} == {"1", "2"}
    assert check(replace(problem, chains=()), plan) != ()


def test_nothing_is_fitted_in_where_it_makes_late_stops_later():
    order = ("1", "2")
    stops = [waits(n, windows=OVER) for n in (1, 2)]
    new = Stop("9", 0, 600, (Window(8 * HOUR, 8 * HOUR + 60),), skip_cost=10**12)
    problem = day(*stops, new, chains=(Chain("1", order, Hold.ORDER),))
    plan = planned(problem, {"1": order})
    assert plan.sequences == {"1": order}
    (left,) = plan.left_out
    assert (left.stop, left.words) == ("9", "1 has no time left for it")


def test_what_is_late_already_is_reached_sooner_where_its_order_is_free():
    stops = [waits(n, service=600, windows=OVER if n == 1 else ()) for n in (1, 2, 3, 4)]
    start = {"1": ("4", "3", "2", "1")}
    problem = day(*stops)
    plan = planned(problem, start)
    assert sorted(plan.sequences["1"]) == ["1", "2", "3", "4"]
    assert plan.sequences["1"][0] == "1"
    assert late(plan)["1"] < late(schedule(problem, start))["1"]


def test_what_is_locked_to_a_vehicle_stays_though_it_is_late_there():
    held = [waits(n, vehicle="1", windows=OVER) for n in (1, 2)]
    problem = day(*held, waits(3), vehicles=(driver("1"), driver("2")))
    plan = planned(problem, {"1": ("1", "2"), "2": ("3",)}, kept={"1": ("1", "2")})
    assert {"1", "2"} <= set(plan.sequences["1"])
    assert plan.left_out == ()
    evicted = solve(problem, seconds=SECONDS, start={"1": ("1", "2"), "2": ("3",)})
    assert {one.stop for one in evicted.left_out} == {"1", "2"}, "nobody asked to keep them here"


@pytest.mark.parametrize(
    "changes",
    [
        {"shift": Window(8 * HOUR, 8 * HOUR + 1200)},
        {"capacity": (2,)},
        {"max_duration": 600},
        {"max_distance": 600},
        {"max_stops": 1},
    ],
)
def test_no_limit_takes_off_what_is_kept_and_none_is_broken_further(changes: dict[str, object]):
    kept = [waits(n, delivers=(2,)) for n in (1, 2, 3)]
    more = [waits(n, delivers=(2,)) for n in (4, 5, 6)]
    problem = day(*kept, *more, vehicles=(driver("1", **changes),))
    start = {"1": ("1", "2", "3")}
    before = {flag.code: flag.amount for flag in check(problem, schedule(problem, start))}
    assert before
    plan = planned(problem, start)
    assert {"1", "2", "3"} <= set(plan.sequences["1"])
    after = {flag.code: flag.amount for flag in check(problem, plan)}
    assert all(amount <= before.get(code, 0) for code, amount in after.items())


def test_others_make_room_for_what_is_kept():
    kept = waits(7, skip_cost=1, windows=(Window(9 * HOUR, 9 * HOUR + 4200),))
    others = [waits(n, service=1800, windows=(Window(8 * HOUR, 10 * HOUR),)) for n in range(1, 7)]
    problem = day(kept, *others)
    start = {"1": ("1", "2", "3", "4", "5", "6", "7")}
    plan = planned(problem, start, kept={"1": ("7",)})
    assert "7" in plan.sequences["1"]
    assert check(problem, plan) == ()
    assert plan.left_out


@pytest.mark.parametrize("room", [1, 2])
def test_it_stays_though_others_may_not_be_left_out_either(room: int):
    others = [Stop(str(n), n) for n in (1, 2)]
    problem = day(waits(7), *others, vehicles=(driver("1", max_stops=room),))
    heard: list[Plan] = []
    plan = planned(problem, {"1": ("7",)}, better=heard.append)
    for one in (*heard, plan):
        assert "7" in one.sequences["1"]
        assert check(problem, one) == ()
    assert len(plan.sequences["1"]) == room


def test_large_days_keep_it_too():
    points = [(0, 0), *((n % 12 * 200, n // 12 * 200) for n in range(1, 80))]
    kept = tuple(str(n) for n in range(1, 21))
    stops = [waits(n, service=120, windows=OVER if n <= 20 else ()) for n in range(1, 80)]
    vehicles = tuple(driver(str(n)) for n in (1, 2, 3))
    problem = Problem(tuple(stops), vehicles, (on_a_grid(points),))
    plan = planned(problem, {"1": kept, "2": ("30",)}, kept={"1": kept}, seconds=1.0)
    assert set(kept) <= set(plan.sequences["1"])
    assert plan.left_out == ()
    before = sum(late(schedule(problem, {"1": kept})).values())
    assert sum(late(plan).values()) <= before

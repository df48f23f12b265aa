"""Whatever the problem, the answer keeps its rules, and comes in time."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet_app.routing.optimiser import solving
from fleet_app.routing.optimiser.checking import check, check_beside
from fleet_app.routing.optimiser.inserting import insert_again
from fleet_app.routing.optimiser.model import Model
from fleet_app.routing.optimiser.problem import Pair, Problem, Stop, Window
from fleet_app.routing.optimiser.scheduling import schedule
from fleet_app.routing.optimiser.solving import insert, solve
from fleet_app.routing.optimiser.working import Work
from tests.builders.problems import HOUR, arrangements, driver, in_a_row, problems

CHEAP = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@CHEAP
@given(problems(), st.integers(0, 3))
def test_an_answer_keeps_every_rule_and_says_why_stops_are_left_out(problem: Problem, seed: int):
    plan = solve(problem, seconds=0.12, seed=seed)
    assert check(problem, plan) == ()
    assert plan.flags == ()
    assert all(one.words for one in plan.left_out)


@CHEAP
@given(problems())
def test_insertion_keeps_every_rule_of_its_own_accord(problem: Problem):
    plan = insert(problem, {}, [stop.id for stop in problem.stops])
    assert check(problem, plan) == ()


@settings(CHEAP, max_examples=60)
@given(st.data())
def test_insertion_breaks_nothing_more_on_tours_as_people_left_them(data: st.DataObject):
    problem = data.draw(problems())
    tours = data.draw(arrangements(problem))
    plan = insert(problem, tours, [stop.id for stop in problem.stops])
    assert check_beside(problem, plan, schedule(problem, tours)) == ()
    for vehicle, stops in tours.items():
        here = plan.sequences.get(vehicle, ())
        assert [stop for stop in here if stop in stops] == list(stops)


@settings(CHEAP, max_examples=60)
@given(st.data())
def test_what_is_put_in_once_more_costs_no_more_and_moves_nothing_else(data: st.DataObject):
    problem = data.draw(problems())
    tours = data.draw(arrangements(problem))
    ids = [stop.id for stop in problem.stops]
    once, again = insert(problem, tours, ids), insert(problem, tours, ids, seconds=0.2)
    assert check_beside(problem, again, schedule(problem, tours)) == ()
    assert {one.stop for one in again.left_out} == {one.stop for one in once.left_out}
    assert again.cost <= once.cost
    for vehicle, stops in tours.items():
        here = again.sequences.get(vehicle, ())
        assert [stop for stop in here if stop in stops] == list(stops)


def test_what_is_fetched_at_one_place_is_fetched_at_once():
    stops = tuple(Stop(name, place) for name, place in (("p1", 1), ("d1", 3), ("p2", 1), ("d2", 3)))
    pairs = (Pair("p1", "d1"), Pair("p2", "d2"))
    problem = Problem(stops, (driver(),), (in_a_row(4),), pairs=pairs)
    work = Work.of(Model(problem), {"v": ("p1", "d1", "p2", "d2")})
    insert_again(work, work.model.numbers(["p1", "p2"]))
    tour = work.sequences["v"]
    assert (set(tour[:2]), set(tour[2:])) == ({"p1", "p2"}, {"d1", "d2"})


def test_several_days_are_one_problem():
    """A vehicle is one for each of its days; what is wanted on one of them is made on that."""
    days = [Window(day * 24 * HOUR + 8 * HOUR, day * 24 * HOUR + 16 * HOUR) for day in range(3)]
    cars = tuple(driver(f"day {day}", shift=hours) for day, hours in enumerate(days))
    fixed = [Stop(f"{day}-{n}", n, windows=(days[day],)) for day in range(3) for n in (1, 2)]
    either = Stop("either", 3, windows=(days[0], days[2]))
    problem = Problem((*fixed, either), cars, (in_a_row(4),))
    plan = solve(problem, seconds=1)
    assert check(problem, plan) == ()
    assert plan.left_out == ()
    for day in range(3):
        made = {one for one in plan.sequences[f"day {day}"] if one != "either"}
        assert made == {f"{day}-1", f"{day}-2"}
    assert "either" not in plan.sequences["day 1"]


def early(number: int) -> Stop:
    return Stop(str(number), number, windows=(Window(8 * HOUR, 8 * HOUR + 600 * number),))


def test_an_insertion_that_is_no_good_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    problem = Problem((early(1), early(2)), (driver(),), (in_a_row(3),))
    assert insert(problem, {"v": ("2",)}, ["1"]).sequences == {"v": ("1", "2")}

    def at_the_end(work: Work, stops: list[int]) -> list[int]:
        work.put(0, (*work.tours[0], *stops))
        return []

    monkeypatch.setattr(solving, "insert_all", at_the_end)
    plan = insert(problem, {"v": ("2",)}, ["1"])
    assert plan.sequences == {"v": ("2",)}
    assert [(one.stop, one.words) for one in plan.left_out] == [("1", "Not on a route yet")]
    assert "not acceptable" in caplog.text


def test_what_was_broken_may_stay_so_but_no_worse():
    problem = Problem((early(1), early(2)), (driver(),), (in_a_row(3),))
    late, later = ({"v": order} for order in (("2", "1"), ("1", "2")))
    good, bad = schedule(problem, later), schedule(problem, late)
    assert check_beside(problem, bad, bad) == check_beside(problem, good, bad) == ()
    assert [flag.stop for flag in check_beside(problem, bad, good)] == ["1"]

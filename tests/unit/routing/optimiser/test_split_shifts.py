"""Shifts in parts: nothing happens between them, and others are planned as ever."""

from __future__ import annotations

from fleet_app.routing.optimiser.checking import check
from fleet_app.routing.optimiser.easing import ease
from fleet_app.routing.optimiser.problem import Break, Problem, Stop, Window
from fleet_app.routing.optimiser.solving import solve
from tests.builders.problems import HOUR, driver, in_a_row

OFF = Break("off", 4 * HOUR, (Window(12 * HOUR, 12 * HOUR),), is_off=True)
LUNCH = Break("lunch", 1800, (Window(12 * HOUR, 13 * HOUR),))


def test_what_is_wanted_early_and_late_is_done_in_both_parts() -> None:
    hours = (8, 9, 10, 16, 17, 18)
    stops = tuple(
        Stop(str(n), n % 3 + 1, 900, (Window(hour * HOUR, hour * HOUR + 5400),))
        for n, hour in enumerate(hours)
    )
    split = driver(shift=Window(8 * HOUR, 20 * HOUR), breaks=(OFF,))
    problem = Problem(stops, (split,), (in_a_row(4),))
    plan = solve(problem, seconds=0.5)
    assert not plan.left_out
    assert not check(problem, plan)
    (tour,) = plan.tours
    between = [one for one in tour.visits if one.departure > 12 * HOUR and one.start < 16 * HOUR]
    assert (len(tour.visits), between) == (6, [])


def test_the_lunch_of_others_is_cut_out_of_the_clock_all_the_same() -> None:
    stop = Stop("a", 1, windows=(Window(15 * HOUR, 16 * HOUR),))
    others = (driver("a", breaks=(LUNCH,)), driver("b", breaks=(LUNCH,)))
    split = driver("split", shift=Window(8 * HOUR, 20 * HOUR), breaks=(OFF,))
    eased = ease(Problem((stop,), (*others, split), (in_a_row(2),))).problem
    assert eased.stops[0].windows == (Window(15 * HOUR - 1800, 16 * HOUR - 1800),)
    assert [one.shift.end for one in eased.vehicles] == [
        18 * HOUR - 1800, 18 * HOUR - 1800, 16 * HOUR - 1800,
    ]  # fmt: skip

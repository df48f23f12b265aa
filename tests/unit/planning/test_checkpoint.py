"""What is kept of a run."""

from __future__ import annotations

from dataclasses import replace

from fleet_app.planning.runs.checkpoint import Checkpoint
from fleet_app.planning.runs.weighing import Bar
from fleet_app.routing.optimiser.problem import COST_UNITS, Chain, Hold, Problem, Stop, Window
from fleet_app.routing.optimiser.scheduling import schedule
from tests.builders.problems import HOUR, driver, in_a_row


def test_a_plan_that_is_less_late_costs_less_though_it_drives_more() -> None:
    over = (Window(7 * HOUR, 8 * HOUR),)
    stops = (Stop("near", 1, service=HOUR), Stop("late", 2, windows=over))
    problem = Problem(stops, (driver(),), (in_a_row(3),))
    short, soon = (
        Checkpoint.of(schedule(problem, {"v": order}), {})
        for order in (("near", "late"), ("late", "near"))
    )
    assert (short.late, soon.late) == (20 * 60 + HOUR, 20 * 60)
    assert soon.worth < short.worth
    assert short.money - soon.money > HOUR
    assert short.cost <= soon.cost
    assert soon.money > soon.cost / COST_UNITS


def test_two_that_matter_little_are_left_out_rather_than_one_that_matters_much() -> None:
    prices = {"little": 300, "less": 200, "much": 25_000}
    stops = tuple(
        Stop(one, number, skip_cost=price * COST_UNITS)
        for number, (one, price) in enumerate(prices.items(), 1)
    )
    problem = Problem(stops, (driver(),), (in_a_row(4),))
    one, two = (
        Checkpoint.of(schedule(problem, {"v": order}), {})
        for order in (("little", "less"), ("much",))
    )
    assert (one.missing, two.missing) == (1, 2)
    assert two.worth < one.worth
    assert two.money < one.money


def test_lateness_that_nobody_may_make_more_of_is_no_reason_to_refuse_a_cheaper_plan() -> None:
    """Where an order is locked, the search lets a stop be as late as it is, and saves elsewhere."""
    over, soon = (Window(7 * HOUR, 8 * HOUR),), (Window(8 * HOUR, 8 * HOUR + 600),)
    extra = Stop("extra", 1, service=900, windows=soon, late_cost=1)
    stops = (Stop("late", 3, windows=over), Stop("first", 2), extra)
    locked = (Chain("v", ("first", "late"), Hold.ORDER),)
    problem = Problem(stops, (driver(),), (in_a_row(5),), chains=locked)
    now = {"v": ("extra", "first", "late")}
    timed = [schedule(problem, {"v": one}) for one in (("first", "late", "extra"), now["v"])]
    assert timed[0].flags[0].amount < timed[1].flags[0].amount
    before, found = (Checkpoint.of(one, {}, ordered={"first", "late"}) for one in timed)
    assert found.worth < before.worth
    bar = Bar(problem, now, before)
    assert not bar.is_over(found.sequences)
    assert Bar(problem, now, found).is_over(before.sequences)


def test_what_can_be_driven_no_more_keeps_nothing_else_from_counting() -> None:
    """The clock has gone on since the checkpoint: its times are those of now."""
    soon = (Window(8 * HOUR, 8 * HOUR + 1_300),)
    stops = (Stop("near", 1), Stop("soon", 2, windows=soon, skip_cost=9_000_000))
    crew = driver()
    problem = Problem(stops, (crew,), (in_a_row(3),))
    before = Checkpoint.of(schedule(problem, {"v": ("soon", "near")}), {})
    assert Bar(problem, {}, before).is_over({"v": ("near",)})
    now = replace(problem, vehicles=(replace(crew, shift=Window(9 * HOUR, 18 * HOUR)),))
    late = Checkpoint.of(schedule(now, {"v": ("near",)}), {})
    assert late.worth > before.worth
    assert not Bar(now, {}, before).is_over(late.sequences)


def test_it_is_stored_and_read_again() -> None:
    found = Checkpoint(sequences={"1": ("2", "3")}, cost=5, late=7, crews={"1": 4})
    assert Checkpoint.read(found.stored()) == found
    assert Checkpoint.read({"sequences": 3}) is None

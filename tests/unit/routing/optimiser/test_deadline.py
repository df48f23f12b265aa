"""Nobody works for long without looking whether it is time, and breaks cost no more than others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from fleet_app.routing.optimiser import timing
from fleet_app.routing.optimiser.beginning import begin
from fleet_app.routing.optimiser.checking import check
from fleet_app.routing.optimiser.inserting import insert_all
from fleet_app.routing.optimiser.judging import Judge
from fleet_app.routing.optimiser.model import Model
from fleet_app.routing.optimiser.polishing import Polisher
from fleet_app.routing.optimiser.problem import Break, Problem, Stop, Window
from fleet_app.routing.optimiser.reasons import SURE, reasons
from fleet_app.routing.optimiser.repairing import repair
from fleet_app.routing.optimiser.saying import Speaker
from fleet_app.routing.optimiser.scheduling import Timetable
from fleet_app.routing.optimiser.solving import solve
from fleet_app.routing.optimiser.working import Work
from tests.builders.problems import HOUR, driver, on_a_grid, problems

STOPS, CARS = 120, 4
PLACES = STOPS + CARS
LOOKS = 400


class Watch:
    """A stopper that says yes from a certain look on, and hears of every sequence scored."""

    def __init__(self, looks: int) -> None:
        self.begin(looks)

    def begin(self, looks: int) -> None:
        self.looks, self.since, self.most, self.total = looks, 0, 0, 0

    def __call__(self) -> bool:
        self.looks -= 1
        self.since = 0
        return self.looks < 0

    def scored(self) -> None:
        self.since += 1
        self.total += 1
        self.most = max(self.most, self.since)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    found, score = Watch(LOOKS), Judge.score

    def counted(self: Judge, *given: object, **named: object) -> object:
        found.scored()
        return score(self, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Judge, "score", counted)
    return found


def rested(begins: int) -> tuple[Break, ...]:
    """Half an hour after six hours at the latest, as the law has it."""
    return (Break("rest", 1800, (Window(begins + 2 * HOUR, begins + 6 * HOUR),)),)


def day(cars: int = CARS, stops: int = STOPS) -> Problem:
    """Windows everywhere, a break for each, and more stops than there is time for."""
    rng = np.random.default_rng(7)
    places = [(int(x), int(y)) for x, y in rng.integers(0, 1500, (stops + 1, 2))]
    opens = rng.integers(8, 15, stops) * HOUR
    asked = tuple(
        Stop(f"s{n}", n + 1, 600, (Window(int(at), int(at) + 2 * HOUR),), (1,), skip_cost=10**6)
        for n, at in enumerate(opens)
    )
    team = tuple(driver(f"v{n}", capacity=(60,), breaks=rested(8 * HOUR)) for n in range(cars))
    return Problem(asked, team, (on_a_grid(places),))


def filled(problem: Problem) -> Work:
    work = Work(Model(problem))
    insert_all(work, work.missing)
    return work


def broken(problem: Problem) -> Work:
    """Everything in an order that nobody can keep to."""
    work = Work(Model(problem))
    for vehicle in work.tours:
        work.put(vehicle, tuple(range(vehicle, len(problem.stops), len(work.tours))))
    return work


def empty(problem: Problem) -> Work:
    return Work(Model(problem))


def insert(work: Work, watch: Watch) -> None:
    insert_all(work, work.missing, watch)


def polish(work: Work, watch: Watch) -> None:
    Polisher(work, 0, watch).run()


def explain(work: Work, watch: Watch) -> None:
    reasons(work, Speaker(None), work.missing, watch)


@pytest.mark.parametrize(
    ("make", "task", "most"),
    [
        (empty, begin, CARS),
        (empty, insert, PLACES),
        (broken, repair, PLACES),
        (filled, polish, PLACES),
        (empty, explain, 2 * SURE * CARS),
    ],
)
def test_nobody_works_for_long_without_looking_at_the_time(
    make: Callable[[Problem], Work], task: Callable[[Work, Watch], None], most: int, watch: Watch
):
    work = make(day())
    watch.begin(LOOKS)
    task(work, watch)
    assert 0 < watch.most <= most
    work = make(day())
    watch.begin(0)
    task(work, watch)
    assert watch.total <= most


def test_who_is_stopped_at_once_has_no_plan_but_an_answer(watch: Watch):
    plan = solve(day(), seconds=600, stopped=lambda: True)
    assert watch.total <= SURE * PLACES
    assert len(plan.left_out) == STOPS
    assert all(one.words for one in plan.left_out)


def test_a_first_plan_weighs_no_places(watch: Watch):
    work = empty(day())
    begin(work)
    assert watch.total <= CARS
    assert work.value.hard == 0
    assert len(work.where) > STOPS / 2


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(problems())
def test_a_first_plan_keeps_every_rule(problem: Problem):
    work = Work(Model(problem))
    begin(work)
    plan = Timetable(work.model, Speaker(None)).plan(work.sequences)
    assert check(problem, plan) == ()


def test_breaks_cost_little_more_than_days_without(monkeypatch: pytest.MonkeyPatch):
    count, run = [0], timing.run

    def counted(*given: object) -> object:
        count[0] += 1
        return run(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(timing, "run", counted)
    problem = day()
    without = replace(problem, vehicles=tuple(replace(v, breaks=()) for v in problem.vehicles))
    runs = []
    for one in (without, problem):
        count[0] = 0
        filled(one)
        runs.append(count[0])
    assert runs[1] < 3 * runs[0]

"""Nobody who begins with a plan ends with a worse one, what moved stops cost included."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from fleet_app.routing.optimiser.engine import Engine
from fleet_app.routing.optimiser.engines.ortools import OrToolsEngine
from fleet_app.routing.optimiser.engines.pyvrp import PyVrpEngine
from fleet_app.routing.optimiser.engines.start import no_worse
from fleet_app.routing.optimiser.engines.vroom import VroomEngine
from fleet_app.routing.optimiser.problem import Problem, Sequences, Stop
from fleet_app.routing.optimiser.scheduling import schedule
from fleet_app.routing.optimiser.searching import Deadline
from fleet_app.routing.optimiser.solving import insert, replan, solve
from tests.builders.problems import arrangements, driver, in_a_row, problems

SEEDED = settings(
    max_examples=15, deadline=None, derandomize=True, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@st.composite
def begun(draw: st.DrawFn) -> tuple[Problem, Sequences]:
    """A problem of a running day, and a plan of it that breaks nothing: what people have arranged,
    or what there was room for where they broke something."""
    problem = draw(problems(most=6))
    assume(problem.vehicles)
    problem = replace(problem, current=draw(arrangements(problem)), move_cost=30)
    names = draw(st.permutations([stop.id for stop in problem.stops]))
    start = problem.current
    if schedule(problem, start).flags:
        start = insert(problem, {}, names).sequences
    return problem, start


def worth(problem: Problem, sequences: Sequences) -> tuple[int, int]:
    """Stops missing that should not be, then all that a plan costs."""
    plan = schedule(problem, sequences)
    assert not plan.flags
    out = {one.stop for one in plan.left_out}
    return sum(stop.id in out and stop.skip_cost is None for stop in problem.stops), plan.cost


def plain(problem: Problem) -> Problem:
    """Without what some engines do not know."""
    return replace(
        problem,
        stops=tuple(
            replace(one, late_cost=None, windows=one.windows[:1]) for one in problem.stops
        ),
        vehicles=tuple(
            replace(one, breaks=(), max_duration=None, max_stops=None) for one in problem.vehicles
        ),
        pairs=(), together=(), chains=(), balance=0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("engine", "seconds"),
    [(PyVrpEngine(), 0.05), (VroomEngine(level=0), 0.05), (OrToolsEngine(), 0.12)],
    ids=["pyvrp", "vroom", "ortools"],
)
def test_no_engine_answers_worse_than_it_began(engine: Engine, seconds: float) -> None:
    @SEEDED
    @given(begun())
    def holds(posed: tuple[Problem, Sequences]) -> None:
        problem, start = plain(posed[0]), posed[1]
        assume(engine.takes(problem) and not schedule(problem, start).flags)
        found = engine.solve(problem, Deadline(seconds), seed=1, start=start)
        if found is not None and not schedule(problem, found).flags:
            assert worth(problem, found) <= worth(problem, start)

    holds()


@pytest.mark.parametrize(
    "engine", [PyVrpEngine(), VroomEngine(), OrToolsEngine()], ids=["pyvrp", "vroom", "ortools"]
)
def test_a_shorter_way_that_does_not_pay_for_its_moves_is_not_taken(engine: Engine) -> None:
    crew = tuple(driver(name, cost_per_metre=1, max_distance=100_000) for name in "xy")
    now = {"x": ("a",), "y": ("b",)}
    problem = Problem((Stop("a", 1), Stop("b", 2)), crew, (in_a_row(3),), current=now)
    free = engine.solve(problem, Deadline(0.3), start=now)
    assert free is not None
    assert len(free) == 1
    assert engine.solve(replace(problem, move_cost=10_000), Deadline(0.3), start=now) == now


@SEEDED
@given(begun())
def test_no_plan_is_worse_than_the_one_that_it_began_with(
    posed: tuple[Problem, Sequences],
) -> None:
    problem, start = posed
    for plan in (
        solve(problem, seconds=0.09, start=start), replan(problem, start, seconds=0.06)
    ):  # fmt: skip
        assert worth(problem, plan.sequences) <= worth(problem, start)


@pytest.mark.parametrize("lock", [{"vehicle": "y"}, {"skills": frozenset({"lift"})}])
def test_or_tools_leaves_stops_to_those_who_may_make_them(lock: dict[str, Any]) -> None:
    crew = (driver("x"), driver("y", skills=frozenset({"lift"}), fixed_cost=10_000))
    problem = Problem((Stop("a", 1, **lock), Stop("b", 2)), crew, (in_a_row(3),))
    found = OrToolsEngine().solve(problem, Deadline(0.3))
    assert found is not None
    assert not schedule(problem, found).flags
    assert "a" in found["y"]


def test_a_start_that_breaks_a_rule_is_no_answer() -> None:
    problem = Problem((Stop("a", 1), Stop("b", 2)), (driver(max_stops=1),), (in_a_row(3),))
    assert no_worse(problem, {"v": ("b",)}, {"v": ("a", "b")}) == {"v": ("b",)}
    assert no_worse(problem, {"v": ("b",)}, {"v": ("a",)}) == {"v": ("a",)}

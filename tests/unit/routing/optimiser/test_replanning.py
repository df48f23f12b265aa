"""A running day is planned again: quickly, never worse, and stops move only where that pays."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet_app.routing.optimiser.checking import check
from fleet_app.routing.optimiser.engines.pyvrp import PyVrpEngine
from fleet_app.routing.optimiser.engines.vroom import VroomEngine
from fleet_app.routing.optimiser.live import Live
from fleet_app.routing.optimiser.model import Model
from fleet_app.routing.optimiser.parallel import POOL
from fleet_app.routing.optimiser.plan import Broken
from fleet_app.routing.optimiser.problem import Problem, Sequences, Stop
from fleet_app.routing.optimiser.solving import replan
from fleet_app.routing.optimiser.working import Work
from tests.builders.problems import arrangements, driver, in_a_row, problems

CHEAP = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def crew() -> None:
    """Children that are up: without them VROOM is not asked."""
    POOL.prepare(PyVrpEngine.tasks, VroomEngine.__module__)


@CHEAP
@given(st.data())
def test_it_is_never_worse_than_what_is_driven(data: st.DataObject):
    require_no_worse(data, 0.12)


def test_it_is_never_worse_whatever_engines_answer(crew: None, monkeypatch: pytest.MonkeyPatch):
    answers, offer = Counter[str](), Live.offer

    def heard(self: Live, sequences: Sequences, engine: str) -> None:
        answers[engine] += 1
        offer(self, sequences, engine)

    monkeypatch.setattr(Live, "offer", heard)

    @settings(CHEAP, max_examples=15)
    @given(st.data())
    def never_worse(data: st.DataObject) -> None:
        require_no_worse(data, seconds)

    for seconds in (0.8, 3.0, 10.0):  # noqa: B007 - on a busy machine engines need longer to answer
        never_worse()
        if min(answers["vroom"], answers["pyvrp"]) >= 3:
            break
    assert min(answers["vroom"], answers["pyvrp"]) >= 3


def require_no_worse(data: st.DataObject, seconds: float) -> None:
    problem = data.draw(problems())
    driven = data.draw(arrangements(problem))
    before = Work.of(Model(problem), driven).value
    plan = replan(problem, driven, seconds=seconds)
    assert Work.of(Model(problem), plan.sequences).value <= before
    flags = check(problem, plan)
    assert before.hard or not flags
    assert not [flag for flag in flags if flag.code is Broken.MALFORMED]


def halves(move_cost: int) -> Problem:
    """Two drivers of which each has stops that are on the other's way."""
    stops = tuple(Stop(f"s{number}", number) for number in range(1, 5))
    vehicles = (driver("near", max_distance=2400, cost_per_second=0), driver("far"))
    known = {"near": ("s1", "s4"), "far": ("s2", "s3")}
    vehicles = (replace(vehicles[0], max_distance=None), vehicles[1])
    return Problem(stops, vehicles, (in_a_row(5),), current=known, move_cost=move_cost)


def test_stops_move_when_it_pays_and_stay_when_it_does_not():
    cheap, dear = (
        replan(halves(cost), halves(cost).current, seconds=0.4).sequences for cost in (1, 10**7)
    )
    assert dear == {"near": ("s1", "s4"), "far": ("s2", "s3")}
    assert len(cheap) == 1


def test_the_stops_of_a_vehicle_that_is_down_find_others():
    problem = halves(10)
    left = replace(problem, vehicles=problem.vehicles[1:])
    plan = replan(left, {"far": ("s2", "s3")}, seconds=0.3)
    assert plan.left_out == ()
    assert sorted(plan.sequences["far"]) == ["s1", "s2", "s3", "s4"]

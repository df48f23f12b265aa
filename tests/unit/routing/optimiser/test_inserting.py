"""Our own insertion against trying every place there is."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet_app.routing.optimiser.judging import Judge
from fleet_app.routing.optimiser.model import Model
from fleet_app.routing.optimiser.problem import Break, Problem, Vehicle, Window
from fleet_app.routing.optimiser.repairing import repair
from fleet_app.routing.optimiser.working import Work
from tests.builders.problems import arrangements, problems

CHEAP = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


def every_place(work: Work, stop: int) -> list[int]:
    """What each place costs more that breaks nothing more."""
    judge, found = Judge(work.model), []
    for vehicle, stops in work.tours.items():
        before = judge.score(vehicle, stops)
        assert before is not None
        for position in range(len(stops) + 1):
            after = judge.score(vehicle, (*stops[:position], stop, *stops[position:]))
            assert after is not None
            if after.hard <= before.hard:
                found.append(after.cost - before.cost)
    return found


@CHEAP
@given(st.data())
def test_one_stop_finds_the_cheapest_place(data: st.DataObject):
    compare(data, data.draw(problems()), 2)


@CHEAP
@given(st.data())
def test_one_stop_finds_the_cheapest_place_beside_a_break(data: st.DataObject):
    problem = data.draw(problems())
    problem = replace(
        problem,
        stops=tuple(replace(one, skills=frozenset()) for one in problem.stops),
        vehicles=tuple(pressed(data, one) for one in problem.vehicles),
        pairs=(),
        together=(),
        chains=(),
        balance=0,
    )
    compare(data, problem, 4, is_sound=True)


def pressed(data: st.DataObject, vehicle: Vehicle) -> Vehicle:
    """With nothing to mind but a short day and a long break at about one time."""
    opens = vehicle.shift.start + data.draw(st.integers(20, 120))
    rest = Break("rest", 60, (Window(opens, opens + data.draw(st.integers(0, 40))),))
    shift = Window(vehicle.shift.start, opens + data.draw(st.integers(60, 300)))
    return replace(
        vehicle, shift=shift, breaks=(rest,), capacity=(), max_distance=None, max_stops=None
    )


def compare(data: st.DataObject, problem: Problem, most: int, is_sound: bool = False) -> None:
    """What is found for some of the stops that are missing, and what there is. In tours that are
    late already a stop more can make the day shorter, so they may be left aside."""
    model = Model(problem)
    work = Work.of(model, data.draw(arrangements(problem)))
    if is_sound:
        repair(work, lambda: True)
    for stop in work.missing[:most]:
        if len(model.unit_of(stop)) > 1 or stop in model.group_of or problem.balance:
            continue
        best = work.cheapest((stop,))
        costs = every_place(work, stop)
        assert (best.more if best else None) == min(costs, default=None)
        places = list(work.places((stop,)))
        assert min((one.more for one in places), default=None) == min(costs, default=None)

"""Times against trying every departure and every place of a break; and the words of flags."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet_app.routing.optimiser import timing
from fleet_app.routing.optimiser.model import Model, Spans, spans_of
from fleet_app.routing.optimiser.plan import Broken, Why
from fleet_app.routing.optimiser.problem import (
    UNREACHABLE,
    Break,
    Matrix,
    Pair,
    Problem,
    Stop,
    Vehicle,
    Window,
)
from fleet_app.routing.optimiser.resting import OUTSIDE, day_of, is_outside
from fleet_app.routing.optimiser.scheduling import schedule
from fleet_app.routing.optimiser.timing import Legs, legs_of
from tests.builders.problems import HOUR, driver, in_a_row, problems

CHEAP = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
Worth = tuple[int, int, int, int]


def opened(spans: Spans, now: int) -> int | None:
    """When something may begin."""
    return next((max(now, opens) for opens, closes in spans if now <= closes), None)


def driven(now: int, drive: int, rest: Break | None) -> tuple[int, int]:
    """When the vehicle is there and free, and by how much the break was late."""
    if rest is None:
        return now + drive, 0
    spans = spans_of(rest.windows)
    begun = opened(spans, now)
    late = now - spans[-1][1] if begun is None else 0
    begun = now if begun is None else begun
    if begun < now + drive:
        return now + drive + rest.duration, late
    return begun + rest.duration, late


def day(vehicle: Vehicle, legs: Legs, leave: int, gap: int | None) -> tuple[Worth, int]:
    """How good a day is with one departure and one place of the break, and when it ends."""
    rest = vehicle.breaks[0] if vehicle.breaks else None
    now, late, soft = leave, 0, 0
    for number, (drive, (service, spans, price)) in enumerate(legs.items):
        now, missed = driven(now, drive, rest if gap == number else None)
        late += missed
        begun = opened(spans, now)
        if begun is None and spans:
            after = now - spans[-1][1]
            late, soft = (late + after, soft) if price is None else (late, soft + price * after)
        now = (now if begun is None else begun) + service
    now, missed = driven(now, legs.back, rest if gap == len(legs.items) else None)
    late += missed + max(0, now - vehicle.shift.end)
    length = now - leave
    longest = vehicle.max_duration
    over = max(0, length - longest) if longest is not None else 0
    return (late, over, soft + vehicle.cost_per_second * length, length), now


def every_day(vehicle: Vehicle, legs: Legs) -> Iterator[Worth]:
    count = len(legs.items)
    first = 1 if vehicle.start is None else 0
    last = count - 1 if vehicle.end is None else count
    departures = range(vehicle.shift.start, vehicle.shift.start + (1 if vehicle.departs else 1400))
    for gap in range(first, last + 1) if vehicle.breaks else ():
        yield min(day(vehicle, legs, leave, gap)[0] for leave in departures)
    worth, leave = min((day(vehicle, legs, leave, None)[0], leave) for leave in departures)
    ends = day(vehicle, legs, leave, None)[1]
    if not vehicle.breaks or is_outside(vehicle.breaks[0], leave, ends):
        yield worth


@CHEAP
@given(problems(most=3), st.randoms(use_true_random=False))
def test_no_departure_and_no_place_of_a_break_is_better(problem: Problem, rng):
    told = tuple(replace(one, departs=rng.random() < 0.4) for one in problem.vehicles)
    model = Model(problem := replace(problem, vehicles=told))
    stops = list(range(len(problem.stops)))
    rng.shuffle(stops)
    for number, vehicle in enumerate(problem.vehicles):
        legs = legs_of(model, number, stops)
        found = day_of(model, number, legs)
        best = min(every_day(vehicle, legs), default=None)
        if best is None:
            assert found.missed
        else:
            assert found.departure[:4] == best
            assert not found.missed


def test_a_late_soft_window_does_not_make_every_second_a_step(monkeypatch: pytest.MonkeyPatch):
    counted: list[int] = []
    run = timing.run
    monkeypatch.setattr(timing, "run", lambda *args: (counted.append(1), run(*args))[1])
    late = Stop("late", 1, windows=(Window(8 * HOUR, 8 * HOUR),), late_cost=1)
    waits = Stop("waits", 2, windows=(Window(16 * HOUR, 17 * HOUR),))
    plan = schedule(Problem((late, waits), (driver(),), (in_a_row(3),)), {"v": ("late", "waits")})
    assert plan.flags == ()
    assert len(counted) < 10


def test_one_leaves_as_late_as_nobody_has_to_wait():
    early = Stop("early", 1, 300, (Window(8 * HOUR, 9 * HOUR), Window(14 * HOUR, 15 * HOUR)))
    later = Stop("later", 2, 300, (Window(15 * HOUR, 16 * HOUR),))
    plan = schedule(Problem((early, later), (driver(),), (in_a_row(3),)), {"v": ("early", "later")})
    assert plan.tours[0].wait == 0
    assert plan.tours[0].visits[0].start >= 14 * HOUR
    assert plan.flags == ()


def test_who_has_to_leave_at_once_waits_on_the_way():
    later = Stop("later", 1, 300, (Window(15 * HOUR, 16 * HOUR),))
    problem = Problem((later,), (driver(departs=True),), (in_a_row(2),))
    (tour,) = schedule(problem, {"v": ("later",)}).tours
    assert (tour.start, tour.visits[0].arrival) == (8 * HOUR, 8 * HOUR + 600)


def test_working_between_the_parts_of_a_shift_is_out_of_the_shift():
    lunch = Break("off", 4 * HOUR, (Window(12 * HOUR, 12 * HOUR),), is_off=True)
    stop = Stop("a", 1, HOUR, (Window(11 * HOUR + 1800, 11 * HOUR + 1800),))
    problem = Problem((stop,), (driver(breaks=(lunch,)),), (in_a_row(2),))
    said = "Works 30 min beyond 12:00, when a part of the shift ends"
    assert words(problem, ("a",)) == [(Broken.SHIFT, None, said)]


def test_a_break_interrupts_the_drive_and_not_the_service():
    stop = Stop("a", 1, 2 * HOUR)
    lunch = Break("lunch", 1800, (Window(8 * HOUR + 300, 9 * HOUR),))
    problem = Problem((stop,), (driver(breaks=(lunch,)),), (in_a_row(2),))
    tour = schedule(problem, {"v": ("a",)}).tours[0]
    (rest,) = tour.rests
    assert (rest.start, rest.after) == (8 * HOUR + 300, 0)
    assert tour.visits[0].arrival == tour.start + 600 + 1800
    assert (tour.rest, tour.wait) == (1800, 0)


def test_a_break_after_the_tour_is_not_part_of_it():
    tea = Break("tea", 900, (Window(15 * HOUR, 16 * HOUR),))
    problem = Problem((Stop("a", 1),), (driver(breaks=(tea,)),), (in_a_row(2),))
    plan = schedule(problem, {"v": ("a",)})
    assert plan.tours[0].rests == ()
    assert plan.flags == ()
    assert day_of(Model(problem), 0, legs_of(Model(problem), 0, [0])).gaps == (OUTSIDE,)


def words(problem: Problem, order: tuple[str, ...], names: dict[str, str] | None = None) -> list:
    plan = schedule(problem, {"v": order}, names)
    return [(flag.code, flag.stop, flag.words) for flag in plan.flags]


def test_flags_say_in_words_what_is_wrong():
    matrix = in_a_row(4)
    late = Stop("a", 1, windows=(Window(8 * HOUR, 8 * HOUR + 60),))
    problem = Problem((late,), (driver(),), (matrix,))
    said = "9 min after the window ends at 08:01"
    assert words(problem, ("a",)) == [(Broken.WINDOW, "a", said)]
    heavy = Stop("a", 1, delivers=(23,), skills=frozenset({"lift"}), vehicle="w")
    problem = Problem((heavy,), (driver(capacity=(20,)), driver("w")), (matrix,))
    assert words(problem, ("a",), {"w": "Anna", "lift": "a tail lift", "load:0": "kg"}) == [
        (Broken.CAPACITY, None, "Carries 23 kg, 3 kg more than the 20 kg it holds"),
        (Broken.SKILL, "a", "Needs a tail lift"),
        (Broken.LOCK, "a", "Locked to Anna"),
    ]
    stops = (Stop("a", 1), Stop("b", 2), Stop("c", 3))
    problem = Problem(stops, (driver(),), (matrix,), pairs=(Pair("b", "a"), Pair("b", "c")))
    assert words(problem, ("a", "b")) == [
        (Broken.PAIR, "a", "Comes before b, where it is collected"),
        (Broken.PAIR, "b", "c, where it goes, is not on this route"),
    ]


def test_an_unreachable_stop_is_flagged_and_the_rest_keeps_its_times():
    row = in_a_row(3)
    durations = row.durations.copy()
    durations[0, 2] = durations[1, 2] = UNREACHABLE
    problem = Problem(
        (Stop("a", 1), Stop("sea", 2)), (driver(),), (Matrix(durations, row.distances),)
    )
    plan = schedule(problem, {"v": ("a", "sea")})
    assert [(flag.code, flag.stop) for flag in plan.flags] == [(Broken.UNREACHABLE, "sea")]
    assert plan.tours[0].end < 18 * HOUR


def test_stops_that_nobody_planned_are_open_and_strangers_are_malformed():
    problem = Problem((Stop("a", 1), Stop("b", 1)), (driver(),), (in_a_row(2),))
    plan = schedule(problem, {"v": ("a", "a", "x"), "nobody": ("b",)})
    assert [one.why for one in plan.left_out] == [Why.OPEN]
    assert [flag.code for flag in plan.flags] == [Broken.MALFORMED] * 3

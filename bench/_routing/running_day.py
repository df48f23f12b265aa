"""A day under way in a made-up town: one more order, or a vehicle less, and it is planned again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from bench._stack import say
from fleet_app.routing.optimiser.checking import check
from fleet_app.routing.optimiser.plan import Plan
from fleet_app.routing.optimiser.problem import (
    COST_UNITS,
    Break,
    Matrix,
    Problem,
    Sequences,
    Stop,
    Vehicle,
    Window,
)
from fleet_app.routing.optimiser.scheduling import schedule
from fleet_app.routing.optimiser.solving import insert, replan

Planner = Callable[[Problem, float], Sequences]
SEED = 20261124
STOPS, VEHICLES = 300, 25
"""Of the whole day; about 200 stops are open at `NOW`."""
MORNING, EVENING, NOW = 8 * 3600, 18 * 3600, 11 * 3600
TOWN_M, SPEED, DETOUR = 20_000.0, 8.0, 1.35
PER_KM, PER_HOUR = 40_000, 2_000_000
MOVE_COST = COST_UNITS // 2
"""What it costs to give a driver a stop that was another's."""
SECONDS = 2.0
"""For planning again."""


@dataclass(frozen=True, slots=True)
class Running:
    """What is still to be done, and who is on the way to do it."""

    problem: Problem
    sequences: Sequences


def replanned(quick: bool, planned: Planner) -> dict[str, float]:
    """Seconds until a running day is planned again, the longest of several changes, and how many
    answers were worse than putting in what is missing and moving nothing, or broke something."""
    chance = Random(SEED)
    running = _running(chance, planned, 1.0 if quick else 10.0)
    changes = [_one_more, _one_down] * (1 if quick else 4)
    longest, saved, worse = 0.0, 0.0, 0
    for number, change in enumerate(changes):
        changed = change(running, chance)
        stops = [stop.id for stop in changed.problem.stops]
        plain = insert(changed.problem, changed.sequences, stops)
        began = time.monotonic()
        plan = replan(changed.problem, changed.sequences,
                      seconds=SECONDS / (4 if quick else 1), seed=number)  # fmt: skip
        longest = max(longest, time.monotonic() - began)
        saved += 100 * (1 - plan.cost / plain.cost) / len(changes)
        worse += _is_worse(changed.problem, plan, plain)
    say(f"{len(running.problem.stops)} open stops planned again in {longest:.2f} s at most")
    return {"replan_s": round(longest, 3), "replan_worse": worse, "replan_changes": len(changes),
            "replan_saved_pct": round(max(0.0, saved), 2),
            "replan_stops": len(running.problem.stops)}  # fmt: skip


def rested(quick: bool, planned: Planner) -> dict[str, float]:
    """By how much the day is dearer when everybody has half an hour of rest in it, which the engine
    knows nothing of. Raises RuntimeError when there is no plan of it."""
    seconds = 1.0 if quick else 10.0
    free = _day(Random(SEED))
    rest = Break("rest", 1800, (Window(MORNING + 2 * 3600, MORNING + 6 * 3600),))
    crew = tuple(replace(one, breaks=(rest,)) for one in free.vehicles)
    costs = []
    for day in (free, replace(free, vehicles=crew)):
        plan = schedule(day, planned(day, seconds))
        if plan.left_out:
            raise RuntimeError("there is no plan of the day with everything in it")
        costs.append(plan.cost)
    more = 100 * (costs[1] / costs[0] - 1)
    say(f"A break for everybody: {more:.2f} % dearer")
    return {"breaks_cost_pct": round(more, 2)}


def _is_worse(problem: Problem, plan: Plan, plain: Plan) -> bool:
    if check(problem, plan):
        return True
    return (len(plan.left_out), plan.cost) > (len(plain.left_out), plain.cost)


def _running(chance: Random, planned: Planner, seconds: float) -> Running:
    """A planned day at eleven: what is done is done, and everybody is at their next stop."""
    day = _day(chance)
    return _at_now(day, schedule(day, planned(day, seconds)))


def _day(chance: Random) -> Problem:
    town = [(TOWN_M / 2, TOWN_M / 2)]
    town += [(chance.uniform(0, TOWN_M), chance.uniform(0, TOWN_M)) for _ in range(STOPS + 8)]
    ways = _ways(town)
    stops = tuple(_stop(chance, number) for number in range(1, STOPS + 1))
    shift = Window(MORNING, EVENING)
    vehicles = tuple(
        Vehicle(f"v{number}", 0, 0, shift, (40,), cost_per_metre=PER_KM // 1000,
                cost_per_second=PER_HOUR // 3600)
        for number in range(VEHICLES)
    )  # fmt: skip
    return Problem(stops, vehicles, (ways,))


def _ways(town: list[tuple[float, float]]) -> Matrix:
    at = np.array(town)
    metres = DETOUR * np.sqrt(((at[:, None] - at[None]) ** 2).sum(axis=-1))
    return Matrix((metres / SPEED).astype(np.int64), metres.astype(np.int64))


def _stop(chance: Random, number: int) -> Stop:
    start = chance.randrange(MORNING, EVENING - 3 * 3600, 1800)
    windows = (Window(start, start + 3 * 3600),) if number % 3 else ()
    return Stop(str(number), number, 300, windows, (chance.randint(1, 3),))


def _at_now(day: Problem, plan: Plan) -> Running:
    """Each vehicle begins at the last stop that it has set out for, when it leaves there."""
    places = {stop.id: stop.place for stop in day.stops}
    vehicles = {one.id: one for one in day.vehicles}
    sequences: dict[str, tuple[str, ...]] = {}
    for tour in plan.tours:
        done = [visit for visit in tour.visits if visit.arrival - visit.drive <= NOW]
        sequences[tour.vehicle] = tuple(visit.stop for visit in tour.visits[len(done) :])
        if done:
            free = max(NOW, done[-1].departure)
            vehicles[tour.vehicle] = replace(
                vehicles[tour.vehicle], start=places[done[-1].stop], shift=Window(free, EVENING)
            )
    later = Window(NOW, EVENING)
    crew = tuple(
        one if one.shift.start >= NOW else replace(one, shift=later) for one in vehicles.values()
    )
    ahead = {stop for tour in sequences.values() for stop in tour}
    stops = tuple(stop for stop in day.stops if stop.id in ahead)
    problem = replace(day, stops=stops, vehicles=crew, current=sequences, move_cost=MOVE_COST)
    return Running(_kept(problem, sequences), sequences)


def _kept(problem: Problem, sequences: Sequences) -> Problem:
    """Without what is on nobody's way. Raises RuntimeError when the way cannot be kept."""
    flags = check(problem, schedule(problem, sequences))
    if flags:
        raise RuntimeError(f"the running day is broken: {flags[0].words}")
    return problem


def _one_more(running: Running, chance: Random) -> Running:
    """An urgent order."""
    place = STOPS + 1 + chance.randrange(8)
    stop = Stop("urgent", place, 300, (Window(NOW, NOW + 4 * 3600),), (2,))
    problem = running.problem
    return Running(replace(problem, stops=(*problem.stops, stop)), running.sequences)


def _one_down(running: Running, chance: Random) -> Running:
    """A vehicle with work to do breaks down."""
    down = chance.choice([name for name, tour in running.sequences.items() if tour])
    left = {name: tour for name, tour in running.sequences.items() if name != down}
    crew = tuple(one for one in running.problem.vehicles if one.id != down)
    return Running(replace(running.problem, vehicles=crew, current=left), left)

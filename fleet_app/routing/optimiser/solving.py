"""The optimiser's door: put stops in, plan a day, plan it again while it runs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from fleet_app.routing.optimiser.checking import check_beside
from fleet_app.routing.optimiser.inserting import insert_again, insert_all
from fleet_app.routing.optimiser.live import Live
from fleet_app.routing.optimiser.model import Model
from fleet_app.routing.optimiser.plan import Plan, Words
from fleet_app.routing.optimiser.problem import Problem, Sequences
from fleet_app.routing.optimiser.reasons import reasons
from fleet_app.routing.optimiser.saying import Clock, Speaker, clock
from fleet_app.routing.optimiser.scheduling import Timetable
from fleet_app.routing.optimiser.searching import Deadline, Search
from fleet_app.routing.optimiser.validating import validate
from fleet_app.routing.optimiser.working import Work

log = logging.getLogger(__name__)


def insert(
    problem: Problem,
    sequences: Sequences,
    stop_ids: Iterable[str],
    words: Words | None = None,
    *,
    seconds: float = 0.0,
    say_time: Clock = clock,
) -> Plan:
    """These stops at their cheapest places, and nothing else moves or breaks anything more. For so
    many `seconds` each may change its place again once the others are there. Tells why for each
    that has no place; the others that are in no sequence stay there."""
    work, say = Work.of(Model(problem), sequences), Speaker(words, say_time)
    timetable = Timetable(work.model, say)
    before = timetable.plan(work.sequences)
    wanted = [one for one in work.model.numbers(stop_ids) if one not in work.where]
    left = insert_all(work, wanted)
    why = reasons(work, say, left)
    first = timetable.plan(work.sequences, why, "insertion")
    insert_again(work, wanted, Deadline(seconds))
    for plan in (timetable.plan(work.sequences, why, "insertion"), first):
        flags = check_beside(problem, plan, before)
        if not flags:
            return plan
        log.error("An insertion was not acceptable: %s", flags[0].words)
    return before


def solve(
    problem: Problem,
    *,
    seconds: float,
    seed: int = 0,
    start: Sequences | None = None,
    kept: Sequences | None = None,
    stopped: Callable[[], bool] = lambda: False,
    better: Callable[[Plan], None] | None = None,
    words: Words | None = None,
    say_time: Clock = clock,
) -> Plan:
    """The best plan that is found in so many seconds, or until `stopped`; `better` hears of each
    improvement. What is `kept` stays on its vehicle whatever it breaks there, with flags for that;
    its order is free unless a chain holds it. Raises `BadProblem` where the problem cannot be
    meant; whatever else is wrong with it leaves stops out, in words."""
    deadline = Deadline(seconds, stopped)
    validate(problem, words)
    say = Speaker(words, say_time)
    return Search(problem, deadline, say, seed, better, kept=kept).run(start)


def replan(
    problem: Problem,
    sequences: Sequences,
    *,
    seconds: float = 2,
    seed: int = 0,
    stopped: Callable[[], bool] = lambda: False,
    better: Callable[[Plan], None] | None = None,
    words: Words | None = None,
    say_time: Clock = clock,
) -> Plan:
    """A running day again within `seconds`, never worse than `sequences`: what is on none of them
    is put in, and others move only where that pays for the moves (`move_cost`, counted from
    `problem.current`). Nothing is taken off them. What was broken before may stay so, no farther,
    and has its flags; less lateness is better at any cost."""
    deadline = Deadline(seconds, stopped)
    validate(problem, words)
    say = Speaker(words, say_time)
    return Live(problem, deadline, say, seed, better, start=sequences).run()

"""The best order of one tour, whatever is broken on it already: searched in a child of the pool."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from fleet_app.routing.optimiser.easing import ease
from fleet_app.routing.optimiser.engine import Stopper
from fleet_app.routing.optimiser.engines.pyvrp import PyVrpEngine
from fleet_app.routing.optimiser.judging import Judge, Score
from fleet_app.routing.optimiser.model import Model
from fleet_app.routing.optimiser.parallel_child import Desk
from fleet_app.routing.optimiser.problem import Problem
from fleet_app.routing.optimiser.searching import Deadline
from fleet_app.routing.optimiser.tour_places import unbound

SHARE = 0.4
"""Of the time, for the engine."""
LITTLE = 8
"""Stops up to which our own moves find the best order at once."""
LONGEST = 3
"""Stops that move together."""
QUIET = 40
"""Attempts in a row that found nothing better: then it is as good as it gets."""

Order = tuple[int, ...]


def order(desk: Desk, problem: Problem, stops: Sequence[str], seconds: float) -> tuple[str, ...]:
    """`best_order` as a task; the seconds count from its beginning."""
    return best_order(problem, stops, Deadline(min(seconds, desk.left), desk))


def best_order(problem: Problem, stops: Sequence[str], until: Deadline) -> tuple[str, ...]:
    """The order that breaks least, then costs least, as far as it is found in time; never a worse
    one than the present, for the first vehicle."""
    model = Model(unbound(problem))
    present = tuple(model.numbers(stops))
    if len(present) < 2:
        return tuple(stops)
    search = _Search(model, present, until)
    engine, eased = PyVrpEngine(), ease(model.problem)
    if len(present) > LITTLE and engine.takes(eased.problem):
        search.offer(_asked(engine, eased.problem, model, until.share(SHARE)))
    search.run()
    return model.ids(search.best)


def _asked(engine: PyVrpEngine, problem: Problem, model: Model, until: Stopper) -> Order:
    """What the engine finds in this process; nothing where it cannot keep every window."""
    found = engine.solve(problem, until) or {}
    return tuple(model.numbers(found.get(model.vehicles[0].id, ())))


class _Search:
    """Parts moved and turned as long as that helps, then again from a shaken tour."""

    def __init__(self, model: Model, present: Order, until: Deadline) -> None:
        self.judge, self.until = Judge(model), until
        self.best, self.size = present, len(present)
        score = self.judge.score(0, present)
        assert score is not None  # without a limit every sequence has one
        self.score = score
        self.chance = random.Random(1)  # noqa: S311 (a search, no secret)

    def offer(self, order: Order) -> None:
        """Keep it if it is whole and better."""
        if len(order) == self.size:
            score = self.judge.score(0, order, self.score)
            if score is not None and score < self.score:
                self.best, self.score = order, score

    def run(self) -> None:
        """Until it is time, or nothing better is found any more."""
        quiet = 0
        self.best, self.score = self._descended(self.best, self.score)
        while not self.until() and quiet < QUIET and self.size > LONGEST + 1:
            order = self._shaken(self.best)
            score = self.judge.score(0, order)
            if score is None:
                continue
            order, score = self._descended(order, score)
            quiet += 1
            if score < self.score:
                self.best, self.score, quiet = order, score, 0

    def _descended(self, order: Order, score: Score) -> tuple[Order, Score]:
        """As good as single moves make it."""
        found = True
        while found:
            found = False
            for move in _moves(self.size):
                if self.until():
                    return order, score
                tried = _moved(order, *move)
                worth = self.judge.score(0, tried, score)
                if worth is not None and worth < score:
                    order, score, found = tried, worth, True
        return order, score

    def _shaken(self, order: Order) -> Order:
        """Two parts that follow each other change places."""
        first, second, third = sorted(self.chance.sample(range(self.size + 1), 3))
        return (*order[:first], *order[second:third], *order[first:second], *order[third:])


def _moves(size: int) -> Iterator[tuple[int, int, int]]:
    """Parts to be turned round where they are, and short ones to be put elsewhere: start, end, and
    where in the rest (-1: turned)."""
    for start in range(size - 1):
        for end in range(start + 2, size + 1):
            yield start, end, -1
    for length in range(1, min(LONGEST, size - 1) + 1):
        for start in range(size - length + 1):
            yield from ((start, start + length, at) for at in range(size - length + 1))


def _moved(order: Order, start: int, end: int, at: int) -> Order:
    if at < 0:
        return (*order[:start], *reversed(order[start:end]), *order[end:])
    rest = order[:start] + order[end:]
    return (*rest[:at], *order[start:end], *rest[at:])

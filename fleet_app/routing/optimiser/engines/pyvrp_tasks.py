"""What a child of the pool does for a PyVRP solve: search the whole problem, or a part of it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from pyvrp import Solution

from fleet_app.routing.optimiser.engines.pyvrp_model import PyVrpModel
from fleet_app.routing.optimiser.engines.pyvrp_parts import Part, narrowed
from fleet_app.routing.optimiser.engines.pyvrp_search import Search, Tuning
from fleet_app.routing.optimiser.parallel import Desk
from fleet_app.routing.optimiser.problem import Problem, Sequences

TELL_S = 0.05
"""So often at most a better plan is told of."""
SHARES = (0.5, 0.25, 0.1)
"""Of the time left at which a child asks what the others have found."""


@dataclass(frozen=True, slots=True)
class Better:
    """A plan and what it costs."""

    cost: int
    sequences: Sequences


@dataclass(frozen=True, slots=True)
class Ask:
    """Has anybody something better than this cost?"""

    cost: int


class _Report:
    """Between a search and the desk: tells what is found, and asks for what others have found."""

    def __init__(self, desk: Desk, model: PyVrpModel, like: Sequences, search: Search) -> None:
        self._desk, self._model, self._like, self._search = desk, model, like, search
        self._marks = [desk.left * share for share in SHARES]
        self._told_at, self._told = 0.0, -1
        self.cost = -1

    def found(self, best: Solution, cost: int) -> None:
        """Remember that there is something to tell."""
        self.cost = cost

    def stop(self) -> bool:
        """Whether it is time; a good moment to tell and to ask."""
        if self.cost != self._told and time.monotonic() - self._told_at >= TELL_S:
            self._desk.tell(self.answer())
            self._told_at, self._told = time.monotonic(), self.cost
        if self._marks and self._desk.left < self._marks[0]:
            self._marks.pop(0)
            self._desk.tell(Ask(self.cost))
        return self._desk()

    def other(self) -> Solution | None:
        """What somebody else has found."""
        elite = self._desk.told()
        return None if elite is None else self._model.solution(elite)

    def answer(self) -> Better:
        """The best so far."""
        return Better(self.cost, self._model.sequences(self._search.best, self._like))


def keep(desk: Desk, problem: Problem) -> None:
    """Remember the problem for the tasks that follow."""
    desk.memory["problem"] = problem


def whole(desk: Desk, start: Sequences | None, seed: int, tuning: Tuning) -> Better:
    """Search the whole problem, telling what is better and taking up what is better elsewhere."""
    problem: Problem = desk.memory["problem"]
    model = PyVrpModel(problem)
    search = Search(model, seed, model.solution(start) if start else None, tuning)
    report = _Report(desk, model, start or problem.current, search)
    search.run(report.stop, report.found, report.other)
    return report.answer()


def part(desk: Desk, which: Part, seed: int, tuning: Tuning) -> Sequences | None:
    """Search a part of the problem; None when nothing better is found."""
    model = PyVrpModel(narrowed(desk.memory["problem"], which))
    start = model.solution(which.sequences)
    search = Search(model, seed, start, tuning)
    search.run(desk, lambda best, cost: None)
    if search.best is start:
        return None
    return model.sequences(search.best, which.sequences)

"""The port behind which the solvers stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from fleet_app.routing.optimiser.problem import Problem, Sequences

Better = Callable[[Sequences], None]
"""Is told whenever an engine has a better answer."""


class Stopper(Protocol):
    """Says when to stop: a deadline, somebody's wish, or both."""

    def __call__(self) -> bool:
        """Whether it is time."""
        ...

    @property
    def left(self) -> float:
        """Seconds until the deadline; 0 once it is time to stop."""
        ...


class Engine(Protocol):
    """Finds sequences for a problem; times, costs and the last word are `schedule` and `check`."""

    name: str

    def takes(self, problem: Problem) -> bool:
        """Whether it knows every kind of constraint that the problem has."""
        ...

    def solve(
        self,
        problem: Problem,
        stop: Stopper,
        *,
        seed: int = 0,
        start: Sequences | None = None,
        better: Better | None = None,
    ) -> Sequences | None:
        """The best it finds until `stop`, from `start` where one is given, and no worse than that
        unless that breaks a rule; None for no answer.

        Stops that it leaves out are in no sequence.
        """
        ...

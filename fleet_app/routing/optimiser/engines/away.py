"""Solvers that hold the interpreter while they search, kept out of this process.

VROOM and OR-Tools do not let other threads run, so here nobody could stop them and nothing else
would go on. In a child of the pool they hold up nobody, and are ended when it is time.
"""

from __future__ import annotations

from typing import Any

from fleet_app.routing.optimiser.engine import Better, Stopper
from fleet_app.routing.optimiser.parallel import Pool, Task
from fleet_app.routing.optimiser.problem import Sequences

LOOK_S = 0.1
"""How often somebody asks whether to stop."""


def solve_away(
    pool: Pool, task: Task, arguments: tuple[Any, ...], stop: Stopper, better: Better | None
) -> Sequences | None:
    """What the task answers in a child; what it told last when it is stopped before."""
    best: Sequences | None = None
    with pool.crew(1) as crew:
        crew.start(0, task, *arguments, seconds=stop.left)
        while not stop():
            event = crew.next(min(LOOK_S, stop.left))
            if event is None:
                continue
            if event.kind == "told":
                best = event.value
                if better and best is not None:
                    better(best)
                continue
            return event.value if event.kind == "done" and event.value is not None else best
        for child in crew.children:
            child.kill()
    return best

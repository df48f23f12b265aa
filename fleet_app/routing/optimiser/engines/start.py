"""What every engine promises of the plan that it begins with: its answer is no worse.

Solvers round costs, guess at those that they do not know (a stop that changes its vehicle), or
give up what they were given. So what they found is weighed against it on the exact cost.
"""

from __future__ import annotations

from fleet_app.routing.optimiser.model import Model
from fleet_app.routing.optimiser.problem import Problem, Sequences
from fleet_app.routing.optimiser.working import Work


def no_worse(
    problem: Problem, found: Sequences | None, start: Sequences | None
) -> Sequences | None:
    """What was found, or the start where that is better; one that breaks a rule is no answer."""
    if found is None or start is None:
        return found
    model = Model(problem)
    before = Work.of(model, start)
    if before.value.hard or before.value >= Work.of(model, found).value:
        return found
    return before.sequences

"""Whether a run that goes on from a checkpoint finds something worse than that.

Plans are measured as the search measures them: what stays on its vehicle though it breaks something
there has its limits loosened, and only then costs are compared. The checkpoint is timed anew, since
the clock has gone on and roads may take longer than when it was found.
"""

from __future__ import annotations

from fleet_app.planning.runs.checkpoint import Checkpoint
from fleet_app.routing.optimiser.loosening import loosened
from fleet_app.routing.optimiser.problem import Problem, Sequences
from fleet_app.routing.optimiser.scheduling import schedule


class Bar:
    """What an attempt before had found, for the problem as it is now."""

    def __init__(self, problem: Problem, kept: Sequences, before: Checkpoint) -> None:
        self._problem = loosened(problem, kept).problem
        self._least = self._worth(before.start_for(self._problem))

    def is_over(self, sequences: Sequences) -> bool:
        """Whether these are worse; nothing is worse than what cannot be driven any more."""
        found = self._worth(sequences)
        return self._least is not None and (found is None or found > self._least)

    def _worth(self, sequences: Sequences) -> int | None:
        """None for a plan that breaks something."""
        plan = schedule(self._problem, sequences)
        return None if plan.flags else plan.cost

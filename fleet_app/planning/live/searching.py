"""The search for a way out of a disruption: one at a time, in a process of its own that lets
everybody else go first.

It knows nothing of records, so that the process is up soon.
"""

from __future__ import annotations

import dataclasses
import logging
import os
import time
from collections.abc import Mapping, Sequence

from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.routing.optimiser.parallel import Desk, Pool
from fleet_app.routing.optimiser.plan import BadProblem, Plan
from fleet_app.routing.optimiser.problem import Problem, Sequences
from fleet_app.routing.optimiser.scheduling import schedule
from fleet_app.routing.optimiser.solving import insert, replan

log = logging.getLogger(__name__)
SECONDS = 1.5
"""How long the optimiser may look."""
AGAIN_SECONDS = 0.5
"""How long stops that were put in may change their places."""
PATIENCE_S = 30.0
"""A search that takes longer, start of its process included, is given up."""
NICE = 10
"""Live positions, people and plans go before suggestions."""
SEARCHERS = Pool(size=1)
"""The process of this process."""


class SearchFailed(StoreUnavailable):
    """The search broke off or did not end; about the same day it may do so again."""

    may_last = True

    def __init__(self) -> None:
        super().__init__("The search for suggestions")


@dataclasses.dataclass(frozen=True)
class Search:
    """The day as it stands after a disruption, and as it was meant. `wanted` are the stops that
    have to be put in; `moves`: the others may change their places at once, `may_move`: where there
    is no room otherwise."""

    problem: Problem
    sequences: Sequences
    was: Problem
    were: Sequences
    words: Mapping[str, str]
    wanted: Sequence[str] = ()
    moves: bool = True
    may_move: bool = True


@dataclasses.dataclass(frozen=True)
class Found:
    """The day planned again, and the times of the day as it was meant."""

    plan: Plan
    was: Plan


def search(asked: Search) -> Found | None:
    """Look for it in the process for that; blocks. None where what is driven contradicts itself.
    Raises `SearchFailed`."""
    until = time.monotonic() + PATIENCE_S
    with SEARCHERS.crew() as crew:
        crew.start(0, answer, asked, seconds=PATIENCE_S)
        while (event := crew.next(until - time.monotonic())) is not None:
            if event.kind == "done" and isinstance(event.value, Found):
                return event.value
            log.error("no suggestion could be looked for: %s %s", event.kind, event.value)
            if event.kind == "done":
                return None
            break
    raise SearchFailed


def answer(desk: Desk, asked: Search) -> Found | str:
    """The work of that process: what was found, or why nothing can be looked for."""
    if not desk.memory.get("is_nice"):
        os.nice(NICE)
        desk.memory["is_nice"] = True
    try:
        return Found(_planned(desk, asked), schedule(asked.was, asked.were))
    except BadProblem as error:
        return str(error)


def _planned(desk: Desk, asked: Search) -> Plan:
    """The day again: nothing else moves, unless it may or there is no room otherwise."""
    if not asked.moves:
        plan = insert(
            asked.problem, asked.sequences, asked.wanted, asked.words, seconds=AGAIN_SECONDS
        )
        if not asked.may_move or not plan.left_out:
            return plan
    return replan(asked.problem, asked.sequences, seconds=SECONDS, stopped=desk, words=asked.words)

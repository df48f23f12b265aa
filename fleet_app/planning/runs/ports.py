"""What runs need from the outside: a planner to ask and to tell, and a way to spread news."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.planning.by_hand.since import Begun
from fleet_app.planning.runs.checkpoint import Checkpoint
from fleet_app.planning.runs.models import Mode
from fleet_app.routing.optimiser.problem import Problem, Sequences
from fleet_app.routing.optimiser.saying import Clock, clock


@dataclass(frozen=True, slots=True)
class Asked:
    """A plan as the optimiser is asked about it: the problem, the version it was read at, what is
    planned now, what of that stays on its vehicle whatever it breaks there, what people call its
    stops and vehicles, the drivers that some rows get, how times are said, and how routes are."""

    problem: Problem
    version: int
    start: Sequences | None = None
    kept: Sequences = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    crews: Mapping[str, int] = field(default_factory=dict)
    say_time: Clock = clock
    begun: Begun | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What a run found for a plan that was at `version` when it began."""

    plan_id: int
    version: int
    mode: Mode
    found: Checkpoint


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a result: a step of its plan, or another plan beside it."""

    applied: bool
    plan_id: int


class Planner(Protocol):
    """The plans, as runs see them."""

    async def ask(self, actor: Actor, plan_id: int, mode: Mode) -> Asked:
        """The plan as a problem. Raises `NotFound`, `InvalidInput` with words for people."""
        ...

    async def settle(self, session: AsyncSession, actor: Actor, result: Result) -> Settled:
        """Make the result a step of the plan, or keep it as another plan of the same day when the
        plan is no longer at that version."""
        ...


class RunNews(Protocol):
    """News of runs, for every process that shows them to somebody."""

    async def tell(self, number: int, body: bytes) -> None:
        """Tell everybody who listens now. Raises `StoreUnavailable`, and soon."""

    def listen(self) -> AsyncIterator[tuple[int, bytes]]:
        """Yield (number, body), reconnecting by itself; (0, b"") each time listening (re)starts."""

"""Doing the same to many records: each for itself, in batches, with one summary at the end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.audit.models import AuditEntry
from fleet_app.audit.trail import noted
from fleet_app.bootstrap import get_container
from fleet_app.kernel.attempts import attempt
from fleet_app.kernel.errors import FleetError
from fleet_app.records.service import MOST_AT_ONCE

Act = Callable[[AsyncSession, int], Awaitable[object]]


@dataclass
class Outcome:
    """What became of many: done, refused with the reason, or not come to."""

    done: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    left: list[int] = field(default_factory=list)
    """Not come to, because of `problem`."""
    problem: str = ""
    entries: list[AuditEntry] = field(default_factory=list)
    """What the audit log tells of it."""

    def add(self, other: Outcome) -> None:
        """Count another batch in."""
        self.done += other.done
        self.refused |= other.refused
        self.entries += other.entries

    def stop(self, left: Sequence[int], error: FleetError) -> None:
        """Nothing was kept of these: the store is away, or others hold the same records."""
        self.left, self.problem = list(left), error.message


Run = Callable[[Sequence[int]], Awaitable[Outcome]]


async def in_batches(ids: Sequence[int], run: Run) -> Outcome:
    """Run every batch; what fails as a whole ends it, and the rest is left."""
    outcome = Outcome()
    for start in range(0, len(ids), MOST_AT_ONCE):
        try:
            outcome.add(await run(ids[start : start + MOST_AT_ONCE]))
        except FleetError as error:
            outcome.stop(ids[start:], error)
            break
    return outcome


async def each(ids: Sequence[int], act: Act) -> Outcome:
    """`act` on every one in this order; one that is refused leaves nothing of itself.

    Callers that lock what they change sort the ids, so that two of them do not wait for each
    other.
    """

    async def run(some: Sequence[int]) -> Outcome:
        outcome, container = Outcome(), get_container()
        async with container.work(container.patience) as session:
            for one in some:
                try:
                    async with attempt(session):
                        await act(session, one)
                    outcome.done.append(one)
                except FleetError as error:
                    outcome.refused[one] = error.message
            outcome.entries = list(noted(session))
        return outcome

    return await in_batches(ids, run)


def entries_of(outcome: Outcome, kind: str) -> Iterator[AuditEntry]:
    """The kept audit entries about records of a kind that were done."""
    done = set(outcome.done)
    return (one for one in outcome.entries if one.id and one.kind == kind and one.object_id in done)

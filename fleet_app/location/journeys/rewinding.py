"""One vehicle's facts from fixes that come in any order, in memory.

The same rules as with a store: what is newer than all before goes on from where the fold is;
anything older goes back to the newest checkpoint before it and folds again from there.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Iterable

from fleet_app.location.journeys import checkpoints
from fleet_app.location.journeys.facts import Fact
from fleet_app.location.journeys.fold import NEVER_MS, Facts, Folding
from fleet_app.location.journeys.reconcile import Reconciliation, reconcile
from fleet_app.location.models import Fix


class Rewinding:
    """Keeps the history, the checkpoints and the facts with their identity."""

    def __init__(self, begin: Callable[[], Folding]) -> None:
        self._begin = begin
        self._folding = begin()
        self._history: dict[int, Fix] = {}
        self._moments: list[int] = []
        self._checkpoints: dict[int, bytes] = {}
        self._unsaved = 0
        self._next_id = 1
        self.facts: dict[int, Fact] = {}
        """All facts that hold, by id; an id stays with its fact and is never given twice."""

    def take(self, fixes: Iterable[Fix]) -> Reconciliation:
        """Take fixes of any age in any order, and answer what that changed.

        Of two with the same time the one that came first counts, as in history.
        """
        fresh = self._remembered(fixes)
        if not fresh:
            return Reconciliation([], [], [])
        if fresh[0] <= self._folding.at_ms:
            self._rewind(fresh[0])
        since_ms = self._folding.at_ms
        told: Facts = {fact.key: fact for fact in self._folding.open()}
        self._fold_on(told)
        changes = reconcile(self._known_since(since_ms, told), told.values(), since_ms)
        self._apply(changes)
        return changes

    def checkpoint(self) -> bytes:
        """Everything that the future depends on."""
        return self._folding.checkpoint()

    def _known_since(self, since_ms: int, told: Facts) -> dict[int, Fact]:
        """What a store would read."""
        return {
            id_: fact
            for id_, fact in self.facts.items()
            if fact.known_ms > since_ms or fact.ended_ms is None or fact.key in told
        }

    def _remembered(self, fixes: Iterable[Fix]) -> list[int]:
        fresh = []
        for fix in fixes:
            if fix.recorded_at_ms not in self._history:
                self._history[fix.recorded_at_ms] = fix
                insort(self._moments, fix.recorded_at_ms)
                fresh.append(fix.recorded_at_ms)
        return sorted(fresh)

    def _rewind(self, late_ms: int) -> None:
        """To the newest checkpoint that has not seen `late_ms`; newer ones are wrong now."""
        self._checkpoints = {at: kept for at, kept in self._checkpoints.items() if at < late_ms}
        self._folding = self._begin()
        self._unsaved = 0
        moment = checkpoints.before(sorted(self._checkpoints), late_ms)
        if moment is not None:
            self._folding.resume(self._checkpoints[moment])

    def _fold_on(self, told: Facts) -> None:
        """From where the fold is to the end of history, in pieces between two checkpoints."""
        folding = self._folding
        at = bisect_right(self._moments, folding.at_ms)
        while at < len(self._moments):
            piece = self._moments[
                at : at + checkpoints.AT_REST - self._unsaved % checkpoints.AT_REST
            ]
            for fact in folding.fold(self._history[moment] for moment in piece):
                told[fact.key] = fact
            at += len(piece)
            self._unsaved += len(piece)
            if folding.at_ms != NEVER_MS and checkpoints.due(self._unsaved, folding.at_rest):
                self._save()

    def _save(self) -> None:
        self._checkpoints[self._folding.at_ms] = self._folding.checkpoint()
        kept = checkpoints.worth_keeping(sorted(self._checkpoints))
        self._checkpoints = {at: self._checkpoints[at] for at in kept}
        self._unsaved = 0

    def _apply(self, changes: Reconciliation) -> None:
        for id_ in changes.withdrawn:
            del self.facts[id_]
        for revision in changes.revised:
            self.facts[revision.id] = revision.after
        for fact in changes.new:
            self.facts[self._next_id] = fact
            self._next_id += 1

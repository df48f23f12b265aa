"""The place of the zones among the detectors: visits are told by whatever watches the zones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

import msgspec

from fleet_app.location.journeys.detector import Context, ZoneWatch
from fleet_app.location.journeys.facts import Fact
from fleet_app.location.journeys.sample import Sample
from fleet_app.location.models import Fix

Watched = TypeVar("Watched")


class VisitState(msgspec.Struct, Generic[Watched], omit_defaults=True):
    """What the watch remembers, and the believed fix before."""

    watch: Watched
    before: Fix | None = None


class Visits:
    """A detector that asks a `ZoneWatch`."""

    name = "visits"

    def __init__(self, watch: ZoneWatch) -> None:
        self._watch = watch
        self.kept_as: Any = VisitState[type(watch.start())]  # type: ignore[misc]
        """The type that a checkpoint is read as."""

    def start(self) -> VisitState[Any]:
        """The state of the watch before the first fix."""
        return VisitState(self._watch.start())

    def take(self, state: VisitState[Any], sample: Sample, context: Context) -> Iterable[Fact]:
        """What the watch tells. After a leap nothing leads here from the fix before."""
        connected = sample.before is not None and not sample.leap
        previous = state.before if connected else None
        state.before = sample.fix
        return self._watch.take(state.watch, previous, sample.fix)

    def ongoing(self, state: VisitState[Any], context: Context) -> Iterable[Fact]:
        """None: the watch tells all it has in `take`."""
        return ()

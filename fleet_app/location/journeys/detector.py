"""What a part of the fold is: it looks at every fix in turn and tells facts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

import msgspec

from fleet_app.location.journeys.facts import Fact
from fleet_app.location.journeys.parameters import Parameters
from fleet_app.location.journeys.sample import Sample
from fleet_app.location.models import Fix


class SpeedLimits(Protocol):
    """Where the limits of the roads come from. Must be a function of the fix alone, so that folding
    again gives the same."""

    def limit_mps(self, fix: Fix) -> float | None:
        """The limit in m/s at the place and in the direction of `fix`; None where unknown."""


class ZoneWatch(Protocol):
    """Tells visits of zones (kind `visit`, subject `geofence:<id>`).

    The state belongs to the watch; msgspec must be able to turn it into JSON and back.
    """

    def start(self) -> Any:
        """The state before the first fix; its type is that of all later ones."""

    def take(self, state: Any, previous: Fix | None, fix: Fix) -> Iterable[Fact]:
        """The visits that begin, change or end with `fix`."""


class Context(msgspec.Struct):
    """What detectors know beside the fixes."""

    parameters: Parameters
    limits: SpeedLimits | None = None


class Detector(Protocol):
    """One file each. Keeps nothing in itself: all it remembers is in the state."""

    name: str
    """Where the state is kept in a checkpoint."""

    def start(self) -> Any:
        """The state before the first fix: a struct that msgspec can turn into JSON and back."""

    def take(self, state: Any, sample: Sample, context: Context) -> Iterable[Fact]:
        """The facts that begin, change or end with this sample."""

    def ongoing(self, state: Any, context: Context) -> Iterable[Fact]:
        """Facts that go on and would be too dear to tell anew with every sample."""


class Listener(Protocol):
    """A detector of what the phone says, wherever it is: it hears the fixes that tell no place."""

    name: str

    def start(self) -> Any:
        """The state before the first fix."""

    def hear(self, state: Any, fix: Fix, context: Context) -> Iterable[Fact]:
        """The facts that begin, change or end with this fix."""

"""Gaps: no believable place for longer than `gap_after_s`."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from fleet_app.location.journeys.detector import Context
from fleet_app.location.journeys.facts import Fact, FactKind
from fleet_app.location.journeys.sample import Sample


class GapState(msgspec.Struct):
    """A gap is known when it is over: nothing to remember."""


class Gaps:
    """The detector of gaps."""

    name = "gaps"

    def start(self) -> GapState:
        """Nothing."""
        return GapState()

    def take(self, state: GapState, sample: Sample, context: Context) -> Iterable[Fact]:
        """The gap that ends with the sample."""
        before, parameters = sample.before, context.parameters
        if before is None or sample.seconds <= parameters.gap_after_s:
            return ()
        gap = Fact(
            kind=FactKind.GAP,
            started_ms=before.at_ms,
            ended_ms=sample.at_ms,
            lat=before.lat,
            lon=before.lon,
            end_lat=sample.lat,
            end_lon=sample.lon,
            distance_m=round(sample.metres, 1),
            values={"at_rest": sample.metres <= 2 * parameters.stop_radius_m},
        )
        return (gap,)

    def ongoing(self, state: GapState, context: Context) -> Iterable[Fact]:
        """None: only the next fix tells."""
        return ()

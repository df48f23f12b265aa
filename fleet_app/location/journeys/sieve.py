"""First step: which fixes tell a place. The others are heard, but make no way.

A fix that is out of reach is held back until others agree with it, as in the live tracker; here
the held ones then count, in their order. The raw fix stays in history whatever is decided.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fleet_app.kernel.geo import distance_m
from fleet_app.location.journeys.parameters import Parameters
from fleet_app.location.journeys.sample import Sample, Spot, sample_of
from fleet_app.location.models import Fix

TOLERANCE_M = 100.0
"""Errors of this size are usual between high buildings when a phone does not tell its accuracy."""
AGREEING = 3
"""So many fixes in a row that agree are believed. Two may be one wrong cell tower told twice."""
BASE_MS = 10_000
LEAP_M = 1_000.0
"""An agreed leap is no way: no distance is counted for it. What went on before one this long ends
there, and begins anew after it."""


class SieveState(msgspec.Struct, omit_defaults=True):
    """What the sieve remembers: the believed place, and fixes that wait to be believed."""

    last: Spot | None = None
    held: list[Fix] = []
    base: Spot | None = None
    mark: Spot | None = None
    """Believed places 10 to 20 s and up to 10 s back, when fixes come more often than that: from
    one second to the next, places of a phone that tells no speed are all noise."""

    def passed(self, sample: Sample) -> None:
        """The sample is the believed place now."""
        spot = self.last = sample.spot()
        if self.mark is None or sample.leap or sample.before is None:
            self.base = self.mark = spot
        elif spot.at_ms - self.mark.at_ms >= BASE_MS:
            self.base, self.mark = self.mark, spot


def believed(state: SieveState, fix: Fix, parameters: Parameters) -> Sequence[Sample]:
    """The samples that `fix` makes: none, itself, or those held before it as well."""
    if fix.quarantine is not None or (fix.accuracy or 0.0) > parameters.max_accuracy_m:
        return ()
    last = state.last
    if last is not None and fix.recorded_at_ms - last.at_ms > parameters.forget_after_s * 1000:
        last = state.last = state.base = state.mark = None
    sample = sample_of(fix, last, parameters, _base(state, fix))
    if last is None or (_reachable(sample, parameters) and not _with_held(state, sample)):
        if state.held:
            state.held = []
        state.passed(sample)
        return (sample,)
    return _held(state, fix, parameters)


def _base(state: SieveState, fix: Fix) -> Spot | None:
    """What to work the pace out from: the newest of the places that is old enough."""
    for spot in (state.last, state.mark):
        if spot is not None and fix.recorded_at_ms - spot.at_ms >= BASE_MS:
            return spot
    return state.base


def _reachable(sample: Sample, parameters: Parameters) -> bool:
    if sample.metres <= TOLERANCE_M:
        return True
    before = sample.before
    slack = sample.slack_m + ((before and before.accuracy) or 0.0)
    return sample.metres - TOLERANCE_M - slack <= parameters.max_speed_mps * sample.seconds


def _with_held(state: SieveState, sample: Sample) -> bool:
    """Whether it bears out those that wait: it is in reach by now only because time has passed."""
    if not state.held:
        return False
    one = state.held[-1]
    return distance_m(one.lat, one.lon, sample.lat, sample.lon) < sample.metres


def _held(state: SieveState, fix: Fix, parameters: Parameters) -> Sequence[Sample]:
    if state.held and not _agree(state.held[-1], fix, parameters):
        state.held = []
    state.held.append(fix)
    if len(state.held) < AGREEING:
        return ()
    samples: list[Sample] = []
    for one in state.held:
        sample = sample_of(one, state.last, parameters, _base(state, one))
        sample.jump = not samples
        sample.leap = sample.jump and sample.metres > LEAP_M
        state.passed(sample)
        samples.append(sample)
    state.held = []
    return samples


def _agree(one: Fix, other: Fix, parameters: Parameters) -> bool:
    metres = distance_m(one.lat, one.lon, other.lat, other.lon)
    seconds = (other.recorded_at_ms - one.recorded_at_ms) / 1000
    return metres - TOLERANCE_M <= parameters.max_speed_mps * seconds

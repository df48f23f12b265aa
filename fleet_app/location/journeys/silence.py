"""Silence: nothing at all heard for longer than `silent_after_s`."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from fleet_app.location.journeys.detector import Context
from fleet_app.location.journeys.facts import Fact, FactKind
from fleet_app.location.models import Fix


class SilenceState(msgspec.Struct, omit_defaults=True):
    """The last fix heard, whatever it said."""

    at_ms: int | None = None
    lat: float = 0.0
    lon: float = 0.0


class Silence:
    """The detector of silences."""

    name = "silence"

    def start(self) -> SilenceState:
        """Nothing heard yet."""
        return SilenceState()

    def hear(self, state: SilenceState, fix: Fix, context: Context) -> Iterable[Fact]:
        """The silence that ends with the fix."""
        told = self._until(state, fix.recorded_at_ms, context)
        state.at_ms, state.lat, state.lon = fix.recorded_at_ms, fix.lat, fix.lon
        if told is None or fix.recorded_at_ms - told.started_ms > _longest_ms(context):
            return ()
        told.ended_ms = fix.recorded_at_ms
        return (told,)

    def as_of(self, state: SilenceState, now_ms: int, context: Context) -> Iterable[Fact]:
        """The silence that goes on at `now_ms`."""
        told = self._until(state, now_ms, context)
        return () if told is None else (told,)

    def _until(self, state: SilenceState, at_ms: int, context: Context) -> Fact | None:
        heard_ms = state.at_ms
        if heard_ms is None or at_ms - heard_ms <= context.parameters.silent_after_s * 1000:
            return None
        return Fact(kind=FactKind.SILENT, started_ms=heard_ms, lat=state.lat, lon=state.lon)


def _longest_ms(context: Context) -> float:
    return context.parameters.forget_after_s * 1000

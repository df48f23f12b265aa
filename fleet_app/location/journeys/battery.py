"""A low battery: below `low_battery_pct` until it is charged again."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from fleet_app.location.journeys.detector import Context
from fleet_app.location.journeys.episode import Episode
from fleet_app.location.journeys.facts import Fact, FactKind
from fleet_app.location.models import Fix

AGAIN_PCT = 5.0
"""It must rise this far above the threshold before it can be low again, unless it is charging."""


class BatteryState(msgspec.Struct, omit_defaults=True):
    """Since when it is low."""

    episode: Episode | None = None


class LowBattery:
    """The detector of low batteries."""

    name = "battery"

    def start(self) -> BatteryState:
        """Not low."""
        return BatteryState()

    def hear(self, state: BatteryState, fix: Fix, context: Context) -> Iterable[Fact]:
        """That it is low, lower still, or no longer."""
        percent, least = fix.battery, context.parameters.low_battery_pct
        if percent is None or (state.episode is None and percent > least):
            return ()
        charging = fix.attributes is not None and fix.attributes.get("charge") is True
        if state.episode is None:
            return () if charging else (_begun(state, fix, percent),)
        return _further(state, state.episode, fix, percent, charging or percent > least + AGAIN_PCT)


def _begun(state: BatteryState, fix: Fix, percent: float) -> Fact:
    episode = state.episode = Episode.begun(fix, percent=percent)
    return episode.fact(FactKind.LOW_BATTERY, ended=False)


def _further(
    state: BatteryState, episode: Episode, fix: Fix, percent: float, over: bool
) -> Iterable[Fact]:
    episode.reach(fix)
    if over:
        state.episode = None
        return (episode.fact(FactKind.LOW_BATTERY, ended=True),)
    if percent >= episode.values["percent"]:
        return ()
    episode.values = {"percent": percent}
    return (episode.fact(FactKind.LOW_BATTERY, ended=False),)

"""Speeding: faster than the road or the fleet allows, for longer than it takes to overtake."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from fleet_app.location.journeys.detector import Context
from fleet_app.location.journeys.episode import Episode
from fleet_app.location.journeys.facts import Fact, FactKind
from fleet_app.location.journeys.sample import Sample


class SpeedingState(msgspec.Struct, omit_defaults=True):
    """Since when the vehicle is too fast."""

    episode: Episode | None = None


class Speeding:
    """The detector of speeding."""

    name = "speeding"

    def start(self) -> SpeedingState:
        """Not too fast."""
        return SpeedingState()

    def take(self, state: SpeedingState, sample: Sample, context: Context) -> Iterable[Fact]:
        """Speeding that has lasted long enough, or ends."""
        parameters, pace = context.parameters, sample.pace
        if state.episode is None and pace < parameters.start_speed_mps:
            return ()  # the usual case
        limit, source = limit_at(sample, context) if pace > 0 else (None, "")
        over = limit is not None and pace > limit + parameters.speeding_over_mps
        told: Iterable[Fact] = ()
        if state.episode is not None and (not over or sample.seconds > parameters.gap_after_s):
            told, state.episode = _closed(state.episode), None
        if limit is None or not over:
            return told
        if state.episode is None:
            state.episode = Episode.begun(
                sample.fix, limit=limit, source=source, max_speed=round(pace, 2)
            )
            return told
        return _longer(state.episode, sample, limit, source, parameters.speeding_for_s * 1000)

    def ongoing(self, state: SpeedingState, context: Context) -> Iterable[Fact]:
        """Speeding that goes on, with the highest excess so far."""
        episode = state.episode
        if episode is None or not episode.told:
            return ()
        return (episode.fact(FactKind.SPEEDING, ended=False),)


def limit_at(sample: Sample, context: Context) -> tuple[float | None, str]:
    """The lower of the road's and the fleet's limit, and which of them it is."""
    fleet = context.parameters.speed_limit_mps
    road = context.limits.limit_mps(sample.fix) if context.limits is not None else None
    if road is None:
        return fleet, "fleet"
    return (fleet, "fleet") if fleet is not None and fleet < road else (road, "road")


def _closed(episode: Episode) -> Iterable[Fact]:
    return (episode.fact(FactKind.SPEEDING, ended=True),) if episode.told else ()


def _longer(
    episode: Episode, sample: Sample, limit: float, source: str, least_ms: float
) -> Iterable[Fact]:
    episode.reach(sample.fix)
    episode.distance_m += sample.metres
    worst = episode.values["max_speed"] - episode.values["limit"]
    if sample.pace - limit > worst:
        episode.values = {"limit": limit, "source": source, "max_speed": round(sample.pace, 2)}
    if episode.told or episode.lasted_ms < least_ms:
        return ()
    episode.told = True
    return (episode.fact(FactKind.SPEEDING, ended=False),)

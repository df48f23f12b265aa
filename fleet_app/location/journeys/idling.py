"""Idling: standing with the engine on. Only devices that report the ignition can tell."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from fleet_app.location.journeys.detector import Context
from fleet_app.location.journeys.episode import Episode
from fleet_app.location.journeys.facts import Fact, FactKind
from fleet_app.location.journeys.parameters import Parameters
from fleet_app.location.journeys.sample import Sample


class IdleState(msgspec.Struct, omit_defaults=True):
    """Since when the vehicle stands with the engine on."""

    episode: Episode | None = None


class Idling:
    """The detector of idling."""

    name = "idling"

    def start(self) -> IdleState:
        """Not idling."""
        return IdleState()

    def take(self, state: IdleState, sample: Sample, context: Context) -> Iterable[Fact]:
        """Idling that has become long enough, or ends."""
        parameters, attributes = context.parameters, sample.fix.attributes
        running = attributes.get("ignition") if attributes else None
        if running is None and state.episode is None:
            return ()  # the usual case
        episode = state.episode
        if episode is not None and _over(episode, sample, running, parameters):
            state.episode = None
            told = (episode.fact(FactKind.IDLE, ended=True),) if episode.told else ()
            if running is not True or not _stands(sample, parameters):
                return told
            state.episode = Episode.begun(sample.fix)
            return told
        if episode is None:
            if running is True and _stands(sample, parameters):
                state.episode = Episode.begun(sample.fix)
            return ()
        return _longer(episode, sample, parameters)

    def ongoing(self, state: IdleState, context: Context) -> Iterable[Fact]:
        """None: told when it begins and when it ends."""
        return ()


def _longer(episode: Episode, sample: Sample, parameters: Parameters) -> Iterable[Fact]:
    episode.reach(sample.fix)
    if episode.told or episode.lasted_ms < parameters.idle_after_s * 1000:
        return ()
    episode.told = True
    return (episode.fact(FactKind.IDLE, ended=False),)


def _over(episode: Episode, sample: Sample, running: object, parameters: Parameters) -> bool:
    """Nobody knows what the engine did during a gap."""
    if running is False or sample.seconds > parameters.gap_after_s:
        return True
    return not _stands(sample, parameters)


def _stands(sample: Sample, parameters: Parameters) -> bool:
    if sample.speed is not None:
        return sample.speed < parameters.start_speed_mps
    return sample.metres <= parameters.stop_radius_m + sample.slack_m

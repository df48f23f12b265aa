"""Mock locations: the phone says that another application makes its places up."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from fleet_app.location.journeys.detector import Context
from fleet_app.location.journeys.episode import Episode
from fleet_app.location.journeys.facts import Fact, FactKind
from fleet_app.location.models import Fix


class MockState(msgspec.Struct, omit_defaults=True):
    """Since when places are made up."""

    episode: Episode | None = None


class MockLocation:
    """The detector of mock locations."""

    name = "mock"

    def start(self) -> MockState:
        """Nothing made up."""
        return MockState()

    def hear(self, state: MockState, fix: Fix, context: Context) -> Iterable[Fact]:
        """That it begins or ends. A fix that does not say is one of a real place."""
        mock = fix.attributes is not None and fix.attributes.get("mock") is True
        episode = state.episode
        if not mock and episode is None:
            return ()  # the usual case
        if episode is None:
            state.episode = Episode.begun(fix)
            return (state.episode.fact(FactKind.MOCK, ended=False),)
        if mock:
            episode.reach(fix)
            return ()
        state.episode = None
        return (episode.fact(FactKind.MOCK, ended=True),)

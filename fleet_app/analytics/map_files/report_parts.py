"""What the map and the table of a trip report both say: names of places, numbers of stops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.past.models import StoredFact

Ends = tuple[str | None, str | None]
Places = Mapping[int, Ends]
"""Fact -> what the places are called where it began and where it ended."""


def numbers_of(listed: Sequence[StoredFact]) -> dict[int, int]:
    """Stops are numbered in the order of time, on the map as in the table."""
    stops = (fact for fact in listed if fact.kind is FactKind.STOP)
    return {fact.id or 0: number for number, fact in enumerate(stops, 1)}

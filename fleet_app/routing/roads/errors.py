"""What a road network cannot do."""

from __future__ import annotations

from collections.abc import Sequence

from fleet_app.kernel.errors import Conflict, FleetError, StoreUnavailable, TooManyRequests

WORDS = {
    "No suitable edges near location": "there is no road near one of them",
    "No path could be found for input": "roads do not connect them",
    "Locations are in unconnected regions": "roads do not connect them",
    "Impossible route between points": "roads do not connect them",
    "Could not find a matching segment": "there is no road near one of them",
}
"""What engines say, at its beginning, and what people are told instead."""


class NoRoute(FleetError):
    """No road leads through these points: `points` as (latitude, longitude), `reason` why."""

    type = "no_route"

    def __init__(self, points: Sequence[tuple[float, float]], reason: str) -> None:
        places = " → ".join(f"{lat:.5f},{lon:.5f}" for lat, lon in points)
        said = next((words for start, words in WORDS.items() if reason.startswith(start)), reason)
        super().__init__(f"No road leads through {places}: {said}")
        self.points = tuple(points)
        self.reason = said


class RoadsUnavailable(StoreUnavailable):
    """The road service is down, refuses us, or answers nonsense; `retry_after` in seconds."""

    type = "roads_unavailable"

    def __init__(self, *, retry_after: int = 5) -> None:
        super().__init__("The road service", retry_after=retry_after)


class RoadsBusy(TooManyRequests):
    """More questions are waiting than the road service allows; `retry_after` in seconds."""

    type = "roads_busy"

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(
            "Too many questions to the road service at the moment; please try again",
            retry_after=retry_after,
        )


class NotOffered(Conflict):
    """The road service of this installation does not know such a thing."""

    type = "roads_not_offered"

    def __init__(self, what: str) -> None:
        super().__init__(f"The road service of this installation cannot tell {what}")


class Refused(Exception):
    """An engine understood the question and has no answer; its own words."""

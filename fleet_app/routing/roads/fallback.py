"""What is asked when the first does not answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from fleet_app.routing.roads.errors import NotOffered, RoadsBusy, RoadsUnavailable
from fleet_app.routing.roads.languages import language_of
from fleet_app.routing.roads.ports import (
    Costing,
    Directions,
    LatLon,
    Reach,
    RoadMatrix,
    RoadNetwork,
    RoadRoute,
    Snap,
)

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")


class FallbackRoads:
    """A road service, and what stands in for it: while it is down, and for what it does not know.
    Answers say themselves whether they are estimates."""

    def __init__(self, first: RoadNetwork, second: RoadNetwork) -> None:
        self._first = first
        self._second = second
        self.version = first.version
        self.languages = tuple(dict.fromkeys((*first.languages, *second.languages)))
        self.name = f"{first.name}; without an answer: {second.name}"

    @property
    def is_estimate(self) -> bool:
        """Whether even the first guesses."""
        return self._first.is_estimate

    @property
    def knows_traffic(self) -> bool:
        """Whether the first knows."""
        return self._first.knows_traffic

    @property
    def knows_sizes(self) -> bool:
        """Whether the first knows."""
        return self._first.knows_sizes

    def route(self, points: Sequence[LatLon], costing: Costing = "auto") -> RoadRoute:
        """As whichever answers."""
        return self._either(lambda roads: roads.route(points, costing))

    def matrix(
        self,
        points: Sequence[LatLon],
        costing: Costing = "auto",
        *,
        targets: Sequence[LatLon] | None = None,
        departs_at: datetime | None = None,
    ) -> RoadMatrix:
        """As whichever answers: all of a matrix comes from one of them."""

        def ask(roads: RoadNetwork) -> RoadMatrix:
            found = roads.matrix(points, costing, targets=targets, departs_at=departs_at)
            return replace(found, is_stand_in=roads is not self._first)

        return self._either(ask)

    def directions(
        self, points: Sequence[LatLon], costing: Costing = "auto", language: str = "en"
    ) -> Directions:
        """As whichever answers, and speaks the language if one of them does on real roads."""
        tag = language_of(language)
        unspoken = tag not in self._first.languages and not tag.startswith("en")
        if unspoken and tag in self._second.languages:
            return self._second.directions(points, costing, tag)
        return self._either(lambda roads: roads.directions(points, costing, language))

    def isochrone(
        self, point: LatLon, minutes: Sequence[float], costing: Costing = "auto"
    ) -> tuple[Reach, ...]:
        """As whichever answers."""
        return self._either(lambda roads: roads.isochrone(point, minutes, costing))

    def snap(self, points: Sequence[LatLon], costing: Costing = "auto") -> tuple[Snap | None, ...]:
        """As whichever answers."""
        return self._either(lambda roads: roads.snap(points, costing))

    def _either(self, ask: Callable[[RoadNetwork], Answer]) -> Answer:
        try:
            return ask(self._first)
        except NotOffered:
            return ask(self._second)
        except (RoadsUnavailable, RoadsBusy) as error:
            log.warning("%s: asking %s instead", error.type, self._second.name)
            return ask(self._second)

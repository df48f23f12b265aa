"""Ways from Google's Routes API: https://developers.google.com/maps/documentation/routes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
import numpy as np

from fleet_app.kernel.clock import Clock, utc_now
from fleet_app.routing.roads import google_wire as wire
from fleet_app.routing.roads.blocks import Size, in_blocks, spread
from fleet_app.routing.roads.errors import NoRoute, NotOffered, Refused, RoadsUnavailable
from fleet_app.routing.roads.languages import LANGUAGES, language_of
from fleet_app.routing.roads.online import Question, RoadServer, understood
from fleet_app.routing.roads.ports import (
    MOST_MATRIX_POINTS,
    UNREACHABLE,
    Costing,
    Directions,
    LatLon,
    Reach,
    RoadMatrix,
    RoadRoute,
    Snap,
    check_places,
    check_points,
)

URL = "https://routes.googleapis.com"
SIDE = 25
"""Of a block: 625 elements are what one question may have."""
MOST_BETWEEN = 25
"""Points on the way, beside the first and the last."""
Answer = TypeVar("Answer")


class GoogleRoads:
    """Google's roads, with the traffic that is usual at the time of departure."""

    name = "Google Routes"
    languages: tuple[str, ...] = LANGUAGES
    is_estimate = False
    knows_traffic = True
    knows_sizes = False

    def __init__(self, server: RoadServer, clock: Clock = utc_now) -> None:
        """`server` adds the key to the headers."""
        self._server = server
        self.version = server.url
        self._clock = clock

    def route(self, points: Sequence[LatLon], costing: Costing = "auto") -> RoadRoute:
        """The fastest way through `points`. Raises `InvalidInput`, `NoRoute`."""
        told = self._directions(points, costing, "en-US", wire.ROUTE_FIELDS)
        return wire.route_of(told)

    def directions(
        self, points: Sequence[LatLon], costing: Costing = "auto", language: str = "en"
    ) -> Directions:
        """The way with its turns. Raises `InvalidInput`, `NoRoute`."""
        return self._directions(points, costing, language_of(language), wire.TURN_FIELDS)

    def matrix(
        self,
        points: Sequence[LatLon],
        costing: Costing = "auto",
        *,
        targets: Sequence[LatLon] | None = None,
        departs_at: datetime | None = None,
    ) -> RoadMatrix:
        """From each to each as traffic is at `departs_at`, now if that is past or None."""
        ends = points if targets is None else targets
        for places in (points, ends):
            check_places(places, MOST_MATRIX_POINTS)
        usual = wire.travel(costing) | self._departing(costing, departs_at)

        def ask(rows: Sequence[LatLon], columns: Sequence[LatLon]) -> RoadMatrix:
            request = {"origins": wire.ends(rows), "destinations": wire.ends(columns), **usual}
            found = self._ask(wire.MATRIX, request, wire.MATRIX_FIELDS, list[wire.Element])
            with understood():
                return _matrix(found, (len(rows), len(columns)))

        found = in_blocks(points, ends, Size(SIDE, SIDE, 4), ask)
        return spread(found, {*points, *ends}, points, ends)

    def isochrone(
        self, point: LatLon, minutes: Sequence[float], costing: Costing = "auto"
    ) -> tuple[Reach, ...]:
        """Google has none: raises `NotOffered`."""
        raise NotOffered("how far one gets")

    def snap(self, points: Sequence[LatLon], costing: Costing = "auto") -> tuple[Snap | None, ...]:
        """Google's Routes API has none: raises `NotOffered`."""
        raise NotOffered("where the nearest road is")

    def _departing(self, costing: Costing, departs_at: datetime | None) -> dict[str, Any]:
        """When one departs, where that counts. Google takes no time that is past."""
        if departs_at is None or departs_at <= self._clock() or not wire.has_traffic(costing):
            return {}
        return {"departureTime": departs_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}

    def _directions(
        self, points: Sequence[LatLon], costing: Costing, language: str, fields: str
    ) -> Directions:
        check_points(points)
        legs: list[wire.Leg] = []
        step = MOST_BETWEEN + 1
        for first in range(0, len(points) - 1, step):
            some = points[first : first + step + 1]
            request = wire.route_request(some, costing, language)
            answer = self._ask(wire.ROUTES, request, fields, wire.Routes)
            if not answer.routes:
                raise NoRoute(points, "no way was found")
            legs += answer.routes[0].legs
        with understood():
            return wire.directions_of(legs, language)

    def _ask(self, path: str, request: Any, fields: str, shape: type[Answer]) -> Answer:
        question = Question(path, msgspec.json.encode(request), {"X-Goog-FieldMask": fields})
        try:
            return msgspec.json.decode(self._server.ask(question), type=shape)
        except (Refused, msgspec.DecodeError, RecursionError):
            raise RoadsUnavailable from None


def _matrix(found: Sequence[wire.Element], shape: tuple[int, int]) -> RoadMatrix:
    """Elements come in any order, and all must be there."""
    seconds = np.full(shape, -1, dtype=np.int64)
    metres = np.full(shape, UNREACHABLE, dtype=np.int64)
    for each in found:
        at = each.originIndex, each.destinationIndex
        if min(at) < 0:
            raise ValueError("an element before the first")
        seconds[at] = UNREACHABLE
        if each.condition == wire.EXISTS:
            seconds[at], metres[at] = round(wire.seconds(each.duration)), each.distanceMeters
    if (seconds < 0).any():
        raise ValueError("elements are missing")
    return RoadMatrix(seconds, metres, is_estimate=False)

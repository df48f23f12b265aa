"""OSRM on a server: https://project-osrm.org/docs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

from fleet_app.routing.roads import polyline, wire
from fleet_app.routing.roads.blocks import Size, in_blocks, split, spread
from fleet_app.routing.roads.costing import mode_of
from fleet_app.routing.roads.errors import NoRoute, NotOffered, Refused, RoadsUnavailable
from fleet_app.routing.roads.languages import FALLBACK
from fleet_app.routing.roads.online import Question, RoadServer, understood
from fleet_app.routing.roads.osrm_wire import (
    Leg,
    Nearest,
    Route,
    Routes,
    TableAnswer,
    Waypoint,
    coordinates,
    instruction_of,
)
from fleet_app.routing.roads.ports import (
    MOST_MATRIX_POINTS,
    Costing,
    Directions,
    LatLon,
    Maneuver,
    Mode,
    Reach,
    RoadMatrix,
    RoadRoute,
    Snap,
    check_places,
    check_points,
)
from fleet_app.routing.roads.ports import Leg as RoadLeg

SIDE = 50
"""Of a block of a matrix: the sum of both is the 100 that servers allow unless told otherwise."""
_PROFILES: dict[Mode, str] = {
    "auto": "driving", "truck": "driving", "motor_scooter": "driving", "bicycle": "cycling",
}  # fmt: skip
_ROUTE = "overview=full&geometries=polyline6&continue_straight=default"
Answer = TypeVar("Answer")


class OsrmRoads:
    """One OSRM server, which travels in one way only: that its data was made for."""

    name = "OSRM on a server"
    languages: tuple[str, ...] = (FALLBACK,)
    is_estimate = False
    knows_traffic = False
    knows_sizes = False

    def __init__(self, server: RoadServer) -> None:
        self._server = server
        self.version = server.url

    def route(self, points: Sequence[LatLon], costing: Costing = "auto") -> RoadRoute:
        """The fastest way through `points`. Raises `InvalidInput`, `NoRoute`."""
        check_points(points)
        route = self._route(points, costing, f"{_ROUTE}&annotations=speed")
        with understood():
            shape = tuple(polyline.decode(route.geometry))
            shape = shape if len(shape) > 1 else (*shape, *shape)
            speeds = [speed for leg in route.legs for speed in leg.speeds]
            average = route.distance / route.duration if route.duration > 0 else 0.0
            fits = len(speeds) == len(shape) - 1 and all(speed > 0 for speed in speeds)
            along = tuple(speeds) if fits else (average,) * (len(shape) - 1)
            return RoadRoute(route.distance, route.duration, shape, along, is_estimate=False)

    def directions(
        self, points: Sequence[LatLon], costing: Costing = "auto", language: str = "en"
    ) -> Directions:
        """The way with its turns, in English: the server leaves the wording to us."""
        check_points(points)
        route = self._route(points, costing, f"{_ROUTE}&steps=true")
        shape: list[LatLon] = []
        told: list[Maneuver] = []
        with understood():
            legs = [_add(leg, shape, told) for leg in route.legs]
            if len(shape) < 2:
                shape = list(polyline.decode(route.geometry)) * 2
        return Directions(
            route.distance, route.duration, tuple(shape), tuple(told), FALLBACK, False, tuple(legs)
        )

    def matrix(
        self,
        points: Sequence[LatLon],
        costing: Costing = "auto",
        *,
        targets: Sequence[LatLon] | None = None,
        departs_at: datetime | None = None,
    ) -> RoadMatrix:
        """From each to each, whenever one departs. Raises `InvalidInput`."""
        ends = points if targets is None else targets
        for places in (points, ends):
            check_places(places, MOST_MATRIX_POINTS)
        lost: set[LatLon] = set()

        def ask(rows: Sequence[LatLon], columns: Sequence[LatLon]) -> RoadMatrix:
            answer = self._table(rows, columns, costing)
            with understood():
                lost.update(_lost(rows, answer.sources), _lost(columns, answer.destinations))
                return wire.matrix_of(answer.table, (len(rows), len(columns)), unit_m=1.0)

        found = in_blocks(points, ends, Size(SIDE, SIDE, 2), split(ask))
        near = {*points, *ends} - lost
        rows = [row for row, point in enumerate(points) if point in near]
        columns = [column for column, end in enumerate(ends) if end in near]
        return spread(found.part(rows, columns), near, points, ends)

    def isochrone(
        self, point: LatLon, minutes: Sequence[float], costing: Costing = "auto"
    ) -> tuple[Reach, ...]:
        """OSRM has none: raises `NotOffered`."""
        raise NotOffered("how far one gets")

    def snap(self, points: Sequence[LatLon], costing: Costing = "auto") -> tuple[Snap | None, ...]:
        """The nearest place on a road within 2 km, one question for each point."""
        check_places(points)
        return tuple(self._snap(point, costing) for point in points)

    def _snap(self, point: LatLon, costing: Costing) -> Snap | None:
        try:
            found = self._ask("nearest", [point], costing, "number=1", Nearest)
        except Refused:
            return None
        near = [way for way in found.waypoints if way.distance <= wire.SEARCH_CUTOFF_M]
        return Snap(near[0].location[1], near[0].location[0], near[0].distance) if near else None

    def _route(self, points: Sequence[LatLon], costing: Costing, options: str) -> Route:
        try:
            answer = self._ask("route", points, costing, options, Routes)
        except Refused as error:
            raise NoRoute(points, str(error)) from error
        if _lost(points, answer.waypoints):
            raise NoRoute(points, "there is no road near")
        with understood():
            return answer.routes[0]

    def _table(
        self, rows: Sequence[LatLon], columns: Sequence[LatLon], costing: Costing
    ) -> TableAnswer:
        sources = ";".join(map(str, range(len(rows))))
        ends = ";".join(map(str, range(len(rows), len(rows) + len(columns))))
        options = f"annotations=duration,distance&sources={sources}&destinations={ends}"
        return self._ask("table", [*rows, *columns], costing, options, TableAnswer)

    def _ask(
        self, service: str, points: Sequence[LatLon], costing: Costing, options: str,
        shape: type[Answer],
    ) -> Answer:  # fmt: skip
        profile = _PROFILES[mode_of(costing)]
        path = f"/{service}/v1/{profile}/{coordinates(points)}?{options}"
        body = self._server.ask(Question(path))
        try:
            return msgspec.json.decode(body, type=shape)
        except (msgspec.DecodeError, RecursionError):
            raise RoadsUnavailable from None


def _lost(points: Sequence[LatLon], waypoints: Sequence[Waypoint]) -> set[LatLon]:
    """The points that the server put on a road far away, as it does however far that is."""
    with understood():
        pairs = zip(points, waypoints, strict=True)
        return {point for point, way in pairs if way.distance > wire.SEARCH_CUTOFF_M}


def _add(leg: Leg, shape: list[LatLon], told: list[Maneuver]) -> RoadLeg:
    for step in leg.steps:
        line = polyline.decode(step.geometry)
        at = max(0, len(shape) - 1)
        told.append(Maneuver(instruction_of(step), step.distance, step.duration, at))
        for place in line:  # a step begins where the one before ended, and the last stands still
            if shape[-1:] != [place]:
                shape.append(place)
    metres = sum(step.distance for step in leg.steps)
    lasts = sum(step.duration for step in leg.steps)
    return RoadLeg(metres, lasts, max(0, len(shape) - 1), len(leg.steps))

"""Routes on real roads by Valhalla, inside this process or wherever it answers."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from fleet_app.routing.roads import wire
from fleet_app.routing.roads.blocks import Size, in_blocks, split, spread
from fleet_app.routing.roads.engines import Engines, Json, version_of
from fleet_app.routing.roads.errors import NoRoute, Refused, RoadsUnavailable
from fleet_app.routing.roads.languages import LANGUAGES, language_of
from fleet_app.routing.roads.legs import Leg, joined
from fleet_app.routing.roads.matching import Asker
from fleet_app.routing.roads.online import Question, RoadServer, understood
from fleet_app.routing.roads.ports import (
    MOST_MATRIX_POINTS,
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

EMBEDDED = "Valhalla on the roads of the installed map"
MATRIX_ROWS = 128
"""Searches of one block: enough that finding the roads near its columns, which is done for each
block, hardly counts, and few enough that several cores share the work."""

_ANY = 1_000_000
_PATHS = {"matrix": "sources_to_targets"}
FAR = "there is no road near"
_EDGE_FIELDS = ("edge.speed", "edge.begin_shape_index", "edge.end_shape_index", "shape")
Answer = TypeVar("Answer")


class Way(NamedTuple):
    """How a Valhalla may be asked."""

    size: Size
    """Of one block of a matrix; its shorter side counts where `both` is false."""
    both: bool
    """Whether both sides of a block are bounded, or one alone."""
    points: int
    """Of one route, at most."""
    places: int
    """Of one search for the nearest roads, at most."""


class ValhallaRoads:
    """The road network of one Valhalla."""

    languages: tuple[str, ...] = LANGUAGES
    is_estimate = False
    knows_traffic = False
    knows_sizes = True

    def __init__(
        self, name: str, version: str, asker: Asker, way: Way, *, many: Asker | None = None
    ) -> None:
        """`many` is asked for matrices, when those are not to be in the way of others."""
        self.name = name
        self.version = version
        self._asker = asker
        self._many = many or asker
        self._way = way

    def route(self, points: Sequence[LatLon], costing: Costing = "auto") -> RoadRoute:
        """The fastest way through `points`. Raises `InvalidInput`, `NoRoute`."""
        check_points(points)
        trip = self._trip(points, costing)
        with understood():
            return joined([self._leg(leg, costing) for leg in trip["legs"]])

    def directions(
        self, points: Sequence[LatLon], costing: Costing = "auto", language: str = "en"
    ) -> Directions:
        """The way through `points` with its turns. Raises `InvalidInput`, `NoRoute`."""
        check_points(points)
        tag = language_of(language)
        trip = self._trip(points, costing, tag)
        with understood():
            return wire.directions_of(trip, tag)

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

        def ask(rows: Sequence[LatLon], columns: Sequence[LatLon]) -> RoadMatrix:
            question = wire.matrix_request(rows, columns, costing)
            answer = self._ask(self._many, "matrix", question, wire.MatrixAnswer)
            with understood():
                return wire.matrix_of(answer.sources_to_targets, (len(rows), len(columns)))

        on_roads = self._on_roads({*points, *ends}, costing)
        rows = [point for point in points if point in on_roads]
        columns = [end for end in ends if end in on_roads]
        found = in_blocks(rows, columns, self._size(len(rows), len(columns)), split(ask))
        return spread(found, on_roads, points, ends)

    def isochrone(
        self, point: LatLon, minutes: Sequence[float], costing: Costing = "auto"
    ) -> tuple[Reach, ...]:
        """How far one gets from `point`. Raises `InvalidInput`, `NoRoute`."""
        if self.snap([point], costing) == (None,):
            raise NoRoute([point], FAR)
        request = wire.isochrone_request(point, minutes, costing)
        try:
            answer = self._ask(self._asker, "isochrone", request, Json)
        except Refused as error:
            raise NoRoute([point], str(error)) from error
        with understood():
            return wire.reaches_of(answer, minutes)

    def snap(self, points: Sequence[LatLon], costing: Costing = "auto") -> tuple[Snap | None, ...]:
        """The nearest place on a road within 2 km for each point. Raises `InvalidInput`."""
        check_places(points)
        snaps: list[Snap | None] = []
        for first in range(0, len(points), self._way.places):
            some = points[first : first + self._way.places]
            request = wire.locate_request(some, costing)
            try:
                found = self._ask(self._asker, "locate", request, list[wire.Located])
            except Refused as error:
                raise RoadsUnavailable from error
            with understood():
                snaps += [wire.snap_of(*each) for each in zip(some, found, strict=True)]
        return tuple(snaps)

    def _on_roads(self, points: Iterable[LatLon], costing: Costing) -> set[LatLon]:
        """Those near a road. Valhalla's matrices are wrong for others too when one is not."""
        every = list(points)
        snaps = self.snap(every, costing)
        return {point for point, snap in zip(every, snaps, strict=True) if snap is not None}

    def _size(self, rows: int, columns: int) -> Size:
        """Valhalla searches once from each place of the shorter side, so that one is divided."""
        size = self._way.size
        if self._way.both:
            return size
        # Every block looks up the roads of all its places, so few large ones are quicker, but each
        # core needs some.
        shorter = min(rows, columns)
        searches = max(size.rows, min(4 * size.rows, shorter // (4 * size.at_once)))
        if rows <= columns:
            return size._replace(rows=searches, columns=max(columns, 1))
        return size._replace(rows=max(rows, 1), columns=searches)

    def _trip(
        self, points: Sequence[LatLon], costing: Costing, language: str | None = None
    ) -> Json:
        """One trip through all points, in as many questions as it takes."""
        legs: list[Json] = []
        for first in range(0, len(points) - 1, self._way.points - 1):
            some = points[first : first + self._way.points]
            request = wire.route_request(some, costing, language)
            try:
                answer = self._ask(self._asker, "route", request, Json)
            except Refused as error:
                raise NoRoute(points, str(error)) from error
            with understood():
                legs += answer["trip"]["legs"]
        return {"legs": legs}

    def _ask(self, asker: Asker, action: str, request: Json, shape: type[Answer]) -> Answer:
        body = asker.ask(action, msgspec.json.encode(request))
        try:
            return msgspec.json.decode(body, type=shape)
        except (msgspec.DecodeError, RecursionError) as error:
            raise RoadsUnavailable from error

    def _leg(self, leg: Json, costing: Costing) -> Leg:
        return Leg(leg, self._edges(leg["shape"], costing))

    def _edges(self, shape: str, costing: Costing) -> list[Json]:
        """The road edges under a shape that Valhalla drew itself; [] if it cannot walk them."""
        request = {
            "encoded_polyline": shape,
            "shape_match": "edge_walk",
            "filters": {"attributes": list(_EDGE_FIELDS), "action": "include"},
            **wire.travel(costing),
        }
        try:
            answer = self._ask(self._asker, "trace_attributes", request, Json)
        except Refused:
            return []
        edges: list[Json] = answer["edges"] if answer.get("shape") == shape else []
        return [edge for edge in edges if edge.get("speed", 0) > 0]


def embedded(tiles: Path, engines: int | None = None) -> ValhallaRoads:
    """The road network in one `tiles.tar`. Raises `FileNotFoundError` if it is not there."""
    cores = os.cpu_count() or 1
    way = Way(Size(MATRIX_ROWS, MATRIX_ROWS, cores), False, _ANY, _ANY)
    # Matrices take long: whoever wants a route meanwhile has engines of its own.
    many = Engines(tiles, cores)
    return ValhallaRoads(EMBEDDED, version_of(tiles), Engines(tiles, engines), way, many=many)


class _Server:
    """The actions of a Valhalla on the web."""

    def __init__(self, server: RoadServer) -> None:
        self._server = server

    def ask(self, action: str, question: bytes) -> bytes:
        """JSON for JSON. Raises `Refused`, `RoadsUnavailable`, `RoadsBusy`."""
        return self._server.ask(Question(f"/{_PATHS.get(action, action)}", question))


def online(server: RoadServer) -> ValhallaRoads:
    """The road network of a Valhalla on the web, asked as its usual limits allow."""
    way = Way(Size(50, 50, 2), True, 20, 100)
    return ValhallaRoads("Valhalla on a server", server.url, _Server(server), way)


def online_asker(server: RoadServer) -> Asker:
    """What puts places on roads there."""
    return _Server(server)

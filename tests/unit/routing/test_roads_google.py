"""Google's Routes API over HTTP: what is asked, what is read, and its limits."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from fleet_app.kernel.geo import distance_m
from fleet_app.routing.roads import UNREACHABLE, LatLon, NoRoute, RoadsUnavailable
from fleet_app.routing.roads.errors import NotOffered
from fleet_app.routing.roads.google import GoogleRoads
from fleet_app.routing.roads.online import RoadServer
from tests.builders.http_server import Answer, Asked, Served, http_server
from tests.unit.routing.test_roads_osrm import encoded

KEY = "AIza-very-secret"
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
A, B, C, ISLAND = (60.0, 25.0), (60.0, 25.01), (60.01, 25.01), (60.5, 25.5)


def place(waypoint: Any) -> LatLon:
    at = waypoint["location"]["latLng"]
    return at["latitude"], at["longitude"]


def line(points: list[LatLon]) -> dict[str, str]:
    """Five decimals, as Google writes lines."""
    return {"encodedPolyline": encoded([(lat / 10, lon / 10) for lat, lon in points])}


def google(asked: Asked) -> Answer:
    """Straight roads, 10 m/s with traffic and 20 m/s without; none to the island."""
    told = asked.json
    if asked.path == "/distanceMatrix/v2:computeRouteMatrix":
        rows = [place(each["waypoint"]) for each in told["origins"]]
        columns = [place(each["waypoint"]) for each in told["destinations"]]
        found = [element(row, column, rows, columns)
                 for row in range(len(rows)) for column in range(len(columns))]  # fmt: skip
        return Answer(body=found[::-1])
    between = [place(each) for each in told.get("intermediates", [])]
    points = [place(told["origin"]), *between, place(told["destination"])]
    if ISLAND in points:
        return Answer(body={})
    return Answer(body={"routes": [{"legs": [
        leg(*pair) for pair in pairwise(points)]}]})  # fmt: skip


def element(row: int, column: int, rows: list[LatLon], columns: list[LatLon]) -> dict[str, Any]:
    start, end = rows[row], columns[column]
    at = {name: index for name, index in (("originIndex", row), ("destinationIndex", column))
          if index}  # fmt: skip
    if ISLAND in (start, end):
        return {**at, "condition": "ROUTE_NOT_FOUND"}
    metres = round(distance_m(*start, *end))
    length = {"distanceMeters": metres} if metres else {}
    return {**at, "condition": "ROUTE_EXISTS", "duration": f"{metres / 10}s", **length}


def leg(start: LatLon, end: LatLon) -> dict[str, Any]:
    metres = round(distance_m(*start, *end))
    step = {"polyline": line([start, end]), "distanceMeters": metres,
            "staticDuration": f"{metres / 20}s",
            "navigationInstruction": {"instructions": "Head east"}}  # fmt: skip
    return {"steps": [step], "distanceMeters": metres, "duration": f"{metres / 10}s"}


@pytest.fixture
def server() -> Iterator[Served]:
    with http_server(google) as served:
        yield served


@pytest.fixture
def roads(server: Served) -> GoogleRoads:
    return GoogleRoads(RoadServer(server.url, secret={"X-Goog-Api-Key": KEY}), lambda: NOW)


def test_a_matrix_keeps_to_625_elements_a_question(roads: GoogleRoads, server: Served) -> None:
    points = [(60.0 + n / 10_000, 25.0) for n in range(30)]
    matrix = roads.matrix(points)
    sizes = [len(each.json["origins"]) * len(each.json["destinations"]) for each in server.asked]
    assert sum(sizes) == 900
    assert max(sizes) == 625
    for row, column in ((29, 0), (3, 27), (5, 5)):
        metres = round(distance_m(*points[row], *points[column]))
        assert matrix.distances_m[row, column] == metres
        assert matrix.durations_s[row, column] == round(metres / 10)


def test_only_the_needed_fields_are_asked_for_and_the_key_is_a_header(
    roads: GoogleRoads, server: Served, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    roads.matrix([A, B])
    asked = server.asked[0]
    assert asked.headers["x-goog-api-key"] == KEY
    assert asked.headers["x-goog-fieldmask"] == (
        "originIndex,destinationIndex,condition,distanceMeters,duration"
    )
    assert KEY not in asked.path
    assert "computeRouteMatrix" in caplog.text
    assert KEY not in caplog.text


def test_the_island_is_out_of_reach(roads: GoogleRoads) -> None:
    matrix = roads.matrix([A, ISLAND, B])
    assert matrix.durations_s[1].tolist() == [UNREACHABLE, 0, UNREACHABLE]
    assert matrix.durations_s[0, 2] < 100
    with pytest.raises(NoRoute):
        roads.route([A, ISLAND])


@pytest.mark.parametrize(
    ("hours", "told"), [(2, "2026-11-23T10:00:00Z"), (0, None), (-5, None), (None, None)]
)
def test_traffic_is_that_of_the_departure(
    roads: GoogleRoads, server: Served, hours: int | None, told: str | None
) -> None:
    when = None if hours is None else NOW + timedelta(hours=hours)
    roads.matrix([A, B], departs_at=when)
    assert server.asked[0].json.get("departureTime") == told
    assert server.asked[0].json["routingPreference"] == "TRAFFIC_AWARE"
    roads.matrix([A, B], "bicycle", departs_at=when)
    assert set(server.asked[1].json) == {"origins", "destinations", "travelMode"}


def test_directions_are_in_the_wanted_language(roads: GoogleRoads, server: Served) -> None:
    told = roads.directions([A, B, C], "truck", "de")
    assert server.asked[0].json["languageCode"] == told.language == "de-DE"
    assert [each.instruction for each in told.maneuvers] == ["Head east"] * 2
    assert told.shape == (A, B, C)
    assert [each.shape_index for each in told.maneuvers] == [0, 1]
    assert [(each.shape_end, each.maneuvers) for each in told.legs] == [(1, 1), (2, 1)]
    assert sum(each.distance_m for each in told.legs) == told.distance_m
    assert told.duration_s == pytest.approx(told.distance_m / 10)


def test_a_route_is_as_slow_as_traffic_is(roads: GoogleRoads) -> None:
    route = roads.route([A, B, C])
    assert route.speeds_mps == pytest.approx((10.0, 10.0))
    assert route.shape == (A, B, C)


def test_a_long_way_is_asked_in_parts(roads: GoogleRoads, server: Served) -> None:
    points = [(60.0 + n / 1_000, 25.0) for n in range(60)]
    route = roads.route(points)
    assert max(len(each.json.get("intermediates", [])) for each in server.asked) == 25
    assert route.shape == tuple(points)


def test_what_google_does_not_know_is_said(roads: GoogleRoads) -> None:
    with pytest.raises(NotOffered):
        roads.isochrone(A, [5])
    with pytest.raises(NotOffered):
        roads.snap([A])


@pytest.mark.parametrize(
    "answer",
    [
        Answer(400, {"error": {"code": 400, "message": "API key not valid.", "status": "X"}}),
        Answer(400, {"message": "no"}), Answer(403), Answer(429), Answer(200, b"{"),
        Answer(200, []),
        Answer(200, [{"originIndex": 7}]), Answer(200, [{"originIndex": -1}] * 4),
        Answer(200, [{"condition": "ROUTE_EXISTS", "duration": "nans"}] * 4),
        Answer(200, {"routes": [{"legs": [{}]}]}),
        Answer(200, {"routes": [{"legs": [{"duration": "1e99s", "steps": []}]}]}),
    ],
    ids=range(11),
)  # fmt: skip
def test_trouble_is_one_error(answer: Answer) -> None:
    with http_server(lambda asked: answer) as served:
        roads = GoogleRoads(RoadServer(served.url))
        for ask in (roads.matrix, roads.route, roads.directions):
            with pytest.raises(RoadsUnavailable):
                ask([A, B])

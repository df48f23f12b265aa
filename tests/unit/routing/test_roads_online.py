"""Valhalla on the web: the real engine behind a real HTTP server, and servers that fail."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fleet_app.mapbuild.build import build_map
from fleet_app.mapbuild.installed import map_dir
from fleet_app.routing.outside import Turns
from fleet_app.routing.roads import (
    UNREACHABLE,
    LatLon,
    NoRoute,
    RoadMatcher,
    RoadNetwork,
    RoadsBusy,
    RoadsUnavailable,
    open_matcher,
    open_roads,
    valhalla,
)
from fleet_app.routing.roads.breaker import Breaker
from fleet_app.routing.roads.engines import TILES
from fleet_app.routing.roads.fallback import FallbackRoads
from fleet_app.routing.roads.great_circle import GreatCircleRoads
from fleet_app.routing.roads.matching import Place
from fleet_app.routing.roads.online import MOST_BYTES, Question, RoadServer
from tests.builders.http_server import Answer, Asked, Served, http_server
from tests.unit.mapbuild.town import crossing, whole_town

NEEDS_VALHALLA = pytest.mark.skipif(sys.version_info < (3, 12), reason="no Valhalla wheel")
SEA = (59.5, 24.2)
KEY = "very-secret-key"


def at(column: int, row: int) -> LatLon:
    lon, lat = crossing(column, row)
    return (lat, lon)


POINTS = [at(0, 0), at(3, 2), at(1, 2), SEA, at(4, 4)]


class RealServer:
    """Valhalla as a stranger's server runs it: with the limits and checks it comes with."""

    def __init__(self, tiles: Path) -> None:
        import valhalla as engine  # noqa: PLC0415

        config: dict[str, Any] = engine.get_config(str(tiles), "")
        config["mjolnir"].update(dict.fromkeys(("traffic_extract", "admin", "timezone"), ""))
        config["mjolnir"].update(dict.fromkeys(("landmarks", "transit_dir"), ""))
        self._actor, self._error = engine.Actor(config), engine.ValhallaError
        self._turn = threading.Lock()

    def __call__(self, asked: Asked) -> Answer:
        action = asked.path.strip("/").replace("sources_to_targets", "matrix")
        try:
            with self._turn:
                return Answer(body=getattr(self._actor, action)(asked.json))
        except self._error as error:
            return Answer(400, {"error_code": 442, "error": str(error), "status": "Bad Request"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    build_map(whole_town().write(home / "town.osm.pbf"), home, lambda line: None)
    return map_dir(home)


@pytest.fixture
def server(folder: Path) -> Iterator[Served]:
    with http_server(RealServer(folder / TILES)) as served:
        yield served


@pytest.fixture
def roads(server: Served) -> RoadNetwork:
    return valhalla.online(RoadServer(server.url, secret={"Authorization": f"Bearer {KEY}"}))


@NEEDS_VALHALLA
def test_a_server_answers_as_the_engine_in_this_process_does(
    roads: RoadNetwork, folder: Path
) -> None:
    own, way = open_roads(folder), [at(0, 0), at(4, 4), at(0, 4)]
    assert roads.route(way) == own.route(way)
    assert roads.directions(way, "truck", "fi") == own.directions(way, "truck", "fi")
    assert roads.isochrone(at(2, 2), [2]) == own.isochrone(at(2, 2), [2])
    assert roads.snap(POINTS) == own.snap(POINTS)
    matrix, wanted = roads.matrix(POINTS), own.matrix(POINTS)
    assert abs(matrix.durations_s - wanted.durations_s).max() <= 1
    assert matrix.durations_s[3, 0] == UNREACHABLE
    with pytest.raises(NoRoute):
        roads.route([at(0, 0), SEA])


@NEEDS_VALHALLA
def test_what_is_more_than_a_server_takes_is_asked_in_parts(
    roads: RoadNetwork, server: Served, folder: Path
) -> None:
    places = [at(n % 5, n // 5 % 5) for n in range(60)]
    matrix = roads.matrix(places)
    asked = [len(each.json["sources"]) * len(each.json["targets"])
             for each in server.asked if each.path == "/sources_to_targets"]  # fmt: skip
    assert len(asked) == 4
    assert max(asked) <= 2_500
    assert (matrix.durations_s[55:, :5] < UNREACHABLE).all()
    route = roads.route(places[:45])
    assert max(len(each.json["locations"]) for each in server.asked if each.path == "/route") == 20
    assert route.distance_m == pytest.approx(open_roads(folder).route(places[:45]).distance_m, 0.01)


@NEEDS_VALHALLA
def test_a_matrix_that_is_refused_is_halved_down_to_the_pair_at_fault(
    folder: Path, server: Served
) -> None:
    real, wrong = RealServer(folder / TILES), at(3, 3)

    def strict(asked: Asked) -> Answer:
        ends = asked.json.get("targets", [])
        if any((end["lat"], end["lon"]) == wrong for end in ends):
            return Answer(400, {"error_code": 170, "error": "Locations are in unconnected regions"})
        return real(asked)

    with http_server(strict) as served:
        matrix = valhalla.online(RoadServer(served.url)).matrix([*POINTS[:3], wrong])
    assert matrix.durations_s[:, 3].tolist() == [UNREACHABLE] * 3 + [0]
    assert (matrix.durations_s[:, :3] < 1_000).all()


@NEEDS_VALHALLA
def test_places_are_matched_over_the_web_as_here(server: Served, folder: Path) -> None:
    places = [Place(n * 5_000, 60.0 + 0.00004, 25.0 + n * 0.0005) for n in range(20)]
    own = open_matcher(folder)
    assert own is not None
    over = RoadMatcher(None, asker=valhalla.online_asker(RoadServer(server.url)))
    matched = over.match(places, 60_000)
    assert matched == own.match(places, 60_000)
    assert matched.pieces[0].matched


@NEEDS_VALHALLA
def test_the_key_is_in_a_header_and_in_nothing_that_is_written(
    roads: RoadNetwork, server: Served, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    roads.route([at(0, 0), at(1, 0)])
    assert "/route" in caplog.text
    assert KEY not in caplog.text
    assert KEY not in "".join(each.path for each in server.asked)
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"


def failing(answer: Answer) -> Any:
    return http_server(lambda asked: answer)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500), Answer(503), Answer(401), Answer(404, b"<html>"), Answer(400, b"<html>"),
        Answer(302, b"", {"Location": "/elsewhere"}), Answer(200, b""), Answer(200, b"null"),
        Answer(200, b"[" * 100_000), Answer(200, {"trip": {"legs": [{"shape": "~"}]}}),
        Answer(200, {"trip": 7}), Answer(200, b" " * (MOST_BYTES + 1)), Answer(400, b"[]"),
    ],
    ids=range(13),
)  # fmt: skip
def test_trouble_with_a_server_is_one_error(answer: Answer) -> None:
    with failing(answer) as served:
        roads = valhalla.online(RoadServer(served.url))
        for ask in (roads.route, roads.directions, roads.matrix, roads.snap):
            with pytest.raises(RoadsUnavailable):
                ask([at(0, 0), at(1, 0)])
        paths = {each.path for each in served.asked}
    assert "/elsewhere" not in paths, "a redirection is not followed"


def test_refusals_tell_how_long_to_wait() -> None:
    answer = Answer(429, b"", {"Retry-After": "120"})
    with failing(answer) as served, pytest.raises(RoadsUnavailable) as caught:
        RoadServer(served.url).ask(Question("/route"))
    assert caught.value.retry_after == 120


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_server_that_keeps_failing_is_left_alone_and_tried_again_later() -> None:
    clock, answers = Clock(), [Answer(500)] * 4 + [Answer(200, b"{}")]

    with http_server(lambda asked: answers.pop(0)) as served:
        server = RoadServer(served.url, breaker=Breaker(3, 30, now=clock))

        def ask() -> int:
            with pytest.raises(RoadsUnavailable) as caught:
                server.ask(Question("/route"))
            return caught.value.retry_after

        assert [ask() for _ in range(5)] == [5, 5, 5, 30, 30]
        assert len(served.asked) == 3, "open after three failures: nobody is asked"
        clock.now += 31
        ask()
        assert len(served.asked) == 4, "half open: one tries"
        ask()
        assert len(served.asked) == 4, "and fails: open again"
        clock.now += 31
        assert server.ask(Question("/route")) == b"{}"
        answers += [Answer(500), Answer(200, b"7")]
        ask()
        assert server.ask(Question("/route")) == b"7", "closed: one failure is no reason to stop"


def test_while_one_tries_the_others_do_not() -> None:
    clock = Clock()
    breaker = Breaker(1, 30, now=clock)
    breaker.failed()
    clock.now += 31
    breaker.enter()
    with pytest.raises(RoadsUnavailable):
        breaker.enter()


def test_questions_keep_to_the_pace() -> None:
    clock = Clock()
    with failing(Answer(200, b"{}")) as served:
        server = RoadServer(served.url, turns=Turns(0.05, burst=2, now=clock))
        server.ask(Question("/route"))
        server.ask(Question("/route"))
        with pytest.raises(RoadsBusy) as caught:
            server.ask(Question("/route"))
        assert caught.value.retry_after == 20
        clock.now += 20
        server.ask(Question("/route"))
    assert len(served.asked) == 3


def test_an_estimate_stands_in_and_says_what_it_is() -> None:
    with failing(Answer(503)) as served:
        first = valhalla.online(RoadServer(served.url))
        roads = FallbackRoads(first, GreatCircleRoads())
        assert not roads.is_estimate
        points = [at(0, 0), at(1, 0)]
        assert roads.route(points).is_estimate
        assert roads.directions(points).is_estimate
        assert roads.matrix(points).is_estimate
        assert roads.isochrone(points[0], [5])[0].is_estimate
        assert len(roads.snap(points)) == 2
        assert served.asked

"""OSRM over HTTP: what is asked, what is read, and what it cannot do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet_app.kernel.geo import distance_m
from fleet_app.routing.roads import (
    UNREACHABLE,
    NoRoute,
    RoadMatcher,
    RoadsUnavailable,
    Snap,
)
from fleet_app.routing.roads.blocks import MOST_REFUSED
from fleet_app.routing.roads.breaker import Breaker
from fleet_app.routing.roads.errors import NotOffered
from fleet_app.routing.roads.fallback import FallbackRoads
from fleet_app.routing.roads.great_circle import GreatCircleRoads
from fleet_app.routing.roads.matching import Place
from fleet_app.routing.roads.online import RoadServer
from fleet_app.routing.roads.osrm import OsrmRoads
from fleet_app.routing.roads.osrm_match import OsrmMatching
from fleet_app.routing.roads.osrm_wire import Step, Turn, instruction_of
from tests.builders.http_server import Answer, Asked, Served, http_server
from tests.builders.osrm import ISLAND, SEA, encoded, osrm

A, B, C = (60.0, 25.0), (60.0, 25.01), (60.01, 25.01)


@pytest.fixture
def server() -> Iterator[Served]:
    with http_server(osrm) as served:
        yield served


@pytest.fixture
def roads(server: Served) -> OsrmRoads:
    return OsrmRoads(RoadServer(server.url))


def test_a_route_has_length_time_line_and_speeds(roads: OsrmRoads, server: Served) -> None:
    route = roads.route([A, B, C], "bicycle")
    metres = distance_m(*A, *B) + distance_m(*B, *C)
    assert route.distance_m == pytest.approx(metres)
    assert route.duration_s == pytest.approx(metres / 10)
    assert route.shape == (A, B, C)
    assert route.speeds_mps == (10.0, 10.0)
    assert not route.is_estimate
    assert server.asked[0].path.startswith(
        "/route/v1/cycling/25.000000,60.000000;25.010000,60.000000;25.010000,60.010000?"
    )


def test_turns_are_in_plain_english(roads: OsrmRoads) -> None:
    told = roads.directions([A, B, C], "auto", "fi")
    assert told.language == "en-US"
    assert [each.instruction for each in told.maneuvers] == [
        "Drive along High Street", "You have arrived, on the right",
    ] * 2  # fmt: skip
    assert told.shape == (A, B, C)
    assert [each.shape_index for each in told.maneuvers] == [0, 1, 1, 2]
    assert [(each.shape_end, each.maneuvers) for each in told.legs] == [(1, 2), (2, 2)]
    assert sum(each.distance_m for each in told.legs) == pytest.approx(told.distance_m)


def test_a_driver_who_speaks_no_english_is_told_by_what_stands_in(roads: OsrmRoads) -> None:
    class Finnish(GreatCircleRoads):
        """Knows another language."""

        languages = ("fi-FI",)

    both = FallbackRoads(roads, Finnish())
    assert both.directions([A, B], "auto", "fi").is_estimate, "asked of the second"
    for language in ("en-GB", "de", ""):
        assert not both.directions([A, B], "auto", language).is_estimate
    assert both.languages == ("en-US", "fi-FI")


def test_a_matrix_is_asked_in_blocks_and_put_together(roads: OsrmRoads, server: Served) -> None:
    points = [(60.0 + n / 10_000, 25.0) for n in range(120)]
    matrix = roads.matrix(points)
    assert matrix.distances_m[119, 3] == round(distance_m(*points[119], *points[3]))
    assert matrix.durations_s[3, 119] == round(distance_m(*points[119], *points[3]) / 10)
    assert len(server.asked) == 9
    assert all(each.path.split("?")[0].count(";") < 100 for each in server.asked)


def test_islands_and_the_sea_are_out_of_reach(roads: OsrmRoads) -> None:
    matrix = roads.matrix([A, ISLAND, SEA, B])
    none = UNREACHABLE
    assert matrix.durations_s[1].tolist() == [none, 0, none, none]
    assert matrix.distances_m[:, 2].tolist() == [none, none, 0, none]
    assert 0 < matrix.durations_s[0, 3] < 100
    for place in (ISLAND, SEA):
        with pytest.raises(NoRoute):
            roads.route([A, place])
    (near, lost) = roads.snap([A, SEA])
    assert near is not None
    assert near.distance_m == 3.0
    assert lost is None


def test_a_service_that_refuses_everything_is_not_asked_on_and_on() -> None:
    refusal = Answer(400, {"code": "InvalidOptions", "message": "No such profile"})
    points = [(60.0 + n / 10_000, 25.0) for n in range(120)]
    with http_server(lambda asked: refusal) as served:
        with pytest.raises(RoadsUnavailable):
            OsrmRoads(RoadServer(served.url)).matrix(points)
        assert len(served.asked) < 2 * MOST_REFUSED


def test_what_osrm_does_not_know_is_said(roads: OsrmRoads) -> None:
    with pytest.raises(NotOffered, match="how far one gets"):
        roads.isochrone(A, [5])


def test_fixes_are_matched_and_breaks_are_kept() -> None:
    line = [Place(n * 5_000, 60.0, 25.0 + n * 0.0005) for n in range(8)]

    def match(asked: Asked) -> Answer:
        points = asked.path.split("?")[0].rsplit("/", 1)[1].split(";")
        shape = [(float(lat), float(lon)) for lon, lat in (one.split(",") for one in points)]
        both = len(shape) == 8  # the whole is two ways; each half, asked again, is one
        traces: list[Any] = [
            {"location": [lon, lat + 0.00001], "matchings_index": int(both and n >= 4)}
            for n, (lat, lon) in enumerate(shape)
        ]
        ways = [{"geometry": encoded(shape)}] * (2 if both else 1)
        return Answer(body={"code": "Ok", "matchings": ways, "tracepoints": traces})

    with http_server(match) as served:
        matched = RoadMatcher(None, asker=OsrmMatching(RoadServer(served.url))).match(line, 60_000)
        asked = len(served.asked)
    assert asked == 3
    assert [piece.matched for piece in matched.pieces] == [True, False, True]
    assert [len(piece.places) for piece in matched.pieces] == [4, 2, 4]
    assert matched.pieces[0].offsets_m[0] == pytest.approx(1.1, abs=0.1)


def test_a_server_that_matches_nothing_leaves_the_way_as_told() -> None:
    line = [Place(n * 5_000, 60.0, 25.0 + n * 0.0005) for n in range(5)]
    refusal = Answer(400, {"code": "NoMatch", "message": "Could not match the trace."})
    with http_server(lambda asked: refusal) as served:
        matched = RoadMatcher(None, asker=OsrmMatching(RoadServer(served.url))).match(line, 60_000)
    assert [piece.matched for piece in matched.pieces] == [False]


@pytest.mark.parametrize(
    ("turn", "says"),
    [
        (Turn("turn", "left"), "Turn left onto X"),
        (Turn("fork", "slight right"), "Keep slight right onto X"),
        (Turn("roundabout", "right", 2), "At the roundabout take exit 2 onto X"),
        (Turn("continue", "uturn"), "Make a U-turn onto X"),
        (Turn("new name", "straight"), "Continue onto X"),
        (Turn("surprise", ""), "Continue onto X"),
        (Turn("merge", "left"), "Merge onto X"),
    ],
)
def test_each_turn_has_words(turn: Turn, says: str) -> None:
    assert instruction_of(Step("", 1.0, 1.0, turn, "X")) == says


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["routes", "waypoints", "legs", "geometry", "distance", "duration",
                             "durations", "distances", "sources", "destinations", "location"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)  # fmt: skip


def test_any_answer_is_read_or_the_one_error() -> None:
    says: list[Any] = [None]
    with http_server(lambda asked: Answer(body=says[0])) as served:
        roads = OsrmRoads(RoadServer(served.url, breaker=Breaker(1_000_000)))

        @given(answer=JSON)
        @settings(max_examples=50, deadline=None)
        def check(answer: Any) -> None:
            says[0] = answer
            for ask in (roads.route, roads.directions, roads.matrix):
                with pytest.raises(RoadsUnavailable):
                    ask([A, B])
            with suppress(RoadsUnavailable):  # no road is an answer as well
                assert all(each is None or isinstance(each, Snap) for each in roads.snap([A, B]))

        check()

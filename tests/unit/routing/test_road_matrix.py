"""Matrices, turns, reach and nearest roads: Valhalla on a real small town, and the estimate."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet_app.kernel.errors import InvalidInput
from fleet_app.kernel.geo import distance_m
from fleet_app.mapbuild.build import build_map
from fleet_app.mapbuild.installed import map_dir
from fleet_app.routing.roads import (
    LANGUAGES,
    UNREACHABLE,
    LatLon,
    Lorry,
    NoRoute,
    RoadNetwork,
    RoadService,
    costing_of,
    language_of,
    open_roads,
    valhalla,
)
from fleet_app.routing.roads.great_circle import ROAD_FACTOR, GreatCircleRoads
from fleet_app.routing.roads.ports import MOST_MATRIX_POINTS
from tests.unit.mapbuild.town import crossing, whole_town

NEEDS_VALHALLA = pytest.mark.skipif(sys.version_info < (3, 12), reason="no Valhalla wheel")
SEA = (59.5, 24.2)
PLACES = st.tuples(st.floats(-85, 85), st.floats(-180, 180))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    build_map(whole_town().write(home / "town.osm.pbf"), home, lambda line: None)
    return home


@pytest.fixture(scope="module")
def roads(home: Path) -> RoadNetwork:
    return open_roads(map_dir(home))


def at(column: int, row: int) -> LatLon:
    lon, lat = crossing(column, row)
    return (lat, lon)


CROSSINGS = [at(column, row) for column in range(5) for row in range(5)]


@NEEDS_VALHALLA
def test_a_matrix_has_what_the_routes_take(roads: RoadNetwork) -> None:
    points = [at(0, 0), at(3, 2), at(1, 2), at(4, 4)]
    matrix = roads.matrix(points)
    assert not matrix.is_estimate
    for row, start in enumerate(points):
        for column, end in enumerate(points):
            if row == column:
                assert matrix.durations_s[row, column] == 0
                continue
            route = roads.route([start, end])
            assert matrix.durations_s[row, column] == pytest.approx(route.duration_s, abs=1.5)
            assert matrix.distances_m[row, column] == pytest.approx(route.distance_m, abs=3)
    assert matrix.distances_m[1, 2] > matrix.distances_m[2, 1] + 400, "a one-way street"


@NEEDS_VALHALLA
@pytest.mark.parametrize(("rows", "columns"), [(25, 25), (25, 3), (3, 25), (25, 1), (1, 25)])
def test_blocks_make_the_same_matrix(
    roads: RoadNetwork, home: Path, monkeypatch: pytest.MonkeyPatch, rows: int, columns: int
) -> None:
    whole = roads.matrix(CROSSINGS[:rows], targets=CROSSINGS[-columns:])
    monkeypatch.setattr(valhalla, "MATRIX_ROWS", 2)
    roads = open_roads(map_dir(home))
    parts = roads.matrix(CROSSINGS[:rows], targets=CROSSINGS[-columns:])
    assert whole.durations_s.shape == (rows, columns)
    assert np.array_equal(parts.durations_s, whole.durations_s)
    assert np.array_equal(parts.distances_m, whole.distances_m)


@NEEDS_VALHALLA
def test_a_place_in_the_sea_costs_only_its_own_row_and_column(roads: RoadNetwork) -> None:
    points = [at(0, 0), SEA, at(4, 4)]
    matrix = roads.matrix(points)
    assert matrix.durations_s[1].tolist() == [UNREACHABLE, 0, UNREACHABLE]
    assert matrix.distances_m[:, 1].tolist() == [UNREACHABLE, 0, UNREACHABLE]
    assert 0 < matrix.durations_s[0, 2] < 1_000
    assert roads.matrix([SEA, SEA]).durations_s.tolist() == [[0, 0], [0, 0]]


def test_a_matrix_of_nothing_and_of_one_place(roads: RoadNetwork) -> None:
    assert roads.matrix([]).durations_s.shape == (0, 0)
    assert roads.matrix([at(0, 0)]).durations_s.tolist() == [[0]]
    assert roads.matrix([at(0, 0)], targets=[]).durations_s.shape == (1, 0)


def test_impossible_and_too_many_places_are_refused(roads: RoadNetwork) -> None:
    with pytest.raises(InvalidInput):
        roads.matrix([(91.0, 0.0)])
    with pytest.raises(InvalidInput):
        roads.matrix([at(0, 0)], targets=[(0.0, float("nan"))])
    with pytest.raises(InvalidInput, match="2000"):
        roads.matrix([at(0, 0)] * (MOST_MATRIX_POINTS + 1), targets=[])


@NEEDS_VALHALLA
@pytest.mark.parametrize(
    ("wanted", "tag", "says"),
    [("de", "de-DE", "Richtung"), ("fi_FI", "fi-FI", "Aja"), ("xx", "en-US", "Drive"),
     ("", "en-US", "Drive"), ("en", "en-US", "Drive"), ("pt", "pt-PT", "Conduza")],
)  # fmt: skip
def test_turns_are_told_in_the_language_of_the_driver(
    roads: RoadNetwork, wanted: str, tag: str, says: str
) -> None:
    told = roads.directions([at(0, 0), at(4, 4)], "auto", wanted)
    assert told.language == tag
    assert says in told.maneuvers[0].instruction


@NEEDS_VALHALLA
def test_every_language_is_one_that_valhalla_speaks(roads: RoadNetwork) -> None:
    english = roads.directions([at(0, 0), at(4, 4)]).maneuvers[0].instruction
    for tag in LANGUAGES:
        told = roads.directions([at(0, 0), at(4, 4)], "auto", tag)
        assert told.language == tag
        assert (told.maneuvers[0].instruction == english) == tag.startswith("en")


@NEEDS_VALHALLA
def test_directions_lead_along_the_route(roads: RoadNetwork) -> None:
    points = [at(0, 0), at(4, 4), at(0, 4)]
    told, route = roads.directions(points), roads.route(points)
    assert told.shape == route.shape
    assert told.distance_m == pytest.approx(route.distance_m, abs=2)
    assert told.duration_s == pytest.approx(route.duration_s, abs=2)
    places = [maneuver.shape_index for maneuver in told.maneuvers]
    assert places == sorted(places)
    assert places[0] == 0
    assert places[-1] == len(told.shape) - 1
    assert sum(each.length_m for each in told.maneuvers) == pytest.approx(told.distance_m, abs=20)
    arrivals = [each for each in told.maneuvers if each.length_m == 0]
    assert [distance_m(*told.shape[each.shape_index], *point) < 15
            for each, point in zip(arrivals, points[1:], strict=True)] == [True, True]  # fmt: skip


@NEEDS_VALHALLA
def test_reach_grows_with_the_minutes(roads: RoadNetwork) -> None:
    five, one = roads.isochrone(at(2, 2), [5, 0.5])
    assert (five.minutes, one.minutes, five.is_estimate) == (5, 0.5, False)

    def farthest(rings: tuple[tuple[LatLon, ...], ...]) -> float:
        return max(distance_m(*at(2, 2), *corner) for ring in rings for corner in ring)

    assert 0 < farthest(one.rings) < farthest(five.rings)
    with pytest.raises(NoRoute):
        roads.isochrone(SEA, [5])


@NEEDS_VALHALLA
async def test_the_nearest_road_says_who_is_in_the_sea(roads: RoadNetwork) -> None:
    service = RoadService(lambda: roads)
    lat, lon = at(0, 0)
    on, beside, lost = await service.nearest_road_m([at(2, 2), (lat, lon - 0.002), SEA])
    assert on is not None
    assert beside is not None
    assert on < 5 < 90 < beside < 130
    assert lost is None
    (snap,) = await service.snap([(lat, lon - 0.002)])
    assert snap is not None
    assert distance_m(snap.lat, snap.lon, lat, lon) < 5


@NEEDS_VALHALLA
def test_a_lorry_does_not_take_a_street_that_is_too_low(tmp_path: Path) -> None:
    town = whole_town()
    low = (25.0 + 6 * 0.004, 60.0)
    town.way([crossing(4, 0), low], highway="residential", maxheight="2.5")
    build_map(town.write(tmp_path / "town.osm.pbf"), tmp_path, lambda line: None)
    roads, ends = open_roads(map_dir(tmp_path)), [at(3, 0), (60.0, 25.0 + 5.9 * 0.004)]
    small = roads.route(ends, costing_of("truck", height_m=2.0)).distance_m
    assert small == pytest.approx(distance_m(*ends[0], *ends[1]), rel=0.05)
    tall = roads.matrix(ends, costing_of("truck", height_m=4.0)).distances_m[0, 1]
    assert tall == UNREACHABLE or tall < small - 100, "as far as it may go, or nowhere"


def test_vehicles_travel_as_their_type_does() -> None:
    types = ("van", "car", "truck", "bike", "scooter", "tram")
    assert [costing_of(each) for each in types] == [
        "auto", "auto", "truck", "bicycle", "motor_scooter", "auto",
    ]  # fmt: skip
    assert costing_of("truck", height_m=3.5) == Lorry(height_m=3.5)
    assert costing_of("van", height_m=3.5) == "auto"


@given(st.text(max_size=12))
def test_any_wanted_language_becomes_one_there_is(wanted: str) -> None:
    assert language_of(wanted) in LANGUAGES


@given(st.lists(PLACES, max_size=6))
@settings(max_examples=30)
def test_an_estimated_matrix_is_the_estimated_routes(points: list[LatLon]) -> None:
    roads = GreatCircleRoads()
    matrix = roads.matrix(points, "bicycle")
    assert matrix.is_estimate
    for row, start in enumerate(points):
        for column, end in enumerate(points):
            route = roads.route([start, end], "bicycle")
            assert matrix.distances_m[row, column] == pytest.approx(route.distance_m, abs=2)
            assert matrix.durations_s[row, column] == pytest.approx(route.duration_s, abs=1)


def test_estimates_say_so_everywhere() -> None:
    roads = GreatCircleRoads()
    told = roads.directions([at(0, 0), at(0, 4), at(4, 4)], "auto", "fi")
    assert told.is_estimate
    assert told.language == "en-US"
    assert [each.shape_index for each in told.maneuvers] == [0, 1, 2]
    (reach,) = roads.isochrone(at(0, 0), [10])
    assert reach.is_estimate
    speed = 11.0 / ROAD_FACTOR
    assert distance_m(*at(0, 0), *reach.rings[0][7]) == pytest.approx(600 * speed, rel=0.01)

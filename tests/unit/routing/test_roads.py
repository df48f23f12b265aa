"""Road networks: Valhalla on a real small town, and the estimate where there is none."""

from __future__ import annotations

import asyncio
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.kernel.errors import InvalidInput
from fleet_app.kernel.geo import distance_m
from fleet_app.mapbuild.build import build_map
from fleet_app.mapbuild.installed import map_dir
from fleet_app.routing.roads import LatLon, NoRoute, RoadNetwork, RoadRoute, open_roads
from fleet_app.routing.roads.great_circle import ROAD_FACTOR, SPEEDS_MPS, GreatCircleRoads
from fleet_app.routing.roads.polyline import decode
from tests.unit.mapbuild.town import crossing, whole_town

HAS_VALHALLA = sys.version_info >= (3, 12)
PLACES = st.tuples(st.floats(-85, 85), st.floats(-180, 180))


@pytest.fixture(scope="module")
def roads(tmp_path_factory: pytest.TempPathFactory) -> RoadNetwork:
    """The network `open_roads` picks for a built map: Valhalla from Python 3.12 on."""
    home = tmp_path_factory.mktemp("home")
    build_map(whole_town().write(home / "town.osm.pbf"), home, lambda line: None)
    return open_roads(map_dir(home))


def at(column: int, row: int) -> LatLon:
    """A crossing of the town as (latitude, longitude)."""
    lon, lat = crossing(column, row)
    return (lat, lon)


def length(route: RoadRoute) -> float:
    return sum(distance_m(*start, *end) for start, end in pairwise(route.shape))


def near(first: LatLon, second: LatLon) -> bool:
    return distance_m(*first, *second) < 15


def test_a_map_gives_real_roads_from_python_3_12_and_an_estimate_before(roads: RoadNetwork) -> None:
    route = roads.route([at(0, 0), at(4, 4)])
    assert roads.is_estimate is not HAS_VALHALLA
    assert route.is_estimate is not HAS_VALHALLA


def test_without_a_map_routes_are_estimates(tmp_path: Path) -> None:
    roads = open_roads(tmp_path / "map")
    assert roads.is_estimate
    assert roads.route([at(0, 0), at(1, 0)]).is_estimate


def test_a_route_starts_and_ends_where_asked(roads: RoadNetwork) -> None:
    route = roads.route([at(0, 0), at(4, 3)])
    assert near(route.shape[0], at(0, 0))
    assert near(route.shape[-1], at(4, 3))


def test_a_route_follows_streets_round_the_corner(roads: RoadNetwork) -> None:
    route = roads.route([at(0, 0), at(4, 4)])
    straight = distance_m(*at(0, 0), *at(4, 4))
    if route.is_estimate:
        assert route.distance_m == pytest.approx(straight * ROAD_FACTOR)
        return
    along = distance_m(*at(0, 0), *at(4, 0)) + distance_m(*at(4, 0), *at(4, 4))
    assert route.distance_m == pytest.approx(along, rel=0.01)
    assert length(route) == pytest.approx(route.distance_m, rel=0.01)
    for lat, lon in route.shape:
        column = (lon - 25.0) / 0.004
        row = (lat - 60.0) / 0.002
        assert min(abs(column - round(column)), abs(row - round(row))) < 0.02


def test_each_segment_has_the_speed_of_its_street(roads: RoadNetwork) -> None:
    route = roads.route([at(0, 0), at(4, 4)])
    assert len(route.speeds_mps) == len(route.shape) - 1
    assert all(0 < speed < 40 for speed in route.speeds_mps)
    if not route.is_estimate:
        assert len({round(speed, 1) for speed in route.speeds_mps}) == 2, "main and side streets"


def test_one_way_streets_are_driven_one_way(roads: RoadNetwork) -> None:
    east = roads.route([at(1, 2), at(3, 2)])
    west = roads.route([at(3, 2), at(1, 2)])
    if roads.is_estimate:
        assert west.distance_m == east.distance_m
    else:
        assert west.distance_m > east.distance_m + 400


def test_points_on_the_way_are_visited_in_order(roads: RoadNetwork) -> None:
    route = roads.route([at(0, 0), at(0, 4), at(4, 0)])
    visits = [min(range(len(route.shape)), key=lambda i, p=p: distance_m(*route.shape[i], *p))
              for p in (at(0, 0), at(0, 4), at(4, 0))]  # fmt: skip
    assert visits == sorted(visits)
    assert near(route.shape[visits[1]], at(0, 4))
    assert len(route.speeds_mps) == len(route.shape) - 1


@pytest.mark.parametrize("costing", ["auto", "truck", "bicycle", "motor_scooter"])
def test_every_costing_finds_a_way(roads: RoadNetwork, costing: str) -> None:
    route = roads.route([at(0, 0), at(3, 3)], costing)  # type: ignore[arg-type]
    assert route.distance_m > 0
    assert 0.5 < route.distance_m / route.duration_s < 30


def test_the_same_place_twice_is_a_route_of_no_length(roads: RoadNetwork) -> None:
    route = roads.route([at(1, 1), at(1, 1)])
    assert route.distance_m < 1
    assert len(route.shape) >= 2


def test_a_place_far_from_every_road_has_no_route(roads: RoadNetwork) -> None:
    points = [at(0, 0), (61.0, 26.0)]
    if roads.is_estimate:
        assert roads.route(points).is_estimate
        return
    with pytest.raises(NoRoute) as caught:
        roads.route(points)
    assert caught.value.points == tuple(points)
    assert "60.00000,25.00000 → 61.00000,26.00000" in str(caught.value)


async def test_many_threads_may_ask_at_once(roads: RoadNetwork) -> None:
    ends = [at(column, row) for column in range(5) for row in range(1, 5)] * 3
    asked = [asyncio.to_thread(roads.route, [at(0, 0), end]) for end in ends]
    routes = await asyncio.gather(*asked)
    again = [roads.route([at(0, 0), end]) for end in ends]
    assert list(routes) == again


async def test_an_unroutable_call_does_not_use_up_an_engine(roads: RoadNetwork) -> None:
    for _ in range(8):
        try:
            roads.route([at(0, 0), (61.0, 26.0)])
        except NoRoute:
            continue
    assert roads.route([at(0, 0), at(1, 0)]).distance_m > 0


def test_a_rebuilt_map_does_not_disturb_an_open_network(tmp_path: Path) -> None:
    extract = whole_town().write(tmp_path / "town.osm.pbf")
    build_map(extract, tmp_path, lambda line: None)
    roads = open_roads(map_dir(tmp_path))
    before = roads.route([at(0, 0), at(4, 4)])
    build_map(extract, tmp_path, lambda line: None, force=True)
    assert roads.route([at(0, 0), at(4, 4)]) == before


@pytest.mark.parametrize(
    "points",
    [[], [(60.0, 25.0)], [(91.0, 25.0), (60.0, 25.0)], [(60.0, 25.0), (60.0, 181.0)],
     [(float("nan"), 25.0), (60.0, 25.0)]],
)  # fmt: skip
def test_impossible_points_are_refused(roads: RoadNetwork, points: list[LatLon]) -> None:
    with pytest.raises(InvalidInput):
        roads.route(points)
    with pytest.raises(InvalidInput):
        GreatCircleRoads().route(points)


@given(st.lists(PLACES, min_size=2, max_size=5))
def test_an_estimate_is_consistent_with_itself(points: list[LatLon]) -> None:
    route = GreatCircleRoads().route(points)
    assert route.is_estimate
    assert route.distance_m == pytest.approx(length(route) * ROAD_FACTOR)
    assert route.duration_s == pytest.approx(route.distance_m / SPEEDS_MPS["auto"])
    driven = sum(
        distance_m(*start, *end) / speed
        for (start, end), speed in zip(pairwise(route.shape), route.speeds_mps, strict=True)
    )
    assert driven == pytest.approx(route.duration_s, abs=1e-6)


def test_a_route_checks_itself() -> None:
    with pytest.raises(ValueError, match="two points"):
        RoadRoute(0, 0, ((60.0, 25.0),), (), is_estimate=True)
    with pytest.raises(ValueError, match="one speed"):
        RoadRoute(0, 0, (at(0, 0), at(0, 1)), (1.0, 2.0), is_estimate=True)


def encode(points: list[tuple[int, int]]) -> str:
    """The writing side of the polyline format, for points in millionths of a degree."""
    text, last = "", (0, 0)
    for point in points:
        for here, there in zip(point, last, strict=True):
            value = (here - there) << 1
            value = ~value if value < 0 else value
            while value >= 0x20:
                text += chr((0x20 | value & 0x1F) + 63)
                value >>= 5
            text += chr(value + 63)
        last = point
    return text


MICRODEGREES = st.tuples(st.integers(-90_000_000, 90_000_000), st.integers(-(18**7), 18**7))


@given(st.lists(MICRODEGREES, max_size=20))
def test_encoded_lines_come_back(points: list[tuple[int, int]]) -> None:
    decoded = decode(encode(points))
    assert [(round(lat * 1e6), round(lon * 1e6)) for lat, lon in decoded] == points


@pytest.mark.parametrize("text", ["?", "_", "?? ", "é"])
def test_damaged_lines_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="encoded line"):
        decode(text)

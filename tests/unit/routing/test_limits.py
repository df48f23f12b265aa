"""Posted speed limits, read from a real small town."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleet_app.mapbuild.build import build_map
from fleet_app.mapbuild.installed import map_dir
from fleet_app.routing.roads import PostedLimits, open_limits
from tests.unit.mapbuild.town import Town, crossing, whole_town

pytest.importorskip("valhalla", reason="Valhalla comes for Python 3.12 and newer")
KMH = 1 / 3.6
EAST, NORTH, WEST = 90.0, 0.0, 270.0
FAR = 60.012
"""Latitude of roads away from the grid."""


def roads() -> Town:
    """The grid (a main street of 50, others of 30), and lonely roads north of it."""
    town = whole_town()

    def road(row: float, **tags: str) -> None:
        lat = FAR + row * 0.001
        town.way([(25.0, lat), (25.004, lat), (25.008, lat)], **tags)

    road(0, highway="secondary")
    road(1, highway="motorway", oneway="yes", maxspeed="none")
    road(2, highway="primary", maxspeed="80")
    road(2.1, highway="residential", maxspeed="30")
    road(3, highway="primary", maxspeed="80")
    road(3.1, highway="secondary")
    road(4, highway="primary", maxspeed="60")
    road(4.1, highway="service")
    road(5, highway="secondary", maxspeed="50 mph")
    return town


@pytest.fixture(scope="module")
def limits(tmp_path_factory: pytest.TempPathFactory) -> PostedLimits:
    home = tmp_path_factory.mktemp("home")
    build_map(roads().write(home / "town.osm.pbf"), home, lambda line: None)
    found = open_limits(map_dir(home))
    assert found is not None
    return found


def test_the_limit_is_that_of_the_street_in_the_direction_of_travel(limits: PostedLimits) -> None:
    lon, lat = crossing(2, 0)
    assert limits.at(lat, lon + 0.0001, EAST) == pytest.approx(50 * KMH)
    assert limits.at(lat + 0.00005, lon, NORTH) == pytest.approx(30 * KMH)
    assert limits.at(lat + 0.00005, lon) == pytest.approx(50 * KMH), "any road: the highest"


def test_a_one_way_street_has_no_limit_against_it(limits: PostedLimits) -> None:
    lon, lat = crossing(1, 2)
    assert limits.at(lat, lon + 0.002, EAST) == pytest.approx(30 * KMH)
    assert limits.at(lat, lon + 0.002, WEST) is None


def test_a_speed_that_is_only_usual_is_no_limit(limits: PostedLimits) -> None:
    assert limits.at(FAR, 25.002, EAST) is None


def test_a_road_without_limit_has_none(limits: PostedLimits) -> None:
    assert limits.at(FAR + 0.001, 25.002, EAST) is None


def test_miles_are_read(limits: PostedLimits) -> None:
    assert limits.at(FAR + 0.005, 25.002, EAST) == pytest.approx(80 * KMH, abs=0.3)


def test_beside_a_slow_road_the_fast_one_counts_while_both_are_near(limits: PostedLimits) -> None:
    between = FAR + 0.00207
    assert limits.at(between, 25.002, EAST) == pytest.approx(80 * KMH)
    assert limits.at(FAR + 0.0022, 25.002, EAST) == pytest.approx(30 * KMH)


def test_beside_a_road_of_unknown_limit_none_is_known(limits: PostedLimits) -> None:
    assert limits.at(FAR + 0.00305, 25.002, EAST) is None
    assert limits.at(FAR + 0.0029, 25.002, EAST) == pytest.approx(80 * KMH)


def test_a_yard_beside_the_road_does_not_hide_its_limit(limits: PostedLimits) -> None:
    assert limits.at(FAR + 0.00405, 25.002, EAST) == pytest.approx(60 * KMH)


@pytest.mark.parametrize("place", [(60.0005, 25.002), (59.0, 25.0), (89.99, 0.0), (-89.99, 180.0)])
def test_where_no_road_is_near_there_is_no_limit(
    limits: PostedLimits, place: tuple[float, float]
) -> None:
    assert limits.at(*place, EAST) is None


def test_no_roads_no_limits(tmp_path: Path) -> None:
    assert open_limits(tmp_path) is None

"""Corridors along the roads of a real small town, and straight where there are none."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from fleet_app.catalogue.corridors import MOST_PLACES, corridor
from fleet_app.kernel.errors import InvalidInput
from fleet_app.mapbuild.build import build_map
from fleet_app.mapbuild.installed import map_dir
from fleet_app.routing.roads import LatLon, RoadNetwork, open_roads
from tests.unit.mapbuild.town import crossing, whole_town


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> RoadNetwork:
    home = tmp_path_factory.mktemp("home")
    build_map(whole_town().write(home / "town.osm.pbf"), home, lambda line: None)
    return open_roads(map_dir(home))


def at(column: int, row: int) -> LatLon:
    lon, lat = crossing(column, row)
    return (lat, lon)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="Valhalla comes for Python 3.12 and newer")
async def test_a_corridor_follows_the_streets_round_the_corner(town: RoadNetwork) -> None:
    drawn = await corridor(town, [at(0, 0), at(4, 4)], 60.0)
    line = drawn["geometry"]["coordinates"]

    assert (drawn["kind"], drawn["width_m"]) == ("corridor", 60.0)
    assert len(line) > 2, "there is no straight road"
    corners = [crossing(0, 4), crossing(4, 0)]
    assert any(abs(lon - x) < 2e-4 and abs(lat - y) < 2e-4 for lon, lat in line for x, y in corners)


async def test_where_no_road_leads_it_is_straight(town: RoadNetwork) -> None:
    drawn = await corridor(town, [(10.0, 10.0), (10.1, 10.0)], 60.0)

    assert drawn["geometry"]["coordinates"] == [[10.0, 10.0], [10.0, 10.1]]


async def test_without_a_map_it_is_straight(tmp_path: Path) -> None:
    drawn = await corridor(open_roads(tmp_path), [at(0, 0), at(4, 4)], 60.0)

    assert len(drawn["geometry"]["coordinates"]) == 2


@pytest.mark.parametrize("places", [1, MOST_PLACES + 1])
async def test_too_few_and_too_many_places_are_refused(tmp_path: Path, places: int) -> None:
    with pytest.raises(InvalidInput, match="2 to 200 places"):
        await corridor(open_roads(tmp_path), [at(0, 0)] * places, 60.0)

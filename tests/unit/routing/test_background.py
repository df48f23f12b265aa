"""The ground of map files, read from a map that was really built."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.mapbuild.build import build_map
from fleet_app.routing import background
from fleet_app.routing.background import MOST_TILES, Box, background_of, tiles_of
from tests.unit.mapbuild.town import EAST, NORTH, SOUTH, WEST, whole_town

TOWN = Box(SOUTH, WEST, NORTH, EAST)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town's map."""
    home = tmp_path_factory.mktemp("home")
    build_map(whole_town().write(home / "town.osm.pbf"), home, lambda line: None)
    return home / "map"


def test_roads_and_water_of_the_town_are_there(folder: Path) -> None:
    found = background_of(folder, TOWN)
    assert found.roads[2]
    assert found.water
    assert not found.empty
    places = [place for lines in found.roads for line in lines for place in line]
    assert all(SOUTH - 0.02 < lat < NORTH + 0.02 for lat, _ in places)
    assert all(WEST - 0.02 < lon < EAST + 0.02 for _, lon in places)


def test_elsewhere_and_without_a_map_the_ground_is_empty(folder: Path, tmp_path: Path) -> None:
    assert background_of(folder, Box(-10, 100, -9.9, 100.1)).empty
    assert background_of(tmp_path, TOWN).empty
    (tmp_path / "basemap.pmtiles").write_bytes(b"no archive")
    assert background_of(tmp_path, TOWN).empty


def test_of_too_much_the_small_roads_go_first(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = background_of(folder, TOWN)
    water = sum(len(ring) for polygon in every.water for ring in polygon)
    monkeypatch.setattr(background, "MOST_POINTS", water + 5)
    some = background_of(folder, TOWN)
    assert some.water == every.water
    assert sum(map(len, some.roads[2])) < sum(map(len, every.roads[2]))
    assert sum(len(line) for lines in some.roads for line in lines) <= 5


@given(
    st.floats(-89, 88), st.floats(-400, 400), st.floats(1e-6, 90), st.floats(1e-6, 360)
)  # fmt: skip
def test_any_box_needs_few_tiles_and_only_such_as_there_are(
    south: float, west: float, up: float, across: float
) -> None:
    tiles = tiles_of(Box(south, west, min(south + up, 89), west + across))
    assert 1 <= len(tiles) <= MOST_TILES
    for zoom, x, y in tiles:
        assert 0 <= x < 2**zoom
        assert 0 <= y < 2**zoom

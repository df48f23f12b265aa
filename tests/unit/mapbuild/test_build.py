"""From an extract to a map in place, or to a clear error with the old map untouched."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from fleet_app.mapbuild import build, programs, road_data
from fleet_app.mapbuild.build import build_map
from fleet_app.mapbuild.errors import BuildInProgress, ExtractUnreadable, ProgramFailed
from fleet_app.mapbuild.installed import BASEMAP, map_dir, read_info
from tests.unit.mapbuild.tiles_of import features_at, header, properties
from tests.unit.mapbuild.town import EAST, NORTH, SOUTH, WEST, Town, crossing, square, whole_town


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with the map of a whole town."""
    home = tmp_path_factory.mktemp("home")
    extract = whole_town().write(home / "town.osm.pbf")
    assert build_map(extract, home, lambda line: None)
    return home


def quiet(line: str) -> None:
    """Progress nobody looks at."""


def test_the_archive_is_pmtiles_3_with_vector_tiles_down_to_zoom_15(home: Path) -> None:
    found = header(map_dir(home) / BASEMAP)
    assert (found["version"], found["tile_type"]) == (3, 1)
    assert (found["minzoom"], found["maxzoom"]) == (0, 15)
    assert found["tiles"] > 16


def test_the_info_tells_bounds_attribution_and_source(home: Path) -> None:
    info = read_info(map_dir(home))
    assert info is not None
    assert info["bounds"] == pytest.approx([WEST, SOUTH, EAST, NORTH])
    assert info["center"] == pytest.approx([(WEST + EAST) / 2, (SOUTH + NORTH) / 2])
    assert info["attribution"] == "© OpenStreetMap contributors"
    assert info["extract"] == "town.osm.pbf"
    assert len(info["sha256"]) == 64
    assert info["features"]["road"] == 10


def test_streets_keep_their_names_and_direction(home: Path) -> None:
    roads = properties(features_at(map_dir(home), *crossing(1, 2), 14)["road"])
    by_name = {road["name"]: road for road in roads}
    assert by_name["East Street 0"]["class"] == "primary"
    assert by_name["East Street 2"] == {"class": "minor", "name": "East Street 2", "oneway": 1}


def test_buildings_have_heights_and_house_numbers(home: Path) -> None:
    tile = features_at(map_dir(home), 25.0005, 60.0004, 15)
    heights = sorted(p["height"] for p in properties(tile["building"]))
    assert heights == [6.4, 12.5]
    assert {p["number"] for p in properties(tile["housenumber"])} == {"7B", "9"}


def test_water_keeps_its_islands(home: Path) -> None:
    tile = features_at(map_dir(home), 25.0092, 60.0032, 15)
    ponds = [f for f in tile["water"] if f["properties"]["class"] == "lake"]
    rings = [len(f["geometry"]["coordinates"]) for f in ponds]
    assert rings == [2]
    assert {"class": "water", "name": "Mill Pond"} in properties(tile["label"])


def test_the_sea_lies_on_the_right_of_the_coast(home: Path) -> None:
    north = features_at(map_dir(home), 25.015, 60.019, 15)
    south = features_at(map_dir(home), 25.015, 59.992, 15)
    assert {"class": "sea"} in properties(north["water"])
    assert "water" not in south


def test_parks_rails_places_and_fuel_are_there(home: Path) -> None:
    tile = features_at(map_dir(home), 25.006, 60.0005, 14)
    assert {"class": "park"} in properties(tile["land"])
    assert {"class": "fuel", "name": "Pump"} in properties(tile["poi"])
    assert any(p["name"] == "Testby" for p in properties(tile["place"]))
    assert "rail" in features_at(map_dir(home), 25.006, 59.995, 14)


def test_a_far_view_leaves_small_things_out(home: Path) -> None:
    far = features_at(map_dir(home), 25.006, 60.0005, 9)
    assert {road["class"] for road in properties(far["road"])} == {"primary"}
    assert not {"building", "poi", "housenumber"} & far.keys()


def test_road_data_is_there_exactly_where_valhalla_is(home: Path) -> None:
    tiles = map_dir(home) / build.ROADS / road_data.TILES_FILE
    assert tiles.is_file() == (sys.version_info >= (3, 12))
    info = read_info(map_dir(home))
    assert info is not None
    assert info["roads"] is tiles.is_file()


def test_progress_names_each_step_and_counts(tmp_path: Path) -> None:
    lines: list[str] = []
    build_map(whole_town().write(tmp_path / "town.osm.pbf"), tmp_path, lines.append)
    text = "\n".join(lines)
    for part in ("Reading town.osm.pbf", "Collecting", "road 10", "Drawing tiles", "Map ready"):
        assert part in text
    skipped = "Road data skipped" in text
    assert skipped == (sys.version_info < (3, 12))


def test_the_same_extract_is_built_once_unless_forced(tmp_path: Path) -> None:
    extract = whole_town().write(tmp_path / "town.osm.pbf")
    assert build_map(extract, tmp_path, quiet)
    first = map_dir(tmp_path).resolve()
    assert not build_map(extract, tmp_path, quiet)
    assert map_dir(tmp_path).resolve() == first
    assert build_map(extract, tmp_path, quiet, force=True)
    assert map_dir(tmp_path).resolve() != first
    assert not first.exists()


def test_a_relative_home_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    build_map(whole_town().write(Path("town.osm.pbf")), Path("home"), quiet)
    assert (tmp_path / "home" / "map" / BASEMAP).is_file()


def test_nothing_but_the_map_stays_behind(tmp_path: Path) -> None:
    build_map(whole_town().write(tmp_path / "town.osm.pbf"), tmp_path / "home", quiet)
    here = map_dir(tmp_path / "home")
    expected = {"basemap.pmtiles", "basemap.json", "addresses.sqlite"}
    if sys.version_info >= (3, 12):
        expected.add("valhalla")
    assert {path.name for path in here.iterdir()} == expected


def _truncated(path: Path) -> Path:
    whole = whole_town().write(path.with_name("whole.osm.pbf")).read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    return path


def _text(path: Path) -> Path:
    path.write_text("this is not a map\n" * 40)
    return path


def _empty(path: Path) -> Path:
    path.touch()
    return path


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def _without_points(path: Path) -> Path:
    return Town().write(path, with_bounds=False)


BROKEN = [_truncated, _text, _empty, _folder, _without_points, Path]


@pytest.mark.parametrize("make", BROKEN, ids=lambda make: make.__name__)
def test_a_bad_extract_says_so_and_leaves_the_old_map(make: object, tmp_path: Path) -> None:
    assert callable(make)
    build_map(whole_town().write(tmp_path / "town.osm.pbf"), tmp_path, quiet)
    before = map_dir(tmp_path).resolve()
    bad = make(tmp_path / "bad.osm.pbf")
    with pytest.raises(ExtractUnreadable, match=r"cannot read the map extract .*bad\.osm\.pbf: "):
        build_map(bad, tmp_path, quiet)
    assert map_dir(tmp_path).resolve() == before
    assert read_info(map_dir(tmp_path)) is not None
    assert [p.name for p in before.parent.glob("map-*")] == [before.name]


def test_another_file_type_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "town.osm"
    path.write_text("<osm/>")
    with pytest.raises(ExtractUnreadable, match=r"must end in \.osm\.pbf"):
        build_map(path, tmp_path, quiet)


def test_two_builds_at_once_are_refused(tmp_path: Path) -> None:
    extract = whole_town().write(tmp_path / "town.osm.pbf")
    (tmp_path / "maps").mkdir()
    with (tmp_path / "maps" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BuildInProgress):
            build_map(extract, tmp_path, quiet)


def test_an_extract_without_bounds_or_roads_still_gives_a_map(tmp_path: Path) -> None:
    town = Town()
    town.way(square(25.0, 60.0, 0.01), natural="wood", name="Wood")
    lines: list[str] = []
    build_map(town.write(tmp_path / "wood.osm.pbf", with_bounds=False), tmp_path, lines.append)
    info = read_info(map_dir(tmp_path))
    assert info is not None
    assert info["bounds"] == pytest.approx([25.0, 60.0, 25.01, 60.01])
    assert info["roads"] is False
    assert any("Road data skipped" in line for line in lines)


def test_areas_cut_by_the_edge_of_the_extract_are_closed_along_it(tmp_path: Path) -> None:
    town = Town()
    inside = [(24.991, 60.0), (25.005, 60.0), (25.005, 60.005), (24.991, 60.005)]
    outside = (24.98, 60.0)
    town.way([outside, *inside, (24.98, 60.005), outside], missing=(0, 5, 6), leisure="park")
    build_map(town.write(tmp_path / "cut.osm.pbf"), tmp_path, quiet)
    assert {"class": "park"} in properties(
        features_at(map_dir(tmp_path), 24.9905, 60.002, 15)["land"]
    )
    beside = features_at(map_dir(tmp_path), 24.9905, 60.012, 15)["land"]
    assert {"class": "park"} not in properties(beside)


def test_multipolygons_with_missing_members_are_drawn_as_far_as_they_go(tmp_path: Path) -> None:
    town = Town()
    half = town.way([(24.99, 60.0), (25.005, 60.0), (25.005, 60.005), (24.99, 60.005)])
    members = [("w", half, "outer"), ("w", 777, "outer")]
    town.relation(members, type="multipolygon", natural="water", name="Cut Lake")
    build_map(town.write(tmp_path / "cut.osm.pbf"), tmp_path, quiet)
    tile = features_at(map_dir(tmp_path), 25.0, 60.002, 15)
    assert {"class": "lake"} in properties(tile["water"])


def test_a_failing_program_is_named_with_its_last_words() -> None:
    with pytest.raises(ProgramFailed, match="status 3") as caught:
        programs.run([sys.executable, "-c", "print('no space left'); raise SystemExit(3)"])
    assert "no space left" in str(caught.value)


def test_a_missing_package_is_named() -> None:
    with pytest.raises(ProgramFailed, match="no_such_package"):
        programs.bundled("no_such_package", "tool")


def test_reading_the_installed_map_needs_no_map_tools() -> None:
    code = (
        "import sys, fleet_app.mapbuild.installed; print({'osmium','shapely'} & set(sys.modules))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "set()"

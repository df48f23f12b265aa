"""From the tags of an extract to the file of its addresses, and when that file is written."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.kernel.geo import distance_m
from fleet_app.mapbuild import address_rows, addresses
from fleet_app.mapbuild.build import build_map, complete_map
from fleet_app.mapbuild.errors import ExtractUnreadable, MapBuildError
from fleet_app.mapbuild.extract import open_extract
from fleet_app.mapbuild.installed import BASEMAP, map_dir
from fleet_app.mapbuild.nearby import Nearby
from fleet_app.routing.geocoding import ADDRESSES
from fleet_app.routing.geocoding.store import is_current
from tests.unit.mapbuild.town import Town, addressed_town, square, whole_town


def rows_of(town: Town, folder: Path) -> list[dict[str, object]]:
    extract = open_extract(town.write(folder / "town.osm.pbf"))
    addresses.write_addresses(extract, folder / ADDRESSES, folder)
    with sqlite3.connect(folder / ADDRESSES) as file:
        file.row_factory = sqlite3.Row
        return [dict(row) for row in file.execute("SELECT * FROM places ORDER BY id")]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    return rows_of(addressed_town(), tmp_path_factory.mktemp("town"))


def houses(rows: list[dict[str, object]]) -> dict[object, dict[str, object]]:
    return {row["number"]: row for row in rows if row["kind"] == "address"}


def test_points_buildings_and_multipolygons_have_addresses(rows: list[dict[str, object]]) -> None:
    assert houses(rows).keys() == {"1", "2", "10 B", "20", "5"}
    assert houses(rows)["20"]["lat"] == pytest.approx(60.0011)
    assert houses(rows)["2"]["lon"] == pytest.approx(25.002)


def test_a_shop_and_its_building_are_one_house_and_the_shop_is_found_too(
    rows: list[dict[str, object]],
) -> None:
    assert [row["number"] for row in rows if row["kind"] == "address"].count("2") == 1
    assert houses(rows)["2"]["postcode"] == "01002"
    shop = next(row for row in rows if row["kind"] == "poi")
    assert (shop["name"], shop["street"], shop["number"], shop["postcode"]) == (
        "Säde & Sons", "Mill Lane", "2", "01002",
    )  # fmt: skip


def test_a_house_without_a_town_has_that_of_its_neighbours(rows: list[dict[str, object]]) -> None:
    assert (houses(rows)["10 B"]["city"], houses(rows)["10 B"]["country"]) == ("Testby", "FI")
    assert houses(rows)["10 B"]["postcode"] == ""  # a neighbour's may be another
    assert houses(rows)["5"]["city"] == ""


def test_pieces_of_a_street_are_one_and_far_ones_are_not(tmp_path: Path) -> None:
    town = addressed_town()
    town.way([(25.004, 60.001), (25.008, 60.001)], highway="residential", name="Mill Lane")
    streets = [row["street"] for row in rows_of(town, tmp_path) if row["kind"] == "street"]
    assert streets.count("Mill Lane") == 1
    assert streets.count("Far Road") == 2


def test_the_same_address_far_away_is_another_house(tmp_path: Path) -> None:
    town = Town()
    for lon in (25.0, 25.0005, 25.02):
        town.point((lon, 60.0), addr__housenumber="1", addr__street="Long Street")
    found = [row["lon"] for row in rows_of(town, tmp_path) if row["kind"] == "address"]
    assert found == pytest.approx([25.0, 25.02])


def test_a_building_cut_by_the_edge_is_still_an_address(tmp_path: Path) -> None:
    town = Town()
    outline = square(25.0, 60.0, 0.001)
    town.way(outline, missing=(1,), building="yes", addr__housenumber="1", addr__street="Edge")
    assert len(houses(rows_of(town, tmp_path))) == 1


def test_what_is_no_address_is_left_out(tmp_path: Path) -> None:
    town = Town()
    town.point((25.0, 60.0), addr__housenumber="1")
    town.point((25.1, 60.0), addr__street="Only")
    town.point((25.2, 60.0), addr__street="?", addr__housenumber="!")
    town.point((25.3, 60.0), place="island", name="Rock")
    assert rows_of(town, tmp_path) == []


@given(
    st.dictionaries(
        st.sampled_from(["addr:street", "addr:housenumber", "addr:place", "addr:country", "name",
                         "name:sv", "highway", "place", "shop", "addr:city"]),
        st.text(max_size=300),
    ),
    st.booleans(),
)  # fmt: skip
def test_any_tags_give_a_bounded_row_or_none(tags: dict[str, str], is_point: bool) -> None:
    for row in (
        address_rows.address_row(tags, is_point=is_point),
        address_rows.place_row(tags, is_point=is_point),
        address_rows.street_row(tags),
    ):
        assert row is None or (row.key and all(len(str(part)) < 1500 for part in row))


def quiet(line: str) -> None:
    """Progress nobody looks at."""


def without_addresses(home: Path, *, extract: Path) -> Path:
    """A map as it was built before maps had addresses."""
    build_map(extract, home, quiet)
    (map_dir(home) / ADDRESSES).unlink()
    return map_dir(home).resolve()


def test_building_again_adds_missing_addresses_and_nothing_else(tmp_path: Path) -> None:
    extract = addressed_town().write(tmp_path / "town.osm.pbf")
    folder = without_addresses(tmp_path, extract=extract)
    before = (folder / BASEMAP).stat()
    lines: list[str] = []
    assert build_map(extract, tmp_path, lines.append)
    assert map_dir(tmp_path).resolve() == folder
    assert (folder / BASEMAP).stat().st_mtime_ns == before.st_mtime_ns
    assert is_current(folder / ADDRESSES)
    assert any("5 addresses" in line for line in lines)
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]
    assert not build_map(extract, tmp_path, quiet)


def test_a_start_adds_missing_addresses_from_where_the_extract_was(tmp_path: Path) -> None:
    extract = addressed_town().write(tmp_path / "town.osm.pbf")
    folder = without_addresses(tmp_path / "home", extract=extract)
    assert complete_map(tmp_path / "home", quiet)
    assert is_current(folder / ADDRESSES)
    assert not complete_map(tmp_path / "home", quiet)


def test_a_start_adds_missing_addresses_from_the_cache(tmp_path: Path) -> None:
    (tmp_path / "home" / "cache").mkdir(parents=True)
    extract = addressed_town().write(tmp_path / "town.osm.pbf")
    folder = without_addresses(tmp_path / "home", extract=extract)
    extract.rename(tmp_path / "home" / "cache" / "town.osm.pbf")
    assert complete_map(tmp_path / "home", quiet)
    assert is_current(folder / ADDRESSES)


def test_another_extract_of_that_name_is_not_used(tmp_path: Path) -> None:
    extract = addressed_town().write(tmp_path / "town.osm.pbf")
    folder = without_addresses(tmp_path / "home", extract=extract)
    whole_town().write(extract)
    assert not complete_map(tmp_path / "home", quiet)
    assert not (folder / ADDRESSES).exists()


def test_a_start_without_a_map_does_nothing(tmp_path: Path) -> None:
    assert not complete_map(tmp_path, quiet)
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_an_older_layout_is_written_again(tmp_path: Path) -> None:
    extract = addressed_town().write(tmp_path / "town.osm.pbf")
    build_map(extract, tmp_path, quiet)
    path = map_dir(tmp_path) / ADDRESSES
    with sqlite3.connect(path) as file:
        file.execute("PRAGMA user_version = 0")
    assert complete_map(tmp_path, quiet)
    assert is_current(path)


def test_a_damaged_extract_leaves_the_old_file(tmp_path: Path) -> None:
    source = open_extract(addressed_town().write(tmp_path / "town.osm.pbf"))
    addresses.write_addresses(source, tmp_path / ADDRESSES, tmp_path)
    before = (tmp_path / ADDRESSES).read_bytes()
    whole = source.path.read_bytes()
    source.path.write_bytes(whole[: len(whole) * 2 // 3])
    with pytest.raises(ExtractUnreadable):
        addresses.write_addresses(source, tmp_path / ADDRESSES, tmp_path)
    assert (tmp_path / ADDRESSES).read_bytes() == before


def test_a_place_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    source = open_extract(addressed_town().write(tmp_path / "town.osm.pbf"))
    with pytest.raises(MapBuildError, match="cannot write the addresses"):
        addresses.write_addresses(source, tmp_path / ADDRESSES, tmp_path / "gone")
    assert not (tmp_path / ADDRESSES).exists()


@given(
    st.lists(st.tuples(st.floats(59.9, 60.1), st.floats(24.9, 25.1)), max_size=30),
    st.tuples(st.floats(59.9, 60.1), st.floats(24.9, 25.1)),
    st.sampled_from([50.0, 500.0, 5000.0]),
)
def test_the_nearest_thing_of_the_grid_is_the_nearest_of_all(
    points: list[tuple[float, float]], at: tuple[float, float], metres: float
) -> None:
    grid: Nearby[float] = Nearby(metres)
    aways = [distance_m(*at, *point) for point in points]
    for point, away in zip(points, aways, strict=True):
        grid.add(*point, away)
    expected = min((away for away in aways if away <= metres), default=None)
    assert grid.nearest(*at) == expected


def test_a_street_name_of_a_whole_country_takes_seconds(tmp_path: Path) -> None:
    rows = [
        address_rows.RawRow(
            "address", "high street", str(house), 0, "High Street", str(house), "", "", "",
            "Town" if house % 3 else "", "", 50 + town // 50 / 10, 10 + town % 50 / 10,
        )
        for town in range(1000) for house in range(1, 21)
    ]  # fmt: skip
    began = time.monotonic()
    counts = addresses._write(tmp_path / "out.sqlite", addresses._staged(rows, tmp_path))
    assert counts["address"] == 20_000
    assert time.monotonic() - began < 20  # comparing each with each takes minutes

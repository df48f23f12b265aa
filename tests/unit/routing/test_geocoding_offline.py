"""Addresses of an installed map: what is found first, what is near, and files gone wrong."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from pathlib import Path

import pytest

from fleet_app.kernel.geo import destination, distance_m
from fleet_app.mapbuild import addresses as writing
from fleet_app.mapbuild.address_rows import RawRow
from fleet_app.mapbuild.addresses import write_addresses
from fleet_app.mapbuild.extract import open_extract
from fleet_app.routing.geocoding import ADDRESSES, Coordinate, GeocoderUnavailable, list_addresses
from fleet_app.routing.geocoding.offline import NO_ADDRESSES, OfflineGeocoder
from tests.unit.mapbuild.town import Town, addressed_town


def written(town: Town, folder: Path) -> Path:
    extract = open_extract(town.write(folder / "town.osm.pbf"))
    write_addresses(extract, folder / ADDRESSES, folder)
    return folder / ADDRESSES


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(addressed_town(), tmp_path_factory.mktemp("map"))


@pytest.fixture
def town(addresses: Path) -> OfflineGeocoder:
    return OfflineGeocoder(addresses)


async def labels(town: OfflineGeocoder, text: str, limit: int = 8) -> list[str]:
    return [place.label for place in await town.search(text, limit=limit)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("mill lane 1", "Mill Lane 1, 01000 Testby"),
        ("1 mill lane", "Mill Lane 1, 01000 Testby"),
        ("MILL  la, 1", "Mill Lane 1, 01000 Testby"),
        ("mill lane 2", "Mill Lane 2, 01002 Testby"),
        ("mill lane 10b", "Mill Lane 10 B, Testby"),
        ("mill lane 10 B", "Mill Lane 10 B, Testby"),
        ("Mill Lane 2c", "Mill Lane 2, 01002 Testby"),
        ("mill lane 999", "Mill Lane, Testby"),
        ("mill", "Mill Lane, Testby"),
        ("kvarngranden 1", "Mill Lane 1, 01000 Testby"),
        ("sade", "Säde & Sons, Mill Lane 2, 01002 Testby"),
        ("testby", "Testby"),
        ("01000", "Mill Lane 1, 01000 Testby"),
        ("island 5", "Old Island 5"),
        ("east street 3", "East Street 3"),
        ("Mill Lane 1, 01000 Testby, Finland", "Mill Lane 1, 01000 Testby"),
        ("Mill Lane 10 B, 01000 Testby", "Mill Lane 10 B, Testby"),
        ("1 Mill Lane, Testby, NY 99999", "Mill Lane 1, 01000 Testby"),
        ("Mill Lane 999, 01000 Testby, Finland", "Mill Lane, Testby"),
    ],
)
async def test_what_is_likeliest_comes_first(town: OfflineGeocoder, text: str, first: str) -> None:
    assert (await labels(town, text))[0] == first


async def test_the_exact_house_comes_before_those_that_begin_alike(town: OfflineGeocoder) -> None:
    assert await labels(town, "mill lane 1") == [
        "Mill Lane 1, 01000 Testby", "Mill Lane 10 B, Testby",
    ]  # fmt: skip


async def test_the_exact_house_comes_before_a_nearer_staircase(tmp_path: Path) -> None:
    town = Town()
    town.point((25.0, 60.0), addr__housenumber="3 B", addr__street="Alley")
    town.point((25.01, 60.0), addr__housenumber="3", addr__street="Alley")
    geocoder = OfflineGeocoder(written(town, tmp_path))
    found = await geocoder.search("alley 3", near=Coordinate(60.0, 25.0))
    assert [place.house_number for place in found] == ["3", "3 B"]


async def test_the_houses_of_a_street_come_in_order(town: OfflineGeocoder) -> None:
    found = await town.search("mill lane", near=Coordinate(60.001, 25.003))
    assert [place.house_number for place in found] == ["", "1", "2", "10 B", "20", "2"]


async def test_a_near_street_comes_before_a_far_one_of_the_same_name(
    town: OfflineGeocoder,
) -> None:
    for lon in (25.0, 25.2):
        found = await town.search("far road", near=Coordinate(60.0, lon), limit=2)
        away = [abs(place.lon - lon) for place in found]
        assert away == sorted(away)
        assert away[0] < away[1]


async def test_what_is_nearest_is_found_among_thousands(tmp_path: Path) -> None:
    rows = (
        RawRow("address", "high street", "1", 0, "High Street", "1", "", "", "", "", "", lat, lon)
        for lat in (40 + step / 10 for step in range(80))
        for lon in (0 + step / 10 for step in range(80))
    )
    writing._write(tmp_path / ADDRESSES, writing._staged(rows, tmp_path))
    geocoder = OfflineGeocoder(tmp_path / ADDRESSES)
    for near in (Coordinate(47.9, 7.9), Coordinate(40.0, 0.0), Coordinate(44.3, 2.2)):
        best = (await geocoder.search("high street 1", near=near))[0]
        assert (best.lat, best.lon) == pytest.approx(near)
    assert len(await geocoder.search("high street 1")) == 8


@pytest.mark.parametrize(
    "text", ["", "   ", "???", "zzz", "mill lane x", "Mill Lane 1, 01000 Elsewhere"]
)
async def test_nothing_is_found_for_nothing(town: OfflineGeocoder, text: str) -> None:
    assert await town.search(text) == []


async def test_limit_counts(town: OfflineGeocoder) -> None:
    assert len(await town.search("m", limit=2)) == 2
    assert await town.search("m", limit=0) == []


async def test_the_nearest_house_within_200_m_is_the_address_of_a_point(
    town: OfflineGeocoder,
) -> None:
    at = await town.reverse(60.00101, 25.00101)
    assert at is not None
    assert at.label == "Mill Lane 1, 01000 Testby"
    assert distance_m(at.lat, at.lon, 60.00101, 25.00101) < 5
    assert await town.reverse(*destination(60.0035, 25.0, 0, 190)) is not None
    assert await town.reverse(*destination(60.0035, 25.0, 0, 210)) is None


@pytest.mark.parametrize("point", [(90.0, 0.0), (-90.0, 180.0), (0.0, 0.0), (float("nan"), 1.0)])
async def test_a_point_elsewhere_has_no_address(
    town: OfflineGeocoder, point: tuple[float, float]
) -> None:
    assert await town.reverse(*point) is None


async def test_without_a_file_it_says_so_and_a_file_that_comes_later_counts(
    addresses: Path, tmp_path: Path
) -> None:
    town = OfflineGeocoder(tmp_path / ADDRESSES)
    assert (town.standing.ready, town.standing.reason) == (False, NO_ADDRESSES)
    assert await town.search("mill") == []
    assert await town.reverse(60.001, 25.001) is None
    shutil.copy(addresses, tmp_path / ADDRESSES)
    assert (town.standing.ready, town.standing.reason) == (True, "")
    assert await town.search("mill")


@pytest.mark.parametrize("content", [b"", b"this is no database" * 100])
async def test_a_broken_file_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ADDRESSES).write_bytes(content)
    town = OfflineGeocoder(tmp_path / ADDRESSES)
    assert not town.standing.ready
    assert await town.search("mill") == []
    assert list_addresses(tmp_path / ADDRESSES, 5) == []


async def test_a_file_damaged_inside_is_a_clear_error(addresses: Path, tmp_path: Path) -> None:
    path = tmp_path / ADDRESSES
    shutil.copy(addresses, path)
    with sqlite3.connect(path) as file:
        file.execute("DROP TABLE places")
    with pytest.raises(GeocoderUnavailable):
        await OfflineGeocoder(path).search("mill")


async def test_a_search_does_not_block_the_loop(tmp_path: Path) -> None:
    town = Town()
    for number in range(4000):
        town.point(
            (25.0 + number * 1e-6, 60.0), addr__housenumber=f"{number}", addr__street="Alley"
        )
    slow = OfflineGeocoder(written(town, tmp_path))
    search, turns = asyncio.create_task(slow.search("a")), 0
    while not search.done():
        await asyncio.sleep(0)
        turns += 1
    assert len(search.result()) == 8
    assert turns > 20


def test_samples_are_real_different_spread_and_repeatable(addresses: Path) -> None:
    first = list_addresses(addresses, 4, seed=1)
    assert first == list_addresses(addresses, 4, seed=1)
    assert len({place.label for place in first}) == 4
    assert all(place.house_number and place.street for place in first)
    assert any(first != list_addresses(addresses, 4, seed=seed) for seed in range(2, 8))
    assert len(list_addresses(addresses, 100)) == 5  # every house there is, once


def test_few_samples_of_a_crowded_map_still_reach_its_corners(tmp_path: Path) -> None:
    town = Town()
    for number in range(300):
        at = (25.0 + number * 1e-6, 60.0)
        town.point(at, addr__housenumber=f"{number}", addr__street="Crowded Alley")
    for lon in (25.01, 25.02):
        town.point((lon, 60.01), addr__housenumber="1", addr__street="Lonely Road")
    found = list_addresses(written(town, tmp_path), 3, seed=5)
    assert {place.street for place in found} == {"Crowded Alley", "Lonely Road"}

"""A map with more addresses than the demo has customers, for the tests that need one."""

from __future__ import annotations

from pathlib import Path

from fleet_app.mapbuild.addresses import write_addresses
from fleet_app.mapbuild.extract import open_extract
from fleet_app.routing.geocoding import ADDRESSES
from tests.unit.mapbuild.town import EAST, NORTH, SOUTH, WEST, Town

STREETS, HOUSES = 24, 24


def write_big_town(folder: Path) -> Path:
    """A home whose map holds `STREETS * HOUSES` house addresses."""
    town = Town()
    for street in range(STREETS):
        for house in range(HOUSES):
            at = (WEST + 0.001 + street * 0.0015, SOUTH + 0.001 + house * 0.001)
            assert at[0] < EAST
            assert at[1] < NORTH
            town.point(at, addr__housenumber=f"{house + 1}", addr__street=f"Street {street + 1}")
    (folder / "map").mkdir()
    extract = open_extract(town.write(folder / "town.osm.pbf"))
    write_addresses(extract, folder / "map" / ADDRESSES, folder)
    return folder

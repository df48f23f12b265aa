"""Where the demo's customers and depots may be: where roads lead to, and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleet_app.mapbuild.build import build_map
from fleet_app.mapbuild.installed import map_dir
from fleet_app.routing.geocoding.ports import Place
from fleet_app.simulation.demo.clients import usable_places
from fleet_app.simulation.demo.reach import within_reach
from tests.unit.mapbuild.town import EAST, NORTH, Point, Town, crossing, street_grid

pytest.importorskip("valhalla", reason="Valhalla comes for Python 3.12 and newer")

GRID = [crossing(column, row) for column in range(5) for row in range(5)]
OUT = (EAST - 0.0005, 60.0084)
"""At the end of a street that leads out of the map."""
GATE, NO_TRUCKS = (25.008, NORTH - 0.008), (25.008, NORTH - 0.004)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Streets each way, one out of town, and one behind a lane that is closed to trucks."""
    home, town = tmp_path_factory.mktemp("home"), Town()
    street_grid(town)
    town.way([crossing(4, 4), OUT], highway="residential", name="Way Out", oneway="yes")
    town.way([crossing(2, 4), GATE], highway="residential", name="Lane", hgv="no")
    town.way([GATE, NO_TRUCKS], highway="residential", name="Yard")
    for number, (at, street) in enumerate([(OUT, "Way Out"), (NO_TRUCKS, "Yard")], 1):
        town.point(at, addr__housenumber=f"{number}", addr__street=street)
    for column in range(5):
        for row in range(5):
            town.point(crossing(column, row), addr__housenumber=f"{row + 1}",
                       addr__street=f"North Street {column}")  # fmt: skip
    build_map(town.write(home / "town.osm.pbf"), home, lambda line: None)
    return home


def place(at: Point) -> Place:
    lon, lat = at
    return Place(f"{lat} {lon}", "", "", "", "", "FI", lat, lon, "offline", "address")


def test_where_a_street_only_leads_out_nobody_is_delivered_to(home: Path) -> None:
    everywhere = [place(at) for at in (OUT, *GRID, NO_TRUCKS)]
    assert within_reach(everywhere, map_dir(home), 25) == [place(at) for at in GRID]
    assert within_reach([], map_dir(home), 25) == []


def test_where_there_is_little_else_trucks_are_not_asked(home: Path) -> None:
    everywhere = [place(at) for at in (OUT, *GRID, NO_TRUCKS)]
    assert within_reach(everywhere, map_dir(home), 26) == everywhere[1:]


def test_customers_live_there(home: Path) -> None:
    labels = {one.street for one in usable_places(map_dir(home), 7)}
    assert labels == {"Yard", *(f"North Street {column}" for column in range(5))}


def test_without_roads_and_on_a_map_that_is_too_wide_all_places_will_do(
    home: Path, tmp_path: Path
) -> None:
    assert within_reach([place(OUT), *map(place, GRID)], tmp_path, 1)[0] == place(OUT)
    far = [place(OUT), *map(place, GRID), place((26.5, 60.0))]
    assert within_reach(far, map_dir(home), 1) == far

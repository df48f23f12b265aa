"""Where trips began and ended, in words."""

from __future__ import annotations

from math import cos, radians
from pathlib import Path
from typing import Any

import pytest

from fleet_app.catalogue.known_places import KnownPlace, KnownPlaces
from fleet_app.catalogue.place_names import PlaceNames
from fleet_app.delivery.models import Customer
from fleet_app.fleet.models import Depot
from fleet_app.location.geofences.models import Geofence, GeofenceKind
from fleet_app.location.journeys.facts import FactKind
from fleet_app.mapbuild.build import build_map
from fleet_app.routing.geocoding import open_geocoder
from tests.builders.api import World
from tests.builders.fixes import METRES_NORTH
from tests.builders.past import a_fact
from tests.builders.records import a_record
from tests.unit.mapbuild.town import addressed_town

HOME = (60.17, 24.94)
"""Where facts begin, unless told otherwise."""
END = (60.2, 24.66)
BOTH = frozenset({0, 1})


async def place(
    world: World, model: type[Depot | Customer], name: str, at: tuple[float, float],
    north: float = 0.0, *, fleet_id: int = 0,
) -> None:  # fmt: skip
    """A place of a fleet so many metres north of a point."""
    row = model(
        fleet_id=fleet_id or world.fleet_id, name=name, address="Street 1",
        lat=at[0] + north * METRES_NORTH, lon=at[1],
    )  # fmt: skip
    async with world.container.work() as session:
        session.add(row)


async def harbour(world: World) -> str:
    """The subject of visits of a new geofence called Harbour."""
    async with world.container.work() as session:
        geofence = Geofence(
            fleet_id=world.fleet_id, name="Harbour", kind=GeofenceKind.CIRCLE, lat=HOME[0],
            lon=HOME[1], radius_m=100.0, center_lat=HOME[0], center_lon=HOME[1], area_m2=31_416.0,
            corners=0, west=24.93, south=60.16, east=24.95, north=60.18,
        )  # fmt: skip
        session.add(geofence)
        await session.flush()
    return f"geofence:{geofence.id}"


async def told(world: World, headers: dict[str, str], url: str = "/api/v1/trips") -> list[Any]:
    rows = (await world.client.get(url, headers=headers)).json()["data"]
    return [(row["start_place"], row["end_place"]) for row in rows]


async def test_a_visited_geofence_comes_before_a_depot_and_a_depot_before_a_customer(
    world: World, manager: dict[str, str]
) -> None:
    box, fleet_id, van = world.container, world.fleet_id, world.vehicle_id
    await place(world, Depot, "North", HOME, 70)
    await place(world, Customer, "Kahvila Aamu", HOME, 5)
    await place(world, Customer, "Far away", END, 100)
    await place(world, Customer, "Kirjakauppa", END, 79)
    await a_fact(box, van, fleet_id)
    await a_fact(box, van, fleet_id, kind=FactKind.STOP, end_lat=None, end_lon=None)
    assert await told(world, manager) == [("North", "Kirjakauppa")]
    assert await told(world, manager, "/api/v1/stops") == [("North", None)]
    # It is left half a minute before the trip is known to begin.
    await a_fact(
        box, van, fleet_id, kind=FactKind.VISIT, subject=await harbour(world), minute=-30,
        minutes=29.5,
    )  # fmt: skip
    assert await told(world, manager) == [("Harbour", "Kirjakauppa")]


async def test_another_vehicles_visit_and_one_of_another_time_do_not_count(
    world: World, manager: dict[str, str]
) -> None:
    box, fleet_id = world.container, world.fleet_id
    await a_fact(box, world.vehicle_id, fleet_id)
    visit = {"kind": FactKind.VISIT, "subject": await harbour(world)}
    other = await a_record(box, "vehicles", fleet_id)
    await a_fact(box, other, fleet_id, **visit)
    await a_fact(box, world.vehicle_id, fleet_id, minute=-60, minutes=50, **visit)
    await a_fact(box, world.vehicle_id, fleet_id, minute=2, minutes=5, **visit)
    assert await told(world, manager) == [(None, None)]


async def test_customers_are_named_only_to_those_who_may_read_them(world: World) -> None:
    await place(world, Customer, "Kahvila Aamu", HOME, 5)
    await place(world, Depot, "South", END, 5)
    await a_fact(world.container, world.vehicle_id, world.fleet_id)
    driver = await world.bearer(world.driver)
    assert await told(world, driver) == [(None, "South")]


async def test_another_fleets_places_have_no_name_here(
    world: World, manager: dict[str, str]
) -> None:
    await place(world, Depot, "Theirs", HOME, fleet_id=world.other_fleet_id)
    await a_fact(world.container, world.vehicle_id, world.fleet_id)
    assert await told(world, manager) == [(None, None)]


async def test_elsewhere_it_is_the_address(
    world: World, manager: dict[str, str], tmp_path: Path
) -> None:
    build_map(addressed_town().write(tmp_path / "town.osm.pbf"), tmp_path, lambda line: None)
    box = world.container
    box.__dict__["place_names"] = PlaceNames(box.work, open_geocoder("offline", tmp_path / "map"))
    await a_fact(box, world.vehicle_id, world.fleet_id, lat=60.001, lon=25.0)
    ((start, end),) = await told(world, manager)
    assert start is not None
    assert "Testby" in start
    assert end is None


async def test_a_new_name_is_told_within_a_minute(world: World, manager: dict[str, str]) -> None:
    now = [0.0]
    box = world.container
    addresses = open_geocoder("none", Path())
    box.__dict__["place_names"] = PlaceNames(box.work, addresses, now=lambda: now[0])
    await a_fact(box, world.vehicle_id, world.fleet_id)
    assert await told(world, manager) == [(None, None)]
    await place(world, Depot, "North", HOME)
    now[0] = 61.0
    assert await told(world, manager) == [("North", None)]


@pytest.mark.parametrize("lat", [0.0, 60.0, -75.0, 85.0])
@pytest.mark.parametrize(
    ("east", "seen"), [(0.0, True), (79.0, True), (-79.0, True), (81.0, False)]
)
def test_near_is_eighty_metres_at_every_latitude(lat: float, east: float, seen: bool) -> None:
    degrees = east * METRES_NORTH / cos(radians(lat))
    places = KnownPlaces([KnownPlace("Here", lat, 24.0 + degrees)])
    assert places.near(lat, 24.0, BOTH) == ("Here" if seen else None)


async def test_a_visit_names_its_geofence(world: World, manager: dict[str, str]) -> None:
    subject = await harbour(world)
    visit = {"kind": FactKind.VISIT, "subject": subject, "data": {"dwelled": True}}
    await a_fact(world.container, world.vehicle_id, world.fleet_id, **visit)
    answer = await world.client.get("/api/v1/movement-events", headers=manager)
    values = answer.json()["data"][0]["values"]
    number = int(subject.removeprefix("geofence:"))
    assert values == {"geofence_id": number, "geofence": "Harbour", "dwelled": True}

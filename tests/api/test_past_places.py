"""Where trips began and ended, in words."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from math import cos, radians
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.event import listen, remove

from fleet_app.access.roles import Role
from fleet_app.catalogue.known_places import KnownPlace, KnownPlaces
from fleet_app.catalogue.place_names import PlaceNames
from fleet_app.catalogue.zone_names import MARGIN_M
from fleet_app.delivery.models import Customer
from fleet_app.fleet.models import Depot
from fleet_app.location.journeys.facts import FactKind
from fleet_app.mapbuild.build import build_map
from fleet_app.routing.geocoding import open_geocoder
from tests.builders.api import World
from tests.builders.drives import Drive
from tests.builders.fixes import METRES_NORTH
from tests.builders.geofences import a_circle
from tests.builders.journeys import Journeys
from tests.builders.past import a_fact
from tests.builders.records import a_record, an_actor, records
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


async def a_zone(world: World, name: str, **said: Any) -> str:
    """The subject of visits of a new zone, 100 m around where facts begin unless told otherwise."""
    drawn = a_circle(name=name, **{"lat": HOME[0], "lon": HOME[1], "radius_m": 100.0, **said})
    office = an_actor(Role.DISPATCHER, world.fleet_id)
    async with records(world.container, "geofences", office) as zones:
        return f"geofence:{(await zones.create(drawn))['id']}"


def with_addresses(world: World, folder: Path) -> None:
    """Have the world's places named by the addresses of a small town."""
    build_map(addressed_town().write(folder / "town.osm.pbf"), folder, lambda line: None)
    box = world.container
    box.__dict__["place_names"] = PlaceNames(box.work, open_geocoder("offline", folder / "map"))


def forget(world: World) -> None:
    """Have places read anew that are else remembered for a minute."""
    world.container.__dict__.pop("place_names", None)


async def told(world: World, headers: dict[str, str], url: str = "/api/v1/trips") -> list[Any]:
    rows = (await world.client.get(url, headers=headers)).json()["data"]
    return [(row["start_place"], row["end_place"]) for row in rows]


async def test_a_depot_comes_before_a_customer_and_a_customer_before_a_zone(
    world: World, manager: dict[str, str]
) -> None:
    box, fleet_id, van = world.container, world.fleet_id, world.vehicle_id
    await a_fact(box, van, fleet_id)
    await a_fact(box, van, fleet_id, kind=FactKind.STOP, minute=60, end_lat=None, end_lon=None)
    assert await told(world, manager) == [(None, None)]
    await a_zone(world, "Harbour")
    assert await told(world, manager) == [("Harbour", None)]
    forget(world)
    await place(world, Customer, "Kahvila Aamu", HOME, 5)
    await place(world, Customer, "Far away", END, 100)
    await place(world, Customer, "Kirjakauppa", END, 79)
    assert await told(world, manager) == [("Kahvila Aamu", "Kirjakauppa")]
    forget(world)
    await place(world, Depot, "North", HOME, 70)
    assert await told(world, manager) == [("North", "Kirjakauppa")]
    assert await told(world, manager, "/api/v1/stops") == [("North", None)]


@pytest.mark.parametrize(
    ("metres", "name"), [(0, "Harbour"), (99, "Harbour"), (124, "Harbour"), (126, None)]
)
async def test_only_what_lies_in_a_zone_is_called_by_it_whatever_was_visited(
    world: World, manager: dict[str, str], metres: float, name: str | None
) -> None:
    box, fleet_id, van = world.container, world.fleet_id, world.vehicle_id
    subject = await a_zone(world, "Harbour", lat=HOME[0] - metres * METRES_NORTH)
    await a_fact(box, van, fleet_id)
    # It is left half a minute before the trip is known to begin.
    visit = {"kind": FactKind.VISIT, "subject": subject}
    await a_fact(box, van, fleet_id, minute=-30, minutes=29.5, **visit)
    assert await told(world, manager) == [(name, None)]


async def test_the_smallest_zone_is_meant_and_a_large_one_only_where_there_is_no_address(
    world: World, manager: dict[str, str], tmp_path: Path
) -> None:
    box, at = world.container, {"lat": 60.001, "lon": 25.0}
    await a_zone(world, "Low-emission zone", radius_m=246.0, **at)
    await a_fact(box, world.vehicle_id, world.fleet_id, **at)
    assert await told(world, manager) == [("Low-emission zone", None)]
    with_addresses(world, tmp_path)
    ((start, _),) = await told(world, manager)
    assert start is not None
    assert "Testby" in start
    await a_zone(world, "Terminal", radius_m=178.0, **at)
    assert await told(world, manager) == [("Terminal", None)]
    await a_zone(world, "Gate", radius_m=40.0, **at)
    assert await told(world, manager) == [("Gate", None)]


async def test_a_corridor_is_no_address_however_short(
    world: World, manager: dict[str, str], tmp_path: Path
) -> None:
    await a_fact(world.container, world.vehicle_id, world.fleet_id, lat=60.001, lon=25.0)
    await a_zone(world, "Old town", lat=60.001, lon=25.0, radius_m=300.0)
    line = {"type": "LineString", "coordinates": [[25.0, 60.0], [25.0, 60.002]]}
    office = an_actor(Role.DISPATCHER, world.fleet_id)
    async with records(world.container, "geofences", office) as zones:
        await zones.create({"name": "Quay", "geometry": line, "width_m": 100.0})
    assert await told(world, manager) == [("Quay", None)]
    with_addresses(world, tmp_path)
    assert "Testby" in str(await told(world, manager))


async def test_a_zone_that_was_changed_counts_as_it_is_now(
    world: World, manager: dict[str, str]
) -> None:
    subject = await a_zone(world, "Harbour")
    await a_fact(world.container, world.vehicle_id, world.fleet_id)
    office, id_ = an_actor(Role.DISPATCHER, world.fleet_id), int(subject.split(":")[1])
    assert await told(world, manager) == [("Harbour", None)]
    async with records(world.container, "geofences", office) as zones:
        await zones.update(id_, {"name": "Old harbour"})
    assert await told(world, manager) == [("Old harbour", None)]
    async with records(world.container, "geofences", office) as zones:
        await zones.update(id_, {"lat": END[0], "lon": END[1]})
    assert await told(world, manager) == [(None, "Old harbour")]


async def test_a_trip_ends_and_begins_where_the_vehicle_stood(
    world: World, manager: dict[str, str]
) -> None:
    """Also when the trip knew the place less well than the stop."""
    box, van, fleet_id = world.container, world.vehicle_id, world.fleet_id
    lat, lon = HOME[0] + 110 * METRES_NORTH, HOME[1]
    await a_zone(world, "Harbour")
    await a_fact(box, van, fleet_id, end_lat=lat + 20 * METRES_NORTH, end_lon=lon, lat=END[0])
    stop = {"kind": FactKind.STOP, "lat": lat, "lon": lon, "end_lat": None, "end_lon": None}
    await a_fact(box, van, fleet_id, minute=10, minutes=30, **stop)
    await a_fact(box, van, fleet_id, minute=40, lat=lat + 20 * METRES_NORTH, lon=lon)
    # Another vehicle's stop says nothing about where this one was.
    other = await a_record(box, "vehicles", fleet_id)
    away = HOME[0] + 135 * METRES_NORTH
    await a_fact(box, other, fleet_id, end_lat=away, end_lon=lon, lat=END[0], minute=-30)
    assert await told(world, manager, "/api/v1/stops") == [("Harbour", None)]
    assert await told(world, manager) == [("Harbour", None), (None, "Harbour"), (None, None)]


async def test_a_stop_elsewhere_does_not_name_the_end_of_a_trip(
    world: World, manager: dict[str, str]
) -> None:
    box, van, fleet_id = world.container, world.vehicle_id, world.fleet_id
    await a_zone(world, "Harbour")
    far = HOME[0] + 200 * METRES_NORTH
    await a_fact(box, van, fleet_id, end_lat=far, end_lon=HOME[1], lat=END[0])
    await a_fact(box, van, fleet_id, minute=10, kind=FactKind.STOP, end_lat=None, end_lon=None)
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
    with_addresses(world, tmp_path)
    await a_fact(world.container, world.vehicle_id, world.fleet_id, lat=60.001, lon=25.0)
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
    subject = await a_zone(world, "Harbour")
    visit = {"kind": FactKind.VISIT, "subject": subject, "data": {"dwelled": True}}
    await a_fact(world.container, world.vehicle_id, world.fleet_id, **visit)
    answer = await world.client.get("/api/v1/movement-events", headers=manager)
    values = answer.json()["data"][0]["values"]
    number = int(subject.removeprefix("geofence:"))
    assert values == {"geofence_id": number, "geofence": "Harbour", "dwelled": True}


async def test_what_ends_somewhere_and_what_begins_there_are_called_the_same(
    world: World, manager: dict[str, str]
) -> None:
    """A folded day whose every stop lies just on the margin of a zone, where a metre decides."""
    drive, beside = Drive().rest(600), METRES_NORTH * (40 + MARGIN_M)
    for number in range(9):
        await a_zone(
            world, f"Yard {number}", lat=drive.lat + beside, lon=drive.lon, radius_m=40.0
        )  # fmt: skip
        drive = drive.go(1_500, turn_every=None).rest(600)
        drive.heading += 40
    van = Journeys(world.container, world.fleet_id, world.vehicle_id)
    await van.drove(drive.fixes(10, noise_m=8.0))

    facts = [*await listed(world, manager, "trips"), *await listed(world, manager, "stops")]
    facts.sort(key=lambda fact: fact["started_at"])
    assert len(facts) == 19, "ten stops, and the trips between them"
    for before, after in pairwise(facts):
        assert before["ended_at"] == after["started_at"]
        end = before["end_place"] if before["kind"] == "trip" else before["start_place"]
        assert end == after["start_place"], (before, after)
    stops = [fact["start_place"] for fact in facts if fact["kind"] == "stop"]
    assert {None} < set(stops), "some here, some there"


async def test_a_long_list_takes_no_more_questions_than_a_short_one(
    world: World, manager: dict[str, str]
) -> None:
    box, asked = world.container, list[str]()
    await a_zone(world, "Harbour")
    await a_fact(box, world.vehicle_id, world.fleet_id)
    note = partial(_note, asked)
    listen(box.engine.sync_engine, "before_cursor_execute", note)
    await told(world, manager)
    asked.clear()
    await told(world, manager)
    few = len(asked)
    for number in range(1, 20):
        await a_fact(box, world.vehicle_id, world.fleet_id, minute=15 * number)
    asked.clear()
    assert await told(world, manager) == [("Harbour", None)] * 20
    remove(box.engine.sync_engine, "before_cursor_execute", note)
    assert len(asked) == few > 0


def _note(asked: list[str], *said: Any) -> None:
    asked.append(said[2])


async def listed(world: World, headers: dict[str, str], plural: str) -> list[dict[str, Any]]:
    """All of them, a few at a time: what is beside a fact is seldom in the same answer."""
    found: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        url = f"/api/v1/{plural}?limit=4&cursor={cursor}"
        answer = (await world.client.get(url, headers=headers)).json()
        found += answer["data"]
        cursor = answer["meta"]["pagination"]["next_cursor"]
    return found

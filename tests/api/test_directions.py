"""The way of a route turn by turn: for whom, in which language, along which roads."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

import pytest

from fleet_app.access.roles import Role
from fleet_app.fleet.models import Depot as DepotRecord
from fleet_app.fleet.models import Driver, Fleet, Vehicle, VehicleType
from fleet_app.kernel.clock import utc_now
from fleet_app.location.models import VehicleLive
from fleet_app.mapbuild.build import build_map
from fleet_app.mapbuild.installed import map_dir
from fleet_app.routing.roads import RoadNetwork, RoadService, open_roads
from mobile_api.routers import roads as asking
from tests.builders.api import World
from tests.builders.fixes import seen
from tests.builders.orders import a_delivery
from tests.builders.records import a_record
from tests.builders.tours import API, Depot, change, data, refused
from tests.unit.mapbuild.town import STEP_LAT, STEP_LON, crossing, whole_town

NEEDS_VALHALLA = pytest.mark.skipif(sys.version_info < (3, 12), reason="no Valhalla wheel")
EAST = 25.0 + 6 * STEP_LON
BEFORE, NEAR, FAR = (60.0, 25.0 + 3 * STEP_LON), (60.0, 25.0 + 4 * STEP_LON), (60.0, EAST)
HOME = (60.0 + STEP_LAT, 25.0)
SEA = (59.5, 24.2)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> RoadNetwork:
    """The town with a street to the east under a low bridge, and a way round."""
    home, town = tmp_path_factory.mktemp("home"), whole_town()
    town.way([crossing(4, 0), (EAST, 60.0)], highway="residential", maxheight="2.5")
    corner = (EAST, 60.0 + 3 * STEP_LAT)
    town.way([crossing(4, 3), corner, (EAST, 60.0)], highway="residential")
    build_map(town.write(home / "town.osm.pbf"), home, lambda line: None)
    return open_roads(map_dir(home))


@pytest.fixture
def mapped(world: World, network: RoadNetwork) -> World:
    """The world with the roads of the town."""
    world.container.__dict__["roads"] = RoadService(lambda: network)
    return world


async def a_route(depot: Depot, *places: tuple[float, float], steps: str = "publish") -> int:
    """A route from a depot through these places."""
    world = depot.world
    home = await a_record(world.container, "depots", world.fleet_id)
    await change(world, DepotRecord, home, lat=HOME[0], lon=HOME[1])
    ids = [
        await a_delivery(world.container, world.fleet_id, lat=lat, lon=lon) for lat, lon in places
    ]
    route = data(await depot.plan(ids, depot_id=home), 201)["id"]
    for step in steps.split():
        data(await depot.step(route, step))
    return int(route)


async def ask(
    depot: Depot, route: int, headers: dict[str, str] | None = None, **params: Any
) -> Any:
    return await depot.world.client.get(
        f"{API}/routes/{route}/directions", params=params, headers=headers or depot.driver
    )


async def is_at(world: World, lat: float, lon: float) -> None:
    await seen(world.container, world.vehicle_id, world.fleet_id)
    at = utc_now() - timedelta(minutes=3)
    await change(world, VehicleLive, world.vehicle_id, lat=lat, lon=lon, recorded_at=at)


@NEEDS_VALHALLA
async def test_a_driver_is_told_the_turns_in_the_own_language(mapped: World, depot: Depot) -> None:
    await change(mapped, Fleet, mapped.fleet_id, language="de")
    await change(mapped, Driver, depot.driver_id, language="fi")
    route = await a_route(depot, NEAR, NEAR, FAR)
    found = data(await ask(depot, route))
    assert (found["language"], found["is_estimate"]) == ("fi-FI", False)
    words = [one["instruction"] for leg in found["legs"] for one in leg["maneuvers"]]
    assert words[0] == "Aja etelään kadulla North Street 0."
    assert words[-1] == "Olet saapunut määränpäähäsi."
    assert data(await ask(depot, route, language="sv"))["language"] == "sv-SE"
    await change(mapped, Driver, depot.driver_id, language=None)
    assert data(await ask(depot, route))["language"] == "de-DE"


@NEEDS_VALHALLA
async def test_there_is_a_leg_to_each_stop_and_all_of_them_are_the_way(
    mapped: World, depot: Depot
) -> None:
    found = data(await ask(depot, await a_route(depot, NEAR, NEAR, FAR)))
    legs = found["legs"]
    assert (found["start"]["kind"], found["start"]["seen_at"]) == ("depot", None)
    assert found["shape"][0] == pytest.approx(HOME, abs=0.0003)
    for leg, place in zip(legs, (NEAR, NEAR, FAR), strict=True):
        assert found["shape"][leg["shape_end"]] == pytest.approx(place, abs=0.0003)
        assert leg["maneuvers"][-1]["shape_index"] == leg["shape_end"]
        assert leg["maneuvers"][-1]["length_m"] == 0
    assert sum(leg["distance_m"] for leg in legs) == pytest.approx(found["distance_m"], abs=1)
    assert sum(leg["duration_s"] for leg in legs) == pytest.approx(found["duration_s"], abs=1)
    assert legs[1]["distance_m"] < 5 < 300 < legs[2]["distance_m"]


@NEEDS_VALHALLA
async def test_a_tall_truck_is_led_round_a_low_bridge(mapped: World, depot: Depot) -> None:
    route = await a_route(depot, BEFORE, FAR)
    way = {}
    for height in (2.2, 4.0):
        await change(mapped, Vehicle, mapped.vehicle_id, type=VehicleType.TRUCK, height_m=height)
        way[height] = data(await ask(depot, route))
    assert way[4.0]["legs"][1]["distance_m"] > way[2.2]["legs"][1]["distance_m"] + 500
    assert max(lat for lat, _ in way[4.0]["shape"]) > 60.0 + 2.5 * STEP_LAT


@NEEDS_VALHALLA
async def test_a_stop_in_the_sea_is_said_in_words(mapped: World, depot: Depot) -> None:
    error = refused(await ask(depot, await a_route(depot, SEA)), 400)
    assert error["type"] == "no_route"


@NEEDS_VALHALLA
async def test_a_stop_in_the_sea_keeps_nobody_from_the_others(mapped: World, depot: Depot) -> None:
    found = data(await ask(depot, await a_route(depot, NEAR, SEA, FAR)))
    assert [leg["is_estimate"] for leg in found["legs"]] == [False, True, True]
    assert found["is_estimate"]
    assert "no road" in found["legs"][1]["maneuvers"][0]["instruction"]
    assert len(found["legs"][0]["maneuvers"]) > 1
    assert found["legs"][-1]["shape_end"] == len(found["shape"]) - 1
    whole = sum(leg["distance_m"] for leg in found["legs"])
    assert found["distance_m"] == pytest.approx(whole, abs=1)


async def test_it_begins_where_the_vehicle_is_once_it_has_left(world: World, depot: Depot) -> None:
    route = await a_route(depot, NEAR, FAR)
    await is_at(world, 60.01, 25.01)
    before = data(await ask(depot, route))
    assert before["start"]["kind"] == "depot", "the goods are there"
    data(await depot.step(route, "start"))
    found = data(await ask(depot, route))
    assert (found["start"]["kind"], found["start"]["latitude"]) == ("vehicle", 60.01)
    assert found["start"]["seen_at"] is not None
    assert (found["is_estimate"], found["language"]) == (True, "en-US")
    assert found["shape"] == [[60.01, 25.01], list(NEAR), list(FAR)]


async def test_only_what_is_left_is_driven_to(world: World, depot: Depot) -> None:
    route = await a_route(depot, NEAR, FAR, steps="publish start")
    await is_at(world, 60.01, 25.01)
    legs = data(await ask(depot, route))["legs"]
    first, second = (leg["delivery_id"] for leg in legs)
    data(await depot.set_status(first, "completed"))
    (leg,) = data(await ask(depot, route))["legs"]
    assert (leg["delivery_id"], leg["kind"]) == (second, "delivery")
    data(await depot.set_status(second, "completed"))
    found = data(await ask(depot, route))
    assert (found["legs"], found["shape"], found["distance_m"]) == ([], [], 0)


async def test_without_a_start_it_begins_at_the_first_stop(world: World, depot: Depot) -> None:
    route = await a_route(depot, NEAR, FAR)
    async with world.container.work() as session:
        (await session.get_one(DepotRecord, 1)).lat = None
    found = data(await ask(depot, route))
    assert (found["start"], len(found["legs"])) == (None, 1)
    assert found["shape"] == [list(NEAR), list(FAR)]


async def test_drivers_are_told_of_their_own_routes_that_are_published(
    world: World, depot: Depot
) -> None:
    draft = await a_route(depot, NEAR, steps="")
    assert data(await ask(depot, draft, depot.office))["legs"]
    refused(await ask(depot, draft), 404)
    data(await depot.step(draft, "publish"))
    assert data(await ask(depot, draft))["legs"]
    refused(await ask(depot, draft, await world.a(Role.DRIVER)), 404)


async def test_who_asks_on_and_on_is_told_to_wait(
    world: World, depot: Depot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MOST_A_MINUTE", 1)
    route = await a_route(depot, NEAR)
    data(await ask(depot, route))
    assert refused(await ask(depot, route), 429)["type"] == "roads_busy"

"""Ways and reach over the API: what is found, who may ask, and what cannot be asked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from fleet_app.access.roles import Role
from fleet_app.mapbuild.build import build_map
from fleet_app.routing.roads import RoadService, RoadsUnavailable, open_roads
from fleet_app.routing.roads.great_circle import GreatCircleRoads
from mobile_api.routers import roads
from tests.builders.api import World
from tests.unit.mapbuild.town import whole_town

ROUTE, REACH = "/api/v1/roads/route", "/api/v1/roads/isochrone"
WAY = "60.0,25.0;60.008,25.016"
NEEDS_VALHALLA = pytest.mark.skipif(sys.version_info < (3, 12), reason="no Valhalla wheel")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    build_map(whole_town().write(home / "town.osm.pbf"), home, lambda line: None)
    return home / "map"


@pytest.fixture
def mapped(world: World, folder: Path) -> World:
    """The world with the roads of a town."""
    world.container.__dict__["roads"] = RoadService(lambda: open_roads(folder))
    return world


async def ask(world: World, path: str, role: Role = Role.DRIVER, **params: Any) -> Any:
    headers = await world.a(role)
    return await world.client.get(path, params=params, headers=headers)


@NEEDS_VALHALLA
async def test_a_driver_is_told_the_turns_in_the_own_language(mapped: World) -> None:
    answer = await ask(mapped, ROUTE, points=WAY, language="de", vehicle_type="truck")
    found = answer.json()["data"]
    assert answer.status_code == 200
    assert (found["language"], found["is_estimate"]) == ("de-DE", False)
    assert "Richtung" in found["maneuvers"][0]["instruction"]
    assert found["maneuvers"][-1]["shape_index"] == len(found["shape"]) - 1
    assert found["shape"][0] == pytest.approx([60.0, 25.0], abs=0.0002)
    assert 1_500 < found["distance_m"] < 2_500


@NEEDS_VALHALLA
async def test_reach_is_one_outline_for_each_time(mapped: World) -> None:
    answer = await ask(mapped, REACH, Role.DISPATCHER, lat=60.004, lon=25.008, minutes="5,1")
    five, one = answer.json()["data"]
    assert (five["minutes"], one["minutes"], one["is_estimate"]) == (5, 1, False)
    assert one["rings"][0][0] == one["rings"][0][-1]


@NEEDS_VALHALLA
async def test_a_place_in_the_sea_is_said_in_words(mapped: World) -> None:
    answer = await ask(mapped, ROUTE, points="60.0,25.0;59.5,24.2")
    error = answer.json()["error"]
    assert (answer.status_code, error["type"]) == (400, "no_route")
    assert error["message"] == (
        "No road leads through 60.00000,25.00000 → 59.50000,24.20000: "
        "there is no road near one of them"
    )


async def test_without_a_map_the_way_is_an_estimate(world: World) -> None:
    answer = await ask(world, ROUTE, points=WAY, language="de")
    found = answer.json()["data"]
    assert (found["is_estimate"], found["language"], len(found["shape"])) == (True, "en-US", 2)


async def test_customers_are_not_told(world: World) -> None:
    for path, params in ((ROUTE, {"points": WAY}), (REACH, {"lat": 60.0, "lon": 25.0})):
        assert (await ask(world, path, Role.CUSTOMER, **params)).status_code == 403


@pytest.mark.parametrize(
    ("path", "params"),
    [
        (ROUTE, {}), (ROUTE, {"points": "60.0,25.0"}), (ROUTE, {"points": "91,25;60,25"}),
        (ROUTE, {"points": "nan,25;60,25"}), (ROUTE, {"points": ";".join(["60,25"] * 201)}),
        (ROUTE, {"points": WAY, "vehicle_type": "tram"}), (ROUTE, {"points": WAY, "x": "1"}),
        (REACH, {"lat": 60}), (REACH, {"lat": 60, "lon": 25, "minutes": "0"}),
        (REACH, {"lat": 60, "lon": 25, "minutes": "121"}),
        (REACH, {"lat": 60, "lon": 25, "minutes": "1,2,3,4,5"}),
    ],
)  # fmt: skip
async def test_what_cannot_be_asked_is_refused(
    world: World, path: str, params: dict[str, Any]
) -> None:
    answer = await ask(world, path, **params)
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_input")


class Failing(GreatCircleRoads):
    """A road service in trouble."""

    def directions(self, *_: Any) -> Any:
        raise RoadsUnavailable(retry_after=7)


async def test_trouble_with_the_service_tells_when_to_come_back(world: World) -> None:
    world.container.__dict__["roads"] = RoadService(Failing)
    answer = await ask(world, ROUTE, points=WAY)
    assert (answer.status_code, answer.json()["error"]["type"]) == (503, "roads_unavailable")
    assert answer.headers["Retry-After"] == "7"


async def test_somebody_who_asks_on_and_on_is_told_to_wait(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roads, "MOST_A_MINUTE", 2)
    headers, other = await world.a(Role.DRIVER), await world.a(Role.DRIVER)
    asked = [await world.client.get(ROUTE, params={"points": WAY}, headers=headers) for _ in "abc"]
    assert [one.status_code for one in asked] == [200, 200, 429]
    assert asked[-1].json()["error"]["type"] == "roads_busy"
    assert 0 < int(asked[-1].headers["retry-after"]) <= 60
    answer = await world.client.get(ROUTE, params={"points": WAY}, headers=other)
    assert answer.status_code == 200

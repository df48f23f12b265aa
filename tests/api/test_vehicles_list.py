"""The list of vehicles: pages, order, filters, and what a row holds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from fleet_app.access.roles import Role
from fleet_app.fleet.models import Driver, Vehicle, VehicleType
from fleet_app.location.models import MotionStatus
from tests.builders.api import World
from tests.builders.fixes import seen
from tests.builders.people import a_driver, a_person

PATH = "/api/v1/vehicles"


@pytest.fixture
async def five(world: World) -> dict[str, int]:
    """Five vehicles of the first fleet beside the one it has, each its own way."""
    container, fleet = world.container, world.fleet_id
    rows = [
        Vehicle(fleet_id=fleet, name="alpha", registration_number="AAA-1", type=VehicleType.VAN),
        Vehicle(fleet_id=fleet, name="Bravo", registration_number="ZZZ-9", type=VehicleType.TRUCK),
        Vehicle(fleet_id=fleet, name="charlie", registration_number="CC_1", type=VehicleType.BIKE),
        Vehicle(fleet_id=fleet, name="Delta", registration_number="DDX1", type=VehicleType.VAN),
        Vehicle(fleet_id=fleet, name="echo 100%", registration_number="E", type=VehicleType.CAR),
    ]
    async with container.work() as session:
        session.add_all(rows)
        await session.flush()
        session.add(
            Driver(fleet_id=fleet, vehicle_id=rows[3].id, name="Aino Virtanen", license_number="1")
        )
    ids = {row.name: row.id or 0 for row in rows}
    await seen(container, ids["alpha"], fleet, speed=20.0, battery=10.0)
    await seen(container, ids["Bravo"], fleet, MotionStatus.IDLE, speed=0.0, battery=None)
    await seen(container, ids["charlie"], fleet, MotionStatus.STOPPED, speed=None, battery=55.0)
    await seen(container, ids["Delta"], fleet, ago=timedelta(hours=1))
    async with container.work() as session:
        vehicle = await session.get(Vehicle, world.vehicle_id)
        assert vehicle is not None
        vehicle.name = "own"
    return ids


async def names(world: World, headers: dict[str, str] | None = None, **params: Any) -> list[str]:
    headers = headers or await world.a(Role.DISPATCHER)
    answer = await world.client.get(PATH, params=params, headers=headers)
    assert answer.status_code == 200, answer.text
    return [row["name"] for row in answer.json()["data"]]


@pytest.mark.usefixtures("five")
async def test_a_list_has_pages_and_a_total(world: World) -> None:
    headers = await world.a(Role.DISPATCHER)
    answer = await world.client.get(PATH, params={"limit": 2, "page": 2}, headers=headers)

    body = answer.json()
    assert body["meta"]["pagination"] == {"page": 2, "limit": 2, "total": 6}
    assert [row["name"] for row in body["data"]] == ["charlie", "Delta"]
    assert await names(world, page=4, limit=2) == []


async def test_a_row_holds_the_vehicle_and_what_it_does(world: World, five: dict[str, int]) -> None:
    answer = await world.client.get(
        PATH, params={"q": "alpha"}, headers=await world.a(Role.FLEET_MANAGER)
    )

    (row,) = answer.json()["data"]
    assert datetime.fromisoformat(row.pop("last_seen")).tzinfo is not None
    expected = {
        "id": five["alpha"], "fleet_id": world.fleet_id, "name": "alpha",
        "registration_number": "AAA-1", "type": "van", "service_status": "active",
        "status": "moving", "driver": None, "speed": 20.0, "battery": 10.0, "heading": 90.0,
        "latitude": 60.17, "longitude": 24.94,
    }  # fmt: skip
    assert expected.items() <= row.items()
    assert (row["version"], row["deleted_at"], row["skills"]) == (1, None, [])


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize(
    ("sort", "first", "last"),
    [
        ("name", "alpha", "own"),
        ("-name", "own", "alpha"),
        ("registration_number", "alpha", "Bravo"),
        ("type", "charlie", "own"),
        ("-speed", "alpha", "own"),
        ("speed", "Bravo", "own"),
        ("battery", "alpha", "own"),
        ("-battery", "Delta", "own"),
        ("-status", "alpha", "own"),
        ("-last_seen", "charlie", "own"),
        ("last_seen", "Delta", "own"),
        ("driver", "Delta", "echo 100%"),
    ],
)
async def test_every_column_sorts_and_unknown_values_come_last(
    world: World, sort: str, first: str, last: str
) -> None:
    found = await names(world, sort=sort)

    assert found[0] == first
    if sort not in ("driver", "battery", "-battery", "speed", "-speed", "last_seen", "-last_seen",
                    "type", "-status"):  # fmt: skip
        assert found[-1] == last
    elif sort in ("speed", "-speed"):
        assert set(found[-3:]) == {"own", "charlie", "echo 100%"}
    elif "battery" in sort or "last_seen" in sort:
        assert {"own", "echo 100%"} <= set(found[-3:])


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"status": "moving"}, ["alpha"]),
        ({"status": "idle,stopped"}, ["Bravo", "charlie"]),
        ({"status": "offline"}, ["Delta"]),
        ({"status": "no_tracker_yet"}, ["echo 100%", "own"]),
        ({"type": "van"}, ["alpha", "Delta", "own"]),
        ({"type": "bike,car"}, ["charlie", "echo 100%"]),
        ({"q": "BRAVO"}, ["Bravo"]),
        ({"q": "zzz"}, ["Bravo"]),
        ({"q": "virta"}, ["Delta"]),
        ({"q": "%"}, ["echo 100%"]),
        ({"q": "_"}, ["charlie"]),
        ({"q": "'; DROP TABLE vehicles; --"}, []),
        ({"q": " "}, ["alpha", "Bravo", "charlie", "Delta", "echo 100%", "own"]),
        ({"status": "moving", "type": "truck"}, []),
    ],
)
async def test_filters(world: World, params: dict[str, str], expected: list[str]) -> None:
    assert await names(world, **params) == expected


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"sort": "password"}, "sort"),
        ({"sort": "--name"}, "sort"),
        ({"status": "flying"}, "status"),
        ({"type": "boat"}, "type"),
        ({"page": 0}, "page"),
        ({"limit": 501}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"page": 10**30}, "page"),
        ({"q": "x" * 101}, "q"),
        ({"q": "\0"}, "q"),
        ({"nonsense": "1"}, "nonsense"),
        ({"speed.contains": "1"}, "speed.contains"),
        ({"fleet_id": -1}, "fleet_id"),
    ],
)
async def test_wrong_parameters_get_400_and_are_named(
    world: World, params: dict[str, Any], field: str
) -> None:
    headers = await world.a(Role.DISPATCHER)
    answer = await world.client.get(PATH, params=params, headers=headers)

    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == [field]


async def test_two_drivers_of_one_vehicle_make_one_row(world: World) -> None:
    colleague = await a_person(world.container, Role.DRIVER, world.fleet_id)
    await a_driver(world.container, colleague, world.vehicle_id)

    assert len(await names(world)) == 1
    headers = await world.a(Role.DISPATCHER)
    roster = await world.client.get(f"{PATH}/roster", headers=headers)
    assert len(roster.json()["data"]["rows"]) == 1

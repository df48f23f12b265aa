"""Vehicles over the API: lists, positions, trails, and who may see which."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.fleet.models import Driver, Vehicle, VehicleType
from fleet_app.kernel.clock import to_ms
from fleet_app.location.frames import LivePosition
from fleet_app.location.models import Fix, FixBatch, MotionStatus, Source, VehicleLive
from tests.builders.api import World
from tests.builders.people import a_driver, a_person, a_vehicle

PATH = "/api/v1/vehicles"


async def seen(
    container: Container,
    vehicle_id: int,
    fleet_id: int,
    status: MotionStatus = MotionStatus.MOVING,
    *,
    ago: timedelta = timedelta(seconds=5),
    speed: float | None = 8.0,
    battery: float | None = 80.0,
) -> None:
    """Remember a last position of a vehicle."""
    live = VehicleLive(
        vehicle_id=vehicle_id, fleet_id=fleet_id, recorded_at=datetime.now(UTC) - ago,
        received_at=datetime.now(UTC), lat=60.17, lon=24.94, speed=speed, heading=90.0,
        battery=battery, status=status, tracker={},
    )  # fmt: skip
    async with container.work() as session:
        session.add(live)


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
    assert row == {
        "id": five["alpha"], "fleet_id": world.fleet_id, "name": "alpha",
        "registration_number": "AAA-1", "type": "van", "service_status": "active",
        "status": "moving", "driver": None, "speed": 20.0, "battery": 10.0, "heading": 90.0,
        "latitude": 60.17, "longitude": 24.94,
    }  # fmt: skip


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
        ({"status": "offline"}, ["Delta", "echo 100%", "own"]),
        ({"type": "van"}, ["alpha", "Delta", "own"]),
        ({"type": "bike,car"}, ["charlie", "echo 100%"]),
        ({"q": "BRAVO"}, ["Bravo"]),
        ({"q": "zzz"}, ["Bravo"]),
        ({"q": "virta"}, ["Delta"]),
        ({"q": "%"}, ["echo 100%"]),
        ({"q": "_"}, ["charlie"]),
        ({"q": "'; DROP TABLE vehicles; --"}, []),
        ({"q": "\0"}, ["alpha", "Bravo", "charlie", "Delta", "echo 100%", "own"]),
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


async def test_each_role_sees_its_own(world: World) -> None:
    colleague = await a_vehicle(world.container, world.fleet_id)
    client = world.client
    everything = {world.vehicle_id, colleague, world.other_vehicle_id}
    expected = {
        Role.SYSTEM_ADMIN: everything,
        Role.FLEET_MANAGER: {world.vehicle_id, colleague},
        Role.DISPATCHER: {world.vehicle_id, colleague},
    }
    for role, ids in expected.items():
        headers = await world.a(role)
        listed = (await client.get(PATH, headers=headers)).json()["data"]
        assert {row["id"] for row in listed} == ids
        for vehicle_id in everything:
            status = 200 if vehicle_id in ids else 404
            for suffix in ("", "/trail"):
                answer = await client.get(f"{PATH}/{vehicle_id}{suffix}", headers=headers)
                assert answer.status_code == status
        roster = (await client.get(f"{PATH}/roster", headers=headers)).json()["data"]
        assert roster["columns"] == ["id", "name", "registration_number", "type", "driver"]
        assert {row[0] for row in roster["rows"]} == ids


async def test_a_driver_sees_only_the_own_vehicle(world: World) -> None:
    colleague = await a_vehicle(world.container, world.fleet_id)
    headers = await world.bearer(world.driver)
    client = world.client

    listed = (await client.get(PATH, headers=headers)).json()["data"]
    assert [row["id"] for row in listed] == [world.vehicle_id]
    assert (await client.get(f"{PATH}/{world.vehicle_id}", headers=headers)).status_code == 200
    for suffix in ("", "/location", "/trail"):
        answer = await client.get(f"{PATH}/{colleague}{suffix}", headers=headers)
        assert answer.status_code == 404
    for path in (f"{PATH}/roster", "/api/v1/quarantine", "/api/v1/quarantine/unreadable"):
        assert (await client.get(path, headers=headers)).status_code == 403


async def test_a_driver_without_a_vehicle_sees_none(world: World) -> None:
    walker = await a_person(world.container, Role.DRIVER, world.fleet_id)
    await a_driver(world.container, walker)

    assert await names(world, await world.bearer(walker)) == []


async def test_customers_and_strangers_see_nothing(world: World) -> None:
    customer = await world.a(Role.CUSTOMER)
    one = f"{PATH}/{world.vehicle_id}"
    for path in (PATH, one, f"{one}/location", f"{one}/trail", f"{PATH}/roster",
                 "/api/v1/quarantine"):  # fmt: skip
        assert (await world.client.get(path, headers=customer)).status_code == 403
        assert (await world.client.get(path)).status_code == 401
        assert (await world.client.get(path, headers=world.device)).status_code == 401


async def test_only_administrators_choose_a_fleet(world: World) -> None:
    params = {"fleet_id": world.other_fleet_id}
    admin = await world.a(Role.SYSTEM_ADMIN)
    dispatcher = await world.a(Role.DISPATCHER)

    chosen = (await world.client.get(PATH, params=params, headers=admin)).json()["data"]
    assert [row["id"] for row in chosen] == [world.other_vehicle_id]
    for path in (PATH, f"{PATH}/roster", "/api/v1/quarantine", "/api/v1/quarantine/unreadable"):
        refused = await world.client.get(path, params=params, headers=dispatcher)
        assert refused.status_code == 404


@pytest.mark.parametrize("vehicle_id", ["0", "-1", "x", str(2**63), "1.5"])
async def test_an_impossible_id_gets_400(world: World, vehicle_id: str) -> None:
    headers = await world.a(Role.DISPATCHER)
    answer = await world.client.get(f"{PATH}/{vehicle_id}", headers=headers)

    assert answer.status_code == 400


async def test_where_a_vehicle_is_right_now(world: World) -> None:
    recorded = datetime.now(UTC).timestamp()
    position = LivePosition(
        vehicle_id=world.vehicle_id, lat=60.2, lon=24.9, recorded_at=recorded,
        status=MotionStatus.MOVING, heading=12.5, speed=9.5, battery=66.0,
    )  # fmt: skip
    await world.container.live.publish(world.fleet_id, [position])

    answer = await world.client.get(
        f"{PATH}/{world.vehicle_id}/location", headers=await world.a(Role.DISPATCHER)
    )

    data = answer.json()["data"]
    when = datetime.fromisoformat(data.pop("recorded_at")).timestamp()
    assert when == pytest.approx(recorded, abs=1.1)
    assert data == {
        "vehicle_id": world.vehicle_id, "latitude": 60.2, "longitude": 24.9, "speed": 9.5,
        "heading": 12.5, "battery": 66.0, "status": "moving", "stale": False,
    }  # fmt: skip


async def test_where_a_vehicle_was_is_marked_as_stale(world: World) -> None:
    await seen(world.container, world.vehicle_id, world.fleet_id, ago=timedelta(hours=2))

    answer = await world.client.get(
        f"{PATH}/{world.vehicle_id}/location", headers=await world.bearer(world.driver)
    )

    data = answer.json()["data"]
    assert (data["stale"], data["status"], data["latitude"]) == (True, "offline", 60.17)


@pytest.mark.parametrize(
    ("age", "stale", "status"), [(90, False, "moving"), (3 * 3600, True, "offline")]
)
async def test_an_old_fix_that_has_just_been_uploaded_is_as_old_as_it_is(
    world: World, age: float, stale: bool, status: str
) -> None:
    position = LivePosition(
        vehicle_id=world.vehicle_id, lat=60.2, lon=24.9, status=MotionStatus.MOVING, speed=9.5,
        recorded_at=datetime.now(UTC).timestamp() - age,
    )  # fmt: skip
    await world.container.live.publish(world.fleet_id, [position])

    answer = await world.client.get(
        f"{PATH}/{world.vehicle_id}/location", headers=await world.a(Role.DISPATCHER)
    )

    data = answer.json()["data"]
    assert (data["stale"], data["status"], data["latitude"]) == (stale, status, 60.2)


async def test_without_the_live_store_a_recent_position_is_not_stale(world: World) -> None:
    await seen(world.container, world.vehicle_id, world.fleet_id, ago=timedelta(seconds=90))

    answer = await world.client.get(
        f"{PATH}/{world.vehicle_id}/location", headers=await world.a(Role.DISPATCHER)
    )

    data = answer.json()["data"]
    assert (data["stale"], data["status"]) == (False, "moving")


async def test_a_vehicle_never_seen_has_no_position(world: World) -> None:
    headers = await world.a(Role.DISPATCHER)

    for vehicle_id in (world.vehicle_id, world.other_vehicle_id, 999_999):
        answer = await world.client.get(f"{PATH}/{vehicle_id}/location", headers=headers)
        assert answer.status_code == 404


async def test_a_trail_is_the_newest_points_oldest_first(world: World) -> None:
    now = to_ms(datetime.now(UTC).replace(microsecond=0))
    start = now - 3000 * 1000
    fixes = [
        Fix(recorded_at_ms=start + i * 1000, lat=60 + i / 1e5, lon=24.0, speed=float(i % 30))
        for i in range(2500)
    ]
    batch = FixBatch(
        vehicle_id=world.vehicle_id, fleet_id=world.fleet_id, received_at_ms=now,
        source=Source.API, fixes=fixes,
    )  # fmt: skip
    await world.container.history.store([batch])
    headers = await world.a(Role.DISPATCHER)

    hour = await world.client.get(f"{PATH}/{world.vehicle_id}/trail", headers=headers)
    short = await world.client.get(
        f"{PATH}/{world.vehicle_id}/trail", params={"minutes": 10}, headers=headers
    )

    points = hour.json()["data"]["points"]
    assert len(points) == 2000
    assert points == sorted(points, key=lambda point: point[2])
    last = fixes[-1]
    assert points[-1] == [24.0, pytest.approx(last.lat), last.recorded_at_ms / 1000, last.speed]
    assert 90 < len(short.json()["data"]["points"]) < 110


async def test_managers_add_vehicles_to_their_own_fleet(world: World) -> None:
    body = {"name": " Van 12 ", "registration_number": "NEW-1", "type": "truck"}
    headers = await world.a(Role.FLEET_MANAGER)

    answer = await world.client.post(PATH, json=body, headers=headers)

    assert answer.status_code == 201
    row = answer.json()["data"]
    assert (row["name"], row["type"], row["fleet_id"]) == ("Van 12", "truck", world.fleet_id)
    assert row["status"] == "offline"
    shown = await world.client.get(answer.headers["Location"], headers=headers)
    assert shown.json()["data"] == row
    again = await world.client.post(PATH, json=body, headers=headers)
    assert again.status_code == 409
    assert again.json()["error"]["fields"] == {"registration_number": "is taken"}


async def test_administrators_name_the_fleet_of_a_new_vehicle(world: World) -> None:
    body = {"name": "Van", "registration_number": "NEW-1"}
    headers = await world.a(Role.SYSTEM_ADMIN)
    client = world.client

    without = await client.post(PATH, json=body, headers=headers)
    assert without.status_code == 400
    unknown = await client.post(PATH, json={**body, "fleet_id": 999_999}, headers=headers)
    assert unknown.status_code == 404
    for fleet_id in (world.fleet_id, world.other_fleet_id):  # the same plate in two fleets is fine
        answer = await client.post(PATH, json={**body, "fleet_id": fleet_id}, headers=headers)
        assert answer.status_code == 201
        assert answer.json()["data"]["fleet_id"] == fleet_id


async def test_nobody_adds_vehicles_to_another_fleet(world: World) -> None:
    body = {"name": "V", "registration_number": "N", "fleet_id": world.other_fleet_id}
    answer = await world.client.post(PATH, json=body, headers=await world.a(Role.FLEET_MANAGER))

    assert answer.status_code == 404


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.DRIVER, Role.CUSTOMER])
async def test_other_roles_add_no_vehicles(world: World, role: Role) -> None:
    body = {"name": "V", "registration_number": "N"}

    answer = await world.client.post(PATH, json=body, headers=await world.a(role))

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "a\0"}, "name"),
        ({"registration_number": "x" * 21}, "registration_number"),
        ({"registration_number": None}, "registration_number"),
        ({"type": "boat"}, "type"),
        ({"fleet_id": 2**70}, "fleet_id"),
    ],
)
async def test_a_wrong_vehicle_gets_400(world: World, changes: dict[str, Any], field: str) -> None:
    body = {"name": "Van", "registration_number": "N-1", **changes}
    answer = await world.client.post(PATH, json=body, headers=await world.a(Role.FLEET_MANAGER))

    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == [field]

"""Who may see which vehicles over the API."""

from __future__ import annotations

import pytest

from fleet_app.access.roles import Role
from tests.builders.api import World
from tests.builders.people import a_driver, a_person, a_vehicle

PATH = "/api/v1/vehicles"


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

    listed = await world.client.get(PATH, headers=await world.bearer(walker))
    assert listed.json()["data"] == []


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

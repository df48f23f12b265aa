"""Adding vehicles over the API."""

from __future__ import annotations

from typing import Any

import pytest

from fleet_app.access.roles import Role
from tests.builders.api import World

PATH = "/api/v1/vehicles"


async def test_managers_add_vehicles_to_their_own_fleet(world: World) -> None:
    body = {"name": " Van 12 ", "registration_number": "NEW-1", "type": "truck"}
    headers = await world.a(Role.FLEET_MANAGER)

    answer = await world.client.post(PATH, json=body, headers=headers)

    assert answer.status_code == 201
    row = answer.json()["data"]
    assert (row["name"], row["type"], row["fleet_id"]) == ("Van 12", "truck", world.fleet_id)
    assert row["status"] == "no_tracker_yet"
    shown = await world.client.get(answer.headers["Location"], headers=headers)
    assert shown.json()["data"] == row
    again = await world.client.post(PATH, json=body, headers=headers)
    assert again.status_code == 409
    assert list(again.json()["error"]["fields"]) == ["registration_number"]


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

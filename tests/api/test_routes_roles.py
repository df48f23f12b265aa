"""Who may plan and run which routes."""

from __future__ import annotations

import pytest

from fleet_app.access.roles import Role
from tests.builders.api import World
from tests.builders.people import a_driver, a_person, a_vehicle
from tests.builders.tours import API, DAY, Depot, data, ids_of, refused, show


async def test_administrators_say_for_which_fleet(world: World, depot: Depot) -> None:
    admin = await world.a(Role.SYSTEM_ADMIN)
    body = {"date": DAY.isoformat()}
    address = f"{API}/routes"
    missing = await world.client.post(address, json=body, headers=admin)
    assert refused(missing, 400)["fields"] == {"fleet_id": "is missing"}
    unknown = await world.client.post(address, json=body | {"fleet_id": 2**60}, headers=admin)
    refused(unknown, 404)
    said = body | {"fleet_id": world.other_fleet_id}
    made = data(await world.client.post(address, json=said, headers=admin), 201)
    assert made["fleet_id"] == world.other_fleet_id
    refused(await world.client.post(address, json=said, headers=depot.office), 404)


@pytest.mark.parametrize("role", list(Role))
async def test_roles_and_other_fleets(world: World, depot: Depot, role: Role) -> None:
    headers = await world.a(role)
    route = await depot.route(1)
    number, body = route["id"], {"delivery_ids": ids_of(route)}
    office = role in (Role.SYSTEM_ADMIN, Role.FLEET_MANAGER, Role.DISPATCHER)
    stranger = 404 if role is Role.DRIVER else 403
    client, base = world.client, f"{API}/routes"

    plan = {"date": DAY.isoformat(), "fleet_id": world.fleet_id}
    made = await client.post(base, json=plan, headers=headers)
    assert made.status_code == (201 if office else 403)
    read = await client.get(f"{base}/{number}/stops", headers=headers)
    assert read.status_code == (200 if office else stranger)
    put = await client.put(f"{base}/{number}/stops", json=body, headers=headers)
    assert put.status_code == (200 if office else 403)
    publish = await client.post(f"{base}/{number}/publish", headers=headers)
    assert publish.status_code == (200 if office else 403)
    data(await depot.step(number, "publish"), 200) if not office else None
    for step in ("start", "complete"):
        answer = await client.post(f"{base}/{number}/{step}", headers=headers)
        expected = {"start": 200, "complete": 409}[step] if office else stranger
        assert answer.status_code == expected, answer.text


@pytest.mark.parametrize("role", [Role.FLEET_MANAGER, Role.DISPATCHER, Role.DRIVER])
async def test_another_fleets_route_does_not_exist(world: World, depot: Depot, role: Role) -> None:
    headers = await world.a(role, fleet_id=world.other_fleet_id)
    route = await depot.route(1, steps=("publish",))
    client, base = world.client, f"{API}/routes/{route['id']}"
    answers = [
        await client.get(f"{base}/stops", headers=headers),
        await client.post(f"{base}/start", headers=headers),
        await client.post(f"{base}/complete", headers=headers),
    ]
    if role is not Role.DRIVER:
        answers += [
            await client.put(f"{base}/stops", json={"delivery_ids": []}, headers=headers),
            await client.post(f"{base}/publish", headers=headers),
        ]
    assert {answer.status_code for answer in answers} == {404}
    now = data(await show(depot, route["id"]))
    assert (now["status"], len(now["stops"])) == ("published", 1)


async def test_a_driver_cannot_run_a_colleagues_route(world: World, depot: Depot) -> None:
    colleague = await a_person(world.container, Role.DRIVER, world.fleet_id)
    await a_driver(world.container, colleague, await a_vehicle(world.container, world.fleet_id))
    route = await depot.route(1, steps=("publish",))
    refused(await depot.step(route["id"], "start", await world.bearer(colleague)), 404)

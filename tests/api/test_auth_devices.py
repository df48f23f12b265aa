"""Device tokens: who makes and revokes them, and for how long they work."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import text

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.identity.errors import InvalidToken
from fleet_app.identity.models import SpeedUnit
from tests.builders.api import an_api
from tests.builders.people import PASSWORD, Person, a_fleet, a_person, a_vehicle


@pytest.fixture
async def api(container: Container) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(an_api(container))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.fixture
async def manager(container: Container) -> Person:
    return await a_person(container, Role.FLEET_MANAGER)


async def as_person(api: httpx.AsyncClient, person: Person) -> None:
    body = {"email": person.email, "password": PASSWORD}
    answer = await api.post("/api/v1/auth/token", json=body)
    api.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"


async def create(api: httpx.AsyncClient, vehicle_id: int, **more: str) -> httpx.Response:
    return await api.post("/api/v1/devices", json={"vehicle_id": vehicle_id, "name": "X"} | more)


@pytest.mark.parametrize("name", ["a\0b", "\u202eabc", "two\nlines", " ", "\u200d", "x" * 121])
async def test_a_name_that_nobody_can_read_is_refused(
    api: httpx.AsyncClient, container: Container, manager: Person, name: str
) -> None:
    assert manager.fleet_id is not None
    vehicle = await a_vehicle(container, manager.fleet_id)
    await as_person(api, manager)
    answer = await create(api, vehicle, name=name)
    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == ["name"]


async def test_a_token_is_shown_once_and_names_its_vehicle(
    api: httpx.AsyncClient, container: Container, manager: Person
) -> None:
    assert manager.fleet_id is not None
    vehicle = await a_vehicle(container, manager.fleet_id)
    await as_person(api, manager)
    answer = await create(api, vehicle, speed_unit="kmh")
    assert answer.status_code == 201
    data = answer.json()["data"]
    token = data["token"]
    assert token.startswith("fdt_")
    assert len(token) == 36
    device = await container.authenticator.device(token)
    assert (device.vehicle_id, device.fleet_id) == (vehicle, manager.fleet_id)
    assert device.speed_unit is SpeedUnit.KILOMETRES_PER_HOUR
    listed = (await api.get("/api/v1/devices")).json()
    assert listed["data"] == [data["device"]]
    assert listed["meta"]["pagination"] == {"page": 1, "limit": 50, "total": 1}
    assert token not in str(listed)
    assert listed["data"][0]["hint"] == token[-4:]


async def test_a_revoked_token_stops_at_once_here_and_revoking_again_is_no_error(
    api: httpx.AsyncClient, container: Container, manager: Person
) -> None:
    assert manager.fleet_id is not None
    await as_person(api, manager)
    data = (await create(api, await a_vehicle(container, manager.fleet_id))).json()["data"]
    await container.authenticator.device(data["token"])
    for _ in range(2):
        answer = await api.delete(f"/api/v1/devices/{data['device']['id']}")
        assert answer.status_code == 200
        assert answer.json()["data"]["revoked_at"] is not None
    with pytest.raises(InvalidToken):
        await container.authenticator.device(data["token"])


async def test_another_fleets_devices_and_vehicles_do_not_exist(
    api: httpx.AsyncClient, container: Container, manager: Person
) -> None:
    assert manager.fleet_id is not None
    await as_person(api, manager)
    data = (await create(api, await a_vehicle(container, manager.fleet_id))).json()["data"]
    other = await a_person(container, Role.FLEET_MANAGER)
    await as_person(api, other)
    assert (await api.get("/api/v1/devices")).json()["data"] == []
    assert (await api.delete(f"/api/v1/devices/{data['device']['id']}")).status_code == 404
    assert (await create(api, data["device"]["vehicle_id"])).status_code == 404
    assert (await create(api, 999_999)).status_code == 404
    await as_person(api, await a_person(container, Role.SYSTEM_ADMIN))
    assert len((await api.get("/api/v1/devices")).json()["data"]) == 1


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.DRIVER, Role.CUSTOMER])
async def test_other_roles_may_not(
    api: httpx.AsyncClient, container: Container, role: Role
) -> None:
    person = await a_person(container, role)
    assert person.fleet_id is not None
    vehicle = await a_vehicle(container, person.fleet_id)
    assert (await create(api, vehicle)).status_code == 401
    await as_person(api, person)
    assert (await create(api, vehicle)).status_code == 403
    assert (await api.get("/api/v1/devices")).status_code == 403
    assert (await api.delete("/api/v1/devices/1")).status_code == 403


async def test_a_vehicle_that_left_the_fleet_takes_no_old_token_along(
    api: httpx.AsyncClient, container: Container, manager: Person
) -> None:
    assert manager.fleet_id is not None
    vehicle = await a_vehicle(container, manager.fleet_id)
    await as_person(api, manager)
    token = (await create(api, vehicle)).json()["data"]["token"]
    elsewhere = await a_fleet(container)
    async with container.work() as session:
        connection = await session.connection()
        await connection.execute(text("UPDATE vehicles SET fleet_id = :f"), {"f": elsewhere})
    with pytest.raises(InvalidToken):
        await container.authenticator.device(token)

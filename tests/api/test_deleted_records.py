"""What is deleted is gone: from lists, counts, the map, and from every way in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Delivery
from fleet_app.delivery.tracking import find_tracked, token_digest, tracked_now
from fleet_app.fleet.service import FleetService
from fleet_app.identity.authenticator import FRESH_SECONDS, Authenticator
from fleet_app.identity.errors import InvalidToken
from fleet_app.identity.tokens import AccessTokens
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import NotFound
from fleet_app.location.silent import silent_vehicles
from tests.builders.api import World, a_fix
from tests.builders.fixes import seen
from tests.builders.orders import a_delivery, driver_of
from tests.builders.people import PASSWORD, a_person
from tests.builders.records import an_actor

API = "/api/v1"


@pytest.fixture
async def manager(world: World) -> dict[str, str]:
    return await world.a(Role.FLEET_MANAGER)


@pytest.fixture
async def admin(world: World) -> dict[str, str]:
    return await world.a(Role.SYSTEM_ADMIN)


async def deleted(world: World, headers: dict[str, str], plural: str, identifier: int) -> None:
    answer = await world.client.delete(f"{API}/{plural}/{identifier}", headers=headers)
    assert answer.status_code == 200, answer.text


async def rows(world: World, headers: dict[str, str], path: str, **params: Any) -> list[Any]:
    answer = await world.client.get(f"{API}/{path}", headers=headers, params=params)
    assert answer.status_code == 200, answer.text
    found = answer.json()["data"]
    return list(found["rows"] if isinstance(found, dict) else found)


def fresh(container: Container) -> Authenticator:
    """One that remembers nothing, as every process's does after `FRESH_SECONDS`."""
    tokens = AccessTokens(container.settings.signing_key())
    return Authenticator(container.work, container.sessions_store, tokens)


def test_nobody_remembers_for_more_than_seconds() -> None:
    assert FRESH_SECONDS <= 5


async def test_a_deleted_vehicle_is_in_no_list_and_on_no_map(
    world: World, manager: dict[str, str]
) -> None:
    await seen(world.container, world.vehicle_id, world.fleet_id)
    view = world.container.live_view
    assert len((await view.fleet_positions(world.fleet_id)).positions) == 1
    await deleted(world, manager, "vehicles", world.vehicle_id)

    now = await view.fleet_positions(world.fleet_id)
    assert (now.positions, now.vehicles) == ([], 0)
    assert await rows(world, manager, "vehicles") == []
    assert await rows(world, manager, "vehicles/roster") == []
    assert len(await rows(world, manager, "vehicles", deleted="only")) == 1
    for what in ("location", "trail"):
        url = f"{API}/vehicles/{world.vehicle_id}/{what}"
        assert (await world.client.get(url, headers=manager)).status_code == 404


async def test_a_deleted_vehicle_is_not_missed_when_it_falls_silent(
    world: World, manager: dict[str, str]
) -> None:
    await seen(world.container, world.vehicle_id, world.fleet_id, ago=timedelta(hours=1))

    async def silent() -> int:
        async with world.container.work() as session:
            patience = timedelta(minutes=5)
            return len(await silent_vehicles(session, world.fleet_id, utc_now(), patience))

    assert await silent() == 1
    await deleted(world, manager, "vehicles", world.vehicle_id)
    assert await silent() == 0


async def test_the_device_of_a_deleted_vehicle_is_refused_until_it_is_restored(
    world: World, manager: dict[str, str]
) -> None:
    await deleted(world, manager, "vehicles", world.vehicle_id)

    with pytest.raises(InvalidToken):
        await fresh(world.container).device(world.device_token)
    assert await rows(world, manager, "devices") == []
    body = {"vehicle_id": world.vehicle_id, "name": "Phone"}
    answer = await world.client.post(f"{API}/devices", json=body, headers=manager)
    assert answer.status_code == 404
    restore = f"{API}/vehicles/{world.vehicle_id}/restore"
    assert (await world.client.post(restore, headers=manager)).status_code == 200
    device = await fresh(world.container).device(world.device_token)
    assert device.vehicle_id == world.vehicle_id
    assert len(await rows(world, manager, "devices")) == 1


async def test_the_driver_of_a_deleted_vehicle_drives_none(
    world: World, manager: dict[str, str]
) -> None:
    await deleted(world, manager, "vehicles", world.vehicle_id)
    world.container.authenticator.forget_user(world.driver.id)

    answer = await world.client.post(
        f"{API}/locations", json=a_fix(), headers=await world.bearer(world.driver)
    )
    assert answer.status_code == 404
    assert await world.stored() == []


async def test_a_deleted_driver_drives_nothing_and_is_named_nowhere(
    world: World, manager: dict[str, str]
) -> None:
    driver_id = await driver_of(world.container, world.driver.id)
    headers = await world.bearer(world.driver)
    assert (await rows(world, manager, "vehicles/roster"))[0][-1] is not None
    await deleted(world, manager, "drivers", driver_id)
    world.container.authenticator.forget_user(world.driver.id)

    assert (await rows(world, manager, "vehicles/roster"))[0][-1] is None
    assert (await rows(world, manager, "vehicles"))[0]["driver"] is None
    assert await rows(world, headers, "vehicles") == []
    me = (await world.client.get(f"{API}/auth/me", headers=headers)).json()["data"]
    assert (me["driver_id"], me["vehicle_id"]) == (None, None)


async def refused(world: World, person: Any) -> httpx.Response:
    credentials = {"email": person.email, "password": PASSWORD}
    return await world.client.post(f"{API}/auth/token", json=credentials)


@pytest.mark.parametrize("how", ["delete", "deactivate", "new password"])
async def test_a_user_who_lost_access_is_out_within_seconds(
    world: World, manager: dict[str, str], how: str
) -> None:
    person = await a_person(world.container, Role.DISPATCHER, world.fleet_id)
    pair = (await refused(world, person)).json()["data"]
    opened = await world.container.sessions.sign_in(person.email, PASSWORD, "test", "pytest")
    url = f"{API}/users/{person.id}"
    if how == "delete":
        await deleted(world, manager, "users", person.id)
    else:
        change = {"is_active": False} if how == "deactivate" else {"password": "another one 1234"}
        assert (await world.client.patch(url, json=change, headers=manager)).status_code == 200

    assert (await refused(world, person)).status_code == 401
    authenticator = fresh(world.container)
    with pytest.raises(InvalidToken):
        await authenticator.principal_from_access_token(pair["access_token"])
    with pytest.raises(InvalidToken):
        await authenticator.principal_from_session(opened.token)
    again = {"refresh_token": pair["refresh_token"]}
    assert (await world.client.post(f"{API}/auth/refresh", json=again)).status_code == 401


async def test_a_deleted_fleet_can_neither_be_chosen_nor_entered(
    world: World, admin: dict[str, str]
) -> None:
    person = await a_person(world.container, Role.DISPATCHER, world.fleet_id)
    await deleted(world, admin, "fleets", world.fleet_id)

    async with world.container.work() as session:
        chosen = await FleetService(session).fleets(an_actor(Role.SYSTEM_ADMIN).principal)
    assert [fleet.id for fleet in chosen] == [world.other_fleet_id]
    assert (await refused(world, person)).status_code == 401
    with pytest.raises(InvalidToken):
        await fresh(world.container).device(world.device_token)
    body = {"name": "Van", "registration_number": "N-1", "fleet_id": world.fleet_id}
    made = await world.client.post(f"{API}/vehicles", json=body, headers=admin)
    assert made.status_code == 404


async def test_the_tracking_link_of_a_deleted_delivery_leads_nowhere(
    world: World, manager: dict[str, str]
) -> None:
    delivery_id = await a_delivery(world.container, world.fleet_id)
    async with world.container.work() as session:
        delivery = await session.get_one(Delivery, delivery_id)
        delivery.tracking_token_hash = token_digest("a-link")
    async with world.container.work() as session:
        assert (await find_tracked(session, "a-link")).delivery_id == delivery_id
    await deleted(world, manager, "deliveries", delivery_id)

    async with world.container.work() as session:
        with pytest.raises(NotFound):
            await find_tracked(session, "a-link")
        assert await tracked_now(session, [delivery_id]) == {}

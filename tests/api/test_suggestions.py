"""Suggestions over the API: asked for, accepted in one step, served to drivers, taken back."""

from __future__ import annotations

import pytest
from sqlmodel import select

from fleet_app.access.roles import Role
from fleet_app.delivery.models import Route
from mobile_api.routers import suggestions as routes
from tests.builders.api import World
from tests.builders.suggestions import Running, running_routes
from tests.builders.tours import API, data, refused


@pytest.fixture
async def running(world: World) -> Running:
    return await running_routes(world.container, world.fleet_id)


async def assigned(world: World, running: Running, number: int, headers: dict[str, str]) -> list:
    """What the driver of a route is served."""
    query = select(Route.driver_id).where(Route.id == running.routes[number])
    async with world.container.work() as session:
        driver = (await session.exec(query)).one()
    answer = await world.client.get(f"{API}/drivers/{driver}/assignments", headers=headers)
    (tour,) = data(answer)["routes"]
    return [stop["delivery"]["id"] for stop in tour["stops"]]


async def test_one_step_changes_what_drivers_are_served_and_one_takes_it_back(
    world: World, running: Running
):
    office = await world.a(Role.DISPATCHER)
    body = {"kind": "vehicle_down", "vehicle_id": running.vehicles[0]}
    made = data(await world.client.post(f"{API}/suggestions", json=body, headers=office))
    assert made["undo_until"] is None
    assert {one["route_id"] for one in made["changes"]} == set(running.routes)

    address = f"{API}/suggestions/{made['id']}"
    done = data(await world.client.post(f"{address}/accept", headers=office))

    assert (done["status"], done["undo_until"] > done["decided_at"]) == ("accepted", True)
    assert await assigned(world, running, 0, office) == []
    everything = {one for ids in running.orders for one in ids}
    assert set(await assigned(world, running, 1, office)) == everything
    data(await world.client.post(f"{address}/undo", headers=office))
    for number in range(2):
        assert await assigned(world, running, number, office) == running.orders[number]


async def test_who_would_have_to_wait_is_told_so(
    world: World, running: Running, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(routes, "WAIT_S", 0.05)
    office = await world.a(Role.DISPATCHER)
    body = {"kind": "vehicle_down", "vehicle_id": running.vehicles[0]}
    async with world.container.suggester._turns(None):  # another one is looked for
        answer = await world.client.post(f"{API}/suggestions", json=body, headers=office)
    assert refused(answer, 429)["type"] == "suggestions_busy"
    assert int(answer.headers["Retry-After"]) > 0
    assert "try again" in answer.json()["error"]["message"]


async def test_an_offer_that_does_not_hold_any_more_makes_room_for_another(
    world: World, running: Running
):
    office = await world.a(Role.DISPATCHER)
    body = {"kind": "vehicle_down", "vehicle_id": running.vehicles[0]}
    made = data(await world.client.post(f"{API}/suggestions", json=body, headers=office))
    await running.put(1, running.orders[1][::-1])

    answer = await world.client.post(f"{API}/suggestions/{made['id']}/accept", headers=office)
    assert refused(answer, 409)["type"] == "too_late"
    (anew,) = data(await world.client.get(f"{API}/suggestions", headers=office))
    assert anew["id"] != made["id"]
    answer = await world.client.post(f"{API}/suggestions/{anew['id']}/accept", headers=office)
    assert data(answer)["status"] == "accepted"

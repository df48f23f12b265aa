"""What was driven stays: nobody deletes or rewrites deliveries that were made or tried."""

from __future__ import annotations

from typing import Any

import pytest

from fleet_app.access.roles import Role
from tests.builders.api import World
from tests.builders.orders import stored
from tests.builders.tours import API, Depot, a_depot, data, ids_of, refused, show


@pytest.fixture
async def depot(world: World) -> Depot:
    return await a_depot(world)


async def remove(depot: Depot, delivery: int) -> Any:
    return await depot.world.client.delete(f"{API}/deliveries/{delivery}", headers=depot.office)


async def test_a_delivery_on_a_route_that_left_cannot_be_deleted(
    world: World, depot: Depot
) -> None:
    route = await depot.route(4, steps=("publish", "start"))
    done, failed, again, waiting = ids_of(route)
    data(await depot.set_status(done, "completed", depot.driver))
    for one in (failed, again):
        data(await depot.set_status(one, "failed", depot.driver, reason="nobody_home"))
    data(await depot.set_status(again, "rescheduled", reason="customer_request"))
    data(await depot.set_status(waiting, "assigned"))

    said = [refused(await remove(depot, one), 409)["message"] for one in ids_of(route)]

    assert "was delivered" in said[0]
    assert "in the vehicle" in said[1]
    assert "North 1, which is started" in said[2]
    assert "North 1, which is started" in said[3]
    assert data(await show(depot, route["id"]))["progress"]["total"] == 4
    assert not [one for one in ids_of(route) if (await stored(world.container, one)).deleted_at]
    data(await depot.set_status(waiting, "cancelled", reason="duplicate"))
    data(await remove(depot, waiting))  # it never went anywhere


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("address", "Elsewhere 1"), ("lat", 61.0), ("weight_kg", 999), ("parcels", 9),
        ("required_proof", ["photo"]), ("tracking_number", "OTHER-1"), ("contact_name", "Nobody"),
        ("due_on", "2026-12-24"), ("window_to", "2026-12-24T12:00:00Z"),
    ],
)  # fmt: skip
async def test_a_completed_delivery_stays_as_it_was_made(
    world: World, depot: Depot, field: str, value: Any
) -> None:
    (delivery,) = ids_of(await depot.route(1, steps=("publish", "start")))
    data(await depot.set_status(delivery, "completed", depot.driver))
    before = (await stored(world.container, delivery)).model_dump()
    address = f"{API}/deliveries/{delivery}"

    answer = await world.client.patch(address, json={field: value}, headers=depot.office)

    assert list(refused(answer, 409)["fields"]) == [field]
    assert (await stored(world.container, delivery)).model_dump() == before


async def test_notes_of_a_completed_delivery_can_change_and_all_of_it_once_taken_back(
    world: World, depot: Depot
) -> None:
    (delivery,) = ids_of(await depot.route(1, steps=("publish", "start")))
    data(await depot.set_status(delivery, "completed", depot.driver))
    address, office = f"{API}/deliveries/{delivery}", depot.office
    same = data(await world.client.get(address, headers=office))["address"]

    said = {"instructions": "Rang twice", "contact_phone": "+358401234567", "address": same}
    data(await world.client.patch(address, json=said, headers=office))
    assert (await stored(world.container, delivery)).instructions == "Rang twice"
    data(await depot.set_status(delivery, "out_for_delivery", taking_back=True))
    data(await world.client.patch(address, json={"weight_kg": 7}, headers=office))


@pytest.mark.parametrize("step", ["publish", "start"])
async def test_a_vehicle_on_a_route_is_not_retired(world: World, depot: Depot, step: str) -> None:
    steps = ("publish", "start") if step == "start" else ("publish",)
    await depot.route(1, steps=steps)
    manager, address = await world.a(Role.FLEET_MANAGER), f"{API}/vehicles/{world.vehicle_id}"

    answer = await world.client.patch(address, json={"service_status": "retired"}, headers=manager)

    assert "North 1" in refused(answer, 409)["message"]
    assert data(await world.client.get(address, headers=manager))["service_status"] == "active"


async def test_a_vehicle_of_a_draft_can_be_retired(world: World, depot: Depot) -> None:
    await depot.route(1)
    manager, address = await world.a(Role.FLEET_MANAGER), f"{API}/vehicles/{world.vehicle_id}"
    said = {"service_status": "retired"}
    data(await world.client.patch(address, json=said, headers=manager))
    data(await world.client.patch(address, json={**said, "name": "Old"}, headers=manager))


async def test_the_drivers_of_a_deleted_vehicle_have_none(world: World, depot: Depot) -> None:
    manager, driver = await world.a(Role.FLEET_MANAGER), f"{API}/drivers/{depot.driver_id}"
    given = data(await world.client.get(driver, headers=manager))
    assert given["vehicle"]["id"] == world.vehicle_id

    data(await world.client.delete(f"{API}/vehicles/{world.vehicle_id}", headers=manager))

    now = data(await world.client.get(driver, headers=manager))
    assert now["vehicle"] is None
    assert now["version"] == given["version"] + 1
    history = data(await world.client.get(f"{driver}/history", headers=manager))
    assert any("→ nothing" in str(one) for one in history[0].values())

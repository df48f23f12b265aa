"""Maintenance over the API: what is due, work orders, readings, costs, and who may do what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fleet_app.access.roles import Role
from fleet_app.fleet.maintenance.models import WorkOrderStatus
from fleet_app.fleet.models import Vehicle
from fleet_app.kernel.units import quantity
from tests.builders.api import World
from tests.builders.maintenance import a_schedule, an_order, tracked

API = "/api/v1"


async def vehicle_of(world: World, vehicle_id: int) -> Vehicle:
    async with world.container.work() as session:
        found = await session.get(Vehicle, vehicle_id)
    assert found is not None
    return found


@pytest.fixture
async def vehicle(world: World) -> Vehicle:
    return await vehicle_of(world, world.vehicle_id)


@pytest.fixture
async def headers(world: World) -> dict[str, str]:
    return await world.a(Role.FLEET_MANAGER)


class Caller:
    """Sends requests as one person."""

    def __init__(self, world: World, headers: dict[str, str]) -> None:
        self._world, self._headers = world, headers

    async def __call__(self, method: str, path: str, status: int = 200, **more: Any) -> Any:
        headers = self._headers | more.pop("headers", {})
        answer = await self._world.client.request(method, API + path, headers=headers, **more)
        assert answer.status_code == status, answer.text
        return answer.json()


@pytest.fixture
def call(world: World, headers: dict[str, str]) -> Caller:
    return Caller(world, headers)


async def test_the_due_list_has_pages_states_and_the_most_urgent_first(
    world: World, vehicle: Vehicle, call: Caller
):
    container = world.container
    await tracked(container, vehicle, km=29_789.6, hours=2120.5)
    soon = await a_schedule(container, vehicle, name="Soon")
    over = await a_schedule(container, vehicle, name="Over", every_km=19_000)
    unknown = await a_schedule(container, vehicle, name="Unknown", last_km=None)
    fine = await a_schedule(container, vehicle, name="Fine", every_km=50_000)
    other = await vehicle_of(world, world.other_vehicle_id)
    await a_schedule(container, other)

    body = await call("GET", "/maintenance/due")
    assert [row["schedule_id"] for row in body["data"]] == [
        over.id, soon.id, unknown.id, fine.id,
    ]  # fmt: skip
    assert [row["state"] for row in body["data"]] == ["overdue", "due_soon", "unknown", "ok"]
    assert body["data"][0] == {
        "schedule_id": over.id, "fleet_id": world.fleet_id, "name": "Over", "kind": "service",
        "vehicle_id": vehicle.id, "vehicle": {"id": vehicle.id, "label": vehicle.name},
        "registration_number": vehicle.registration_number, "vehicle_status": "active",
        "state": "overdue", "criterion": "km", "remaining_km": -789.6, "remaining_hours": None,
        "remaining_days": None, "odometer_km": 29789.6, "engine_hours": 2120.5,
        "work_order_id": None,
    }  # fmt: skip

    page = await call("GET", "/maintenance/due?limit=2&page=2&state=overdue,due_soon,ok")
    assert page["meta"]["pagination"] == {"page": 2, "limit": 2, "total": 3}
    assert [row["schedule_id"] for row in page["data"]] == [fine.id]
    nothing = await call("GET", f"/maintenance/due?vehicle_id={other.id}")
    assert nothing["data"] == []


async def test_an_unknown_state_is_refused_by_name(call: Caller):
    body = await call("GET", "/maintenance/due?state=late", 400)
    assert body["error"]["fields"] == {
        "state": "any of overdue, due_soon, unknown, ok, separated by commas"
    }


async def test_a_work_order_goes_its_way(world: World, vehicle: Vehicle, call: Caller):
    await tracked(world.container, vehicle, km=31_000)
    schedule = await a_schedule(world.container, vehicle)
    order = await an_order(world.container, vehicle, schedule_id=schedule.id)
    path = f"/work_orders/{order.id}"

    started = (await call("POST", f"{path}/start"))["data"]
    assert (started["status"], started["legal_next"]) == ("in_progress", ["done", "cancelled"])
    assert (await call("GET", f"/vehicles/{vehicle.id}"))["data"]["service_status"] == "workshop"
    (due,) = (await call("GET", "/maintenance/due"))["data"]
    assert (due["state"], due["work_order_id"]) == ("overdue", order.id)

    finished = await call("POST", f"{path}/finish", json={"cost": 412.5, "odometer_km": 31_250})
    assert (finished["data"]["status"], finished["data"]["cost"]) == ("done", 412.5)
    assert (await call("GET", f"/vehicles/{vehicle.id}"))["data"]["service_status"] == "active"
    (due,) = (await call("GET", "/maintenance/due"))["data"]
    assert (due["state"], due["odometer_km"], due["remaining_km"]) == ("ok", 31_250, 20_000)

    month = f"{datetime.now(UTC):%Y-%m}"
    costs = (await call("GET", f"/vehicles/{vehicle.id}/costs"))["data"]
    assert costs["rows"] == [{"month": month, "kind": "repair", "jobs": 1, "cost": 412.5}]
    assert (costs["total"], costs["currency"]) == (412.5, "EUR")

    reopened = (await call("POST", f"{path}/reopen"))["data"]
    assert reopened["status"] == "open"
    assert (await call("GET", f"/vehicles/{vehicle.id}/costs"))["data"]["rows"] == []
    assert (await call("POST", f"{path}/cancel"))["data"]["status"] == "cancelled"


async def test_an_illegal_step_names_the_legal_ones(world: World, vehicle: Vehicle, call: Caller):
    order = await an_order(world.container, vehicle)
    error = (await call("POST", f"/work_orders/{order.id}/finish", 409))["error"]
    assert error["type"] == "illegal_transition"
    assert error["message"] == (
        "This work order is open; the next state can be in progress or cancelled"
    )
    assert error["fields"] == {"status": "one of in_progress, cancelled"}


async def test_who_saw_an_older_version_is_told(world: World, vehicle: Vehicle, call: Caller):
    order = await an_order(world.container, vehicle)
    stale = {"If-Match": '"7"'}
    body = await call("POST", f"/work_orders/{order.id}/start", 412, headers=stale)
    assert body["error"]["type"] == "stale"
    await call("POST", f"/work_orders/{order.id}/start", headers={"If-Match": '"1"'})


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"done_on": str((datetime.now(UTC) + timedelta(days=3)).date())}, "done_on"),
        ({"done_on": "yesterday"}, "done_on"),
        ({"cost": -1}, "cost"),
        ({"cost": 1e9}, "cost"),
        ({"odometer_km": "far"}, "odometer_km"),
        ({"supplier": "x" * 121}, "supplier"),
        ({"supplier": "a\0b"}, "supplier"),
        ({"status": "done"}, "status"),
    ],
)
async def test_what_is_wrong_with_a_completion_is_named(
    world: World, vehicle: Vehicle, call: Caller, said: dict[str, Any], field: str
):
    order = await an_order(world.container, vehicle, status=WorkOrderStatus.IN_PROGRESS)
    body = await call("POST", f"/work_orders/{order.id}/finish", 400, json=said)
    assert list(body["error"]["fields"]) == [field]
    assert (await call("GET", f"/work_orders/{order.id}"))["data"]["status"] == "in_progress"


async def test_the_odometer_is_set_and_only_a_correction_goes_back(vehicle: Vehicle, call: Caller):
    path = f"/vehicles/{vehicle.id}/odometer"
    set_to = {"odometer_km": 84_210.44, "engine_hours": 2_120}
    assert (await call("PUT", path, json=set_to))["data"] == {
        "vehicle_id": vehicle.id, "odometer_km": 84_210.4, "engine_hours": 2_120,
    }  # fmt: skip
    error = (await call("PUT", path, 409, json={"odometer_km": 8_421}))["error"]
    assert error["type"] == "reading_backwards"
    assert quantity(84_210, "km") in error["message"]
    corrected = {"odometer_km": 8_421, "correction": True}
    assert (await call("PUT", path, json=corrected))["data"]["odometer_km"] == 8_421
    for wrong in ({}, {"odometer_km": -1}, {"odometer_km": 1e9}, {"odometer_km": None}):
        await call("PUT", path, 400, json=wrong)


async def test_another_fleets_objects_do_not_exist(world: World, call: Caller):
    other = await vehicle_of(world, world.other_vehicle_id)
    order = await an_order(world.container, other)
    for step in ("start", "finish", "cancel", "reopen"):
        await call("POST", f"/work_orders/{order.id}/{step}", 404)
    await call("PUT", f"/vehicles/{other.id}/odometer", 404, json={"odometer_km": 1})
    await call("GET", f"/vehicles/{other.id}/costs", 404)
    await call("GET", f"/maintenance/due?fleet_id={other.fleet_id}", 404)


async def test_roles_do_what_the_matrix_says(world: World, vehicle: Vehicle):
    order = await an_order(world.container, vehicle)
    office = Caller(world, await world.a(Role.DISPATCHER))
    await office("GET", "/maintenance/due")
    await office("GET", f"/vehicles/{vehicle.id}/costs")
    driver = Caller(world, await world.bearer(world.driver))
    await driver("GET", "/maintenance/due", 403)
    await driver("GET", f"/vehicles/{vehicle.id}/costs", 403)
    for caller in (office, driver):
        await caller("POST", f"/work_orders/{order.id}/start", 403)
        await caller("PUT", f"/vehicles/{vehicle.id}/odometer", 403, json={"odometer_km": 1})
    admin = Caller(world, await world.a(Role.SYSTEM_ADMIN))
    await admin("POST", f"/work_orders/{order.id}/start")


async def test_work_under_way_keeps_its_vehicle_and_cannot_be_deleted(
    world: World, vehicle: Vehicle, call: Caller
):
    order = await an_order(world.container, vehicle)
    path = f"/work_orders/{order.id}"
    await call("POST", f"{path}/start")
    error = (await call("PATCH", path, 409, json={"blocks_vehicle": False}))["error"]
    assert error["fields"] == {"blocks_vehicle": "cannot change while the work is under way"}
    await call("DELETE", path, 409)
    assert (await call("PATCH", path, json={"cost": 10}))["data"]["cost"] == 10
    await call("POST", f"{path}/cancel")
    await call("DELETE", path)
    await call("POST", f"{path}/start", 404)


async def test_a_work_order_is_for_a_schedule_of_its_own_vehicle(
    world: World, vehicle: Vehicle, call: Caller
):
    schedule = await a_schedule(world.container, vehicle)
    made = {"name": "Van 99", "registration_number": "X-99"}
    other = (await call("POST", "/vehicles", 201, json=made))["data"]["id"]
    wish = {"title": "Service", "schedule_id": schedule.id}
    body = await call("POST", "/work_orders", 400, json=wish | {"vehicle_id": other})
    assert body["error"]["fields"] == {"schedule_id": "belongs to another vehicle"}
    await call("POST", "/work_orders", 201, json=wish | {"vehicle_id": vehicle.id})


async def test_a_schedule_that_is_due_when_written_is_announced(
    world: World, vehicle: Vehicle, call: Caller
):
    await tracked(world.container, vehicle, km=31_000)
    wish = {"name": "S", "vehicle_id": vehicle.id, "every_km": 20_000, "last_km": 10_000}
    made = (await call("POST", "/maintenance_schedules", 201, json=wish))["data"]
    async with world.container.pool.connection() as connection:
        rows = await connection.execute(
            "SELECT type, subject FROM domain_events WHERE type LIKE 'maintenance.%'"
        )
        assert await rows.fetchall() == [
            ("maintenance.overdue", f"maintenance_schedule:{made['id']}")
        ]


async def test_the_description_names_these_addresses(world: World):
    paths = world.app.openapi()["paths"]
    finish = paths[f"{API}/work_orders/{{order_id}}/finish"]["post"]
    assert {"200", "400", "401", "403", "404", "409", "412", "503"} <= set(finish["responses"])
    for path in ("/maintenance/due", "/vehicles/{vehicle_id}/costs"):
        content = paths[API + path]["get"]["responses"]["200"]["content"]["application/json"]
        assert content["example"]["status"] == "success"

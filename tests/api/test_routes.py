"""Routes planned by hand: what can be part of one, what is only warned about, and their stops."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from fleet_app.access.roles import Role
from fleet_app.audit.models import AuditEntry
from fleet_app.delivery.models import RouteStop
from fleet_app.fleet.models import Driver, DriverStatus, Vehicle, VehicleStatus
from fleet_app.outbox.models import StoredEvent
from tests.builders.api import World
from tests.builders.orders import a_delivery, an_order, deliveries, stored
from tests.builders.people import a_driver, a_person
from tests.builders.tours import API, DAY, Depot, change, data, ids_of, put_stops, refused


async def test_a_route_is_planned_and_its_deliveries_are_assigned(
    world: World, depot: Depot
) -> None:
    ids = await deliveries(world.container, world.fleet_id, 3)
    ids = [ids[2], ids[0], ids[1]]

    answer = await depot.plan(ids)

    route = data(answer, 201)
    assert answer.headers["location"] == f"{API}/routes/{route['id']}"
    assert answer.headers["etag"] == '"1"'
    assert (route["status"], route["date"], route["warnings"]) == ("draft", DAY.isoformat(), [])
    assert ids_of(route) == ids
    assert [stop["position"] for stop in route["stops"]] == [1, 2, 3]
    assert route["progress"] == {"total": 3, "done": 0, "failed": 0, "left": 3}
    assert route["next_stop_id"] == route["stops"][0]["id"]
    for delivery in ids:
        now = await stored(world.container, delivery)
        assert (now.status, now.route_id, now.version) == ("assigned", route["id"], 2)
    async with world.container.work() as session:
        query = select(StoredEvent).where(StoredEvent.subject == f"route:{route['id']}")
        (event,) = list(await session.exec(query))
        (entry,) = list(await session.exec(select(AuditEntry).where(AuditEntry.kind == "route")))
    assert (event.type, event.data["stops"]) == ("route.planned", 3)
    assert entry.action == "create"


async def test_what_cannot_be_part_of_a_route_is_named_and_nothing_is_made(
    world: World, depot: Depot
) -> None:
    container, fleet = world.container, world.fleet_id
    good = await a_delivery(container, fleet)
    theirs = await a_delivery(container, world.other_fleet_id)
    nowhere = await a_delivery(container, fleet, lat=None, lon=None)
    taken = (await depot.route(1))["stops"][0]["delivery"]["id"]

    error = refused(await depot.plan([good, theirs, nowhere, taken, good, 2**62]), 400)

    fields = error["fields"]
    assert sorted(fields) == [f"delivery_ids[{n}]" for n in (1, 2, 3, 4, 5)]
    assert fields["delivery_ids[1]"] == f"delivery {theirs} does not exist"
    assert "no point on the map" in fields["delivery_ids[2]"]
    assert "is assigned on route" in fields["delivery_ids[3]"]
    assert fields["delivery_ids[4]"] == "is there twice"
    assert (await stored(container, good)).status == "created"


async def test_vehicle_driver_and_depot_are_the_fleets_own(world: World, depot: Depot) -> None:
    stranger = await a_person(world.container, Role.DRIVER, world.other_fleet_id)
    wrong = {
        "vehicle_id": world.other_vehicle_id,
        "driver_id": await a_driver(world.container, stranger),
        "depot_id": 2**60,
    }
    error = refused(await depot.plan([], **wrong), 400)
    assert error["fields"] == {
        "vehicle_id": "there is no such vehicle",
        "driver_id": "there is no such driver",
        "depot_id": "there is no such depot",
    }


async def test_what_is_not_fit_for_work_is_a_conflict(world: World, depot: Depot) -> None:
    await change(world, Vehicle, world.vehicle_id, status=VehicleStatus.WORKSHOP)
    assert list(refused(await depot.plan([]), 409)["fields"]) == ["vehicle_id"]
    await change(world, Vehicle, world.vehicle_id, status=VehicleStatus.ACTIVE)
    await change(world, Driver, depot.driver_id, status=DriverStatus.INACTIVE)
    assert list(refused(await depot.plan([]), 409)["fields"]) == ["driver_id"]


async def test_a_plan_that_breaks_constraints_is_made_with_warnings(
    world: World, depot: Depot
) -> None:
    container, fleet = world.container, world.fleet_id
    await change(
        world, Vehicle, world.vehicle_id, capacity_kg=100.0, capacity_m3=1.0, capacity_parcels=3,
        equipment=["tail_lift"],
    )  # fmt: skip
    await change(world, Driver, depot.driver_id, license_expires_on=DAY - timedelta(days=1))
    fine = data(await depot.plan([await a_delivery(container, fleet, weight_kg=100.0)]), 201)
    assert [one["code"] for one in fine["warnings"]] == ["licence_expired"]
    heavy = await a_delivery(
        container, fleet, weight_kg=100.5, volume_m3=1.1, parcels=4,
        required_skills=["tail_lift", "cooled"], due_on=DAY + timedelta(days=1),
    )  # fmt: skip

    route = data(await depot.plan([heavy]), 201)

    warnings = {one["code"]: one for one in route["warnings"]}
    assert sorted(warnings) == [
        "driver_busy", "licence_expired", "missing_skills", "other_day", "over_parcels",
        "over_volume", "over_weight", "vehicle_busy",
    ]  # fmt: skip
    assert "100.5\u00a0kg do not fit" in warnings["over_weight"]["message"]
    assert warnings["missing_skills"]["message"].endswith(": cooled")
    assert warnings["missing_skills"]["delivery_ids"] == [heavy]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"date": "tomorrow"}, "date"),
        ({"date": "1066-10-14"}, "date"),
        ({"name": "x" * 121}, "name"),
        ({"delivery_ids": list(range(1, 502))}, "delivery_ids"),
        ({"delivery_ids": [0]}, "delivery_ids[0]"),
        ({"starts_at": "2041-11-25T06:30:00"}, "starts_at"),
        ({"status": "started"}, "status"),
    ],
)
async def test_wrong_plans_are_named(depot: Depot, said: dict[str, Any], field: str) -> None:
    assert list(refused(await depot.plan([], **said), 400)["fields"]) == [field]


async def test_external_references_are_unique(depot: Depot) -> None:
    data(await depot.plan([], external_reference="TMS-1"), 201)
    error = refused(await depot.plan([], external_reference="TMS-1"), 409)
    assert list(error["fields"]) == ["external_reference"]


async def test_stops_are_rearranged_added_and_taken_off(world: World, depot: Depot) -> None:
    route = await depot.route(3)
    first, second, third = ids_of(route)
    new = await a_delivery(world.container, world.fleet_id)

    answer = await put_stops(depot, route["id"], [third, new, first], route["version"])

    changed = data(answer)
    assert ids_of(changed) == [third, new, first]
    assert changed["version"] > route["version"]
    assert changed["stops"][2]["id"] == route["stops"][0]["id"]
    assert (await stored(world.container, second)).status == "created"
    assert (await stored(world.container, second)).route_id is None
    assert (await stored(world.container, new)).status == "assigned"
    assert [one["to_status"] for one in await depot.history(second)] == [
        "created", "assigned", "created",
    ]  # fmt: skip
    async with world.container.work() as session:
        query = select(RouteStop.position).where(RouteStop.route_id == route["id"])
        assert sorted(await session.exec(query)) == [1, 2, 3]
    empty = data(await put_stops(depot, route["id"], []))
    assert empty["stops"] == []


async def test_two_people_rearranging_one_route(world: World, depot: Depot) -> None:
    route = await depot.route(3)
    ids = ids_of(route)
    answers = await asyncio.gather(
        put_stops(depot, route["id"], ids[::-1], route["version"]),
        put_stops(depot, route["id"], ids[:2], route["version"]),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    stale = next(answer for answer in answers if answer.status_code == 412)
    assert refused(stale, 412)["type"] == "stale"


async def test_one_delivery_wanted_by_two_routes_at_once(world: World, depot: Depot) -> None:
    delivery = await a_delivery(world.container, world.fleet_id)
    answers = await asyncio.gather(*(depot.plan([delivery]) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 400, 400, 400]
    winner = next(answer for answer in answers if answer.status_code == 201)
    assert (await stored(world.container, delivery)).route_id == data(winner, 201)["id"]


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2100-01-01"])
async def test_a_route_is_not_planned_for_a_day_that_is_a_mistake(
    world: World, depot: Depot, day: str
) -> None:
    route = await depot.route(1)
    manager = await world.a(Role.FLEET_MANAGER)
    address = f"{API}/routes/{route['id']}"
    answer = await world.client.patch(address, json={"date": day}, headers=manager)
    assert list(refused(answer, 400)["fields"]) == ["date"]
    assert "date" in refused(await depot.plan([], date=day), 400)["fields"]
    allowed = await world.client.patch(address, json={"date": "2099-12-31"}, headers=manager)
    assert data(allowed)["date"] == "2099-12-31"


async def test_500_stops_are_planned_in_one_request(world: World, depot: Depot) -> None:
    orders = [an_order(world.fleet_id) for _ in range(500)]
    async with world.container.work() as session:
        session.add_all(orders)
    ids = [order.id or 0 for order in orders]
    route = data(await depot.plan(ids), 201)
    assert ids_of(data(await put_stops(depot, route["id"], ids[::-1]))) == ids[::-1]

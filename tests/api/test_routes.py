"""Routes planned by hand: what can be part of one, what is only warned about, and their life."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlmodel import select

from fleet_app.access.actor import Actor, Channel
from fleet_app.access.principal import Principal
from fleet_app.access.roles import Role
from fleet_app.audit.models import AuditEntry
from fleet_app.delivery.models import Route, RouteStatus, RouteStop
from fleet_app.delivery.service import DeliveryLife
from fleet_app.fleet.models import Driver, DriverStatus, Vehicle, VehicleStatus
from fleet_app.kernel.errors import Conflict
from fleet_app.outbox.models import StoredEvent
from tests.builders.api import World
from tests.builders.orders import a_delivery, an_order, deliveries, stored
from tests.builders.people import a_driver, a_person, a_vehicle
from tests.builders.tours import API, DAY, Depot, a_depot, data, ids_of, refused


@pytest.fixture
async def depot(world: World) -> Depot:
    return await a_depot(world)


async def put_stops(
    depot: Depot, route: int, ids: list[int], version: int | None = None
) -> httpx.Response:
    headers = depot.office | ({} if version is None else {"If-Match": f'"{version}"'})
    return await depot.world.client.put(
        f"{API}/routes/{route}/stops", json={"delivery_ids": ids}, headers=headers
    )


async def show(depot: Depot, route: int, headers: dict[str, str] | None = None) -> httpx.Response:
    return await depot.world.client.get(
        f"{API}/routes/{route}/stops", headers=headers or depot.office
    )


async def change(world: World, model: Any, identifier: int, **values: Any) -> None:
    async with world.container.work() as session:
        row = await session.get_one(model, identifier)
        for name, value in values.items():
            setattr(row, name, value)


def an_actor(fleet_id: int | None, role: Role = Role.DISPATCHER) -> Actor:
    principal = Principal(user_id=0, name="Office", email="", role=role, fleet_id=fleet_id)
    return Actor(principal=principal, channel=Channel.WEB)


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
    assert "100.5 kg do not fit" in warnings["over_weight"]["message"]
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
        ({"starts_at": "2026-11-23T06:30:00"}, "starts_at"),
        ({"status": "started"}, "status"),
    ],
)
async def test_wrong_plans_are_named(depot: Depot, said: dict[str, Any], field: str) -> None:
    assert list(refused(await depot.plan([], **said), 400)["fields"]) == [field]


async def test_external_references_are_unique(depot: Depot) -> None:
    data(await depot.plan([], external_reference="TMS-1"), 201)
    error = refused(await depot.plan([], external_reference="TMS-1"), 409)
    assert list(error["fields"]) == ["external_reference"]


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


async def test_publishing_needs_all_it_takes(world: World, depot: Depot) -> None:
    bare = data(await depot.plan([], vehicle_id=None, driver_id=None), 201)
    error = refused(await depot.step(bare["id"], "publish"), 409)
    assert sorted(error["fields"]) == ["driver_id", "vehicle_id"]
    empty = data(await depot.plan([]), 201)
    assert list(refused(await depot.step(empty["id"], "publish"), 409)["fields"]) == ["stops"]
    route = await depot.route(1)
    await change(world, Vehicle, world.vehicle_id, status=VehicleStatus.RETIRED)
    refused(await depot.step(route["id"], "publish"), 409)


async def test_the_life_of_a_route(world: World, depot: Depot) -> None:
    route = await depot.route(2)
    number, (first, second) = route["id"], ids_of(route)
    wrong = refused(await depot.step(number, "start"), 409)
    assert wrong["fields"]["legal_next"] == "published"

    assert data(await depot.step(number, "publish"))["status"] == "published"
    started = data(await depot.step(number, "start", depot.driver))
    assert started["status"] == "started"
    assert {stop["delivery"]["status"] for stop in started["stops"]} == {"out_for_delivery"}
    left = refused(await depot.step(number, "complete", depot.driver), 409)
    assert "2 deliveries are not done yet" in left["message"]

    data(await depot.set_status(first, "completed", depot.driver))
    data(await depot.set_status(second, "failed", depot.driver, reason="refused"))
    shown = data(await show(depot, number, depot.driver))
    assert shown["progress"] == {"total": 2, "done": 1, "failed": 1, "left": 0}
    assert shown["next_stop_id"] is None
    assert data(await depot.step(number, "complete", depot.driver))["status"] == "completed"
    refused(await put_stops(depot, number, [first, second]), 409)
    async with world.container.work() as session:
        query = select(StoredEvent.type).where(StoredEvent.subject == f"route:{number}")
        types = list(await session.exec(query.order_by(StoredEvent.sequence)))  # type: ignore[arg-type]
    assert types == ["route.planned", "route.published", "route.started", "route.completed"]


async def test_what_has_begun_stays_on_its_route(depot: Depot) -> None:
    route = await depot.route(3, steps=("publish", "start"))
    first, second, third = ids_of(route)
    data(await depot.set_status(first, "completed"))

    error = refused(await put_stops(depot, route["id"], [second, third]), 400)

    assert "is completed" in error["fields"]["delivery_ids"]
    assert ids_of(data(await put_stops(depot, route["id"], [first, third, second]))) == [
        first, third, second,
    ]  # fmt: skip


async def test_a_failed_try_stays_in_the_history_of_its_route(depot: Depot) -> None:
    route = await depot.route(2, steps=("publish", "start"))
    first, second = ids_of(route)
    data(await depot.set_status(first, "failed", reason="nobody_home"))
    data(await depot.set_status(first, "rescheduled", reason="customer_request"))

    shown = data(await show(depot, route["id"]))
    assert ids_of(shown) == [first, second]
    assert [stop["moved_on"] for stop in shown["stops"]] == [True, False]
    assert shown["progress"] == {"total": 2, "done": 0, "failed": 1, "left": 1}
    assert ids_of(data(await put_stops(depot, route["id"], [second]))) == [first, second]
    again = data(await put_stops(depot, route["id"], [second, first]))
    assert ids_of(again) == [second, first]
    other = data(await depot.plan([], name="South"), 201)
    refused(await put_stops(depot, other["id"], [first]), 400)


async def test_deleting_frees_the_deliveries_until_the_route_has_started(
    world: World, depot: Depot
) -> None:
    manager = await world.a(Role.FLEET_MANAGER)
    route = await depot.route(2, steps=("publish",))
    data(await world.client.delete(f"{API}/routes/{route['id']}", headers=manager))
    for delivery in ids_of(route):
        assert (await stored(world.container, delivery)).status == "created"
        assert (await stored(world.container, delivery)).route_id is None
    refused(await show(depot, route["id"]), 404)

    started = await depot.route(1, steps=("publish", "start"))
    refused(await world.client.delete(f"{API}/routes/{started['id']}", headers=manager), 409)
    other = await world.a(Role.FLEET_MANAGER, fleet_id=world.other_fleet_id)
    refused(await world.client.delete(f"{API}/routes/{started['id']}", headers=other), 404)


@pytest.mark.parametrize("way", ["restore", "undo"])
async def test_a_route_comes_back_with_the_deliveries_that_still_wait(
    world: World, depot: Depot, way: str
) -> None:
    manager, client = await world.a(Role.FLEET_MANAGER), world.client
    route = await depot.route(4)
    first, second, third, fourth = ids_of(route)
    wanted = [third, fourth, first, second]
    data(await put_stops(depot, route["id"], wanted))
    data(await client.delete(f"{API}/routes/{route['id']}", headers=manager))
    other = data(await depot.plan([fourth], name="South"), 201)
    data(await depot.set_status(first, "cancelled", reason="duplicate"))

    history = f"{API}/routes/{route['id']}/history"
    entry = data(await client.get(history, headers=manager))[0]
    address = f"routes/{route['id']}/restore" if way == "restore" else f"audit/{entry['id']}/undo"
    back = data(await client.post(f"{API}/{address}", headers=manager))

    assert back["stops"] == 2
    assert ids_of(data(await show(depot, route["id"]))) == [third, second]
    assert ids_of(data(await show(depot, other["id"]))) == [fourth]
    assert (await stored(world.container, third)).status == "assigned"
    assert (await stored(world.container, first)).status == "cancelled"
    told = data(await client.get(history, headers=manager))[0]
    lost = [(await stored(world.container, one)).tracking_number for one in (fourth, first)]
    assert all(number in str(told) for number in lost), told


async def test_deleting_a_delivery_leaves_the_other_stops_alone(world: World, depot: Depot) -> None:
    manager = await world.a(Role.FLEET_MANAGER)
    route = await depot.route(4)
    first, second, third, fourth = ids_of(route)
    query = text("SELECT delivery_id, xmin::text FROM route_stops WHERE route_id = :id")

    async def written() -> dict[int, str]:
        async with world.container.work() as session:
            found = await (await session.connection()).execute(query, {"id": route["id"]})
            return {row[0]: row[1] for row in found}

    before = await written()
    data(await world.client.delete(f"{API}/deliveries/{second}", headers=manager))
    del before[second]
    assert await written() == before, "stops that stay are not written again"
    shown = data(await show(depot, route["id"]))
    assert ids_of(shown) == [first, third, fourth]
    assert [stop["position"] for stop in shown["stops"]] == [1, 2, 3]
    assert shown["version"] > route["version"]
    assert ids_of(data(await put_stops(depot, route["id"], [fourth, first]))) == [fourth, first]


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


@pytest.mark.parametrize("steps", [("publish",), ("publish", "start")])
async def test_who_is_on_a_route_is_not_deleted(
    world: World, depot: Depot, steps: tuple[str, ...]
) -> None:
    manager, client = await world.a(Role.FLEET_MANAGER), world.client
    route = await depot.route(1)
    for step in steps:
        data(await depot.step(route["id"], step))
    for address in (f"vehicles/{world.vehicle_id}", f"drivers/{depot.driver_id}"):
        error = refused(await client.delete(f"{API}/{address}", headers=manager), 409)
        assert "is on North 1" in error["message"]
    async with world.container.work() as session:
        (await session.get_one(Route, route["id"])).status = RouteStatus.COMPLETED
    for address in (f"vehicles/{world.vehicle_id}", f"drivers/{depot.driver_id}"):
        data(await client.delete(f"{API}/{address}", headers=manager))


async def test_a_vehicle_that_is_worked_on_is_not_deleted(world: World) -> None:
    manager, client = await world.a(Role.FLEET_MANAGER), world.client
    body = {"title": "Brakes", "vehicle_id": world.vehicle_id}
    order = data(await client.post(f"{API}/work_orders", json=body, headers=manager), 201)
    data(await client.post(f"{API}/work_orders/{order['id']}/start", headers=manager))
    address = f"{API}/vehicles/{world.vehicle_id}"
    assert "Brakes" in refused(await client.delete(address, headers=manager), 409)["message"]
    data(await client.post(f"{API}/work_orders/{order['id']}/cancel", headers=manager))
    data(await client.delete(address, headers=manager))


async def test_deleting_a_delivery_takes_it_off_its_route_unless_it_is_under_way(
    world: World, depot: Depot
) -> None:
    actor = an_actor(world.fleet_id)
    route = await depot.route(2)
    first, second = ids_of(route)
    async with world.container.work() as session:
        found = await DeliveryLife(session)._repository.deliveries([first], lock=True)
        await DeliveryLife(session).removing(actor, found[first])
    assert ids_of(data(await show(depot, route["id"]))) == [second]
    assert (await stored(world.container, first)).status == "created"
    for step in ("publish", "start"):
        data(await depot.step(route["id"], step))
    async with world.container.work() as session:
        found = await DeliveryLife(session)._repository.deliveries([second], lock=True)
        with pytest.raises(Conflict, match="on its way"):
            await DeliveryLife(session).removing(actor, found[second])


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


async def test_a_stale_version_and_a_wrong_one(depot: Depot) -> None:
    route = await depot.route(1)
    address = f"{API}/routes/{route['id']}/publish"
    for tag, status in (('"99"', 412), ("yesterday", 400), (f'"{route["version"]}"', 200)):
        headers = depot.office | {"If-Match": tag}
        answer = await depot.world.client.post(address, headers=headers)
        assert answer.status_code == status, answer.text


async def test_a_driver_cannot_run_a_colleagues_route(world: World, depot: Depot) -> None:
    colleague = await a_person(world.container, Role.DRIVER, world.fleet_id)
    await a_driver(world.container, colleague, await a_vehicle(world.container, world.fleet_id))
    route = await depot.route(1, steps=("publish",))
    refused(await depot.step(route["id"], "start", await world.bearer(colleague)), 404)


async def test_500_stops_are_planned_in_one_request(world: World, depot: Depot) -> None:
    orders = [an_order(world.fleet_id) for _ in range(500)]
    async with world.container.work() as session:
        session.add_all(orders)
    ids = [order.id or 0 for order in orders]
    route = data(await depot.plan(ids), 201)
    assert ids_of(data(await put_stops(depot, route["id"], ids[::-1]))) == ids[::-1]


async def test_the_generic_addresses_keep_to_the_life_of_routes_and_deliveries(
    world: World, depot: Depot
) -> None:
    client, office = world.client, depot.office
    body = {"address": "Katu 1", "lat": 60.17, "lon": 24.94}
    made = data(await client.post(f"{API}/deliveries", json=body, headers=office), 201)
    assert [one["type"] for one in await depot.history(made["id"])] == ["delivery.created"]
    route = data(await depot.plan([made["id"]]), 201)
    address = f"{API}/routes/{route['id']}"

    # A draft is not the driver's to see, in any list.
    assert (await client.get(address, headers=depot.driver)).status_code == 404
    delivery = f"{API}/deliveries/{made['id']}"
    assert (await client.get(delivery, headers=depot.driver)).status_code == 404

    data(await depot.step(route["id"], "publish"))
    assert (await client.get(address, headers=depot.driver)).status_code == 200
    nobody = await client.patch(address, json={"driver_id": None}, headers=office)
    assert list(refused(nobody, 409)["fields"]) == ["driver_id"]
    workshop = await a_vehicle(world.container, world.fleet_id)
    await change(world, Vehicle, workshop, status=VehicleStatus.WORKSHOP)
    unfit = await client.patch(address, json={"vehicle_id": workshop}, headers=office)
    assert list(refused(unfit, 409)["fields"]) == ["vehicle_id"]
    data(await client.patch(address, json={"name": "Renamed"}, headers=office))

    data(await depot.step(route["id"], "start"))
    moved = await client.patch(address, json={"date": "2026-12-01"}, headers=office)
    assert list(refused(moved, 409)["fields"]) == ["date"]
    refused(await client.delete(address, headers=office), 409)
    refused(await client.delete(delivery, headers=office), 409)


async def test_the_generic_delete_frees_what_the_route_carried(world: World, depot: Depot) -> None:
    route = await depot.route(2)
    first, second = ids_of(route)
    client, office = world.client, depot.office

    data(await client.delete(f"{API}/deliveries/{first}", headers=office))
    assert ids_of(data(await show(depot, route["id"]))) == [second]
    data(await client.delete(f"{API}/routes/{route['id']}", headers=office))
    assert (await stored(world.container, second)).status == "created"
    data(await client.post(f"{API}/deliveries/{first}/restore", headers=office))
    again = data(await depot.plan([first, second]), 201)
    assert ids_of(again) == [first, second]

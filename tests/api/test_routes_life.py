"""The life of routes: published, started, completed, deleted and brought back."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlmodel import select

from fleet_app.access.actor import Actor, Channel
from fleet_app.access.principal import Principal
from fleet_app.access.roles import Role
from fleet_app.delivery.models import Route, RouteStatus
from fleet_app.delivery.service import DeliveryLife
from fleet_app.fleet.models import Vehicle, VehicleStatus
from fleet_app.kernel.errors import Conflict
from fleet_app.outbox.models import StoredEvent
from tests.builders.api import World
from tests.builders.orders import deliveries, stored
from tests.builders.people import a_vehicle
from tests.builders.tours import (
    API,
    Depot,
    change,
    data,
    ids_of,
    put_stops,
    refused,
    show,
)


def an_actor(fleet_id: int | None, role: Role = Role.DISPATCHER) -> Actor:
    principal = Principal(user_id=0, name="Office", email="", role=role, fleet_id=fleet_id)
    return Actor(principal=principal, channel=Channel.WEB)


async def test_publishing_needs_all_it_takes(world: World, depot: Depot) -> None:
    bare = data(await depot.plan([], vehicle_id=None, driver_id=None), 201)
    error = refused(await depot.step(bare["id"], "publish"), 409)
    assert sorted(error["fields"]) == ["driver_id", "vehicle_id"]
    empty = data(await depot.plan([]), 201)
    assert list(refused(await depot.step(empty["id"], "publish"), 409)["fields"]) == ["stops"]
    route = await depot.route(1)
    await change(world, Vehicle, world.vehicle_id, status=VehicleStatus.RETIRED)
    refused(await depot.step(route["id"], "publish"), 409)


async def test_a_published_route_is_recalled_as_long_as_nothing_happened(
    world: World, depot: Depot
) -> None:
    route = await depot.route(1, steps=("publish",))
    number, (delivery,) = route["id"], ids_of(route)
    refused(await depot.step(number, "recall", depot.driver), 403)
    recalled = data(await depot.step(number, "recall"))
    assert recalled["status"] == "draft"
    assert (await show(depot, number, depot.driver)).status_code == 404
    refused(await depot.step(number, "recall"), 409)
    async with world.container.work() as session:
        query = select(StoredEvent.type).where(StoredEvent.subject == f"route:{number}")
        types = list(await session.exec(query.order_by(StoredEvent.sequence)))
    assert types == ["route.planned", "route.published", "route.recalled"]

    data(await depot.step(number, "publish"))
    data(await depot.set_status(delivery, "out_for_delivery", depot.driver))
    refused(await depot.step(number, "recall"), 409)
    assert data(await show(depot, number))["status"] == "published"


async def test_work_on_a_vehicle_names_the_routes_that_need_it(world: World, depot: Depot) -> None:
    route = await depot.route(1, steps=("publish", "start"))
    order = {"title": "Brakes", "vehicle_id": world.vehicle_id, "blocks_vehicle": True}
    manager = await world.a(Role.FLEET_MANAGER)
    made = await world.client.post(f"{API}/work_orders", json=order, headers=manager)
    number = data(made, 201)["id"]
    answer = await world.client.post(f"{API}/work_orders/{number}/start", headers=manager)
    (warning,) = data(answer)["warnings"]
    assert warning["code"] == "vehicle_needed"
    assert "is started" in warning["message"]
    codes = [one["code"] for one in data(await show(depot, route["id"]))["warnings"]]
    assert "vehicle_unusable" in codes


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


async def test_what_joins_a_route_that_has_left_is_out_for_delivery(
    world: World, depot: Depot
) -> None:
    route = await depot.route(2, steps=("publish", "start"))
    ids = [stop["delivery"]["id"] for stop in route["stops"]]
    (new,) = await deliveries(world.container, world.fleet_id, 1)
    body = {"delivery_ids": [*ids, new]}
    answer = await world.client.put(
        f"{API}/routes/{route['id']}/stops", json=body, headers=depot.office
    )
    assert data(answer)["stops"][-1]["delivery"]["status"] == "out_for_delivery"
    assert data(await depot.set_status(new, "arrived", depot.driver))["status"] == "arrived"


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


async def test_a_stale_version_and_a_wrong_one(depot: Depot) -> None:
    route = await depot.route(1)
    address = f"{API}/routes/{route['id']}/publish"
    for tag, status in (('"99"', 412), ("yesterday", 400), (f'"{route["version"]}"', 200)):
        headers = depot.office | {"If-Match": tag}
        answer = await depot.world.client.post(address, headers=headers)
        assert answer.status_code == status, answer.text


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

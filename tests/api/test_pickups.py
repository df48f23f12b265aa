"""Goods that are fetched on the way: stops of their own, from the plan to the report."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select

from fleet_app.access.roles import Role
from fleet_app.delivery.models import Delivery as DeliveryRow
from fleet_app.delivery.service import DeliveryLife
from fleet_app.fleet.models import Depot as DepotRow
from fleet_app.fleet.models import Vehicle
from fleet_app.kernel.clock import utc_now
from fleet_app.outbox.models import StoredEvent
from tests.builders.api import World
from tests.builders.orders import a_delivery, stored
from tests.builders.tours import API, DAY, Depot, a_depot, data, put_stops, refused

SHOP = {"pickup_address": "Tukku 2", "pickup_lat": 60.19, "pickup_lon": 24.97}


@pytest.fixture
async def depot(world: World) -> Depot:
    return await a_depot(world)


async def orders(world: World, *fetched: bool, **said: Any) -> list[int]:
    """New deliveries; some have to be fetched."""
    return [
        await a_delivery(world.container, world.fleet_id, **(SHOP if one else {}), **said)
        for one in fetched
    ]


async def a_route(depot: Depot, ids: list[int], *steps: str) -> dict[str, Any]:
    route = data(await depot.plan(ids), 201)
    for step in steps:
        route = data(await depot.step(route["id"], step))
    found: dict[str, Any] = route
    return found


def named(route: dict[str, Any]) -> list[tuple[str, int]]:
    """What is done at each stop, for which delivery."""
    return [(stop["kind"], stop["delivery"]["id"]) for stop in route["stops"]]


async def fetch(
    depot: Depot, delivery_id: int, headers: dict[str, str] | None = None, **said: Any
) -> Any:
    address = f"{API}/deliveries/{delivery_id}/picked-up"
    return await depot.world.client.put(address, json=said, headers=headers or depot.driver)


async def put_all(depot: Depot, route: int, *stops: tuple[str, int]) -> Any:
    body = {"stops": [{"kind": kind, "delivery_id": id_} for kind, id_ in stops]}
    address = f"{API}/routes/{route}/stops"
    return await depot.world.client.put(address, json=body, headers=depot.office)


async def test_a_driver_sees_where_goods_are_fetched_and_what_they_are(
    world: World, depot: Depot
) -> None:
    plain, far = await orders(world, False, True, parcels=3)
    await a_route(depot, [plain, far], "publish")
    address = f"{API}/drivers/{depot.driver_id}/assignments?date={DAY}"

    (route,) = data(await world.client.get(address, headers=depot.driver))["routes"]

    assert named(route) == [("delivery", plain), ("pickup", far), ("delivery", far)]
    fetched = route["stops"][1]
    assert (fetched["latitude"], fetched["longitude"]) == (60.19, 24.97)
    assert (fetched["address"], fetched["delivery"]["parcels"]) == ("Tukku 2", 3)
    assert [stop["position"] for stop in route["stops"]] == [1, 2, 3]
    assert route["progress"] == {"total": 2, "done": 0, "failed": 0, "left": 2}


async def test_goods_are_fetched_at_a_depot_only_if_no_vehicle_starts_there(
    world: World, depot: Depot
) -> None:
    async with world.container.work() as session:
        home = DepotRow(fleet_id=world.fleet_id, name="Home", address="Portti 1", lat=60.2, lon=25)
        store = DepotRow(fleet_id=world.fleet_id, name="Store", address="Kuja 5", lat=60.3, lon=25)
        session.add_all([home, store])
        await session.flush()
        (await session.get_one(Vehicle, world.vehicle_id)).depot_id = home.id
    (here,) = await orders(world, False, pickup_depot_id=home.id)
    (there,) = await orders(world, False, pickup_depot_id=store.id)

    route = await a_route(depot, [here, there])

    assert named(route) == [("delivery", here), ("pickup", there), ("delivery", there)]
    assert (route["stops"][1]["latitude"], route["stops"][1]["address"]) == (60.3, "Store, Kuja 5")


async def test_rearranging_keeps_pickups_ahead_of_what_they_were_ahead_of(
    world: World, depot: Depot
) -> None:
    one, two, three = await orders(world, True, False, True)
    route = await a_route(depot, [one, two, three])
    early = [("pickup", one), ("pickup", three), ("delivery", one), ("delivery", two),
             ("delivery", three)]  # fmt: skip
    assert named(data(await put_all(depot, route["id"], *early))) == early

    route = data(await put_stops(depot, route["id"], [two, three, one]))
    assert named(route) == [
        ("pickup", three), ("delivery", two), ("delivery", three), ("pickup", one),
        ("delivery", one),
    ]  # fmt: skip
    kept = {(stop["kind"], stop["delivery"]["id"]): stop["id"] for stop in route["stops"]}

    route = data(await put_stops(depot, route["id"], [two, three]))
    assert named(route) == [("pickup", three), ("delivery", two), ("delivery", three)]
    assert [stop["id"] for stop in route["stops"]] == [kept[one] for one in named(route)]


async def test_a_pickup_after_its_delivery_is_refused_in_words(world: World, depot: Depot) -> None:
    one, two = await orders(world, True, False)
    route = await a_route(depot, [one, two])

    late = refused(
        await put_all(depot, route["id"], ("delivery", one), ("pickup", one), ("delivery", two)),
        400,
    )
    twice = refused(
        await put_all(depot, route["id"], ("pickup", one), ("pickup", one), ("delivery", one)), 400
    )

    assert late["fields"] == {"stops[1]": "is a pickup, which comes before its delivery"}
    assert twice["fields"] == {"stops[1]": "is there twice"}
    neither = await world.client.put(
        f"{API}/routes/{route['id']}/stops", json={}, headers=depot.office
    )
    assert "delivery_ids" in refused(neither, 400)["fields"]


async def test_a_fetched_stop_is_done_and_the_status_stays(world: World, depot: Depot) -> None:
    one, two = await orders(world, True, False)
    route = await a_route(depot, [one, two], "publish", "start")
    assert route["next_stop_id"] == route["stops"][0]["id"]

    answer = data(await fetch(depot, one, event_id="mine"))
    again = data(await fetch(depot, one, event_id="mine"))

    assert answer["status"] == "out_for_delivery"
    assert answer == again
    assert answer["picked_up_at"] is not None
    address = f"{API}/routes/{route['id']}/stops"
    route = data(await world.client.get(address, headers=depot.driver))
    assert [stop["open"] for stop in route["stops"]] == [False, True, True]
    assert route["next_stop_id"] == route["stops"][1]["id"]
    assert route["progress"] == {"total": 2, "done": 0, "failed": 0, "left": 2}
    (event,) = [e for e in await depot.history(one) if e["type"] == "delivery.picked_up"]
    assert (event["from_status"], event["to_status"], event["route_id"]) == (
        "out_for_delivery", "out_for_delivery", route["id"],
    )  # fmt: skip
    async with world.container.work() as session:
        found = await session.exec(
            select(StoredEvent).where(StoredEvent.type == "delivery.picked_up")
        )
        assert [told.data["delivery_id"] for told in found] == [one]


async def test_what_was_reported_by_mistake_is_open_again(world: World, depot: Depot) -> None:
    (one,) = await orders(world, True)
    route = await a_route(depot, [one], "publish", "start")
    data(await fetch(depot, one))

    data(await fetch(depot, one, picked_up=False))

    assert (await stored(world.container, one)).picked_up_at is None
    address = f"{API}/routes/{route['id']}/stops"
    route = data(await world.client.get(address, headers=depot.driver))
    assert route["stops"][0]["open"]


async def test_a_report_about_another_version_is_refused(world: World, depot: Depot) -> None:
    (one,) = await orders(world, True)
    await a_route(depot, [one], "publish", "start")
    seen = (await stored(world.container, one)).version

    before = await fetch(depot, one, {**depot.driver, "If-Match": f'"{seen - 1}"'})
    assert refused(before, 412)["type"] == "stale"
    assert (await stored(world.container, one)).picked_up_at is None
    data(await fetch(depot, one, {**depot.driver, "If-Match": f'"{seen}"'}))


async def test_who_is_at_the_door_has_fetched_the_goods(world: World, depot: Depot) -> None:
    (one,) = await orders(world, True)
    route = await a_route(depot, [one], "publish", "start")
    data(await depot.set_status(one, "arrived", depot.driver))

    address = f"{API}/routes/{route['id']}/stops"
    route = data(await world.client.get(address, headers=depot.driver))
    assert [stop["open"] for stop in route["stops"]] == [False, True]
    assert "arrived" in refused(await fetch(depot, one), 409)["message"]


async def test_nothing_to_fetch_is_said(world: World, depot: Depot) -> None:
    plain, waiting = await orders(world, False, True)
    await a_route(depot, [plain], "publish", "start")

    assert "not picked up" in refused(await fetch(depot, plain), 409)["message"]
    assert "on no route" in refused(await fetch(depot, waiting, depot.office), 409)["message"]
    refused(await fetch(depot, waiting), 404)


async def test_a_route_on_which_goods_were_fetched_is_not_called_off(
    world: World, depot: Depot
) -> None:
    (one,) = await orders(world, True)
    route = await a_route(depot, [one], "publish")
    data(await fetch(depot, one))

    assert "has begun" in refused(await depot.step(route["id"], "recall"), 409)["message"]


async def test_the_pickup_follows_its_point_and_the_delivery_its_own(
    world: World, depot: Depot
) -> None:
    (one,) = await orders(world, True)
    route = await a_route(depot, [one])
    manager = await world.a(Role.DISPATCHER)
    body = {"pickup_lat": 60.25, "pickup_lon": 25.1}
    data(await world.client.patch(f"{API}/deliveries/{one}", json=body, headers=manager))

    address = f"{API}/routes/{route['id']}/stops"
    route = data(await world.client.get(address, headers=depot.office))

    assert [stop["latitude"] for stop in route["stops"]] == [60.25, 60.17]


async def test_goods_in_another_vehicle_stay_there_when_the_delivery_goes_elsewhere(
    world: World, depot: Depot
) -> None:
    (one,) = await orders(world, True)
    van = {"vehicle_id": world.vehicle_id + 1_000, "vehicle": "Van 7", "lat": 60.3, "lon": 25.2}
    async with world.container.work() as session:
        (await session.get_one(DeliveryRow, one)).left_in = van
    route = await a_route(depot, [one])
    assert [stop["latitude"] for stop in route["stops"]] == [60.3, 60.17]
    manager = await world.a(Role.DISPATCHER)
    body = {"lat": 60.21, "lon": 24.9}
    data(await world.client.patch(f"{API}/deliveries/{one}", json=body, headers=manager))

    address = f"{API}/routes/{route['id']}/stops"
    route = data(await world.client.get(address, headers=depot.office))

    assert [stop["latitude"] for stop in route["stops"]] == [60.3, 60.21]


async def test_a_pickup_that_is_made_stays_where_it_was(world: World, depot: Depot) -> None:
    (one,) = await orders(world, True)
    route = await a_route(depot, [one], "publish", "start")
    data(await fetch(depot, one))
    async with world.container.work() as session:
        delivery = await session.get_one(DeliveryRow, one)
        delivery.pickup_lat, delivery.pickup_lon = 60.25, 25.1
        await DeliveryLife(session).moved(delivery)

    address = f"{API}/routes/{route['id']}/stops"
    route = data(await world.client.get(address, headers=depot.office))

    assert [stop["latitude"] for stop in route["stops"]] == [60.19, 60.17]


async def test_a_late_report_of_who_had_it_then_enters_the_history_and_nothing_else(
    world: World, depot: Depot
) -> None:
    one, two, plain = await orders(world, True, True, False)
    route = await a_route(depot, [one, two, plain], "publish")
    said = {"occurred_at": utc_now().isoformat(), "event_id": "phone-1"}
    data(await put_stops(depot, route["id"], [two]))
    data(await depot.plan([one], vehicle_id=None, driver_id=None), 201)

    answer = data(await fetch(depot, one, **said))
    assert data(await fetch(depot, one, **said)) == answer, "sent again"

    assert answer["picked_up_at"] is None, "it is not in the vehicle that it is planned for now"
    reports = [e for e in await depot.history(one) if e["type"] == "delivery.picked_up"]
    assert [(e["late"], e["route_id"]) for e in reports] == [(True, route["id"])]
    refused(await fetch(depot, one), 404)
    refused(await fetch(depot, one, occurred_at=utc_now().isoformat()), 404)
    refused(await fetch(depot, plain, occurred_at=said["occurred_at"]), 409)
    data(await fetch(depot, one, depot.office))
    back = data(await fetch(depot, one, depot.office, picked_up=False))
    assert back["picked_up_at"] is None


async def test_counts_and_loads_take_a_delivery_once(world: World, depot: Depot) -> None:
    async with world.container.work() as session:
        (await session.get_one(Vehicle, world.vehicle_id)).capacity_kg = 100.0
    one, two = await orders(world, True, True, weight_kg=50.0)
    route = await a_route(depot, [one, two])

    assert [warning["code"] for warning in route["warnings"]] == []
    address = f"{API}/routes/{route['id']}"
    assert data(await world.client.get(address, headers=depot.office))["stops"] == 2
    data(await depot.step(route["id"], "publish"))
    data(await depot.step(route["id"], "start"))
    for id_ in (one, two):
        data(await depot.set_status(id_, "completed", depot.driver))
    done = data(await depot.step(route["id"], "complete"))
    assert done["progress"] == {"total": 2, "done": 2, "failed": 0, "left": 0}

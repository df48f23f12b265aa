"""Every event that is promised by name is told, by what people do over the API."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import col, select

from fleet_app.access.roles import Role
from fleet_app.delivery.event_names import DeliveryNews, RouteNews
from fleet_app.fleet.kinds.drivers import DUTY_CHANGED
from fleet_app.outbox.models import StoredEvent
from tests.builders.api import World
from tests.builders.tours import API, Depot, a_depot, data, ids_of


@pytest.fixture
async def depot(world: World) -> Depot:
    return await a_depot(world)


ON_THE_ROAD = {
    *(DeliveryNews.ETA_CHANGED, RouteNews.DELAYED, RouteNews.CAUGHT_UP),
    *(RouteNews.DEVIATED, RouteNews.BACK_ON_ROUTE, RouteNews.REOPENED),
}
"""Told of while routes are in progress, by what follows them and by suggestions taken back."""


async def told(world: World, type_: str | None = None) -> list[StoredEvent]:
    query = select(StoredEvent).order_by(col(StoredEvent.sequence))
    if type_ is not None:
        query = query.where(col(StoredEvent.type) == type_)
    async with world.container.work() as session:
        return list(await session.exec(query))


def test_the_names_are_those_that_others_listen_for() -> None:
    statuses = (
        "created assigned out_for_delivery arriving arrived completed failed rescheduled returned "
        "cancelled"
    )
    own = {"delivery.unassigned", "delivery.reopened", "delivery.eta_changed"}
    own |= {"delivery.picked_up", "delivery.not_picked_up", "delivery.urgent"}
    assert set(DeliveryNews) == {f"delivery.{one}" for one in statuses.split()} | own
    assert set(RouteNews) == {
        f"route.{one}"
        for one in (
            *("planned", "published", "started", "completed", "recalled", "removed", "reopened"),
            *("delayed", "caught_up", "deviated", "back_on_route"),
        )
    }
    assert DUTY_CHANGED == "driver.duty_changed"


async def test_each_is_told(world: World, depot: Depot) -> None:
    route = await depot.route(5, steps=("publish",))
    called, done, failed, back, again = ids_of(route)
    await depot.fetched()
    data(await depot.set_status(called, "cancelled", reason="duplicate"))
    data(await depot.set_status(called, "created", taking_back=True))
    data(await depot.set_status(again, "created"))
    await urgent(world, again)
    data(await depot.step(route["id"], "start"))
    for status in ("arriving", "arrived", "completed"):
        data(await depot.set_status(done, status, depot.driver))
    for one in (failed, back):
        data(await depot.set_status(one, "failed", depot.driver, reason="nobody_home"))
    data(await depot.set_status(failed, "rescheduled", reason="customer_request"))
    data(await depot.set_status(back, "returned", reason="refused"))
    data(await depot.step(route["id"], "complete"))
    await duty(world, depot, "on_duty")
    other = await depot.route(1, steps=("publish", "recall"))
    gone = await world.client.delete(
        f"{API}/routes/{other['id']}", headers=await world.a(Role.DISPATCHER)
    )
    data(gone)

    names = {event.type for event in await told(world)}

    assert {*DeliveryNews, *RouteNews, DUTY_CHANGED} - ON_THE_ROAD <= names


async def urgent(world: World, delivery_id: int) -> None:
    address, office = f"{API}/deliveries/{delivery_id}", await world.a(Role.DISPATCHER)
    data(await world.client.patch(address, json={"priority": "urgent"}, headers=office))


async def duty(world: World, depot: Depot, status: str, **more: Any) -> None:
    address, manager = f"{API}/drivers/{depot.driver_id}", await world.a(Role.FLEET_MANAGER)
    said = {"status": status, **more}
    data(await world.client.patch(address, json=said, headers=manager))


async def test_a_change_of_duty_is_told_once_and_says_what_was_before(
    world: World, depot: Depot
) -> None:
    await duty(world, depot, "on_duty")
    await duty(world, depot, "on_duty", note="The same")
    await duty(world, depot, "inactive")

    events = await told(world, DUTY_CHANGED)

    assert [(one.data["previous"], one.data["status"]) for one in events] == [
        ("off_duty", "on_duty"), ("on_duty", "inactive"),
    ]  # fmt: skip
    assert {one.subject for one in events} == {f"driver:{depot.driver_id}"}
    assert events[0].fleet_id == world.fleet_id
    assert events[0].data["vehicle_id"] == world.vehicle_id


async def test_new_drivers_on_duty_are_told_and_others_not(world: World) -> None:
    manager = await world.a(Role.FLEET_MANAGER)
    rows = [
        {"name": "Off", "license_number": "X-1"},
        {"name": "On", "license_number": "X-2", "status": "on_duty"},
        {"name": "Twice", "license_number": "X-2", "status": "on_duty"},
    ]
    outcomes = data(
        await world.client.post(f"{API}/drivers/bulk", json={"rows": rows}, headers=manager)
    )
    (event,) = await told(world, DUTY_CHANGED)
    assert (event.data["driver_id"], event.data["previous"]) == (outcomes[1]["id"], None)

"""What a driver has to do on a day, and who may look."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from fleet_app.access.roles import Role
from fleet_app.delivery.tours import Tours, day_in
from fleet_app.fleet.models import Fleet
from tests.builders.api import World
from tests.builders.orders import deliveries
from tests.builders.people import a_driver, a_person
from tests.builders.records import an_actor
from tests.builders.tours import API, DAY, Depot, a_depot, data, ids_of, refused


@pytest.fixture
async def depot(world: World) -> Depot:
    return await a_depot(world)


async def ask(
    depot: Depot, headers: dict[str, str], driver_id: int | None = None, **params: Any
) -> httpx.Response:
    address = f"{API}/drivers/{driver_id or depot.driver_id}/assignments"
    return await depot.world.client.get(
        address, headers=headers, params={"date": DAY.isoformat(), **params}
    )


async def test_a_day_with_stops_progress_and_the_next_one(depot: Depot) -> None:
    route = await depot.route(3, steps=("publish", "start"))
    first, second, third = ids_of(route)
    data(await depot.set_status(first, "completed", depot.driver))
    data(await depot.set_status(third, "failed", depot.driver, reason="no_access"))

    day = data(await ask(depot, depot.driver))

    assert (day["driver_id"], day["date"]) == (depot.driver_id, DAY.isoformat())
    (tour,) = day["routes"]
    assert ids_of(tour) == [first, second, third]
    assert tour["progress"] == {"total": 3, "done": 1, "failed": 1, "left": 1}
    assert tour["next_stop_id"] == route["stops"][1]["id"]
    assert tour["stops"][1]["delivery"]["status"] == "out_for_delivery"
    assert tour["stops"][1]["latitude"] == 60.17


async def test_drafts_are_the_offices_business(depot: Depot) -> None:
    route = await depot.route(1)
    assert data(await ask(depot, depot.driver))["routes"] == []
    assert len(data(await ask(depot, depot.office))["routes"]) == 1
    data(await depot.step(route["id"], "publish"))
    assert len(data(await ask(depot, depot.driver))["routes"]) == 1


async def test_only_that_day_in_the_order_of_starting(depot: Depot) -> None:
    later = data(await depot.plan([], name="later", starts_at="2041-11-25T12:00:00Z"), 201)
    early = data(await depot.plan([], name="early", starts_at="2041-11-25T06:00:00Z"), 201)
    await depot.plan([], date=(DAY + timedelta(days=1)).isoformat())
    found = data(await ask(depot, depot.office))["routes"]
    assert [one["id"] for one in found] == [early["id"], later["id"]]


async def test_today_is_today_where_the_fleet_is(world: World, depot: Depot) -> None:
    async with world.container.work() as session:
        fleet = await session.get_one(Fleet, world.fleet_id)
        fleet.time_zone = "Pacific/Kiritimati"
    address = f"{API}/drivers/{depot.driver_id}/assignments"
    found = data(await world.client.get(address, headers=depot.office))
    assert found["date"] == datetime.now(ZoneInfo("Pacific/Kiritimati")).date().isoformat()


async def a_tour(depot: Depot, day: date, name: str, *steps: str, leaves: time) -> None:
    """A route of nothing but a delivery, with these steps done."""
    ids = await deliveries(depot.world.container, depot.world.fleet_id, 1)
    said = {"date": day, "starts_at": datetime.combine(day, leaves, UTC)}
    body = {key: value.isoformat() for key, value in said.items()}
    route = data(await depot.plan(ids, name=name, **body), 201)
    for step in steps:
        if step == "complete":
            data(await depot.set_status(ids[0], "completed", depot.driver))
        data(await depot.step(route["id"], step))


async def names_at(depot: Depot, now: datetime, day: date | None = None) -> list[str]:
    """The driver's routes at a moment."""
    actor = an_actor(Role.DISPATCHER, depot.world.fleet_id)
    async with depot.world.container.work() as session:
        found = await Tours(session, lambda: now).assignments(actor, depot.driver_id, day)
    return [tour.route.name for tour in found.tours]


async def test_tours_of_the_night_go_on_after_midnight(depot: Depot) -> None:
    async with depot.world.container.work() as session:
        (await session.get_one(Fleet, depot.world.fleet_id)).time_zone = "UTC"
    today = DAY
    yesterday, late, early = today - timedelta(days=1), time(22), time(8)
    started = ("publish", "start")
    await a_tour(depot, yesterday, "driven", *started, leaves=late)
    await a_tour(depot, yesterday, "over", *started, "complete", leaves=late)
    await a_tour(depot, yesterday, "about to leave", "publish", leaves=time(23, 30))
    await a_tour(depot, yesterday, "never left", "publish", leaves=early)
    await a_tour(depot, yesterday, "draft", leaves=time(23))
    await a_tour(depot, today - timedelta(days=3), "forgotten", *started, leaves=late)
    await a_tour(depot, today, "of the day", "publish", leaves=early)

    night = datetime.combine(today, time(0, 30), UTC)
    assert await names_at(depot, night) == ["driven", "about to leave", "of the day"]
    assert await names_at(depot, night, today) == ["of the day"]
    later = night + timedelta(hours=6)
    assert await names_at(depot, later) == ["driven", "of the day"]


def test_days_at_the_edges_of_the_world() -> None:
    moment = datetime(2026, 11, 22, 11, 30, tzinfo=UTC)
    assert day_in("Pacific/Kiritimati", moment).day == 23
    assert day_in("Pacific/Pago_Pago", moment).day == 22
    assert day_in("Nowhere/At_All", moment).day == 22


async def test_who_may_look(world: World, depot: Depot) -> None:
    await depot.route(1, steps=("publish",))
    colleague = await a_person(world.container, Role.DRIVER, world.fleet_id)
    await a_driver(world.container, colleague)
    refused(await ask(depot, await world.bearer(colleague)), 404)
    refused(await ask(depot, await world.a(Role.CUSTOMER)), 403)
    for role in (Role.FLEET_MANAGER, Role.DISPATCHER, Role.DRIVER):
        refused(await ask(depot, await world.a(role, fleet_id=world.other_fleet_id)), 404)
    data(await ask(depot, await world.a(Role.SYSTEM_ADMIN)))
    refused(await ask(depot, {}), 401)


async def test_unknown_drivers_and_wrong_dates(depot: Depot) -> None:
    refused(await ask(depot, depot.office, 2**62), 404)
    assert list(refused(await ask(depot, depot.office, date="soon"), 400)["fields"]) == ["date"]

"""Addresses and the points they are at, as they change together."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from fleet_app.access.actor import Actor
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Delivery, Route, RouteStatus, RouteStop
from fleet_app.delivery.routes import RoutePlan, RouteService
from fleet_app.kernel.errors import InvalidInput
from tests.builders.orders import a_delivery
from tests.builders.people import a_fleet
from tests.builders.records import an_actor, records

HERE = {"lat": 60.1, "lon": 24.9}
GONE = {"lat": None, "lon": None}


@pytest.fixture
async def office(container: Container) -> Actor:
    return an_actor(Role.FLEET_MANAGER, await a_fleet(container))


async def made(container: Container, office: Actor, plural: str, **said: Any) -> dict[str, Any]:
    async with records(container, plural, office) as of:
        return dict(await of.create(said))


async def changed(
    container: Container, office: Actor, plural: str, row: dict[str, Any], **said: Any
) -> dict[str, Any]:
    async with records(container, plural, office) as of:
        return dict(await of.update(row["id"], said))


def part(row: dict[str, Any], like: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in like}


@pytest.mark.parametrize("plural", ["deliveries", "customers", "depots"])
async def test_a_new_address_leaves_the_old_point(container: Container, office: Actor, plural: str):
    name = {} if plural == "deliveries" else {"name": "North"}
    row = await made(container, office, plural, address="Old street 1", **HERE, **name)
    row = await changed(
        container, office, plural, row, address="Old street 1", external_reference="A"
    )
    assert part(row, HERE) == HERE, "the address did not change"
    row = await changed(container, office, plural, row, address="New street 2")
    assert part(row, GONE) == GONE
    there = {"lat": 61.5, "lon": 23.7}
    row = await changed(container, office, plural, row, address="Third street 3", **there)
    assert part(row, there) == there


async def test_a_new_pick_up_address_leaves_the_old_point(container: Container, office: Actor):
    pickup = {"pickup_lat": 60.1, "pickup_lon": 24.9}
    row = await made(
        container, office, "deliveries", address="A 1", pickup_address="B 1", **HERE, **pickup
    )
    row = await changed(container, office, "deliveries", row, pickup_address="C 1")
    assert part(row, pickup) == {"pickup_lat": None, "pickup_lon": None}
    assert part(row, HERE) == HERE


async def test_a_delivery_needs_an_address_from_somewhere(container: Container, office: Actor):
    nowhere = await made(container, office, "customers", name="No address")
    with pytest.raises(InvalidInput) as refusal:
        await made(container, office, "deliveries", customer_id=nowhere["id"])
    assert list(refusal.value.fields) == ["address"]
    known = await made(container, office, "customers", name="Known", address="Katu 1", **HERE)
    row = await made(container, office, "deliveries", customer_id=known["id"])
    assert part(row, {"address": "", **HERE}) == {"address": "Katu 1", **HERE}
    door = {"lat": 60.2, "lon": 24.8}
    row = await made(container, office, "deliveries", customer_id=known["id"], **door)
    assert part(row, {"address": "", **door}) == {"address": "Katu 1", **door}
    with pytest.raises(InvalidInput):
        await changed(container, office, "deliveries", row, customer_id=nowhere["id"], address="")


@pytest.mark.parametrize("status", list(RouteStatus))
async def test_a_planned_stop_follows_its_delivery_until_the_route_is_completed(
    container: Container, office: Actor, status: RouteStatus
):
    fleet_id = office.principal.fleet_id
    assert fleet_id is not None
    ids = [await a_delivery(container, fleet_id, **HERE) for _ in range(2)]
    async with container.work() as session:
        plan = RoutePlan(date=date(2026, 11, 23), delivery_ids=ids, fleet_id=fleet_id)
        route = (await RouteService(session).create(office, plan)).route
    async with container.work() as session:
        (await session.get_one(Route, route.id)).status = status
    await changed(container, office, "deliveries", {"id": ids[0]}, lat=61.5, lon=23.7)
    async with container.work() as session:
        query = select(RouteStop.lat, RouteStop.lon).order_by(RouteStop.position)
        points = [tuple(one) for one in (await session.exec(query)).all()]
        assert (await session.get_one(Delivery, ids[0])).lat == 61.5
    moved = (60.1, 24.9) if status is RouteStatus.COMPLETED else (61.5, 23.7)
    assert points == [moved, (60.1, 24.9)]

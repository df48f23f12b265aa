"""Vehicles that are out themselves are offered nothing, whatever happens to others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Priority
from fleet_app.fleet.models import Vehicle, VehicleStatus
from fleet_app.planning.live.models import Suggestion
from fleet_app.planning.live.offers import Disruption, Kind
from tests.builders.orders import a_delivery
from tests.builders.rounds import on_street
from tests.builders.suggestions import Running, running_routes


@pytest.fixture
async def running(container: Container, fleet_id: int) -> Running:
    """Three and two deliveries under way."""
    return await running_routes(container, fleet_id)


async def in_workshop(running: Running, number: int) -> None:
    async with running.container.work() as session:
        vehicle = await session.get_one(Vehicle, running.vehicles[number])
        vehicle.status = VehicleStatus.WORKSHOP


async def urgent(running: Running) -> Suggestion | None:
    """What is offered about an urgent order that comes in."""
    lat, lon = on_street(1_500)
    order = await a_delivery(
        running.container, running.fleet_id, lat=lat, lon=lon, priority=Priority.URGENT
    )
    return await about(running, Kind.URGENT_ORDER, order)


async def about(running: Running, kind: Kind, number: int) -> Suggestion | None:
    return await running.container.suggester.about(Disruption(running.fleet_id, kind, number))


async def test_a_vehicle_in_the_workshop_gets_no_urgent_order(running: Running):
    await in_workshop(running, 0)
    made = await urgent(running)
    assert made is not None
    assert {move["to_route"] for move in made.moves} == {running.routes[1]}
    await in_workshop(running, 1)
    assert await urgent(running) is None


async def test_the_second_vehicle_that_is_out_leaves_nothing_to_the_first(running: Running):
    await in_workshop(running, 0)
    await in_workshop(running, 1)
    assert await about(running, Kind.VEHICLE_DOWN, running.vehicles[1]) is None


async def test_a_vehicle_of_which_nobody_has_decided_gets_nothing(running: Running):
    assert (await running.down()).status == "open"
    assert await about(running, Kind.VEHICLE_DOWN, running.vehicles[1]) is None


async def test_who_has_not_been_heard_of_for_long_gets_nothing(running: Running):
    for number in (0, 1):
        await running.seen_at(number, on_street(500), timedelta(minutes=1))
    assert await urgent(running) is not None
    for number in (0, 1):
        await running.seen_at(number, on_street(500), timedelta(hours=1))
    assert await urgent(running) is None

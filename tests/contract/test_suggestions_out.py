"""Vehicles that are out themselves are offered nothing, whatever happens to others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from backend_jobs.subscribers import SUBSCRIBERS
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Delivery, Priority
from fleet_app.delivery.routes import RouteService
from fleet_app.fleet.models import Driver, DriverStatus, Vehicle, VehicleStatus
from fleet_app.fleet.service_status import SERVICE_CHANGED
from fleet_app.kernel.clock import utc_now
from fleet_app.planning.goods import follow_vehicles
from fleet_app.planning.live.deciding import Decisions
from fleet_app.planning.live.models import Suggestion
from fleet_app.planning.live.offers import Disruption, Kind
from fleet_app.planning.live.rearranging import TooLate
from tests.builders.orders import a_delivery
from tests.builders.records import an_actor, records
from tests.builders.rounds import on_street
from tests.builders.suggestions import Running, running_routes
from tests.contract.test_suggestions import told


@pytest.fixture
async def running(container: Container, fleet_id: int) -> Running:
    """Three and two deliveries under way."""
    return await running_routes(container, fleet_id)


async def in_workshop(running: Running, number: int) -> None:
    async with running.container.work() as session:
        vehicle = await session.get_one(Vehicle, running.vehicles[number])
        vehicle.status = VehicleStatus.WORKSHOP


async def urgent(running: Running, **said: Any) -> Suggestion | None:
    """What is offered about an urgent order that comes in."""
    lat, lon = on_street(1_500)
    order = await a_delivery(
        running.container, running.fleet_id, lat=lat, lon=lon, priority=Priority.URGENT, **said
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


async def taker(running: Running, offer: Suggestion) -> int:
    """The number of the vehicle to which an offer gives everything."""
    (route,) = {move["to_route"] for move in offer.moves}
    return running.routes.index(route)


async def heard(running: Running, type_: str) -> None:
    """Whoever waits for the events of a type hears of them."""
    for event in await told(running.container, type_):
        for one in SUBSCRIBERS:
            if one.wants(event):
                await one.handle(running.container, event)


async def test_what_a_vehicle_was_to_take_goes_to_others_when_it_is_out(container, fleet_id):
    running = await running_routes(container, fleet_id, (3, 2, 2))
    first = await running.down()
    out = await taker(running, first)
    actor = an_actor(Role.FLEET_MANAGER, fleet_id)
    async with records(container, "vehicles", actor) as vehicles:
        await vehicles.update(running.vehicles[out], {"service_status": "workshop"})
    with pytest.raises(TooLate, match="is out itself"):
        await running.decide("accept", first)
    await heard(running, SERVICE_CHANGED)
    async with container.work() as session:
        offered = {one.subject: one for one in await Decisions(session).open(running.actor)}
    anew = offered[f"vehicle:{running.vehicles[0]}"]
    assert anew.id != first.id
    assert await taker(running, anew) not in (0, out)
    await running.decide("accept", anew)


async def test_an_offer_ends_when_nobody_else_can_take_what_it_gives(running: Running):
    first = await running.down()
    actor = an_actor(Role.FLEET_MANAGER, running.fleet_id)
    async with records(running.container, "vehicles", actor) as vehicles:
        await vehicles.update(running.vehicles[1], {"service_status": "workshop"})
    await heard(running, SERVICE_CHANGED)
    async with running.container.work() as session:
        assert await Decisions(session).open(running.actor) == []
    with pytest.raises(TooLate):
        await running.decide("accept", first)


async def test_an_offer_stays_when_somebody_else_is_out(container, fleet_id):
    running = await running_routes(container, fleet_id, (3, 2, 2))
    first = await running.down()
    out = ({1, 2} - {await taker(running, first)}).pop()
    await in_workshop(running, out)
    await running.decide("accept", first)


async def test_what_went_on_to_a_third_vehicle_is_taken_back_from_there_first(container, fleet_id):
    running = await running_routes(container, fleet_id, (3, 2, 2))
    first = await running.down()
    second_van = await taker(running, first)
    await running.decide("accept", first)
    told_about = Disruption(fleet_id, Kind.VEHICLE_DOWN, running.vehicles[second_van])
    await in_workshop(running, 0)
    second = await running.make(told_about)
    await running.decide("accept", second)
    with pytest.raises(TooLate, match="nothing to take back"):
        await running.decide("undo", first)
    await running.decide("undo", second)
    await running.decide("undo", first)
    assert [await running.on(number) for number in range(3)] == running.orders


ALWAYS = "Mon-Sun 00:00-24:00"


async def test_an_offer_ends_when_a_route_of_it_is_recalled(container, fleet_id):
    running = await running_routes(container, fleet_id, (2, 2), start=False, shift=ALWAYS)
    made = await urgent(running)
    assert made is not None
    route = made.moves[0]["to_route"]
    async with container.work() as session:
        await RouteService(session).recall(running.actor, route)
    with pytest.raises(TooLate, match="is over"):
        await running.decide("accept", made)
    await heard(running, "route.recalled")
    async with container.work() as session:
        assert await Decisions(session).open(running.actor) == []


async def test_who_works_no_more_is_offered_nothing_before_setting_off(container, fleet_id):
    running = await running_routes(container, fleet_id, (2, 2), start=False, shift=ALWAYS)
    async with container.work() as session:
        for driver in await session.exec(select(Driver)):
            driver.status = DriverStatus.INACTIVE
    assert await urgent(running) is None


async def test_goods_follow_a_vehicle_whose_route_is_empty(container, fleet_id):
    """Nobody drives it on, though nobody has completed the route either."""
    running = await running_routes(container, fleet_id, (2, 2))
    for number in range(2):
        await running.seen_at(number, on_street(500, 100 * number))
    await running.decide("accept", await running.down())
    await running.seen_at(0, on_street(9_000))
    assert await follow_vehicles(container.work, utc_now()) == 2
    async with container.work() as session:
        goods = await session.get_one(Delivery, running.orders[0][0])
    assert goods.left_in["lon"] == pytest.approx(on_street(9_000)[1])


async def test_it_says_when_nobody_knows_where_an_urgent_orders_goods_are(container, fleet_id):
    running = await running_routes(container, fleet_id)
    made = await urgent(running)
    assert made is not None
    assert made.words.endswith("; nothing says where its goods are fetched")
    lat, lon = on_street(1_700)
    there = {"pickup_address": "Katu 5", "pickup_lat": lat, "pickup_lon": lon}
    made = await urgent(running, **there)
    assert made is not None
    assert "goods" not in made.words

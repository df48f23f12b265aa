"""What can be done about a disruption: offered, accepted with one step, and taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import col, select

from backend_jobs.subscribers import SUBSCRIBERS, close_suggestions, suggest, suggest_others
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Delivery, DeliveryStatus, Priority, Route, RouteStatus
from fleet_app.delivery.reasons import Reason
from fleet_app.delivery.routes import RouteService
from fleet_app.delivery.service import DeliveryLife
from fleet_app.fleet.service_status import SERVICE_CHANGED
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.events import DomainEvent
from fleet_app.outbox.models import StoredEvent
from fleet_app.planning.live.deciding import Decisions, TooLate
from fleet_app.planning.live.disruptions import disruption_of
from fleet_app.planning.live.models import Suggestion
from tests.builders.orders import a_delivery
from tests.builders.people import a_vehicle
from tests.builders.records import an_actor, records
from tests.builders.rounds import on_street
from tests.builders.suggestions import Running, running_routes


@pytest.fixture
async def running(container: Container, fleet_id: int) -> Running:
    """Three and two deliveries under way."""
    return await running_routes(container, fleet_id)


async def test_when_a_vehicle_is_out_the_others_take_its_stops_and_give_them_back(
    running: Running,
):
    made = await running.down()
    assert {move["delivery_id"] for move in made.moves} == set(running.orders[0])
    assert {move["to_route"] for move in made.moves} == {running.routes[1]}
    assert "is out" in made.words
    assert set(made.effect) >= {"cost", "distance_m", "late_s"}
    assert await running.on(0) == running.orders[0]  # nothing has changed yet
    await running.decide("accept", made)
    assert await running.on(0) == []
    assert sorted(await running.on(1)) == sorted(running.orders[0] + running.orders[1])
    async with running.container.work() as session:
        moved = await session.get_one(Delivery, running.orders[0][0])
    assert moved.status is DeliveryStatus.OUT_FOR_DELIVERY
    await running.decide("undo", made)
    assert (await running.on(0), await running.on(1)) == tuple(running.orders)


async def test_what_is_done_meanwhile_stays_where_it_was_done(running: Running):
    made = await running.down()
    await running.decide("accept", made)
    done = (await running.on(1))[0]
    async with running.container.work() as session:
        await DeliveryLife(session).change(running.actor, done, DeliveryStatus.COMPLETED)
    await running.decide("undo", made)
    assert done in await running.on(1)
    both = [*await running.on(0), *await running.on(1)]
    assert sorted(both) == sorted(running.orders[0] + running.orders[1])


async def test_routes_that_changed_since_are_left_alone(running: Running):
    made = await running.down()
    async with running.container.work() as session:
        turned = running.orders[1][::-1]
        await RouteService(session).change_stops(running.actor, running.routes[1], turned)
    with pytest.raises(TooLate):
        await running.decide("accept", made)
    assert (await running.on(0), await running.on(1)) == (running.orders[0], turned)


async def added_to(running: Running, number: int) -> int:
    """An order that somebody puts in front of all others of a route."""
    lat, lon = on_street(10)
    new = await a_delivery(running.container, running.fleet_id, lat=lat, lon=lon)
    async with running.container.work() as session:
        ids = [new, *await running.on(number)]
        await RouteService(session).change_stops(running.actor, running.routes[number], ids)
    return new


async def test_what_was_added_meanwhile_is_no_stop_of_an_offer(running: Running):
    made = await running.down()
    new = await added_to(running, 1)
    with pytest.raises(TooLate):
        await running.decide("accept", made)
    assert await running.on(1) == [new, *running.orders[1]]


async def test_what_was_taken_off_meanwhile_is_not_brought_back_by_an_offer(running: Running):
    made = await running.down()
    gone, *left = running.orders[0]
    async with running.container.work() as session:
        await DeliveryLife(session).change(running.actor, gone, DeliveryStatus.ASSIGNED)
        await RouteService(session).change_stops(running.actor, running.routes[0], left)
    with pytest.raises(TooLate):
        await running.decide("accept", made)
    assert await running.on(0) == left


async def test_what_was_added_meanwhile_stays_when_it_is_taken_back(running: Running):
    made = await running.down()
    await running.decide("accept", made)
    new = await added_to(running, 1)
    await running.decide("undo", made)
    assert await running.on(0) == running.orders[0]
    assert await running.on(1) == [*running.orders[1], new]


async def test_what_is_called_off_meanwhile_keeps_nothing_from_being_taken_back(running: Running):
    made = await running.down()
    await running.decide("accept", made)
    gone = running.orders[0][0]
    async with running.container.work() as session:
        life = DeliveryLife(session)
        await life.change(running.actor, gone, DeliveryStatus.ASSIGNED)
        await life.change(
            running.actor, gone, DeliveryStatus.CANCELLED, reason=Reason.CUSTOMER_REQUEST
        )
    await running.decide("undo", made)
    assert (await running.on(0), await running.on(1)) == (running.orders[0][1:], running.orders[1])


async def shown(running: Running) -> list[int | None]:
    """The suggestions that dispatchers are offered, or can take back."""
    async with running.container.work() as session:
        return [one.id for one in await Decisions(session).open(running.actor)]


async def complete(running: Running, number: int) -> None:
    """The driver is back."""
    async with running.container.work() as session:
        await RouteService(session).complete(running.actor, running.routes[number])


async def test_a_route_that_was_completed_for_want_of_stops_is_driven_on(running: Running):
    made = await running.down()
    await running.decide("accept", made)
    await complete(running, 0)
    assert await shown(running) == [made.id]
    await running.decide("undo", made)
    assert (await running.on(0), await running.on(1)) == tuple(running.orders)
    async with running.container.work() as session:
        route = await session.get_one(Route, running.routes[0])
        moved = await session.get_one(Delivery, running.orders[0][0])
    assert route.status is RouteStatus.STARTED
    assert moved.status is DeliveryStatus.OUT_FOR_DELIVERY
    (event,) = await told(running.container, "route.reopened")
    assert (event.subject, event.data["status"]) == (f"route:{running.routes[0]}", "started")


async def test_what_was_driven_and_completed_since_cannot_be_taken_back(running: Running):
    made = await running.down()
    await running.decide("accept", made)
    async with running.container.work() as session:
        for id_ in await running.on(1):
            await DeliveryLife(session).change(running.actor, id_, DeliveryStatus.COMPLETED)
    await complete(running, 1)
    assert await shown(running) == []
    with pytest.raises(TooLate, match="R1 was driven on and completed"):
        await running.decide("undo", made)


async def test_only_the_newest_of_a_subject_is_open_and_dismissed_ones_are_gone(running: Running):
    first, second = await running.down(), await running.down()
    async with running.container.work() as session:
        shown = await Decisions(session).open(running.actor)
    assert [one.id for one in shown] == [second.id]
    with pytest.raises(TooLate):
        await running.decide("accept", first)
    await running.decide("dismiss", second)
    async with running.container.work() as session:
        later = Decisions(session, lambda: utc_now() + timedelta(hours=1))
        assert await later.open(running.actor) == []


async def test_an_urgent_order_is_offered_to_somebody_by_itself(running: Running):
    place = on_street(1_500)
    order = await a_delivery(
        running.container, running.fleet_id, lat=place[0], lon=place[1], priority=Priority.URGENT
    )
    event = DomainEvent(
        type="delivery.created", fleet_id=running.fleet_id, subject=f"delivery:{order}"
    )
    await suggest(running.container, event)
    async with running.container.work() as session:
        (made,) = await Decisions(session).open(running.actor)
    assert [move["delivery_id"] for move in made.moves] == [order]
    await running.decide("accept", made)
    assert order in [*await running.on(0), *await running.on(1)]


async def test_what_concerns_no_route_is_no_disruption(running: Running):
    idle = await a_vehicle(running.container, running.fleet_id)
    plain = await a_delivery(running.container, running.fleet_id)
    for kind, subject in (
        ("vehicle.offline", f"vehicle:{idle}"), ("delivery.created", f"delivery:{plain}")
    ):  # fmt: skip
        await suggest(
            running.container, DomainEvent(type=kind, fleet_id=running.fleet_id, subject=subject)
        )
    async with running.container.work() as session:
        assert await Decisions(session).open(running.actor) == []


async def test_who_has_dismissed_what_silence_brought_is_not_asked_at_the_next_one(
    running: Running,
):
    subject = f"vehicle:{running.vehicles[0]}"
    event = DomainEvent(type="vehicle.offline", fleet_id=running.fleet_id, subject=subject)
    for _ in range(2):
        await suggest(running.container, event)
    (offer,) = await shown(running)
    async with running.container.work() as session:
        await Decisions(session).dismiss(running.actor, offer or 0)
    await suggest(running.container, event)
    assert await shown(running) == []


async def told(container: Container, type_: str) -> list[DomainEvent]:
    """The events of a type, as subscribers get them."""
    query = select(StoredEvent).where(col(StoredEvent.type) == type_)
    async with container.work() as session:
        return [
            DomainEvent(type=one.type, fleet_id=one.fleet_id, subject=one.subject, data=one.data)
            for one in await session.exec(query.order_by(col(StoredEvent.sequence)))
        ]


async def test_a_vehicle_that_goes_into_the_workshop_is_offered_a_way_out_by_itself(
    running: Running,
):
    container, actor = running.container, an_actor(Role.FLEET_MANAGER, running.fleet_id)
    for vehicle, status in ((running.vehicles[0], "workshop"), (running.vehicles[0], "workshop")):
        async with records(container, "vehicles", actor) as vehicles:
            await vehicles.update(vehicle, {"service_status": status})
    (event,) = await told(container, SERVICE_CHANGED)
    assert (event.subject, event.data["status"]) == (f"vehicle:{running.vehicles[0]}", "workshop")
    (wanting,) = [one for one in SUBSCRIBERS if one.handle is suggest_others and one.wants(event)]
    await wanting.handle(container, event)
    async with container.work() as session:
        (made,) = await Decisions(session).open(running.actor)
    assert {move["delivery_id"] for move in made.moves} == set(running.orders[0])
    await running.decide("accept", made)
    assert (await running.on(0), len(await running.on(1))) == ([], 5)


async def test_a_vehicle_that_came_back_or_has_no_route_today_is_no_disruption(running: Running):
    container, actor = running.container, an_actor(Role.FLEET_MANAGER, running.fleet_id)
    idle = await a_vehicle(container, running.fleet_id)
    for vehicle, status in (
        (running.vehicles[0], "workshop"), (running.vehicles[0], "active"), (idle, "workshop")
    ):  # fmt: skip
        async with records(container, "vehicles", actor) as vehicles:
            await vehicles.update(vehicle, {"service_status": status})
    events = await told(container, SERVICE_CHANGED)
    assert len(events) == 3
    for event in events:
        assert await disruption_of(container.work, event) is None


@pytest.mark.parametrize("type_", ["vehicle.online", SERVICE_CHANGED])
async def test_an_offer_ends_when_the_vehicle_is_back(running: Running, type_: str):
    container, actor = running.container, an_actor(Role.FLEET_MANAGER, running.fleet_id)
    made = await running.down()
    event = DomainEvent(
        type=type_, fleet_id=running.fleet_id, subject=f"vehicle:{running.vehicles[0]}"
    )
    (wanting,) = [
        one for one in SUBSCRIBERS if one.handle is close_suggestions and one.wants(event)
    ]
    for status, offered in (("workshop", [made.id]), ("active", [])):
        async with records(container, "vehicles", actor) as vehicles:
            await vehicles.update(running.vehicles[0], {"service_status": status})
        await wanting.handle(container, event)
        assert await shown(running) == offered
    async with container.work() as session:
        assert (await session.get_one(Suggestion, made.id)).status == "expired"


async def test_an_offer_ends_with_a_route_of_it(running: Running):
    made = await running.down()
    async with running.container.work() as session:
        for id_ in running.orders[1]:
            await DeliveryLife(session).change(running.actor, id_, DeliveryStatus.COMPLETED)
    await complete(running, 1)
    assert await shown(running) == [made.id]
    (event,) = await told(running.container, "route.completed")
    for one in SUBSCRIBERS:
        if one.handle is close_suggestions and one.wants(event):
            await one.handle(running.container, event)
    assert await shown(running) == []

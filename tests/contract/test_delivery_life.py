"""The life of deliveries against PostgreSQL: whatever is tried, the events say what is stored."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from fleet_app.access.actor import SYSTEM, Actor, Channel
from fleet_app.access.principal import Principal
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.delivery import life
from fleet_app.delivery.models import Delivery, DeliveryStatus
from fleet_app.delivery.reasons import REASONS
from fleet_app.delivery.recording import StatusChange
from fleet_app.delivery.routes import RoutePlan, RouteService
from fleet_app.delivery.service import Changed, DeliveryLife
from fleet_app.fleet.models import Driver
from fleet_app.kernel.errors import FleetError, InvalidInput, NotFound
from tests.builders.orders import an_order, events_of, stored
from tests.builders.people import a_fleet, a_vehicle

START = datetime(2026, 11, 22, 6, tzinfo=UTC)


class Time:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def person(role: Role, fleet_id: int, driver_id: int | None = None) -> Actor:
    principal = Principal(
        user_id=0, name=role.value, email="", role=role, fleet_id=fleet_id, driver_id=driver_id
    )
    return Actor(principal=principal, channel=Channel.API)


@pytest.fixture
async def fleet_id(container: Container) -> int:
    return await a_fleet(container)


async def a_route(
    container: Container, fleet_id: int, clock: Callable[[], datetime]
) -> tuple[list[int], Actor, Actor]:
    """Three deliveries on a published route, its driver and the office."""
    vehicle = await a_vehicle(container, fleet_id)
    driver = Driver(fleet_id=fleet_id, name="D", license_number="1", vehicle_id=vehicle)
    orders = [an_order(fleet_id) for _ in range(3)]
    for order in orders:
        order.status_at = START - timedelta(hours=1)
    office = person(Role.DISPATCHER, fleet_id)
    async with container.work() as session:
        session.add_all([driver, *orders])
        await session.flush()
        DeliveryLife(session, clock).created(SYSTEM, *orders)
        ids = [order.id or 0 for order in orders]
        routes = RouteService(session, clock)
        plan = RoutePlan(
            date=date(2026, 11, 22), vehicle_id=vehicle, driver_id=driver.id, delivery_ids=ids
        )
        tour = await routes.create(office, plan)
        await routes.publish(office, tour.route.id or 0)
    return ids, office, person(Role.DRIVER, fleet_id, driver.id)


async def require_folded(container: Container, delivery_id: int) -> None:
    """The events lead to what is stored."""
    now, events = await stored(container, delivery_id), await events_of(container, delivery_id)
    state = life.fold(events)
    assert state is not None
    assert (state.status, state.since) == (now.status, now.status_at)


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_is_tried_the_events_say_what_is_stored(
    container: Container, fleet_id: int, seed: int
) -> None:
    time, chance = Time(), random.Random(seed)
    ids, office, driver = await a_route(container, fleet_id, time)
    accepted = 0
    for _ in range(60):
        time.now += timedelta(seconds=chance.randrange(1, 4000))
        actor, delivery = chance.choice([office, driver]), chance.choice(ids)
        state = life.fold(await events_of(container, delivery))
        assert state is not None
        back = life.reopening(state, time.now)
        legal = [*life.legal_next(state), *([back] if back else [])] * 4
        to = chance.choice([*DeliveryStatus, *legal])
        ago = chance.choice([None, None, chance.randrange(-200, 9000)])
        told = None if ago is None else time.now - timedelta(seconds=ago)
        reason = REASONS[to][0] if to in REASONS else None
        wish = StatusChange(
            delivery_id=delivery, to=to, occurred_at=told, reason=reason, taking_back=back is to
        )
        before = await stored(container, wish.delivery_id)
        known = len(await events_of(container, wish.delivery_id))
        async with container.work() as session:
            (result,) = await DeliveryLife(session, time).change_many(actor, [wish])
        accepted += isinstance(result, Changed)
        await _require_fitting(container, wish, result, before, known)
    assert accepted > 8, accepted


async def _require_fitting(
    container: Container,
    wish: StatusChange,
    result: Changed | FleetError,
    before: Delivery,
    known: int,
) -> None:
    after = await stored(container, wish.delivery_id)
    await require_folded(container, wish.delivery_id)
    new = len(await events_of(container, wish.delivery_id)) - known
    if isinstance(result, FleetError):
        assert (new, after.status, after.version) == (0, before.status, before.version)
    elif result.late:
        assert (new, after.status, after.version) == (1, before.status, before.version)
    else:
        assert (new, after.status) == (1, wish.to)
        assert after.version > before.version


async def test_a_refused_change_leaves_no_trace_when_it_raises(
    container: Container, fleet_id: int
) -> None:
    order = an_order(fleet_id)
    async with container.work() as session:
        session.add(order)

    async def complete() -> None:
        async with container.work() as session:
            office = person(Role.DISPATCHER, fleet_id)
            await DeliveryLife(session).change(office, order.id or 0, DeliveryStatus.COMPLETED)

    with pytest.raises(life.IllegalChange):
        await complete()
    assert await events_of(container, order.id or 0) == []


async def test_a_late_report_of_the_moment_of_assignment_is_in_order(
    container: Container, fleet_id: int
) -> None:
    """Two events of one moment keep the order in which we heard of them."""
    time = Time()
    (delivery, *_), _, driver = await a_route(container, fleet_id, time)
    async with container.work() as session:
        result = await DeliveryLife(session, time).change(
            driver, delivery, DeliveryStatus.OUT_FOR_DELIVERY, occurred_at=time.now
        )
    assert not result.late
    await require_folded(container, delivery)


async def test_nobody_waits_for_another_fleets_records(container: Container, fleet_id: int):
    ids, _, _ = await a_route(container, fleet_id, Time())
    stranger = person(Role.DISPATCHER, await a_fleet(container))
    async with container.work() as holding:
        held = await DeliveryLife(holding)._repository.deliveries(ids, lock=True)
        route_id = held[ids[0]].route_id or 0
        await DeliveryLife(holding)._repository.routes([route_id], lock=True)
        async with container.work(2) as session:
            wish = StatusChange(delivery_id=ids[0], to=DeliveryStatus.CANCELLED)
            assert isinstance(
                (await DeliveryLife(session).change_many(stranger, [wish]))[0], NotFound
            )
            with pytest.raises(NotFound):
                await RouteService(session).change_stops(stranger, route_id, ids)
            with pytest.raises(NotFound):
                await DeliveryLife(session).events(stranger, ids[0])
            plan = RoutePlan(date=date(2026, 11, 22), delivery_ids=ids)
            with pytest.raises(InvalidInput):
                await RouteService(session).create(stranger, plan)
    assert (await stored(container, ids[0])).status is DeliveryStatus.ASSIGNED

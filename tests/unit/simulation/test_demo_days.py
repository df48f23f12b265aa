"""The demo's deliveries in the database: legal, complete, made once, and carried on day by day."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func
from sqlmodel import col, select

from fleet_app.access.actor import Actor, Channel
from fleet_app.access.principal import Principal
from fleet_app.access.roles import Role
from fleet_app.audit.models import AuditEntry
from fleet_app.bootstrap import Container
from fleet_app.delivery import life
from fleet_app.delivery.models import (
    Customer,
    Delivery,
    DeliveryEvent,
    DeliveryStatus,
    Route,
    RouteStatus,
    RouteStop,
)
from fleet_app.delivery.reasons import Reason
from fleet_app.delivery.service import DeliveryLife
from fleet_app.delivery.tracking import find_tracked
from fleet_app.fleet.maintenance.models import MaintenanceRecord, MaintenanceSchedule, WorkOrder
from fleet_app.fleet.models import Depot, Document, Driver, Vehicle, VehicleStatus
from fleet_app.identity.models import User
from fleet_app.records.models import SavedView
from fleet_app.records.views import ViewSettings
from fleet_app.simulation.demo.rounds import ZONE
from fleet_app.simulation.seed import seed_demo
from tests.unit.simulation.maps import write_big_town

S = DeliveryStatus
PATIENCE = 60.0
NOON = datetime(2026, 11, 20, 12, 15, tzinfo=ZONE)
TABLES = (
    *(User, Vehicle, Driver, Depot, Customer, Delivery, DeliveryEvent, Route, RouteStop),
    *(Document, MaintenanceRecord, MaintenanceSchedule, WorkOrder, SavedView, AuditEntry),
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a map."""
    return write_big_town(tmp_path)


async def rows(container: Container, table: Any) -> list[Any]:
    async with container.work(PATIENCE) as session:
        connection = await session.connection()
        return list(await connection.execute(select(table.__table__)))


async def counts(container: Container) -> dict[str, int]:
    async with container.work(PATIENCE) as session:
        return {
            table.__name__: (await session.exec(select(func.count()).select_from(table))).one()
            for table in TABLES
        }


async def require_sound(container: Container) -> None:
    """Every history is legal and leads to what the delivery says; routes and stops agree."""
    deliveries = {one.id: one for one in await rows(container, Delivery)}
    routes = {one.id: one for one in await rows(container, Route)}
    histories = defaultdict(list)
    for event in sorted(await rows(container, DeliveryEvent), key=lambda event: event.id):
        histories[event.delivery_id].append(event)
    assert set(histories) == set(deliveries)
    for id_, events in histories.items():
        delivery, state = deliveries[id_], life.fold(events)
        assert state is not None
        assert (state.status, state.since) == (delivery.status, delivery.status_at)
        assert delivery.version == len(events)
        before = None
        for event in life.ordered(events):
            assert event.from_status == before
            assert before is None or event.to_status in life.LEGAL[before]
            assert event.occurred_at <= event.received_at
            before = event.to_status
    stops = defaultdict(list)
    for stop in await rows(container, RouteStop):
        stops[stop.route_id].append(stop)
        deliveries_route = deliveries[stop.delivery_id].route_id
        gone = deliveries[stop.delivery_id].status in (S.RESCHEDULED, S.RETURNED)
        assert deliveries_route == stop.route_id or gone
    for route_id, own in stops.items():
        assert sorted(stop.position for stop in own) == list(range(1, len(own) + 1))
        if routes[route_id].status is RouteStatus.COMPLETED:
            left = [deliveries[stop.delivery_id].status for stop in own]
            assert not set(left) & {S.ASSIGNED, *life.UNDER_WAY}
    on_route = {one.id for one in deliveries.values() if one.route_id is not None}
    assert on_route <= {stop.delivery_id for own in stops.values() for stop in own}


async def test_a_first_start_makes_a_believable_company(container: Container, home: Path) -> None:
    await seed_demo(container, home, NOON)
    found = await counts(container)
    assert found["Vehicle"] == 25
    assert (found["Driver"], found["Depot"], found["Customer"]) == (30, 3, 401)
    assert found["Delivery"] == 18 * 300 + 1  # and the parcel whose link is printed
    assert found["SavedView"] == 3
    assert found["AuditEntry"] == 1
    assert {user.role for user in await rows(container, User)} == set(Role)
    vehicles = await rows(container, Vehicle)
    assert Counter(one.status for one in vehicles)[VehicleStatus.WORKSHOP] == 1
    for view in await rows(container, SavedView):
        ViewSettings.model_validate(view.settings)
    await require_sound(container)


async def test_today_shows_every_stage_and_the_coming_days_wait(
    container: Container, home: Path
) -> None:
    await seed_demo(container, home, NOON)
    by_day: dict[dt.date, Counter[str]] = defaultdict(Counter)
    urgent = 0
    for one in await rows(container, Delivery):
        by_day[one.due_on][one.status] += 1
        urgent += one.due_on == NOON.date() and one.status == S.CREATED and one.priority == "urgent"
    today = by_day[NOON.date()]
    assert today[S.COMPLETED] > 60
    assert today[S.OUT_FOR_DELIVERY] > 20
    assert today[S.ASSIGNED] > 40
    assert today[S.CREATED] >= 10
    assert urgent >= 2
    for ahead in (1, 2, 3):
        coming = by_day[NOON.date() + timedelta(days=ahead)]
        assert coming[S.CREATED] + coming[S.CANCELLED] == 300
    for ago in range(1, 15):
        past = by_day[NOON.date() - timedelta(days=ago)]
        assert past[S.COMPLETED] >= 276
        assert not set(past) & {S.CREATED, S.ASSIGNED, *life.UNDER_WAY}
    assert max(one.created_at for one in await rows(container, Delivery)) <= NOON


async def test_a_second_start_at_the_same_moment_adds_nothing(
    container: Container, home: Path
) -> None:
    await seed_demo(container, home, NOON)
    before = await counts(container)
    await seed_demo(container, home, NOON)
    assert await counts(container) == before


async def test_the_next_day_adds_that_day_and_brings_today_to_life(
    container: Container, home: Path
) -> None:
    await seed_demo(container, home, NOON)
    before = await counts(container)
    await seed_demo(container, home, NOON + timedelta(hours=3))
    await require_sound(container)
    assert (await counts(container))["Delivery"] == before["Delivery"]
    found = await seed_demo(container, home, NOON + timedelta(days=1))
    after = await counts(container)
    same = ("User", "Vehicle", "Driver", "Depot", "Customer", "Document", "WorkOrder", "SavedView")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert after["Delivery"] == before["Delivery"] + 300
    new_day = NOON.date() + timedelta(days=4)
    assert sum(one.due_on == new_day for one in await rows(container, Delivery)) == 300
    today = Counter(
        one.status for one in await rows(container, Delivery)
        if one.due_on == NOON.date() + timedelta(days=1)
    )  # fmt: skip
    assert today[S.COMPLETED] > 60
    assert today[S.OUT_FOR_DELIVERY] > 20
    await require_sound(container)
    async with container.work() as session:
        tracked = await find_tracked(session, found.tracking_token)
    assert tracked.vehicle_id is not None


async def test_what_people_did_stays(container: Container, home: Path) -> None:
    found = await seed_demo(container, home, NOON)
    async with container.work() as session:
        user = (await session.exec(select(User).where(User.email == found.dispatcher.email))).one()
        principal = Principal(
            user_id=user.id or 0, name=user.name, email=user.email, role=Role.DISPATCHER,
            fleet_id=user.fleet_id,
        )  # fmt: skip
        created = (col(Delivery.status) == S.CREATED, col(Delivery.due_on) == NOON.date())
        ids = list(await session.exec(select(Delivery.id).where(*created).limit(2)))
        actor = Actor(principal=principal, channel=Channel.WEB)
        now = DeliveryLife(session, lambda: NOON.astimezone(dt.UTC))
        await now.change(actor, ids[0] or 0, S.CANCELLED, reason=Reason.DUPLICATE)
        (await session.get_one(Delivery, ids[1])).deleted_at = NOON
        customer = (
            await session.exec(select(Customer).where(Customer.external_reference == "C-1001"))
        ).one()
        customer.address, customer.version = "Moved Street 1", 2
        gone = (await session.exec(select(SavedView))).first()
        await session.delete(gone)
    await seed_demo(container, home, NOON + timedelta(days=1))
    async with container.work() as session:
        assert (await session.get_one(Delivery, ids[0])).status is S.CANCELLED
        assert (await session.get_one(Delivery, ids[1])).status is S.CREATED
        assert (await session.get_one(Customer, customer.id)).address == "Moved Street 1"
    assert len(await rows(container, SavedView)) == 2


async def test_at_any_hour_something_is_under_way(container: Container, home: Path) -> None:
    midnight = NOON.replace(hour=0, minute=1)
    for hours in (0.4, 6.6, 15, 22):
        now = midnight + timedelta(hours=hours)
        await seed_demo(container, home, now)
        today = [one.status for one in await rows(container, Delivery) if one.due_on == now.date()]
        assert set(today) & life.UNDER_WAY, now
    await require_sound(container)


async def test_without_addresses_there_are_people_and_vehicles_all_the_same(
    container: Container, tmp_path: Path
) -> None:
    await seed_demo(container, tmp_path, NOON)
    found = await counts(container)
    assert (found["Vehicle"], found["Depot"], found["Delivery"]) == (25, 3, 1)
    await require_sound(container)

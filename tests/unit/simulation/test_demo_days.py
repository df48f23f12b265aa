"""The demo's deliveries in the database: legal, complete, made once, and carried on day by day."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from fleet_app.access.actor import Actor, Channel
from fleet_app.access.principal import Principal
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.delivery import life
from fleet_app.delivery.models import (
    Customer,
    Delivery,
    DeliveryEvent,
    Route,
    RouteStop,
    StopKind,
)
from fleet_app.delivery.reasons import Reason
from fleet_app.delivery.service import DeliveryLife
from fleet_app.delivery.tracking import find_tracked
from fleet_app.fleet.models import Vehicle, VehicleStatus
from fleet_app.identity.models import User
from fleet_app.records.models import SavedView
from fleet_app.records.views import ViewSettings
from fleet_app.simulation.cast import CREWS
from fleet_app.simulation.demo import shops
from fleet_app.simulation.demo.rounds import ZONE
from fleet_app.simulation.seed import seed_demo
from tests.engines import TestStores
from tests.unit.simulation.company import NOON, PICKED_UP, S, counts, require_sound, rows
from tests.unit.simulation.conftest import Demo, started
from tests.unit.simulation.maps import write_big_town


@pytest.fixture(scope="module")
async def demo(stores: TestStores, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """The demo as its first start at noon leaves it, on a map."""
    home = write_big_town(tmp_path_factory.mktemp("noon"))
    async with started(stores, home, NOON) as demo:
        yield demo


@pytest.fixture
def database_url(stores: TestStores, demo: Demo) -> Iterator[str]:
    """The demo's data."""
    with stores.copy_of(demo.database_url) as url:
        yield url


@pytest.fixture
def home(demo: Demo, tmp_path: Path) -> Path:
    """The demo's map and logins."""
    return demo.copy_home(tmp_path)


async def test_a_first_start_makes_a_believable_company(container: Container) -> None:
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


async def test_today_shows_every_stage_and_the_coming_days_wait(container: Container) -> None:
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


async def test_what_was_put_off_waits_for_a_day_that_is_not_over(
    container: Container, home: Path
) -> None:
    for now in (NOON, NOON + timedelta(days=1)):
        await seed_demo(container, home, now)
        waiting = [one for one in await rows(container, Delivery) if one.status == S.RESCHEDULED]
        assert 6 <= len(waiting) <= 15
        for one in waiting:
            assert one.due_on > now.date()
            assert one.window_to.astimezone(ZONE).date() == one.due_on
    await require_sound(container)


async def test_what_is_over_has_its_planned_times_beside_those_that_came(
    container: Container,
) -> None:
    stops = await rows(container, RouteStop)
    over = [stop for stop in stops if stop.actual_departure is not None]
    assert len(over) > 0.8 * len(stops)
    late = [(stop.actual_arrival - stop.planned_arrival).total_seconds() for stop in over]
    assert min(late) < 0 < max(late)
    assert max(map(abs, late)) <= 900
    assert all(stop.actual_arrival < stop.actual_departure <= NOON for stop in over)
    assert all(stop.planned_position == stop.position for stop in over)
    ahead = [stop for stop in stops if stop.actual_departure is None]
    assert {stop.planned_arrival for stop in ahead} == {None}


async def test_a_few_goods_are_fetched_at_shops_on_the_way(container: Container) -> None:
    fetched = [one for one in await rows(container, Delivery) if one.pickup_lat is not None]
    assert Counter(one.due_on for one in fetched) == {
        NOON.date() + timedelta(days=days): shops.A_DAY for days in range(-14, 4)
    }
    assert all(one.pickup_address and one.pickup_depot_id is None for one in fetched)
    over = {one.id: one.picked_up_at for one in fetched if one.status == S.COMPLETED}
    assert None not in over.values()
    made = [stop for stop in await rows(container, RouteStop) if stop.kind is StopKind.PICKUP]
    assert {stop.delivery_id for stop in made} >= set(over)
    ahead = {one.id: one.picked_up_at for one in fetched if one.due_on > NOON.date()}
    assert set(ahead.values()) == {None}


async def test_a_vehicle_that_the_office_planned_gets_no_round_besides(
    container: Container, home: Path
) -> None:
    tomorrow = NOON.date() + timedelta(days=1)
    async with container.work() as session:
        of_crew = select(Vehicle).where(Vehicle.registration_number == CREWS[1].registration)
        van = (await session.exec(of_crew)).one()
        own = Route(fleet_id=van.fleet_id, vehicle_id=van.id, date=tomorrow, name="By hand")
        session.add(own)
    await seed_demo(container, home, NOON + timedelta(days=1))
    days = [one for one in await rows(container, Route) if one.date == tomorrow]
    assert [one.name for one in days if one.vehicle_id == van.id] == ["By hand"]
    assert len({one.vehicle_id for one in days}) == len(days) > 20
    await require_sound(container)


async def test_a_second_start_at_the_same_moment_adds_nothing(
    container: Container, home: Path
) -> None:
    before = await counts(container)
    await seed_demo(container, home, NOON)
    assert await counts(container) == before


async def test_the_next_day_adds_that_day_and_brings_today_to_life(
    container: Container, home: Path
) -> None:
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
    added = [one for one in await rows(container, Delivery) if one.due_on == new_day]
    assert sum(one.status != S.RESCHEDULED for one in added) == 300
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


async def test_what_people_did_stays(container: Container, demo: Demo, home: Path) -> None:
    found = demo.logins
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
        tomorrow = (col(Delivery.due_on) == NOON.date() + timedelta(days=1),
                    col(Delivery.pickup_lat).is_not(None))  # fmt: skip
        first = select(Delivery).where(*tomorrow).order_by(col(Delivery.window_to))
        at_depot = (await session.exec(first)).first()
        at_depot.pickup_address = at_depot.pickup_lat = at_depot.pickup_lon = None
        gone = (await session.exec(select(SavedView))).first()
        await session.delete(gone)
    await seed_demo(container, home, NOON + timedelta(days=1, hours=8))
    async with container.work() as session:
        assert (await session.get_one(Delivery, ids[0])).status is S.CANCELLED
        assert (await session.get_one(Delivery, ids[1])).status is S.CREATED
        assert (await session.get_one(Customer, customer.id)).address == "Moved Street 1"
        assert (await session.get_one(Delivery, at_depot.id)).status is S.COMPLETED
    told = [one for one in await rows(container, DeliveryEvent) if one.event_type == PICKED_UP]
    assert at_depot.id not in {one.delivery_id for one in told}
    assert len(await rows(container, SavedView)) == 2

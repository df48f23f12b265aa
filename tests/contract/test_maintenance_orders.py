"""Work orders and what follows from them, on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime

import pytest
from sqlmodel import select

from fleet_app.access.roles import Role
from fleet_app.audit.models import AuditEntry
from fleet_app.bootstrap import Container
from fleet_app.fleet.maintenance.blocking import require_usable
from fleet_app.fleet.maintenance.costs import CostHistory, MonthlyCost
from fleet_app.fleet.maintenance.errors import IllegalStep, ReadingBackwards, VehicleUnusable
from fleet_app.fleet.maintenance.models import (
    MaintenanceKind,
    MaintenanceRecord,
    WorkOrder,
    WorkOrderStatus,
)
from fleet_app.fleet.maintenance.service import NEXT, Completion, MaintenanceService
from fleet_app.fleet.models import Vehicle, VehicleStatus
from fleet_app.fleet.service_status import SERVICE_CHANGED
from fleet_app.kernel.errors import Forbidden, InvalidInput, NotFound
from fleet_app.kernel.events import PENDING
from fleet_app.outbox.changes import take_changes
from fleet_app.outbox.models import StoredEvent
from tests.builders.maintenance import a_schedule, again, an_actor, an_order, stored, tracked
from tests.builders.people import a_fleet, a_vehicle

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
STEPS = {
    "start": WorkOrderStatus.IN_PROGRESS,
    "finish": WorkOrderStatus.DONE,
    "cancel": WorkOrderStatus.CANCELLED,
    "reopen": WorkOrderStatus.OPEN,
}


@pytest.fixture
async def vehicle(container: Container) -> Vehicle:
    vehicle_id = await a_vehicle(container, await a_fleet(container))
    async with container.work() as session:
        found = await session.get(Vehicle, vehicle_id)
    assert found is not None
    return found


async def take(container: Container, order: WorkOrder, step: str, *more, actor=None):
    async with container.work() as session:
        service = MaintenanceService(session, lambda: NOW)
        return await getattr(service, step)(actor or an_actor(order.fleet_id), order.id, *more)


async def status_of(container: Container, vehicle: Vehicle) -> VehicleStatus:
    return (await again(container, vehicle)).status


class TestSteps:
    @pytest.mark.parametrize("status", list(WorkOrderStatus))
    @pytest.mark.parametrize("step", list(STEPS))
    async def test_only_legal_steps_are_taken(self, container, vehicle, status, step):
        order = await an_order(container, vehicle, status=status)
        if STEPS[step] in NEXT[status]:
            await take(container, order, step)
            assert (await again(container, order)).status is STEPS[step]
            return
        with pytest.raises(IllegalStep) as caught:
            await take(container, order, step)
        assert caught.value.legal == NEXT[status]
        for legal in NEXT[status]:
            assert legal.value.replace("_", " ") in caught.value.message
        assert (await again(container, order)).status is status

    async def test_a_step_is_a_new_version_with_an_audit_entry_and_news(self, container, vehicle):
        order = await an_order(container, vehicle, blocks_vehicle=False)
        async with container.work() as session:
            await MaintenanceService(session).start(an_actor(order.fleet_id), order.id)
            news = take_changes(session)[order.fleet_id]
        now = await again(container, order)
        assert (now.version, now.started_at is not None) == (order.version + 1, True)
        assert now.updated_at > order.updated_at
        assert [(one.kind, one.ids) for one in news] == [("work_orders", (order.id,))]
        async with container.work() as session:
            (entry,) = (await session.exec(select(AuditEntry))).all()
        assert (entry.action, entry.kind, entry.label) == ("start", "work_order", "New brakes")
        assert entry.changes["status"] == ["open", "in_progress"]

    async def test_another_fleets_order_does_not_exist_and_dispatchers_may_not(
        self, container, vehicle
    ):
        order = await an_order(container, vehicle)
        for step in STEPS:
            with pytest.raises(NotFound):
                await take(container, order, step, actor=an_actor(await a_fleet(container)))
            dispatcher = an_actor(vehicle.fleet_id, Role.DISPATCHER)
            with pytest.raises(Forbidden):
                await take(container, order, step, actor=dispatcher)
        gone = await an_order(container, vehicle, deleted_at=NOW)
        with pytest.raises(NotFound):
            await take(container, gone, "start")

    async def test_of_two_who_finish_at_once_one_does(self, container, vehicle):
        order = await an_order(container, vehicle, status=WorkOrderStatus.IN_PROGRESS)
        both = [take(container, order, "finish") for _ in range(2)]
        results = await asyncio.gather(*both, return_exceptions=True)
        assert sorted(isinstance(one, IllegalStep) for one in results) == [False, True]
        async with container.work() as session:
            assert len((await session.exec(select(MaintenanceRecord))).all()) == 1


class TestBlocking:
    async def test_the_vehicle_is_in_the_workshop_while_work_is_under_way(self, container, vehicle):
        first, second = [await an_order(container, vehicle) for _ in range(2)]
        await take(container, first, "start")
        await take(container, second, "start")
        assert await status_of(container, vehicle) is VehicleStatus.WORKSHOP
        await take(container, first, "finish")
        assert await status_of(container, vehicle) is VehicleStatus.WORKSHOP
        await take(container, second, "cancel")
        assert await status_of(container, vehicle) is VehicleStatus.ACTIVE
        told = select(StoredEvent.data).where(StoredEvent.type == SERVICE_CHANGED)
        async with container.work() as session:
            news = (await session.exec(told.order_by(StoredEvent.sequence))).all()
        assert [one["status"] for one in news] == ["workshop", "active"]

    async def test_work_that_does_not_block_leaves_the_vehicle_alone(self, container, vehicle):
        order = await an_order(container, vehicle, blocks_vehicle=False)
        await take(container, order, "start")
        assert await status_of(container, vehicle) is VehicleStatus.ACTIVE

    async def test_who_is_in_the_workshop_for_another_reason_stays(self, container, vehicle):
        async with container.work() as session:
            (await session.get(Vehicle, vehicle.id)).status = VehicleStatus.WORKSHOP
        order = await an_order(container, vehicle)
        await take(container, order, "cancel")
        small = await an_order(container, vehicle, blocks_vehicle=False)
        await take(container, small, "start")
        await take(container, small, "finish")
        assert await status_of(container, vehicle) is VehicleStatus.WORKSHOP

    async def test_a_retired_vehicle_stays_retired(self, container, vehicle):
        async with container.work() as session:
            (await session.get(Vehicle, vehicle.id)).status = VehicleStatus.RETIRED
        order = await an_order(container, vehicle)
        await take(container, order, "start")
        await take(container, order, "finish")
        assert await status_of(container, vehicle) is VehicleStatus.RETIRED

    async def test_the_change_of_the_vehicle_is_audited(self, container, vehicle):
        await take(container, await an_order(container, vehicle), "start")
        async with container.work() as session:
            found = await session.exec(select(AuditEntry).where(AuditEntry.kind == "vehicle"))
            assert found.one().changes == {"status": ["active", "workshop"]}
        assert (await again(container, vehicle)).version == vehicle.version + 1

    async def test_only_usable_vehicles_take_routes(self, container, vehicle):
        async with container.work() as session:
            await require_usable(session, vehicle.id)
            with pytest.raises(NotFound):
                await require_usable(session, vehicle.id + 1_000)
        await take(container, await an_order(container, vehicle), "start")
        with pytest.raises(VehicleUnusable, match="is in the workshop"):
            async with container.work() as session:
                await require_usable(session, vehicle.id)

    async def test_a_vehicle_cannot_slip_into_the_workshop_while_it_is_assigned(
        self, container, vehicle
    ):
        order = await an_order(container, vehicle)
        async with container.work() as session:
            await require_usable(session, vehicle.id)
            starting = asyncio.create_task(take(container, order, "start"))
            await asyncio.sleep(0.3)
            assert not starting.done()
        await starting
        assert await status_of(container, vehicle) is VehicleStatus.WORKSHOP


class TestFinish:
    async def test_the_work_is_on_record_with_cost_and_reading(self, container, vehicle):
        await tracked(container, vehicle, km=12_345.67, hours=800)
        order = await an_order(
            container, vehicle, status=WorkOrderStatus.IN_PROGRESS, kind=MaintenanceKind.BRAKES,
            supplier="Bosch", cost=100.0,
        )  # fmt: skip
        done = Completion(cost=412.5, invoice_number="R-17", note="Front axle only")
        finished, record = await take(container, order, "finish", done)
        assert (finished.status, finished.cost, finished.finished_at) == (
            WorkOrderStatus.DONE, 412.5, NOW,
        )  # fmt: skip
        found = await again(container, record)
        assert (found.kind, found.cost, found.supplier, found.invoice_number) == (
            "brakes", 412.5, "Bosch", "R-17",
        )  # fmt: skip
        assert (found.date, found.odometer_km, found.engine_hours) == (NOW.date(), 12_345.7, 800)
        assert (found.work_order_id, found.vehicle_id) == (order.id, vehicle.id)
        assert found.description == "New brakes\nFront axle only"

    async def test_its_schedule_starts_afresh_and_may_be_announced_again(self, container, vehicle):
        schedule = await a_schedule(container, vehicle, announced="overdue", every_days=365)
        other = await a_schedule(container, vehicle, announced="overdue")
        await tracked(container, vehicle, km=31_000, hours=9)
        order = await an_order(
            container, vehicle, schedule_id=schedule.id, status=WorkOrderStatus.IN_PROGRESS
        )
        await take(container, order, "finish", Completion(done_on=date(2026, 11, 20)))
        now = await again(container, schedule)
        assert (now.last_on, now.last_km, now.last_hours) == (date(2026, 11, 20), 31_000, 9)
        assert (now.announced, now.version) == (None, schedule.version + 1)
        assert (await again(container, other)).last_km == 10_000

    async def test_the_workshops_reading_pushes_the_vehicles_up_and_down_only_when_confirmed(
        self, container, vehicle
    ):
        await tracked(container, vehicle, km=500)
        yesterday = date(2026, 11, 21)
        for done, kept in (
            (Completion(odometer_km=90_000.0), 90_000.0),
            (Completion(odometer_km=89_000.0, done_on=yesterday, correction=True), 90_000.0),
            (Completion(odometer_km=89_500.0, correction=True), 89_500.0),
        ):
            order = await an_order(container, vehicle, status=WorkOrderStatus.IN_PROGRESS)
            _, record = await take(container, order, "finish", done)
            assert record.odometer_km == done.odometer_km
            assert (await again(container, vehicle)).odometer_m == kept * 1000

    @pytest.mark.parametrize("read", [23_840, 0])
    async def test_a_reading_far_below_what_the_vehicle_shows_is_refused(
        self, container, vehicle, read
    ):
        """Whether somebody read it off the dashboard or it was only tracked."""
        async with container.work() as session:
            (await session.get_one(Vehicle, vehicle.id)).odometer_m = read * 1000
        await tracked(container, vehicle, km=0 if read else 23_840, hours=800)
        schedule = await a_schedule(container, vehicle)
        order = await an_order(
            container, vehicle, schedule_id=schedule.id, status=WorkOrderStatus.IN_PROGRESS
        )
        for done, field in (
            (Completion(odometer_km=5), "odometer_km"),
            (Completion(engine_hours=5), "engine_hours"),
        ):
            with pytest.raises(ReadingBackwards) as caught:
                await take(container, order, "finish", done)
            assert list(caught.value.fields) == [field]
        assert (await again(container, order)).status is WorkOrderStatus.IN_PROGRESS
        assert (await again(container, schedule)).last_km == 10_000
        await take(container, order, "finish", Completion(odometer_km=23_839.95))

    async def test_work_is_not_done_in_the_future(self, container, vehicle):
        order = await an_order(container, vehicle, status=WorkOrderStatus.IN_PROGRESS)
        with pytest.raises(InvalidInput) as caught:
            await take(container, order, "finish", Completion(done_on=date(2026, 11, 23)))
        assert caught.value.fields == {"done_on": "is in the future"}

    async def test_reopening_takes_back_the_record_and_the_schedules_reset(
        self, container, vehicle
    ):
        schedule = await a_schedule(container, vehicle)
        orders = []
        for km in (20_000.0, 40_000.0):
            order = await an_order(
                container, vehicle, schedule_id=schedule.id, status=WorkOrderStatus.IN_PROGRESS
            )
            _, record = await take(container, order, "finish", Completion(odometer_km=km))
            orders.append((order, record))
        for order, record in reversed(orders):
            reopened = await take(container, order, "reopen")
            assert (reopened.status, reopened.finished_at) == (WorkOrderStatus.OPEN, None)
            assert (await again(container, record)).deleted_at is not None
            expected = 20_000.0 if order is orders[1][0] else None
            assert (await again(container, schedule)).last_km == expected

    async def test_work_that_leaves_another_schedule_due_says_so(self, container, vehicle):
        await a_schedule(container, vehicle)
        order = await an_order(container, vehicle, status=WorkOrderStatus.IN_PROGRESS)
        async with container.work() as session:
            await MaintenanceService(session).finish(
                an_actor(order.fleet_id), order.id, Completion(odometer_km=30_500)
            )
            assert [event.type for event in session.info[PENDING]] == ["maintenance.overdue"]


class TestCosts:
    async def test_costs_are_summed_by_month_and_kind(self, container, vehicle):
        for day, kind, cost, gone in (
            (date(2026, 11, 1), "tyres", 400.0, None), (date(2026, 11, 20), "tyres", 80.5, None),
            (date(2026, 11, 21), "cleaning", None, None), (date(2026, 10, 31), "tyres", 9.99, None),
            (date(2026, 9, 30), "brakes", 1_000.0, None), (date(2026, 11, 5), "tyres", 7.0, NOW),
        ):  # fmt: skip
            record = MaintenanceRecord(
                fleet_id=vehicle.fleet_id, vehicle_id=vehicle.id, date=day, kind=kind, cost=cost,
                deleted_at=gone,
            )  # fmt: skip
            await stored(container, record)
        async with container.work() as session:
            costs = CostHistory(session, lambda: NOW)
            report = await costs.of_vehicle(an_actor(vehicle.fleet_id), vehicle.id, months=2)
            with pytest.raises(NotFound):
                await costs.of_vehicle(an_actor(vehicle.fleet_id + 1), vehicle.id)
        assert report.rows == [
            MonthlyCost(date(2026, 11, 1), "cleaning", 1, 0.0),
            MonthlyCost(date(2026, 11, 1), "tyres", 2, 480.5),
            MonthlyCost(date(2026, 10, 1), "tyres", 1, 9.99),
        ]
        assert (report.since, report.total, report.currency) == (date(2026, 10, 1), 490.49, "EUR")

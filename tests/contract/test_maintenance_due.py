"""Readings, what is due, and its announcements, on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from sqlmodel import select

from backend_jobs.chores import Chores
from fleet_app.access.roles import Role
from fleet_app.audit.models import AuditEntry
from fleet_app.bootstrap import Container
from fleet_app.fleet.maintenance.announcing import announce_due
from fleet_app.fleet.maintenance.due import RANKS, DueStatus, Reading
from fleet_app.fleet.maintenance.due_list import DueList, DueQuery
from fleet_app.fleet.maintenance.errors import ReadingBackwards
from fleet_app.fleet.maintenance.models import MaintenanceSchedule
from fleet_app.fleet.maintenance.readings import reading, set_odometer
from fleet_app.fleet.models import Fleet, Vehicle, VehicleStatus
from fleet_app.kernel.errors import Forbidden, NotFound
from fleet_app.kernel.events import PENDING
from tests.builders.maintenance import a_schedule, again, an_actor, an_order, stored, tracked
from tests.builders.people import a_fleet, a_vehicle

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture
async def vehicle(container: Container) -> Vehicle:
    return await a_van(container, await a_fleet(container))


async def a_van(container: Container, fleet_id: int, **said) -> Vehicle:
    vehicle_id = await a_vehicle(container, fleet_id)
    async with container.work() as session:
        found = await session.get(Vehicle, vehicle_id)
        assert found is not None
        found.sqlmodel_update(said)
    return found


async def shown(container: Container, vehicle: Vehicle) -> Reading:
    async with container.work() as session:
        return await reading(session, vehicle.id)


class TestReadings:
    async def test_a_vehicle_never_read_nor_seen_shows_nothing(self, container, vehicle):
        assert await shown(container, vehicle) == Reading(None, None)

    async def test_tracked_distance_adds_to_what_was_read(self, container, vehicle):
        await tracked(container, vehicle, km=300, hours=20)
        assert await shown(container, vehicle) == Reading(300, 20)
        async with container.work() as session:
            actor = an_actor(vehicle.fleet_id)
            now = await set_odometer(session, actor, vehicle.id, 80_000, hours=4_000)
        assert now == Reading(80_000, 4_000)
        await tracked(container, vehicle, km=450, hours=26)
        assert await shown(container, vehicle) == Reading(80_150, 4_006)

    async def test_a_reading_may_be_below_the_estimate_but_not_below_the_last_one(
        self, container, vehicle
    ):
        actor = an_actor(vehicle.fleet_id)
        async with container.work() as session:
            await set_odometer(session, actor, vehicle.id, 80_000)
        await tracked(container, vehicle, km=500)
        async with container.work() as session:
            assert (await set_odometer(session, actor, vehicle.id, 80_450)).odometer_km == 80_450
        with pytest.raises(ReadingBackwards) as caught:
            async with container.work() as session:
                await set_odometer(session, actor, vehicle.id, 80_449)
        said = "is less than the last reading, 80,450.0\u00a0km"
        assert caught.value.fields == {"odometer_km": said}
        assert (await shown(container, vehicle)).odometer_km == 80_450
        async with container.work() as session:
            await set_odometer(session, actor, vehicle.id, 8_045, correction=True)
        assert (await shown(container, vehicle)).odometer_km == 8_045

    async def test_setting_it_is_audited_and_a_new_version(self, container, vehicle):
        async with container.work() as session:
            await set_odometer(session, an_actor(vehicle.fleet_id), vehicle.id, 80_000)
        async with container.work() as session:
            entry = (await session.exec(select(AuditEntry))).one()
        assert (entry.action, entry.kind, entry.object_id) == (
            "set_odometer", "vehicle", vehicle.id,
        )  # fmt: skip
        assert entry.changes["odometer_m"] == [0.0, 80_000_000.0]
        assert set(entry.changes) == {"odometer_m", "odometer_read_at"}
        now = await again(container, vehicle)
        assert now.version == vehicle.version + 1
        assert now.updated_at > vehicle.updated_at

    async def test_only_managers_of_the_fleet_set_it(self, container, vehicle):
        stranger = an_actor(await a_fleet(container))
        for actor, error in (
            (stranger, NotFound),
            (an_actor(vehicle.fleet_id, Role.DISPATCHER), Forbidden),
        ):
            with pytest.raises(error):
                async with container.work() as session:
                    await set_odometer(session, actor, vehicle.id, 1)


def random_schedule(random: Random, vehicle: Vehicle) -> MaintenanceSchedule:
    def maybe(value):
        return random.choice((None, value, value))

    return MaintenanceSchedule(
        fleet_id=vehicle.fleet_id, vehicle_id=vehicle.id, name=f"S{random.random()}",
        every_km=maybe(random.uniform(1_000, 40_000)), last_km=maybe(random.uniform(0, 60_000)),
        every_hours=maybe(random.uniform(100, 2_000)), last_hours=maybe(random.uniform(0, 2_000)),
        every_days=maybe(random.randint(10, 700)),
        last_on=maybe(TODAY - timedelta(days=random.randint(0, 700))),
        warn_km=random.uniform(0, 5_000), warn_hours=random.uniform(0, 100),
        warn_days=random.randint(0, 60),
    )  # fmt: skip


def on_the_edge(vehicle: Vehicle, days: int) -> MaintenanceSchedule:
    """A schedule with so many days left."""
    return MaintenanceSchedule(
        fleet_id=vehicle.fleet_id, vehicle_id=vehicle.id, name=f"{days} left", every_days=100,
        last_on=TODAY - timedelta(days=100 - days), warn_days=14,
    )  # fmt: skip


def just_about(vehicle: Vehicle, km: float) -> MaintenanceSchedule:
    """A schedule with so many of 1000 km left for a vehicle that was driven 1500 km."""
    return MaintenanceSchedule(
        fleet_id=vehicle.fleet_id, vehicle_id=vehicle.id, name=f"{km} left", every_km=1_000,
        last_km=500 + km,
    )  # fmt: skip


async def listed(container, actor, now=NOW, **wanted):
    async with container.work() as session:
        return await DueList(session, lambda: now).page(actor, DueQuery(**wanted))


class TestDueList:
    async def test_the_database_sorts_by_the_very_state_that_rows_show(self, container, vehicle):
        random = Random(3)
        vehicles = [vehicle]
        for _ in range(4):
            vehicles.append(await a_van(container, vehicle.fleet_id))
        await tracked(container, vehicles[1], km=1_500)
        for one in vehicles[2:]:
            await tracked(container, one, km=random.uniform(0, 9e4), hours=random.uniform(0, 3e3))
        async with container.work() as session:
            session.add_all([random_schedule(random, random.choice(vehicles)) for _ in range(390)])
            session.add_all([on_the_edge(vehicle, days) for days in (-14, -1, 0, 1, 13, 14, 15)])
            session.add_all([just_about(vehicles[1], km) for km in (-0.5, 0.0, 0.5)])
        actor = an_actor(vehicle.fleet_id)
        rows, total = await listed(container, actor, limit=500)
        assert total == len(rows) == 400
        order = [
            (RANKS[row.state.status],
             float("inf") if row.state.urgency is None else row.state.urgency, row.schedule.id)
            for row in rows
        ]  # fmt: skip
        assert order == sorted(order)
        for status in DueStatus:
            expected = [row.schedule.id for row in rows if row.state.status is status]
            assert expected, status
            some, count = await listed(container, actor, limit=500, statuses=[status])
            assert [row.schedule.id for row in some] == expected
            assert count == len(expected)
        async with container.work() as session:
            counts = await DueList(session, lambda: NOW).counts(actor)
        assert sum(counts.values()) == 400
        pages = [(await listed(container, actor, limit=150, page=i))[0] for i in (1, 2, 3)]
        assert [row.schedule.id for page in pages for row in page] == [r.schedule.id for r in rows]

    async def test_the_soonest_stands_first_however_long_the_interval_and_whatever_it_counts(
        self, container, vehicle
    ):
        """A day is taken to be 50 km."""
        await tracked(container, vehicle, km=29_000)
        await a_schedule(container, vehicle, name="20 days by km", warn_km=2_000)
        await a_schedule(container, vehicle, name="2 days by km", last_km=9_100.0)
        for name, every, days in (
            ("5", 30, 5), ("3", 10, 3), ("7", 365, 7), ("7 over", 365, -7), ("2 over", 10, -2),
        ):  # fmt: skip
            last_on = TODAY + timedelta(days=days - every)
            await a_schedule(
                container, vehicle, name=name, every_km=None, last_km=None, every_days=every,
                last_on=last_on, warn_days=14,
            )  # fmt: skip
        rows, _ = await listed(container, an_actor(vehicle.fleet_id))
        assert [row.schedule.name for row in rows] == [
            "7 over", "2 over", "2 days by km", "3", "5", "7", "20 days by km",
        ]  # fmt: skip

    async def test_only_living_schedules_of_vehicles_in_use_count(self, container, vehicle):
        retired = await a_van(container, vehicle.fleet_id, status=VehicleStatus.RETIRED)
        gone = await a_van(container, vehicle.fleet_id, deleted_at=NOW)
        other = await a_van(container, await a_fleet(container))
        mine = await a_schedule(container, vehicle)
        for one in (retired, gone, other):
            await a_schedule(container, one)
        await a_schedule(container, vehicle, active=False)
        await a_schedule(container, vehicle, deleted_at=NOW)
        rows, total = await listed(container, an_actor(vehicle.fleet_id))
        assert ([row.schedule.id for row in rows], total) == ([mine.id], 1)
        assert (await listed(container, an_actor(None, Role.SYSTEM_ADMIN)))[1] == 2
        with pytest.raises(NotFound):
            await listed(container, an_actor(vehicle.fleet_id), fleet_id=other.fleet_id)
        with pytest.raises(Forbidden):
            await listed(container, an_actor(vehicle.fleet_id, Role.DRIVER))

    async def test_a_row_names_the_work_order_under_way(self, container, vehicle):
        schedule = await a_schedule(container, vehicle)
        order = await an_order(container, vehicle, schedule_id=schedule.id)
        ((row,), _) = await listed(container, an_actor(vehicle.fleet_id), vehicle_id=vehicle.id)
        assert row.work_order_id == order.id
        assert (await listed(container, an_actor(vehicle.fleet_id), vehicle_id=vehicle.id + 1)) == (
            [], 0,
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("zone", "left"), [("UTC", 0), ("Pacific/Auckland", -1), ("Not/AZone", 0)]
    )
    async def test_a_day_begins_where_the_fleet_is(self, container, vehicle, zone, left):
        await stored(container, Fleet(name="Elsewhere", time_zone="America/New_York"))
        async with container.work() as session:
            fleet = await session.get(Fleet, vehicle.fleet_id)
            fleet.time_zone = zone
        due_on = date(2026, 11, 22)
        await a_schedule(
            container, vehicle, every_km=None, every_days=30, last_on=due_on - timedelta(days=30)
        )
        late = datetime(2026, 11, 22, 20, tzinfo=UTC)
        ((row,), _) = await listed(container, an_actor(vehicle.fleet_id), now=late)
        assert row.state.remaining_days == left
        status = DueStatus.OVERDUE if left < 0 else DueStatus.DUE_SOON
        assert (await listed(container, an_actor(vehicle.fleet_id), late, statuses=[status]))[1]


async def announced(container: Container, *, about: int | None = None) -> list[str]:
    async with container.work() as session:
        await announce_due(session, NOW, vehicle_id=about)
        return [event.type for event in session.info.get(PENDING, [])]


class TestAnnouncements:
    async def test_each_crossing_is_told_once(self, container, vehicle):
        await a_schedule(container, vehicle)
        await tracked(container, vehicle, km=20_000)
        assert await announced(container) == []
        await tracked(container, vehicle, km=29_500)
        assert await announced(container) == ["maintenance.due"]
        assert await announced(container) == []
        await tracked(container, vehicle, km=30_500)
        assert await announced(container) == ["maintenance.overdue"]
        assert await announced(container) == []

    async def test_going_back_is_silent_and_makes_the_next_crossing_count(self, container, vehicle):
        schedule = await a_schedule(container, vehicle)
        await tracked(container, vehicle, km=30_500)
        assert await announced(container) == ["maintenance.overdue"]
        await tracked(container, vehicle, km=29_500)
        assert await announced(container) == []
        assert (await again(container, schedule)).announced == "due"
        await tracked(container, vehicle, km=30_500)
        assert await announced(container) == ["maintenance.overdue"]

    @pytest.mark.parametrize("one_vehicle", [True, False])
    async def test_those_who_look_at_once_tell_it_once(self, container, vehicle, one_vehicle):
        for _ in range(20):
            await a_schedule(container, vehicle)
        await tracked(container, vehicle, km=30_500)
        about = vehicle.id if one_vehicle else None
        told = await asyncio.gather(*(announced(container, about=about) for _ in range(4)))
        assert sum(len(events) for events in told) == 20

    async def test_a_new_reading_tells_at_once_and_says_what_is_left(self, container, vehicle):
        schedule = await a_schedule(container, vehicle)
        async with container.work() as session:
            await set_odometer(session, an_actor(vehicle.fleet_id), vehicle.id, 29_600)
            (event,) = session.info[PENDING]
        assert (event.type, event.fleet_id) == ("maintenance.due", vehicle.fleet_id)
        assert event.subject == f"maintenance_schedule:{schedule.id}"
        assert event.data["vehicle_id"] == vehicle.id
        assert (event.data["criterion"], event.data["remaining_km"]) == ("km", 400)
        assert (await again(container, schedule)).version == schedule.version

    async def test_the_hourly_chore_looks_at_all_of_them(self, container, vehicle, monkeypatch):
        monkeypatch.setattr("fleet_app.fleet.maintenance.announcing.AT_ONCE", 2)
        schedules = [await a_schedule(container, vehicle) for _ in range(5)]
        await tracked(container, vehicle, km=30_500)
        await Chores(container, lambda: NOW).run()
        assert {(await again(container, one)).announced for one in schedules} == {"overdue"}

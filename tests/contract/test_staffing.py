"""Who drives which vehicle on a new plan, by what the records say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Route, RouteStatus
from fleet_app.delivery.routes import RoutePlan, RouteService
from fleet_app.fleet.models import Driver, DriverStatus, Vehicle, VehicleType
from fleet_app.kernel.clock import utc_now
from fleet_app.planning.by_hand.edits import Lock, Move
from fleet_app.planning.runs.models import Mode
from tests.builders.jobs import running, until
from tests.builders.orders import a_delivery
from tests.builders.people import a_driver, a_fleet, a_person, a_vehicle
from tests.builders.records import an_actor

DAY = utc_now().date() + timedelta(days=30 - utc_now().weekday())
"""A Wednesday."""


class Crewed:
    """A fleet whose vehicles and drivers are made one by one."""

    def __init__(self, container: Container, fleet_id: int) -> None:
        self.container, self.fleet_id = container, fleet_id

    async def vehicle(self, **said: Any) -> int:
        id_ = await a_vehicle(self.container, self.fleet_id)
        await self.change(Vehicle, id_, said)
        return id_

    async def driver(self, vehicle_id: int | None = None, **said: Any) -> int:
        person = await a_person(self.container, Role.DRIVER, self.fleet_id)
        id_ = await a_driver(self.container, person, vehicle_id)
        await self.change(Driver, id_, {"shift": "Mon-Sun 08:00-16:00", **said})
        return id_

    async def change(self, model: Any, id_: int, said: dict[str, Any]) -> None:
        async with self.container.work() as session:
            row = await session.get_one(model, id_)
            for name, value in said.items():
                setattr(row, name, value)

    async def crews(self) -> list[tuple[int | None, int | None]]:
        """(vehicle, driver) of each row of a new plan."""
        actor = an_actor(Role.DISPATCHER, self.fleet_id)
        board = await self.container.plans.create(actor, DAY)
        return [(row.vehicle_id, row.driver_id) for row in board.rows]


@pytest.fixture
async def fleet(container: Container) -> Crewed:
    return Crewed(container, await a_fleet(container))


async def test_usual_pairs_stay_and_a_spare_driver_takes_the_vehicle_that_is_free(
    fleet: Crewed,
) -> None:
    first, second = await fleet.vehicle(), await fleet.vehicle()
    usual = await fleet.driver(first)
    await fleet.driver(second, shift="Sat-Sun 08:00-16:00")
    spare = await fleet.driver()

    assert await fleet.crews() == [(first, usual), (second, spare)]


async def test_early_and_late_shift_share_their_vehicle(fleet: Crewed) -> None:
    van = await fleet.vehicle()
    late = await fleet.driver(van, shift="Mon-Sun 14:00-22:00")
    early = await fleet.driver(van, shift="Mon-Sun 06:00-14:00")
    await fleet.driver(van)  # in the middle of both

    assert await fleet.crews() == [(van, early), (van, late)]


async def test_they_share_it_as_well_when_one_of_them_has_a_skill_that_is_needed(
    fleet: Crewed,
) -> None:
    van = await fleet.vehicle()
    early = await fleet.driver(van, shift="Mon-Sun 06:00-14:00", skills=["hazardous"])
    late = await fleet.driver(van, shift="Mon-Sun 14:00-22:00")
    await a_delivery(fleet.container, fleet.fleet_id, due_on=DAY, required_skills=["hazardous"])

    assert await fleet.crews() == [(van, early), (van, late)]


async def test_the_late_shift_has_the_vehicle_after_a_route_of_the_early_one(
    fleet: Crewed,
) -> None:
    van = await fleet.vehicle()
    early = await fleet.driver(van, shift="Mon-Sun 06:00-14:00")
    late = await fleet.driver(van, shift="Mon-Sun 14:00-22:00")
    actor = an_actor(Role.DISPATCHER, fleet.fleet_id)
    async with fleet.container.work() as session:
        plan = RoutePlan(date=DAY, vehicle_id=van, driver_id=early)
        await RouteService(session).create(actor, plan)

    assert await fleet.crews() == [(van, early), (van, late)]


async def test_a_truck_needs_a_licence_that_is_good_that_day(fleet: Crewed) -> None:
    truck = await fleet.vehicle(type=VehicleType.TRUCK)
    await fleet.driver(truck, license_classes=["B"])
    await fleet.driver(license_classes=["CE"], license_expires_on=DAY - timedelta(days=1))
    good = await fleet.driver(license_classes=["C"], license_expires_on=DAY)

    assert await fleet.crews() == [(truck, good)]


async def test_whoever_has_a_skill_that_the_day_needs_comes_first(fleet: Crewed) -> None:
    van = await fleet.vehicle()
    usual = await fleet.driver(van)
    assert await fleet.crews() == [(van, usual)]
    skilled = await fleet.driver(skills=["hazardous"])
    await a_delivery(fleet.container, fleet.fleet_id, due_on=DAY, required_skills=["hazardous"])

    assert await fleet.crews() == [(van, skilled)]


async def test_whoever_was_late_back_rests_and_hours_are_balanced(fleet: Crewed) -> None:
    van = await fleet.vehicle()
    tired, busy, fresh = await fleet.driver(), await fleet.driver(), await fleet.driver()
    midnight = datetime(DAY.year, DAY.month, DAY.day, tzinfo=UTC)
    for driver, back, hours in ((tired, 1.0, 2), (busy, 10.0, 3.75), (fresh, 10.0, 3)):
        ended = midnight - timedelta(hours=back)
        route = Route(
            fleet_id=fleet.fleet_id, driver_id=driver, date=DAY - timedelta(days=1),
            status=RouteStatus.COMPLETED, actual_arrival=ended,
            actual_departure=ended - timedelta(hours=hours),
        )  # fmt: skip
        async with fleet.container.work() as session:
            session.add(route)
    assert await fleet.crews() == [(van, fresh)]
    await fleet.change(Driver, fresh, {"shift": "Sat 08:00-16:00"})
    assert await fleet.crews() == [(van, busy)]
    await fleet.change(Driver, busy, {"shift": "Sat 08:00-16:00"})
    assert await fleet.crews() == [(van, tired)], "from ten o'clock on, better than nobody"
    await fleet.change(Driver, tired, {"shift": "Mon-Sun 02:00-10:30"})
    assert await fleet.crews() == []


async def test_a_fleet_without_drivers_plans_its_vehicles(fleet: Crewed) -> None:
    van = await fleet.vehicle()

    assert await fleet.crews() == [(van, None)]


async def test_planning_everything_again_keeps_whoever_brings_what_is_planned(
    fleet: Crewed,
) -> None:
    van = await fleet.vehicle()
    usual, skilled = await fleet.driver(van), await fleet.driver(skills=["hazardous"])
    person = await a_person(fleet.container, Role.DISPATCHER, fleet.fleet_id)
    actor = an_actor(Role.DISPATCHER, fleet.fleet_id, user_id=person.id)
    plain = await a_delivery(fleet.container, fleet.fleet_id, due_on=DAY)
    board = await fleet.container.plans.create(actor, DAY)
    await a_delivery(fleet.container, fleet.fleet_id, due_on=DAY, required_skills=["hazardous"])
    plans, keeper = fleet.container.plans, fleet.container.plan_keeper

    asked = await keeper.ask(actor, board.id, Mode.EVERYTHING)
    assert list(asked.crews.values()) == [skilled], "nothing is planned yet"
    await plans.edit(actor, board.id, None, Move((plain,), board.rows[0].key, 0))
    asked = await keeper.ask(actor, board.id, Mode.EVERYTHING)
    assert asked.crews == {}
    assert board.rows[0].driver_id == usual


async def test_planning_everything_gives_a_row_whoever_has_the_skill_and_keeping_drivers_does_not(
    fleet: Crewed,
) -> None:
    van = await fleet.vehicle()
    usual, skilled = await fleet.driver(van), await fleet.driver(skills=["hazardous"])
    person = await a_person(fleet.container, Role.DISPATCHER, fleet.fleet_id)
    actor = an_actor(Role.DISPATCHER, fleet.fleet_id, user_id=person.id)
    board = await fleet.container.plans.create(actor, DAY)
    await a_delivery(fleet.container, fleet.fleet_id, due_on=DAY, required_skills=["hazardous"])
    runs, plans = fleet.container.plan_runs, fleet.container.plans

    async def crew_after(mode: Mode) -> tuple[int | None, int]:
        job = await runs.begin(actor, board.id, mode, seconds=1)
        await until(lambda: _ended(job.id or 0))
        (row,) = (await plans.board(actor, board.id)).rows
        return row.driver_id, len(row.stops)

    async def _ended(job_id: int) -> bool:
        return not (await runs.get(actor.principal, job_id)).is_open

    async with running(fleet.container):
        assert await crew_after(Mode.KEEP_DRIVERS) == (usual, 0), "nobody there is skilled"
        assert await crew_after(Mode.EVERYTHING) == (skilled, 1)
        await plans.undo(actor, board.id)
        await plans.edit(actor, board.id, None, Lock(row=board.rows[0].key, level="crew"))
        assert await crew_after(Mode.EVERYTHING) == (usual, 0), "somebody locked them"


async def test_planning_everything_leaves_the_shifts_of_a_vehicle_apart(fleet: Crewed) -> None:
    """Who could take the place of the early driver, who is away, works when the late one does."""
    van = await fleet.vehicle()
    early = await fleet.driver(van, shift="Mon-Sun 00:00-07:00", skills=["hazardous"])
    late = await fleet.driver(van, shift="Mon-Sun 08:00-16:00")
    person = await a_person(fleet.container, Role.DISPATCHER, fleet.fleet_id)
    actor = an_actor(Role.DISPATCHER, fleet.fleet_id, user_id=person.id)
    board = await fleet.container.plans.create(actor, DAY)
    assert {row.driver_id for row in board.rows} == {early, late}
    await a_delivery(fleet.container, fleet.fleet_id, due_on=DAY, required_skills=["hazardous"])
    await fleet.driver(skills=["hazardous"])
    keeper = fleet.container.plan_keeper
    assert (await keeper.ask(actor, board.id, Mode.EVERYTHING)).crews == {}
    await fleet.change(Driver, early, {"status": DriverStatus.INACTIVE})
    assert (await keeper.ask(actor, board.id, Mode.EVERYTHING)).crews == {}
    night = await fleet.driver(shift="Mon-Sun 00:00-06:00")
    asked = await keeper.ask(actor, board.id, Mode.EVERYTHING)
    (key,) = (row.key for row in board.rows if row.driver_id == early)
    assert asked.crews == {key: night}


async def test_a_row_has_one_driver_and_keeps_who_is_able(fleet: Crewed) -> None:
    """Of a skill that nobody has, nobody else has more; and a row is not two shifts."""
    early = await fleet.driver(await fleet.vehicle(), shift="Mon-Sun 06:00-14:00")
    actor = an_actor(Role.DISPATCHER, fleet.fleet_id)
    board = await fleet.container.plans.create(actor, DAY)
    assert [row.driver_id for row in board.rows] == [early]
    await fleet.driver(shift="Mon-Sun 14:00-22:00")
    await a_delivery(fleet.container, fleet.fleet_id, due_on=DAY, required_skills=["hazardous"])

    asked = await fleet.container.plan_keeper.ask(actor, board.id, Mode.EVERYTHING)
    assert asked.crews == {}


async def test_who_takes_over_a_row_is_there_for_long(fleet: Crewed) -> None:
    sick = await fleet.driver(await fleet.vehicle(), shift="Mon-Sun 06:00-14:00")
    actor = an_actor(Role.DISPATCHER, fleet.fleet_id)
    board = await fleet.container.plans.create(actor, DAY)
    whole = await fleet.driver(shift="Mon-Sun 06:00-16:00")
    await fleet.driver(shift="Mon-Sun 16:00-17:00")
    await fleet.change(Driver, sick, {"status": DriverStatus.INACTIVE})
    await a_delivery(fleet.container, fleet.fleet_id, due_on=DAY)

    asked = await fleet.container.plan_keeper.ask(actor, board.id, Mode.EVERYTHING)
    assert list(asked.crews.values()) == [whole]

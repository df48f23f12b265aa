"""What the screens of an imperial fleet show and take; what is stored is metric."""

from __future__ import annotations

import pytest
from sqlmodel import col, select

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Delivery
from fleet_app.fleet.maintenance.models import MaintenanceSchedule
from fleet_app.fleet.models import Fleet, Vehicle
from fleet_app.kernel.units import Units
from fleet_app.web.states.maintenance.due import Maintenance
from fleet_app.web.states.records.form import RecordForm
from fleet_app.web.states.records.history import RecordHistory
from fleet_app.web.states.records.lists import RecordList
from fleet_app.web.states.records.route_plan import RoutePlanner
from fleet_app.web.states.records.workshop import Counters
from fleet_app.web.states.session import Session
from tests.builders.maintenance import a_schedule
from tests.builders.orders import deliveries
from tests.builders.people import Person, a_fleet, a_person, a_vehicle
from tests.builders.screens import a_screen

POUND, MILE = 0.45359237, 1.609344


@pytest.fixture
async def manager(container: Container) -> Person:
    fleet_id = await a_fleet(container)
    async with container.work() as session:
        (await session.get_one(Fleet, fleet_id)).units = Units.IMPERIAL
    return await a_person(container, Role.FLEET_MANAGER, fleet_id=fleet_id)


async def opened(container: Container, person: Person, address: str):
    root = await a_screen(container, person, address)
    form = await root.get_state(RecordForm)
    await form.open(address.strip("/").split("/")[0])
    return root, form


async def a_van(container: Container, fleet_id: int, **columns: object) -> int:
    vehicle_id = await a_vehicle(container, fleet_id)
    async with container.work() as session:
        (await session.get_one(Vehicle, vehicle_id)).sqlmodel_update(columns)
    return vehicle_id


async def stored(container: Container, vehicle_id: int) -> Vehicle:
    async with container.work() as session:
        return await session.get_one(Vehicle, vehicle_id)


async def test_what_is_typed_in_pounds_is_stored_in_kilograms_and_shown_as_typed(
    container, manager
):
    number = await a_van(container, manager.fleet_id)
    root, form = await opened(container, manager, f"/vehicles/{number}")
    await form.save({**form.values, "capacity_kg": "26.5 lb", "consumption_per_100km": "28"}, False)
    assert form.errors == {}
    van = await stored(container, number)
    assert van.capacity_kg == 26.5 * POUND
    assert van.consumption_per_100km == pytest.approx(8.4, abs=0.01)
    await form.open("vehicles")
    assert form.values["capacity_kg"] == "26.5"
    assert form.values["consumption_per_100km"] == "28"
    history = await root.get_state(RecordHistory)
    await history.open()
    lines = history.deeds[0]["lines"]
    assert ["Payload", "nothing", "26.5 lb"] in lines
    assert ["Consumption", "nothing", "28 US mpg"] in lines


async def test_an_untouched_form_changes_nothing(container, manager):
    number = await a_van(container, manager.fleet_id, capacity_kg=1100.0, capacity_m3=9.5)
    _, form = await opened(container, manager, f"/vehicles/{number}")
    assert form.values["capacity_kg"] == "2425.08"
    await form.save({**form.values, "note": "New tyres"}, False)
    van = await stored(container, number)
    assert (van.capacity_kg, van.capacity_m3, van.note) == (1100.0, 9.5, "New tyres")


async def test_a_default_that_is_left_alone_is_stored_as_it_is(container, manager):
    van = await a_van(container, manager.fleet_id)
    _, form = await opened(container, manager, "/maintenance_schedules/new")
    assert form.values["warn_km"] == "621.4"
    await form.save(
        {**form.values, "name": "Oil", "vehicle_id": str(van), "every_km": "12500"}, True
    )
    assert form.errors == {}
    query = select(MaintenanceSchedule).where(col(MaintenanceSchedule.vehicle_id) == van)
    async with container.work() as session:
        (plan,) = (await session.exec(query)).all()
    assert (plan.warn_km, plan.every_km) == (1000.0, 12500 * MILE)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("capacity_kg", "220463", "Payload must be at most 220,462.26"),
        ("capacity_kg", "-1", "Payload must be at least 0"),
        ("capacity_kg", "12 kg", "“12 kg” is not a number. Write it like 1234.5."),
        ("consumption_per_100km", "0.4", "Consumption must be at least 0.47"),
    ],
)
async def test_limits_are_told_in_the_units_of_the_form(container, manager, name, text, message):
    _, form = await opened(container, manager, "/vehicles/new")
    await form.check(name, text)
    assert form.errors[name] == message


async def test_a_list_asks_in_pounds_and_the_api_in_kilograms(container, manager):
    root = await a_screen(container, manager, "/vehicles")
    listing = await root.get_state(RecordList)
    await listing.open("vehicles")
    assert listing.units == "imperial"
    await listing.apply_filters({"capacity_kg.from": "26.5", "odometer_km.to": ""})
    assert listing.filters == {"capacity_kg.from": repr(26.5 * POUND)}
    assert listing.filters_shown == {"capacity_kg.from": "26.5"}
    await listing.set_filter("capacity_kg.from", "1100")
    assert listing.filters_shown == {"capacity_kg.from": "2425.08"}
    await listing.apply_filters(dict(listing.filters_shown))
    assert listing.filters == {"capacity_kg.from": "1100"}


async def test_odometer_and_due_work_are_in_miles(container, manager):
    number = await a_van(container, manager.fleet_id, odometer_m=31_000_000.0)
    van = await stored(container, number)
    await a_schedule(container, van, name="Oil")
    root, form = await opened(container, manager, f"/vehicles/{number}")
    assert "19,262 mi" in [fact["text"] for fact in form.facts]
    screen = await root.get_state(Maintenance)
    await screen.open()
    assert (screen.lines[0]["why"], screen.lines[0]["last"]) == ("621 mi over", "6,214 mi")
    counters = await root.get_state(Counters)
    await counters.save({"odometer_km": "19000"})
    assert counters.backwards
    assert "19,262 mi" in counters.problem
    await counters.save({"odometer_km": "20000.5"})
    assert counters.problem == ""
    assert (await stored(container, number)).odometer_m == pytest.approx(20000.5 * MILE * 1000)


async def test_a_route_tells_weights_in_pounds(container, manager):
    van = await a_van(container, manager.fleet_id, capacity_kg=100 * POUND)
    (number,) = await deliveries(container, manager.fleet_id, 1)
    async with container.work() as session:
        one = await session.get_one(Delivery, number)
        one.weight_kg, one.lat, one.lon = 150.5 * POUND, 60.17, 24.94
    root = await a_screen(container, manager, "/routes/new")
    planner = await root.get_state(RoutePlanner)
    await planner.begin()
    await planner.pick([number])
    await planner.set_crew("vehicle_id", van)
    assert planner.stops[0]["detail"].startswith("150.5 lb · ")
    assert [text.partition(" do not fit")[0] for text in planner.warnings] == ["150.50 lb"]
    assert planner.warnings[0].endswith("takes 100.00 lb")


async def test_an_administrator_sees_each_fleet_in_its_own_units(container, manager):
    admin = await a_person(container, Role.SYSTEM_ADMIN)
    other = await a_fleet(container)
    root = await a_screen(container, admin, "/")
    session = await root.get_state(Session)
    await session.enter()
    await session.choose_fleet(str(manager.fleet_id))
    assert session.units == "imperial"
    await session.choose_fleet(str(other))
    assert session.units == "metric"

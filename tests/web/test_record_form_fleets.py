"""The form of a record and its fleet: whose records it shows, and where it stores a new one."""

from __future__ import annotations

import re

from sqlmodel import select

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.fleet.models import Fleet, Vehicle
from fleet_app.web.states.records.form import RecordForm
from fleet_app.web.states.records.opening import purpose
from fleet_app.web.states.records.route_plan import RoutePlanner
from fleet_app.web.states.session import Session
from tests.builders.people import a_fleet, a_person, a_vehicle, the_vehicle
from tests.builders.records import an_actor, records
from tests.builders.screens import a_screen_of, opened, typed


async def test_other_fleets_records_do_not_exist(container, manager):
    foreign = await a_vehicle(container, await a_fleet(container))
    _, form = await opened(container, manager, f"/vehicles/{foreign}")
    assert form.missing
    for word in ("0", "-1", "abc", "9" * 30, "1'--"):
        _, form = await opened(container, manager, f"/vehicles/{word}")
        assert form.missing


async def test_a_dispatcher_may_read_a_vehicle_and_change_nothing(container, manager):
    vehicle_id = await a_vehicle(container, manager.fleet_id)
    dispatcher = await a_person(container, Role.DISPATCHER, manager.fleet_id)
    _, form = await opened(container, dispatcher, f"/vehicles/{vehicle_id}")
    assert form.may == ["read"]
    assert {fact["label"] for fact in form.every_fact} >= {"Name", "Registration"}
    await form.save(typed(form, name="Mine now"), False)
    assert "not allow" in form.problem
    await form.delete()
    assert (await the_vehicle(container, vehicle_id)).deleted_at is None


async def test_an_administrator_creates_for_the_fleet_in_the_top_bar(container):
    await a_fleet(container)
    chosen = await a_fleet(container)
    root = await a_screen_of(container, Role.SYSTEM_ADMIN, address="/vehicles/new")
    (await root.get_state(Session)).fleet_id = chosen
    form = await root.get_state(RecordForm)
    await form.open("vehicles")
    way = await form.save(typed(form, name="Van", registration_number="ABC-9"), False)
    assert (await the_vehicle(container, _number_in(way))).fleet_id == chosen


async def vehicles_of(container: Container, fleet_id: int) -> list[str]:
    async with container.work() as session:
        found = await session.exec(select(Vehicle).where(Vehicle.fleet_id == fleet_id))
    return [one.name for one in found.all()]


async def test_a_form_of_another_fleet_is_not_stored_and_begins_anew_in_the_chosen_one(container):
    old, chosen = await a_fleet(container), await a_fleet(container)
    root = await a_screen_of(container, Role.SYSTEM_ADMIN, address="/vehicles/new")
    session, form = await root.get_state(Session), await root.get_state(RecordForm)
    session.fleet_id = old
    await form.open("vehicles")
    before, old_name = form.opened, form.fleet_name
    sent = typed(form, name="Van", registration_number="ABC-7", depot_id="12")
    session.fleet_id = chosen
    assert await form.save(sent, False) is None
    assert (await vehicles_of(container, old), await vehicles_of(container, chosen)) == ([], [])
    assert form.fleet == chosen
    assert form.fleet_name not in ("", old_name)
    assert form.fleet_name in form.problem
    assert purpose(form.opened) != purpose(before)
    assert (form.values["name"], form.values["depot_id"]) == ("Van", "")
    await form.save(dict(form.values), False)
    assert (await vehicles_of(container, old), await vehicles_of(container, chosen)) == (
        [], ["Van"]
    )  # fmt: skip


async def test_the_fleet_in_the_top_bar_does_not_matter_to_a_stored_record(container):
    old, chosen = await a_fleet(container), await a_fleet(container)
    number = await a_vehicle(container, old)
    root = await a_screen_of(container, Role.SYSTEM_ADMIN, address=f"/vehicles/{number}")
    session, form = await root.get_state(Session), await root.get_state(RecordForm)
    session.fleet_id = old
    await form.open("vehicles")
    session.fleet_id = chosen
    await form.save(typed(form, name="Renamed"), False)
    assert (await the_vehicle(container, number)).name == "Renamed"


async def test_a_route_planned_for_another_fleet_is_not_stored(container):
    old, chosen = await a_fleet(container), await a_fleet(container)
    root = await a_screen_of(container, Role.SYSTEM_ADMIN, address="/routes/new")
    session, plan = await root.get_state(Session), await root.get_state(RoutePlanner)
    session.fleet_id = old
    await plan.begin()
    session.fleet_id, before = chosen, plan.opened
    assert await plan.create({"name": "North 1"}, False) is None
    assert (plan.fleet, plan.answered, plan.opened != before) == (chosen, 1, True)
    assert plan.fleet_name in plan.problem
    assert "/routes/" in str(await plan.create({"name": "North 1"}, False))


async def test_only_those_with_a_choice_are_told_the_fleet(container, manager):
    _, form = await opened(container, manager, "/vehicles/new")
    assert (form.fleet, form.fleet_name) == (manager.fleet_id, "")


async def test_times_are_those_of_the_fleet(container, manager):
    async with container.work() as session:
        fleet = await session.get_one(Fleet, manager.fleet_id)
        fleet.time_zone = "Europe/Helsinki"
        session.add(fleet)
    _, form = await opened(container, manager, "/deliveries/new")
    assert form.zone == "Europe/Helsinki"
    sent = typed(form, address="Katu 1", window_from="2026-07-01T09:30", required_proof="pin")
    number = _number_in(await form.save(sent, False))
    _, again = await opened(container, manager, f"/deliveries/{number}")
    assert again.values["window_from"] == "2026-07-01T09:30"
    actor = an_actor(Role.FLEET_MANAGER, manager.fleet_id)
    async with records(container, "deliveries", actor) as of:
        row = await of.get(number)
    assert row["window_from"].isoformat() == "2026-07-01T06:30:00+00:00"


def _number_in(way: object) -> int:
    """The id of the record that a redirection leads to."""
    return int(re.findall(r"/[a-z_]+/(\d+)", str(way))[0])

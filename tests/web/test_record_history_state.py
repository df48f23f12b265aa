"""The history beside a record: who changed what from what to what."""

from __future__ import annotations

from fleet_app.access.roles import Role
from fleet_app.web.states.records.history import RecordHistory
from fleet_app.web.states.records.toasts import Toasts
from tests.builders.people import a_vehicle
from tests.builders.records import an_actor, records
from tests.builders.screens import opened, typed


async def test_history_tells_who_changed_what_from_what_to_what(container, manager):
    vehicle_id = await a_vehicle(container, manager.fleet_id)
    root, form = await opened(container, manager, f"/vehicles/{vehicle_id}")
    before = form.title
    await form.save(typed(form, name="Renamed"), False)
    log = await root.get_state(RecordHistory)
    await log.open()
    assert log.total == 1
    deed = log.deeds[0]
    assert (deed["what"], deed["lines"]) == ("Changed", [["Name", before, "Renamed"]])


async def test_history_tells_an_undo_in_words_and_numbers_as_in_the_form(container, manager):
    vehicle_id = await a_vehicle(container, manager.fleet_id)
    root, form = await opened(container, manager, f"/vehicles/{vehicle_id}")
    toasts, log = await root.get_state(Toasts), await root.get_state(RecordHistory)
    await form.save(typed(form, capacity_kg="3500"), False)
    await toasts.undo_last()
    await log.open()
    undo, change = log.deeds[:2]
    assert change["lines"][0][2] == "3500 kg"
    assert undo["lines"][-1] == [
        "Takes back", "", f"an earlier change, no. {change['id']} in the audit log"
    ]  # fmt: skip


async def test_history_names_records_and_knows_what_was_never_read(container, manager):
    actor = an_actor(Role.FLEET_MANAGER, manager.fleet_id)
    async with records(container, "depots", actor) as depots:
        depot = await depots.create({"name": "North", "address": "Kalevankatu 16"})
    vehicle_id = await a_vehicle(container, manager.fleet_id)
    root, form = await opened(container, manager, f"/vehicles/{vehicle_id}")
    await form.save(typed(form, depot_id=str(depot["id"]), odometer_km="98696"), False)
    log = await root.get_state(RecordHistory)
    await log.open()
    assert log.deeds[0]["lines"] == [
        ["Depot", "nothing", "North"], ["Odometer", "nothing", "98,696 km"],
    ]  # fmt: skip

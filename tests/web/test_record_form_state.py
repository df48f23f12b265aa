"""The form of a record: what it holds, what is stored and what is said."""

from __future__ import annotations

import pytest

from fleet_app.access.roles import Role
from fleet_app.records.query import ListQuery
from fleet_app.web.states.records.opening import purpose
from fleet_app.web.states.records.toasts import Toasts
from tests.builders.people import a_vehicle, the_vehicle
from tests.builders.records import an_actor, records
from tests.builders.screens import opened, typed, visit

XSS = "<img src=x onerror=alert(1)>"


async def test_a_new_form_holds_the_defaults_of_the_kind(container, manager):
    _, form = await opened(container, manager, "/vehicles/new")
    assert (form.number, form.title) == (0, "New vehicle")
    assert (form.values["type"], form.values["energy"], form.values["name"]) == (
        "van", "diesel", ""
    )  # fmt: skip
    assert "create" in form.may


async def test_a_new_form_shows_nothing_of_the_record_looked_at_before(container, manager):
    vehicle_id = await a_vehicle(container, manager.fleet_id)
    root, form = await opened(container, manager, f"/vehicles/{vehicle_id}")
    stamps, before, shown = dict(form.stamps), form.opened, form.values["name"]
    visit(root, "/vehicles/new")
    await form.open("vehicles")
    assert (form.number, form.version, form.values["name"], form.facts) == (0, 0, "", [])
    assert shown not in form.values.values()
    assert all(form.stamps[name] > stamp for name, stamp in stamps.items())
    assert purpose(form.opened) == f"vehicles:new:{manager.fleet_id}:" != purpose(before)


async def test_each_opening_has_its_own_mark_and_each_prefill_its_own_form(container, manager):
    root, form = await opened(container, manager, "/vehicles/new?name=One")
    first = form.opened
    assert form.values["name"] == "One"
    await form.open("vehicles")  # as the page does when its socket is back
    again, stamp = form.opened, form.stamps["name"]
    assert again != first
    assert purpose(again) == purpose(first)
    visit(root, "/vehicles/new?name=Two")
    await form.open("vehicles")
    assert (form.values["name"], form.stamps["name"]) == ("Two", stamp + 1)
    assert purpose(form.opened) != purpose(first)


async def test_a_field_is_checked_by_itself_in_plain_words(container, manager):
    _, form = await opened(container, manager, "/vehicles/new")
    await form.check("capacity_kg", "-3")
    await form.check("vin", "too short")
    await form.check("name", "  ")
    await form.check("no_such_field", "x")
    assert form.errors == {
        "capacity_kg": "Payload must be at least 0",
        "vin": "VIN must be 17 letters and digits, without I, O and Q",
        "name": "Name is missing",
    }
    await form.check("capacity_kg", "1 100,5 kg")
    assert set(form.errors) == {"vin", "name"}


async def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_lost(container, manager):
    _, form = await opened(container, manager, "/vehicles/new")
    answered = form.answered
    gone = await form.save(typed(form, name="", registration_number="", capacity_kg="x"), False)
    assert gone is None
    assert set(form.errors) == {"capacity_kg"}
    await form.save(typed(form, name="", registration_number="", capacity_kg="-1"), False)
    assert set(form.errors) == {"name", "registration_number", "capacity_kg"}
    assert "nothing was saved" in form.problem
    assert form.answered == answered + 2


@pytest.mark.parametrize(
    ("plural", "texts", "field", "told"),
    [
        ("deliveries",
         {"window_from": "2026-07-01T09:30", "window_to": "2026-07-01T08:30", "address": "Katu 1"},
         "window_to", "The time window ends before it starts"),
        ("documents",
         {"issued_on": "2026-07-02", "expires_on": "2026-07-01", "type": "insurance",
          "vehicle_id": "1", "number": "1", "name": "Paper"},
         "expires_on", "This day is before it is issued"),
        ("depots", {"name": "North", "address": "Katu 1", "lat": "60.1"},
         "address", "Latitude and longitude belong together: give both or neither"),
        ("deliveries", {"address": "Katu 1", "pickup_address": "Katu 2", "pickup_lon": "24.9"},
         "pickup_address",
         "Pick-up latitude and pick-up longitude belong together: give both or neither"),
    ],
)  # fmt: skip
async def test_what_fields_are_together_is_told_at_one_of_them(
    container, manager, plural, texts, field, told
):
    _, form = await opened(container, manager, f"/{plural}/new")
    await form.save(typed(form, **texts), False)
    assert form.errors == {field: told}
    assert form.problem == "One field is not right; nothing was saved"


async def test_creating_leads_to_the_record_and_can_be_taken_back(container, manager):
    root, form = await opened(container, manager, "/vehicles/new")
    toasts = await root.get_state(Toasts)
    sent = typed(form, name=XSS, registration_number="ABC-1", skills="cooled, heavy")
    way = await form.save(sent, False)
    assert "/vehicles/" in str(way)
    async with records(container, "vehicles", an_actor(Role.FLEET_MANAGER, manager.fleet_id)) as of:
        rows, total = await of.listing.page(
            an_actor(Role.FLEET_MANAGER, manager.fleet_id).principal, ListQuery()
        )
    assert total == 1
    assert (rows[0]["name"], rows[0]["skills"]) == (XSS, ["cooled", "heavy"])
    await toasts.undo_last()
    assert (await the_vehicle(container, rows[0]["id"])).deleted_at is not None


async def test_add_another_comes_back_with_an_empty_form(container, manager):
    _, form = await opened(container, manager, "/vehicles/new")
    stamp = form.stamps.get("name", 0)
    sent = typed(form, name="Van", registration_number="ABC-2")
    assert await form.save(sent, True) is None
    assert (form.values["name"], form.stamps["name"]) == ("", stamp + 1)


async def test_a_value_in_use_is_told_at_its_field(container, manager):
    _, form = await opened(container, manager, "/vehicles/new")
    await form.save(typed(form, name="One", registration_number="ABC-3"), False)
    await form.save(typed(form, name="Two", registration_number="abc-3"), False)
    assert "in use by another vehicle" in form.errors["registration_number"]


async def test_only_what_changed_is_written_and_an_edit_can_be_undone(container, manager):
    vehicle_id = await a_vehicle(container, manager.fleet_id)
    root, form = await opened(container, manager, f"/vehicles/{vehicle_id}")
    toasts = await root.get_state(Toasts)
    before = await the_vehicle(container, vehicle_id)
    await form.save(typed(form, name="Renamed"), False)
    after = await the_vehicle(container, vehicle_id)
    assert (after.name, after.registration_number) == ("Renamed", before.registration_number)
    assert (form.version, form.base["name"], form.title) == (after.version, "Renamed", "Renamed")
    await form.save(typed(form), False)
    assert (await the_vehicle(container, vehicle_id)).version == after.version
    await toasts.undo_last()
    assert (await the_vehicle(container, vehicle_id)).name == before.name
    await form.catch_up({})
    assert form.values["name"] == before.name


async def test_what_is_typed_outlives_that_a_change_of_its_field_is_taken_back(container, manager):
    vehicle_id = await a_vehicle(container, manager.fleet_id)
    root, form = await opened(container, manager, f"/vehicles/{vehicle_id}")
    before = await the_vehicle(container, vehicle_id)
    await form.save(typed(form, name="Renamed", note="Kept"), False)
    mine = typed(form, name="Half a thought")
    await (await root.get_state(Toasts)).undo_last()
    await form.catch_up(mine)
    assert form.values["name"] == "Half a thought"
    assert (form.base["name"], form.values["note"]) == (before.name, "")
    assert (form.clashes, form.title) == ([], before.name)


async def test_deleting_leads_to_the_list_and_can_be_taken_back(container, manager):
    vehicle_id = await a_vehicle(container, manager.fleet_id)
    root, form = await opened(container, manager, f"/vehicles/{vehicle_id}")
    assert "/vehicles" in str(await form.delete())
    assert (await the_vehicle(container, vehicle_id)).deleted_at is not None
    await (await root.get_state(Toasts)).undo_last()
    assert (await the_vehicle(container, vehicle_id)).deleted_at is None


async def test_lists_go_round_and_keep_what_their_lines_do_not_show(container, manager):
    actor = an_actor(Role.FLEET_MANAGER, manager.fleet_id)
    said = {
        "name": "Café",
        "contacts": [{"name": "Liisa Aho", "phone": "+358 40 1", "email": "l@example.com"}],
        "addresses": [
            {"label": "Depot", "address": "Katu 1", "lat": 60.1, "lon": 24.9},
            {"label": "", "address": "Gate 3: code 12"},
        ],
    }
    async with records(container, "customers", actor) as of:
        number = (await of.create(said))["id"]
    _, form = await opened(container, manager, f"/customers/{number}")
    assert form.values["contacts"] == "Liisa Aho, +358 40 1, l@example.com"
    lines = form.values["addresses"]
    assert lines == "Depot: Katu 1\n: Gate 3: code 12"
    await form.save(typed(form, addresses=f"{lines}\nShop: Katu 2"), False)
    async with records(container, "customers", actor) as of:
        found = (await of.get(number))["addresses"]
    assert found[0] == said["addresses"][0]
    assert [one["address"] for one in found] == ["Katu 1", "Gate 3: code 12", "Katu 2"]
    await form.save(typed(form, contacts="Nobody, not a phone"), False)
    assert "Nobody, not a phone" in form.errors["contacts"]


async def test_a_file_that_arrived_is_in_the_form(container, manager):
    _, form = await opened(container, manager, "/vehicles/new")
    await form.set_file("photo_file_id", '{"status": "success", "data": {"id": 12, "name": "x"}}')
    await form.set_file("name", '{"data": {"id": 13}}')
    assert (form.values["photo_file_id"], form.values["name"]) == ("12", "")
    await form.set_file("photo_file_id", "<html>")
    assert form.values["photo_file_id"] == ""

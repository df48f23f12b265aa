"""The form of a record: what is stored, what is said, and what happens when two people meet."""

from __future__ import annotations

import re

import pytest
from sqlmodel import select

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.fleet.models import Fleet, Vehicle
from fleet_app.records.query import ListQuery
from fleet_app.web.states.records.form import RecordForm
from fleet_app.web.states.records.history import RecordHistory
from fleet_app.web.states.records.opening import purpose
from fleet_app.web.states.records.route_plan import RoutePlanner
from fleet_app.web.states.records.toasts import Toasts
from fleet_app.web.states.session import Session
from tests.builders.people import Person, a_fleet, a_person, a_vehicle
from tests.builders.records import an_actor, records
from tests.builders.screens import a_screen, a_screen_of

XSS = "<img src=x onerror=alert(1)>"


@pytest.fixture
async def manager(container: Container) -> Person:
    return await a_person(container, Role.FLEET_MANAGER)


async def opened(container: Container, person: Person, address: str):
    """A tab at that address, with its record read."""
    root = await a_screen(container, person, address)
    form = await root.get_state(RecordForm)
    await form.open(address.strip("/").split("/")[0])
    return root, form


def visit(root, address: str) -> None:
    """Go to another page in the same tab."""
    cookie = root.router.headers.cookie
    root._update_router_vars({"headers": {"cookie": cookie}, "asPath": address}, {})


def typed(form: RecordForm, **texts: str) -> dict[str, str]:
    """What the browser sends: everything, with these fields changed."""
    return {**form.values, **texts}


async def stored(container: Container, vehicle_id: int) -> Vehicle:
    async with container.work() as session:
        return await session.get_one(Vehicle, vehicle_id)


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
    assert (await stored(container, rows[0]["id"])).deleted_at is not None


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
    before = await stored(container, vehicle_id)
    await form.save(typed(form, name="Renamed"), False)
    after = await stored(container, vehicle_id)
    assert (after.name, after.registration_number) == ("Renamed", before.registration_number)
    assert (form.version, form.base["name"], form.title) == (after.version, "Renamed", "Renamed")
    await form.save(typed(form), False)
    assert (await stored(container, vehicle_id)).version == after.version
    await toasts.undo_last()
    assert (await stored(container, vehicle_id)).name == before.name
    await form.catch_up()
    assert form.values["name"] == before.name


async def test_two_people_meet_and_nothing_typed_is_lost(container, manager):
    vehicle_id = await a_vehicle(container, manager.fleet_id)
    other = await a_person(container, Role.FLEET_MANAGER, manager.fleet_id)
    _, mine = await opened(container, manager, f"/vehicles/{vehicle_id}")
    _, theirs = await opened(container, other, f"/vehicles/{vehicle_id}")
    await theirs.save(typed(theirs, name="Theirs", make="Ford"), False)
    await mine.save(typed(mine, name="Mine", model="Transit"), False)
    clashes = {one["name"]: one for one in mine.clashes}
    assert clashes["name"] == {
        "name": "name", "title": "Name", "theirs": "Theirs", "mine": "Mine", "open": True
    }  # fmt: skip
    assert not clashes["make"]["open"]
    assert mine.values["make"] == "Ford"
    assert (await stored(container, vehicle_id)).name == "Theirs"
    await mine.take_theirs("name")
    assert mine.values["name"] == "Theirs"
    await mine.keep_mine("make")
    assert mine.clashes == []
    await mine.save(typed(mine, model="Transit"), False)
    now = await stored(container, vehicle_id)
    assert (now.name, now.make, now.model) == ("Theirs", "Ford", "Transit")


async def test_a_change_elsewhere_is_told_and_ones_own_is_not(container, manager):
    vehicle_id = await a_vehicle(container, manager.fleet_id)
    _, mine = await opened(container, manager, f"/vehicles/{vehicle_id}")
    _, theirs = await opened(container, manager, f"/vehicles/{vehicle_id}")
    await theirs.save(typed(theirs, note="Hello"), False)
    await theirs.look_again()
    await mine.look_again()
    assert (mine.newer, theirs.newer) == (True, False)
    await mine.merge(typed(mine, name="Half typed"))
    assert (mine.newer, mine.values["note"]) == (False, "Hello")
    assert [one["name"] for one in mine.clashes] == ["note"]


async def test_a_record_deleted_by_somebody_else_keeps_what_was_typed(container, manager):
    vehicle_id = await a_vehicle(container, manager.fleet_id)
    _, mine = await opened(container, manager, f"/vehicles/{vehicle_id}")
    async with records(container, "vehicles", an_actor(Role.FLEET_MANAGER, manager.fleet_id)) as of:
        await of.delete(vehicle_id)
    await mine.save(typed(mine, name="Too late"), False)
    assert "deleted" in mine.problem


async def test_a_database_that_is_away_is_told_and_nothing_is_lost(container, manager):
    vehicle_id = await a_vehicle(container, manager.fleet_id)
    _, form = await opened(container, manager, f"/vehicles/{vehicle_id}")
    async with container.engine.connect() as blocker:
        await blocker.exec_driver_sql("BEGIN")
        await blocker.exec_driver_sql(f"SELECT 1 FROM vehicles WHERE id = {vehicle_id} FOR UPDATE")
        await form.save(typed(form, name="Waiting"), False)
        await blocker.rollback()
    assert "try again" in form.problem
    assert form.clashes == []
    await form.save(typed(form, name="Waiting"), False)
    assert (await stored(container, vehicle_id)).name == "Waiting"


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
    assert (await stored(container, vehicle_id)).deleted_at is None


async def test_an_administrator_creates_for_the_fleet_in_the_top_bar(container):
    await a_fleet(container)
    chosen = await a_fleet(container)
    root = await a_screen_of(container, Role.SYSTEM_ADMIN, address="/vehicles/new")
    (await root.get_state(Session)).fleet_id = chosen
    form = await root.get_state(RecordForm)
    await form.open("vehicles")
    way = await form.save(typed(form, name="Van", registration_number="ABC-9"), False)
    assert (await stored(container, _number_in(way))).fleet_id == chosen


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
    assert (await stored(container, number)).name == "Renamed"


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


async def test_deleting_leads_to_the_list_and_can_be_taken_back(container, manager):
    vehicle_id = await a_vehicle(container, manager.fleet_id)
    root, form = await opened(container, manager, f"/vehicles/{vehicle_id}")
    assert "/vehicles" in str(await form.delete())
    assert (await stored(container, vehicle_id)).deleted_at is not None
    await (await root.get_state(Toasts)).undo_last()
    assert (await stored(container, vehicle_id)).deleted_at is None


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


async def test_a_lost_connection_loses_nothing_that_was_typed(container, manager):
    vehicle_id = await a_vehicle(container, manager.fleet_id)
    _, mine = await opened(container, manager, f"/vehicles/{vehicle_id}")
    _, theirs = await opened(container, manager, f"/vehicles/{vehicle_id}")
    sent, stamps = typed(mine, name="Half typed"), dict(mine.stamps)
    await theirs.save(typed(theirs, name="Theirs", note="Hello"), False)
    await mine.open("vehicles")  # as the page does when its socket is back
    assert dict(mine.stamps) == stamps
    await mine.merge(sent)
    assert {one["name"]: one["open"] for one in mine.clashes} == {"name": True, "note": False}
    assert (mine.values["name"], mine.values["note"]) == ("Half typed", "Hello")


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


def _number_in(way: object) -> int:
    """The id of the record that a redirection leads to."""
    return int(re.findall(r"/[a-z_]+/(\d+)", str(way))[0])

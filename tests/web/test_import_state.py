"""The import screens' state: the columns of a file, its check, its result. Jobs run here, too."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.models import Import, ImportProblem, ImportState
from fleet_app.records.query import parse_query
from fleet_app.web.states.imports.listing import ImportList, NewImport
from fleet_app.web.states.imports.screen import ImportScreen
from fleet_app.web.states.imports.showing import link_to_unplaced, wrong_rows
from tests.builders.import_screens import ROWS, a_look, an_import, set_state
from tests.builders.people import Person, a_fleet, a_person
from tests.builders.screens import a_screen, a_screen_of

"""Seconds that setting the scene may take on a busy machine; screens wait less."""


@pytest.fixture
async def manager(container: Container) -> Person:
    return await a_person(container, Role.FLEET_MANAGER, await a_fleet(container))


async def test_an_address_in_several_columns_is_shown_as_it_is_read(container, manager):
    rows = [["Vorname", "Nachname", "Straße", "Nr", "PLZ", "Ort"],
            ["Anna", "Schmidt", "Hauptstr.", "5", "10115", "Berlin"]]  # fmt: skip
    screen = await a_look(container, manager, await an_import(container, manager, rows, "drivers"))
    assert [one["read"] for one in screen.columns][:2] == ["Anna Schmidt", ""]
    assert screen.missing == ["Licence number"]
    record = await an_import(container, manager, rows, "customers")
    screen = await a_look(container, manager, record)
    assert screen.columns[3]["field"] == "address.number"
    await screen.choose(3, "")
    assert [one["read"] for one in screen.columns] == [
        "Anna Schmidt", "", "Hauptstr., 10115 Berlin", "", "", "",
    ]  # fmt: skip
    labels = {one["value"]: one["label"] for one in screen.choices}
    assert labels["address.city"] == "Address: city"


async def test_what_is_wrong_with_a_joined_field_is_told_at_its_first_column(container, manager):
    rows = [["Vorname", "Nachname"], ["Anna", "x"]]
    record = await an_import(container, manager, rows, "customers")
    problem = ImportProblem(
        import_id=record.id, row=2, cells=rows[1], errors={"name": "is too long"}
    )
    headers, (wrong,) = wrong_rows(record, [(problem, 1)])
    assert headers == ["Vorname", "Nachname"]
    assert [cell["error"] for cell in wrong["cells"]] == ["is too long", ""]
    assert wrong["what"] == ""


async def test_columns_are_guessed_and_needed_ones_without_a_column_pointed_out(container, manager):
    record = await an_import(container, manager, [["Plate", "Colour"], ["A-1", "red"]])
    screen = await a_look(container, manager, record)
    assert screen.step == "columns"
    assert [(one["header"], one["field"]) for one in screen.columns] == [
        ("Plate", "registration_number"),
        ("Colour", ""),
    ]
    assert screen.columns[0]["samples"] == ["A-1"]
    assert screen.missing == ["Name"]
    await screen.choose(1, "name")
    assert screen.missing == []


async def test_a_field_moves_from_one_column_to_another_and_nonsense_is_ignored(container, manager):
    record = await an_import(container, manager)
    screen = await a_look(container, manager, record)
    await screen.choose(2, "name")
    assert [one["field"] for one in screen.columns] == ["", "registration_number", "name"]
    await screen.choose(0, "no_such_field")
    assert screen.columns[0]["field"] == ""


async def test_what_can_be_read_in_two_ways_is_asked_for_and_shown_as_it_is_read(
    container, manager
):
    rows = [["Vehicle", "Plate", "Payload"], ["Van 1", "A-1", "1.234"], ["Van 2", "A-2", "1.500"]]
    screen = await a_look(container, manager, await an_import(container, manager, rows))
    (asked,) = screen.asked
    assert (asked["what"], asked["answer"]) == ("numbers", "")
    assert [way["label"] for way in asked["ways"]] == ["1\u202f234 (thousands)", "1.234 (decimals)"]
    await screen.check()
    assert (screen.step, "1.234 can be read in two ways" in screen.problem) == ("columns", True)
    await screen.answer("numbers", "x")
    assert screen.asked[0]["answer"] == ""
    await screen.answer("numbers", ",")
    assert (screen.asked[0]["answer"], screen.columns[2]["read"]) == (",", "1\u202f234 kg")
    await screen.answer("numbers", ".")
    assert screen.columns[2]["read"] == "1.234 kg"
    await screen.check()
    assert screen.step == "checking"


async def test_a_date_is_shown_written_out_in_the_order_that_is_chosen(container, manager):
    rows = [["Order", "Address", "Due"], ["1", "Katu 1", "02/03/2027"]]
    screen = await a_look(
        container, manager, await an_import(container, manager, rows, kind="deliveries")
    )
    await screen.choose(2, "due_on")
    labels = [way["label"] for way in screen.asked[0]["ways"]]
    assert labels == ["2 March 2027 (day first)", "3 February 2027 (month first)"]
    await screen.answer("dates", "mdy")
    assert screen.columns[2]["read"] == "3 February 2027"
    await screen.choose(2, "")
    assert (screen.asked, screen.columns[2]["read"]) == ([], "")


async def test_a_word_that_is_not_known_is_explained_once_for_all_rows(container, manager):
    rows = [["Vehicle", "Plate", "Type"], *(["Van", f"A-{n}", "Kombi"] for n in range(3))]
    record = await an_import(container, manager, rows)
    screen = await a_look(container, manager, record)
    (word,) = screen.words
    assert word["said"] == "Type “Kombi” (3 rows) means"
    await screen.explain(word["key"], "boat")
    assert screen.words[0]["value"] == ""
    await screen.explain(word["key"], "car")
    await screen.check()
    async with container.work() as session:
        stored = await session.get_one(Import, record.id)
    assert stored.reading["words"] == {"type": {"kombi": "car"}}


async def test_checking_keeps_the_columns_as_chosen_and_starts_the_work(container, manager):
    record = await an_import(container, manager)
    screen = await a_look(container, manager, record)
    await screen.choose(2, "")
    await screen.check()
    assert (screen.step, screen.item["busy"], screen.problem) == ("checking", True, "")
    async with container.work() as session:
        stored = await session.get_one(Import, record.id)
    assert stored.mapping == {"0": "name", "1": "registration_number"}


async def test_the_screen_follows_the_work_until_it_is_done(container, manager):
    record = await an_import(container, manager)
    screen = await a_look(container, manager, record)
    await screen.check()
    await set_state(container, record, ImportState.CHECKING, handled=1, total=2)
    await screen.refresh()
    assert (screen.item["percent"], screen.step) == (50, "checking")
    await set_state(container, record, ImportState.CHECKED, handled=2, created=1, failed=1)
    await screen.refresh()
    assert (screen.step, screen.item["right"], screen.item["failed"]) == ("checked", 1, 1)
    assert not screen.item["busy"]
    assert screen.item["counts"] == "1 new"


async def test_a_look_that_failed_is_forgotten_with_the_next_one(container, manager):
    record = await an_import(container, manager)
    screen = await a_look(container, manager, record)
    await screen.check()
    screen.item = {**screen.item, "id": 0}
    await screen.refresh()
    assert (screen.problem != "", screen.item["busy"]) == (True, True)
    screen.item = {**screen.item, "id": record.id}
    await screen.refresh()
    assert screen.problem == ""


@pytest.mark.parametrize(
    ("state", "at"),
    [(ImportState.UPLOADED, 1), (ImportState.CHECKED, 2), (ImportState.RUNNING, 3),
     (ImportState.DONE, 4)],
)  # fmt: skip
async def test_the_last_step_is_behind_us_only_once_it_is_done(container, manager, state, at):
    record = await an_import(container, manager)
    await set_state(container, record, state)
    assert (await a_look(container, manager, record)).at == at


async def test_a_sheet_that_changes_nothing_is_known_as_such(container, manager):
    record = await an_import(container, manager)
    await set_state(container, record, ImportState.CHECKED, unchanged=2)
    screen = await a_look(container, manager, record)
    assert (screen.item["right"], screen.item["changes"]) == (2, 0)
    await set_state(container, record, ImportState.CHECKED, unchanged=1, updated=1)
    screen = await a_look(container, manager, record)
    assert (screen.item["right"], screen.item["changes"]) == (2, 1)


@pytest.mark.parametrize("kind", ["customers", "deliveries", "depots"])
def test_records_without_a_point_are_a_list_that_can_be_asked_for(kind):
    address = urlsplit(link_to_unplaced(kind))
    assert address.path == f"/{kind}"
    (found,) = parse_query(KINDS[kind], parse_qsl(address.query)).filters
    assert (found.column, found.test, found.value) == ("lat", "empty", True)


async def test_nothing_can_be_checked_without_a_column(container, manager):
    record = await an_import(container, manager)
    screen = await a_look(container, manager, record)
    for index in range(3):
        await screen.choose(index, "")
    await screen.check()
    assert screen.step == "columns"
    assert "columns" in screen.problem


async def test_wrong_rows_show_the_message_at_the_wrong_cell(container, manager):

    record = await an_import(container, manager)
    async with container.work() as session:
        errors = {"registration_number": "is missing", "capacity_kg": "is no number"}
        session.add(ImportProblem(import_id=record.id, row=3, cells=ROWS[2], errors=errors))
    await set_state(container, record, ImportState.CHECKED, created=1, failed=1)
    screen = await a_look(container, manager, record)
    assert screen.wrong_headers == ["Vehicle", "Plate", "Payload"]
    (row,) = screen.wrong
    assert row["row"] == 3
    assert [(cell["text"], cell["error"]) for cell in row["cells"]] == [
        ("Van 2", ""),
        ("", "is missing"),
        ("a lot", "is no number"),
    ]


async def test_rows_with_the_same_problem_are_one_line_with_their_number(container, manager):
    record = await an_import(container, manager)
    async with container.work() as session:
        for row in range(2, 60):
            errors = {"capacity_kg": "is no number" if row != 7 else "is negative"}
            session.add(ImportProblem(import_id=record.id, row=row, cells=ROWS[2], errors=errors))
    await set_state(container, record, ImportState.CHECKED, failed=58)
    screen = await a_look(container, manager, record)
    assert [(row["row"], row["more"]) for row in screen.wrong] == [
        (2, "and 56 more with the same problem"), (7, "")
    ]  # fmt: skip
    assert screen.wrong_pages == 1


async def test_a_running_import_is_stopped(container, manager):
    record = await an_import(container, manager)
    screen = await a_look(container, manager, record)
    await screen.check()
    await screen.cancel()
    assert (screen.step, screen.item["state"]) == ("stopped", "cancelled")
    await screen.cancel()
    assert screen.problem


async def test_another_fleets_import_is_not_there(container, manager):
    record = await an_import(container, manager)
    stranger = await a_person(container, Role.FLEET_MANAGER)
    screen = await a_look(container, stranger, record)
    assert (screen.found, screen.step) == (False, "")
    listing = await (await a_screen(container, stranger)).get_state(ImportList)
    await listing.open()
    assert listing.items == []


@pytest.mark.parametrize("named", ["0", "-1", "nonsense", "9" * 30, ""])
async def test_an_address_that_names_nothing_says_so(container, manager, named):
    root = await a_screen(container, manager, f"/imports/{named}")
    screen = await root.get_state(ImportScreen)
    await screen.open()
    assert not screen.found


async def test_the_list_shows_the_newest_import_first_and_who_made_it(container, manager):
    first, second = [await an_import(container, manager) for _ in range(2)]
    listing = await (await a_screen(container, manager)).get_state(ImportList)
    await listing.open()
    assert [one["id"] for one in listing.items] == [second.id, first.id]
    assert listing.items[0]["who"].startswith("Person")
    assert not listing.busy


async def test_the_link_to_what_came_in_is_a_list_of_that_kind(container, manager):
    record = await an_import(container, manager)
    screen = await a_look(container, manager, record)
    address = urlsplit(screen.item["link"])
    assert address.path == "/vehicles"
    assert parse_qs(address.query) == {"import": [str(record.id)]}


@pytest.mark.parametrize(
    ("role", "kinds"),
    [(Role.DISPATCHER, {"customers", "deliveries", "routes"}), (Role.FLEET_MANAGER, {"vehicles"})],
)
async def test_only_what_the_role_may_import_is_offered(container, role, kinds):
    fleet_id = await a_fleet(container)
    root = await a_screen_of(container, role, fleet_id, "/imports/new?kind=vehicles")
    new = await root.get_state(NewImport)
    await new.open()
    offered = {one["value"] for one in new.kinds}
    assert kinds <= offered
    assert ("vehicles" in offered) is (role is Role.FLEET_MANAGER)
    await new.choose("users" if role is Role.DISPATCHER else "vehicles")
    assert new.kind in offered
    assert new.fields["kind"] == new.kind


async def test_a_file_that_arrived_leads_to_its_import(container, manager):
    new = await (await a_screen(container, manager)).get_state(NewImport)
    answer = await new.arrived(json.dumps({"data": {"id": 7}}))
    assert "/imports/7" in str(answer)
    assert await new.arrived("<html>") is None

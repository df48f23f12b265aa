"""Sending the corrected rows of an import from its screen."""

from __future__ import annotations

import json

from fleet_app.access.actor import Actor, Channel
from fleet_app.bootstrap import Container
from fleet_app.records.models import Import, ImportState
from fleet_app.web.states.imports.listing import NewImport
from fleet_app.web.states.imports.screen import ImportScreen
from tests.builders.import_screens import a_look, an_import, chunks, set_state
from tests.builders.people import Person
from tests.builders.screens import a_screen


async def checked_with_a_wrong_row(container: Container, person: Person) -> Import:
    """Its columns matched by hand, as far as somebody comes who has not pressed Import yet."""
    record = await an_import(container, person, [["Foo", "Bar"], ["Van 1", "A-1"], ["Van 2", ""]])
    mapping = {"0": "name", "1": "registration_number"}
    await set_state(
        container, record, ImportState.CHECKED, mapping=mapping, created=1, failed=1, handled=2
    )
    return record


async def corrected(
    container: Container, person: Person, first: Import, headers: list[str]
) -> ImportScreen:
    """The screen after a corrected file has arrived."""
    principal = await container.authenticator.principal_of_user(person.id)
    record = await container.imports.upload(
        Actor(principal=principal, channel=Channel.WEB),
        chunks([headers, ["Van 2", "A-2"]]),
        kind="vehicles", name="fixed.csv", corrects=first.id,
    )  # fmt: skip
    new = await (await a_screen(container, person)).get_state(NewImport)
    assert f"/imports/{record.id}" in str(
        await new.arrived(json.dumps({"data": {"id": record.id}}))
    )
    return await a_look(container, person, record)


async def test_a_corrected_file_goes_straight_to_its_check(container, manager):
    first = await checked_with_a_wrong_row(container, manager)
    assert (await a_look(container, manager, first)).fields == {
        "kind": "vehicles",
        "corrects": str(first.id),
    }
    screen = await corrected(container, manager, first, ["Foo", "Bar"])
    assert screen.step == "checking"
    assert (screen.first["filename"], screen.first["waiting"]) == ("vans.csv", 1)
    await screen.cancel()
    assert "map" in screen.item["can"]


async def test_a_corrected_file_without_a_column_of_the_first_one_waits_for_it(container, manager):
    first = await checked_with_a_wrong_row(container, manager)
    screen = await corrected(container, manager, first, ["Foo", "Baz"])
    assert (screen.step, screen.missing) == ("columns", ["Registration"])


async def test_the_first_file_says_what_the_corrected_one_brought(container, manager):
    first = await checked_with_a_wrong_row(container, manager)
    later = await corrected(container, manager, first, ["Foo", "Bar"])
    screen = await a_look(container, manager, first)
    assert ([one["words"] for one in screen.pending], screen.brought) == (["being checked"], [])
    assert (screen.corrected, screen.item["left"]) == (0, 1)
    record = await container.imports.get(
        await container.authenticator.principal_of_user(manager.id), later.item["id"]
    )
    await set_state(container, record, ImportState.DONE, created=1, taken=1)
    screen = await a_look(container, manager, first)
    assert ([one["filename"] for one in screen.brought], screen.pending) == (["fixed.csv"], [])
    assert (screen.corrected, screen.item["left"]) == (1, 0)

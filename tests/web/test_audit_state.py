"""The audit log's screen, without a browser: what it reads, for whom, and what it does."""

from __future__ import annotations

from typing import Any

import pytest

from fleet_app.access.roles import Role
from fleet_app.audit.query import parse_audit_query
from fleet_app.audit.reading import AuditLog
from fleet_app.bootstrap import Container
from fleet_app.kernel.errors import NotFound
from fleet_app.web.states.records.audit import AuditScreen
from fleet_app.web.states.records.toasts import Toasts
from tests.builders.people import a_fleet
from tests.builders.records import an_actor, records
from tests.builders.screens import a_screen_of

VAN = {"name": "Van 12", "registration_number": "ABC-123"}


async def a_changed_van(container: Container, fleet_id: int) -> int:
    actor = an_actor(Role.FLEET_MANAGER, fleet_id)
    async with records(container, "vehicles", actor) as vehicles:
        made = await vehicles.create(VAN)
    async with records(container, "vehicles", actor) as vehicles:
        await vehicles.update(made["id"], {"name": "Van 13"})
    return int(made["id"])


async def the_screen(container: Container, fleet_id: int, address: str = "/audit") -> Any:
    root = await a_screen_of(container, Role.FLEET_MANAGER, fleet_id, address)
    screen = await root.get_state(AuditScreen)
    await AuditScreen.open.fn(screen)
    return screen


async def newest(container: Container, fleet_id: int, action: str) -> int:
    query = parse_audit_query([("action", action)])
    async with container.work() as session:
        manager = an_actor(Role.FLEET_MANAGER, fleet_id).principal
        found, _ = await AuditLog(session).page(manager, query)
    return found[0].id or 0


async def test_an_entry_is_shown_with_before_and_after_and_taken_back(container: Container):
    fleet_id = await a_fleet(container)
    van = await a_changed_van(container, fleet_id)
    screen = await the_screen(container, fleet_id)
    await AuditScreen.show.fn(screen, await newest(container, fleet_id, "update"))
    assert screen.lines == [{"title": "Name", "before": "Van 12", "after": "Van 13"}]
    assert (screen.title, screen.link) == ("Changed: Van 13", f"/vehicles/{van}")
    assert screen.undoable
    await AuditScreen.undo.fn(screen)
    assert (screen.entry, screen.version) == (0, 1)
    async with records(container, "vehicles", an_actor(Role.FLEET_MANAGER, fleet_id)) as vehicles:
        assert (await vehicles.get(van))["name"] == "Van 12"


async def test_what_had_no_before_is_told_without_one(container: Container):
    fleet_id = await a_fleet(container)
    await a_changed_van(container, fleet_id)
    screen = await the_screen(container, fleet_id)
    await AuditScreen.show.fn(screen, await newest(container, fleet_id, "create"))
    assert {one["before"] for one in screen.lines} == {""}
    await AuditScreen.show.fn(screen, await newest(container, fleet_id, "update"))
    await AuditScreen.undo.fn(screen)
    await AuditScreen.show.fn(screen, await newest(container, fleet_id, "undo"))
    name, undone = screen.lines
    assert (name["before"], name["after"]) == ("Van 13", "Van 12")
    assert (undone["title"], undone["before"]) == ("Takes back", "")
    assert undone["after"].startswith("an earlier change")


async def test_what_cannot_be_taken_back_any_more_is_told(container: Container):
    fleet_id = await a_fleet(container)
    await a_changed_van(container, fleet_id)
    screen = await the_screen(container, fleet_id)
    await AuditScreen.show.fn(screen, await newest(container, fleet_id, "update"))
    entry = screen.entry
    await AuditScreen.undo.fn(screen)
    screen.entry = entry
    await AuditScreen.undo.fn(screen)
    toasts = await screen.get_state(Toasts)
    assert toasts.items[-1]["tone"] == "problem"
    assert "was changed again since: Name" in toasts.items[-1]["text"]


async def test_filters_that_make_no_sense_are_not_taken_over(container: Container):
    fleet_id = await a_fleet(container)
    screen = await the_screen(container, fleet_id)
    for name, text in (("kind", "vehicle"), ("at.from", "soon"), ("fleet_id", "1"), ("x", "y")):
        await AuditScreen.set_filter.fn(screen, name, text)
    assert screen.query == "kind=vehicle"
    await AuditScreen.search.fn(screen, " Van ")
    assert screen.query == "kind=vehicle&q=Van"
    await AuditScreen.show_all.fn(screen)
    assert (screen.query, screen.narrowed) == ("", False)


async def test_another_fleets_entry_is_not_shown(container: Container):
    fleet_id, other = await a_fleet(container), await a_fleet(container)
    await a_changed_van(container, other)
    theirs = await newest(container, other, "update")
    screen = await the_screen(container, fleet_id)
    await AuditScreen.show.fn(screen, theirs)
    assert (screen.entry, screen.lines) == (0, [])
    screen.entry = theirs  # as somebody would set it from outside
    await AuditScreen.undo.fn(screen)
    toasts = await screen.get_state(Toasts)
    assert toasts.items[-1]["tone"] == "problem"
    with pytest.raises(NotFound):
        await AuditScreen.narrow_to.fn(screen)


async def test_the_verdict_is_told_in_words(container: Container):
    fleet_id = await a_fleet(container)
    await a_changed_van(container, fleet_id)
    screen = await the_screen(container, fleet_id)
    async for _ in AuditScreen.check.fn(screen):
        assert screen.checking
    assert screen.sound
    assert "3 entries are as written" in screen.verdict  # the sign-in is the third
    assert not screen.checking

"""Saved views of a list: saving, applying, changing, sharing, deleting, beginning with one."""

from __future__ import annotations

import json

import pytest

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.query import parse_query
from fleet_app.web.states.records.lists import RecordList
from fleet_app.web.states.records.ready_views import READY
from fleet_app.web.states.records.views import ListViews
from tests.builders.people import Person, a_fleet, a_person
from tests.builders.screens import a_screen


@pytest.fixture
async def fleet_id(container: Container) -> int:
    return await a_fleet(container)


async def a_list(container: Container, person: Person, plural: str = "deliveries"):
    root = await a_screen(container, person)
    listing, views = await root.get_state(RecordList), await root.get_state(ListViews)
    await listing.open(plural)
    await views.open(plural)
    return listing, views


async def a_saved_view(listing: RecordList, views: ListViews, **said) -> int:
    await listing.search("Katu")
    await listing.set_filter("status", "failed")
    await listing.set_sort("-due_on")
    await listing.set_layout(json.dumps([{"id": "status", "width": 222}, {"id": "address"}]))
    await views.ask_save()
    await views.submit({"name": "Failed ones", **said})
    return views.current


async def test_a_view_brings_words_filters_order_columns_and_widths_back(container, fleet_id):
    listing, views = await a_list(container, await a_person(container, Role.DISPATCHER, fleet_id))
    view_id = await a_saved_view(listing, views)
    assert [one["name"] for one in views.items] == ["Failed ones"]
    await views.reset_list()
    assert (listing.query, listing.sort, listing.shown) == ("", "", [])
    await views.apply(view_id)
    assert listing.query == "status=failed&q=Katu"
    assert (listing.sort, listing.shown) == ("-due_on", ["status", "address"])
    assert json.loads(listing.layout) == [{"id": "status", "width": 222}]
    assert views.title == "Failed ones"


async def test_a_name_that_is_taken_or_empty_is_told_in_the_dialog(container, fleet_id):
    listing, views = await a_list(container, await a_person(container, Role.DISPATCHER, fleet_id))
    await a_saved_view(listing, views)
    for name in ("Failed ones", "   "):
        await views.ask_save()
        await views.submit({"name": name})
        assert views.dialog == "save"
        assert "name" in views.errors
    assert len(views.items) == 1


async def test_a_shared_view_is_for_the_whole_fleet_and_changed_by_managers(container, fleet_id):
    mine = await a_list(container, await a_person(container, Role.DISPATCHER, fleet_id))
    view_id = await a_saved_view(*mine, shared="on")
    _, colleague = await a_list(container, await a_person(container, Role.DISPATCHER, fleet_id))
    assert [(one["id"], one["can_change"]) for one in colleague.items] == [(view_id, False)]
    await colleague.ask_edit(view_id)
    assert colleague.dialog == ""
    _, manager = await a_list(container, await a_person(container, Role.FLEET_MANAGER, fleet_id))
    await manager.ask_edit(view_id)
    await manager.submit({"name": "Did not work out", "shared": "on"})
    assert [one["name"] for one in manager.items] == ["Did not work out"]
    listing, stranger = await a_list(container, await a_person(container, Role.DISPATCHER))
    assert stranger.items == []
    await stranger.apply(view_id)
    assert listing.query == ""


async def test_a_view_is_updated_to_what_the_list_shows_and_deleted(container, fleet_id):
    person = await a_person(container, Role.DISPATCHER, fleet_id)
    listing, views = await a_list(container, person)
    view_id = await a_saved_view(listing, views)
    await listing.set_filter("status", "returned")
    await views.update(view_id)
    await views.reset_list()
    await views.apply(view_id)
    assert listing.filters == {"status": "returned"}
    await views.ask_edit(view_id)
    await views.delete()
    assert (views.items, views.current, views.title) == ([], 0, "")


async def test_a_list_begins_with_its_default_view(container, fleet_id):
    person = await a_person(container, Role.DISPATCHER, fleet_id)
    listing, views = await a_list(container, person)
    view_id = await a_saved_view(listing, views)
    await views.toggle_default(view_id)
    again, begun = await a_list(container, person, "vehicles")
    begun.defaults = views.defaults
    await again.open("deliveries")
    await begun.open("deliveries")
    assert again.filters == {"status": "failed"}
    await views.toggle_default(view_id)
    assert json.loads(views.defaults) == {}


@pytest.mark.parametrize("text", ["nonsense", "[1]", '{"deliveries": "1"}', '{"x": 1}', "9" * 9000])
async def test_a_spoilt_memory_of_the_browser_begins_with_the_usual_list(container, fleet_id, text):
    person = await a_person(container, Role.DISPATCHER, fleet_id)
    listing, views = await a_list(container, person, "vehicles")
    views.defaults = text
    await listing.open("deliveries")
    await views.open("deliveries")
    assert listing.query == ""


@pytest.mark.parametrize("plural", READY)
async def test_ready_views_are_possible_lists(container, fleet_id, plural):
    person = await a_person(container, Role.FLEET_MANAGER, fleet_id)
    listing, views = await a_list(container, person, plural)
    for ready in READY[plural]:
        await views.apply_ready(ready.title)
        assert set(listing.filters) == set(ready.filters)
        assert listing.sort == ready.sort
        parse_query(KINDS[plural], listing.filters.items())
        assert views.title == ready.title

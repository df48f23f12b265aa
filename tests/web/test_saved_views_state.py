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


async def a_list(
    container: Container, person: Person, plural: str = "deliveries", address: str = "/"
):
    root = await a_screen(container, person, address)
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


async def test_a_list_begins_with_its_default_view_in_every_browser(container, fleet_id):
    person = await a_person(container, Role.DISPATCHER, fleet_id)
    listing, views = await a_list(container, person)
    view_id = await a_saved_view(listing, views)
    await views.toggle_default(view_id)
    assert [one["is_default"] for one in views.items] == [True]
    again, begun = await a_list(container, person)  # another browser
    assert (again.filters, begun.title) == ({"status": "failed"}, "Failed ones")
    assert await address_of(begun) == f"view={view_id}"
    await begun.toggle_default(view_id)
    assert [one["is_default"] for one in begun.items] == [False]
    plain, _ = await a_list(container, person)
    assert plain.filters == {}


async def test_a_default_of_others_is_no_default_of_mine(container, fleet_id):
    listing, views = await a_list(container, await a_person(container, Role.DISPATCHER, fleet_id))
    view_id = await a_saved_view(listing, views, shared="on")
    await views.toggle_default(view_id)
    other, _ = await a_list(container, await a_person(container, Role.DISPATCHER, fleet_id))
    assert other.filters == {}


async def address_of(views: ListViews) -> str:
    return str(await views.address)


async def test_the_address_asks_for_the_list_as_it_is(container, fleet_id):
    person = await a_person(container, Role.DISPATCHER, fleet_id)
    listing, views = await a_list(container, person)
    assert await address_of(views) == ""
    await listing.search(" Katu 1 ")
    await listing.set_filter("status", "failed,returned")
    await listing.set_sort("-due_on")
    await listing.turn(3)
    said = "status=failed,returned&q=Katu+1&sort=-due_on&page=3"
    assert await address_of(views) == said
    await listing.set_filter("status", "failed")  # another list begins at its beginning
    assert await address_of(views) == "status=failed&q=Katu+1&sort=-due_on"
    there, opened = await a_list(container, person, address=f"/deliveries?{said}")
    assert (there.words, there.sort, there.page) == ("Katu 1", "-due_on", 3)
    assert there.filters == {"status": "failed,returned"}
    assert await address_of(opened) == said


async def test_an_address_names_its_view_and_what_was_changed_since(container, fleet_id):
    person = await a_person(container, Role.DISPATCHER, fleet_id)
    listing, views = await a_list(container, person)
    view_id = await a_saved_view(listing, views)
    assert await address_of(views) == f"view={view_id}"
    there, opened = await a_list(container, person, address=f"/deliveries?view={view_id}")
    assert (there.query, there.shown) == ("status=failed&q=Katu", ["status", "address"])
    await there.show_all()
    await there.set_sort("")
    everything = f"view={view_id}&all=true"
    assert await address_of(opened) == everything
    bare, titled = await a_list(container, person, address=f"/deliveries?{everything}")
    assert (bare.query, bare.shown) == ("", ["status", "address"])
    assert (titled.title, await address_of(titled)) == ("Failed ones", everything)


async def test_the_whole_list_has_an_address_beside_the_default_view(container, fleet_id):
    person = await a_person(container, Role.DISPATCHER, fleet_id)
    listing, views = await a_list(container, person)
    await views.toggle_default(await a_saved_view(listing, views))
    await views.reset_list()
    assert await address_of(views) == "all=true"
    bare, _ = await a_list(container, person, address="/deliveries?all=true")
    assert bare.query == ""


async def test_a_ready_view_is_named_by_its_words(container, fleet_id):
    person = await a_person(container, Role.DISPATCHER, fleet_id)
    _, views = await a_list(container, person, "vehicles")
    await views.apply_ready("In the workshop")
    assert await address_of(views) == "view=in-the-workshop"
    there, opened = await a_list(
        container, person, "vehicles", address="/vehicles?view=in-the-workshop"
    )
    assert there.filters == {"service_status": "workshop"}
    assert opened.title == "In the workshop"


@pytest.mark.parametrize("query", ["view=999999", "view=nonsense", "page=-3&view=", "page=1e9"])
async def test_an_address_without_sense_shows_the_whole_list(container, fleet_id, query):
    person = await a_person(container, Role.DISPATCHER, fleet_id)
    listing, views = await a_list(container, person, address=f"/deliveries?{query}")
    assert (listing.query, listing.page, views.title, await address_of(views)) == ("", 1, "", "")


async def test_the_columns_of_a_view_go_with_it_and_own_ones_stay(container, fleet_id):
    person = await a_person(container, Role.DISPATCHER, fleet_id)
    listing, views = await a_list(container, person)
    await a_saved_view(listing, views)
    await listing.open("deliveries")
    await views.open("deliveries")
    assert (listing.query, listing.shown, views.title) == ("", [], "")
    await listing.set_layout(json.dumps([{"id": "status"}]))
    await listing.open("deliveries")
    await views.open("deliveries")
    assert listing.shown == ["status"]


async def test_a_view_that_somebody_else_changed_is_replaced_only_when_asked(container, fleet_id):
    mine, views = await a_list(container, await a_person(container, Role.DISPATCHER, fleet_id))
    view_id = await a_saved_view(mine, views, shared="on")
    theirs, manager = await a_list(
        container, await a_person(container, Role.FLEET_MANAGER, fleet_id)
    )
    for status in ("returned", "cancelled"):
        await manager.apply(view_id)
        await theirs.set_filter("status", status)
        await manager.update(view_id)
        assert manager.dialog == ""
        await mine.set_filter("status", "created")
        await views.update(view_id)
        assert (views.dialog, mine.filters) == ("conflict", {"status": "created"})
        await (views.show_theirs if status == "returned" else views.replace_theirs)()
        assert views.dialog == ""
    await manager.apply(view_id)
    assert theirs.filters == {"status": "created"}


async def test_a_name_that_somebody_else_changed_is_shown_before_it_is_replaced(
    container, fleet_id
):
    mine, views = await a_list(container, await a_person(container, Role.DISPATCHER, fleet_id))
    view_id = await a_saved_view(mine, views, shared="on")
    _, manager = await a_list(container, await a_person(container, Role.FLEET_MANAGER, fleet_id))
    await manager.ask_edit(view_id)
    await views.ask_edit(view_id)
    await manager.submit({"name": "The manager's", "shared": "on"})
    for again in (views.submit({"name": "The owner's", "shared": "on"}), views.delete()):
        views.edited = {**views.edited, "version": 1}
        await again
        assert views.dialog == "edit"
        assert "Somebody else changed" in views.problem
        assert views.edited["name"] == "The manager's"
    await views.submit({"name": "The owner's", "shared": "on"})
    assert [one["name"] for one in views.items] == ["The owner's"]


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


async def test_the_back_button_reads_the_address_of_the_list_again(container, fleet_id):
    person = await a_person(container, Role.DISPATCHER, fleet_id)
    listing, views = await a_list(container, person, address="/deliveries?q=Katu")
    await views.apply_ready("Unassigned")
    assert listing.words == ""
    steps = await views.reopen()
    assert views.returning
    assert [one.handler.fn.__qualname__ for one in steps] == ["RecordList.open", "ListViews.open"]
    await listing.open("deliveries")
    await views.open("deliveries")
    assert (listing.words, listing.filters, views.title) == ("Katu", {}, "")
    assert not views.returning


async def test_a_list_that_was_never_opened_is_not_opened_again(container, fleet_id):
    root = await a_screen(container, await a_person(container, Role.DISPATCHER, fleet_id))
    assert await (await root.get_state(ListViews)).reopen() == []

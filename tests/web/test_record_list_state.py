"""One list of records: search, filters, order, columns, selection, and acting on many."""

from __future__ import annotations

import json

import pytest

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.delivery.models import Delivery, DeliveryStatus, Route
from fleet_app.fleet.maintenance.models import WorkOrderStatus
from fleet_app.fleet.models import Vehicle
from fleet_app.kernel.clock import utc_now
from fleet_app.web.states.records.bulk import Bulk
from fleet_app.web.states.records.list_parts import usual_columns
from fleet_app.web.states.records.lists import RecordList
from fleet_app.web.states.records.toasts import Toasts
from fleet_app.web.states.records.views import ListViews
from tests.builders.maintenance import again, an_order
from tests.builders.orders import deliveries
from tests.builders.people import a_fleet, a_vehicle
from tests.builders.screens import a_screen_of


@pytest.fixture
async def fleet_id(container: Container) -> int:
    return await a_fleet(container)


async def a_list(container: Container, fleet_id: int, plural: str, role=Role.FLEET_MANAGER):
    root = await a_screen_of(container, role, fleet_id)
    listing = await root.get_state(RecordList)
    await listing.open(plural)
    return listing, await root.get_state(Bulk), await root.get_state(Toasts)


async def status_of(container: Container, delivery_id: int) -> DeliveryStatus:
    async with container.work() as session:
        return (await session.get_one(Delivery, delivery_id)).status


async def test_search_filters_and_order_make_the_query(container, fleet_id):
    listing, _, _ = await a_list(container, fleet_id, "deliveries")
    await listing.search("  Katu 1 ")
    await listing.set_filter("status", "failed,returned")
    await listing.set_filter("due_on.from", "2026-11-22")
    await listing.set_sort("-due_on")
    assert listing.words == "Katu 1 "  # as typed: a blank at the end may go on
    assert listing.query == "due_on.from=2026-11-22&status=failed%2Creturned&q=Katu+1"
    assert [chip["label"] for chip in listing.chips] == [
        "Day from 2026-11-22",
        "Status: Failed, Returned",
    ]
    assert listing.narrowed
    await listing.show_all()
    assert listing.query == ""


@pytest.mark.parametrize(
    ("name", "text", "label"),
    [
        ("lat.empty", "true", "Not on the map"),
        ("customer_id.empty", "true", "Customer: none"),
        ("customer_id.empty", "false", "Customer: any"),
    ],
)
async def test_what_is_asked_to_be_empty_is_said_in_words(container, fleet_id, name, text, label):
    listing, _, _ = await a_list(container, fleet_id, "deliveries")
    await listing.set_filter(name, text)
    assert [chip["label"] for chip in listing.chips] == [label]


@pytest.mark.parametrize(
    ("name", "text"),
    [("status", "nonsense"), ("no_such", "1"), ("fleet_id", "2"), ("due_on.from", "soon")],
)
async def test_an_impossible_filter_is_not_taken_over(container, fleet_id, name, text):
    listing, _, _ = await a_list(container, fleet_id, "deliveries")
    await listing.set_filter(name, text)
    assert listing.filters == {}
    await listing.set_sort("no_such")
    assert listing.sort == ""


async def test_columns_are_shown_hidden_and_moved_and_the_last_one_stays(container, fleet_id):
    listing, _, _ = await a_list(container, fleet_id, "vehicles")
    await listing.toggle_column("vin")
    assert listing.shown[-1] == "vin"
    await listing.toggle_column("vin")
    assert listing.shown == []
    order = [{"id": "name", "hidden": False, "width": 200}, {"id": "vin", "hidden": False}]
    await listing.set_layout(json.dumps([*order, {"id": "driver", "hidden": True}, {"id": "x"}]))
    assert listing.shown == ["name", "vin"]
    await listing.toggle_column("vin")
    await listing.toggle_column("name")
    assert listing.shown == ["name"]
    await listing.set_layout("{no json")
    assert listing.shown == ["name"]


async def test_an_export_holds_the_shown_columns_in_their_order_or_all(container, fleet_id):
    listing, _, _ = await a_list(container, fleet_id, "vehicles")
    assert listing.exports["shown"] == "?columns=" + ",".join(usual_columns(KINDS["vehicles"]))
    assert listing.exports["all"] == ""
    await listing.search("van")
    await listing.set_sort("-name")
    wanted = ["registration_number", "name"]
    await listing.set_layout(json.dumps([{"id": one} for one in wanted]))
    assert listing.exports["shown"] == "?q=van&sort=-name&columns=registration_number,name"
    assert listing.exports["all"] == "?q=van&sort=-name"


async def test_a_list_that_is_opened_anew_shows_all_of_itself(container, fleet_id):
    root = await a_screen_of(container, Role.FLEET_MANAGER, fleet_id)
    listing, views = await root.get_state(RecordList), await root.get_state(ListViews)
    for plural in ("vehicles", "vehicles", "drivers"):
        await listing.open(plural)
        await views.open(plural)
        assert (listing.words, listing.query, listing.plural) == ("", "", plural)
        await listing.search("van")
        await listing.set_sort("name")


async def test_deleting_many_can_be_taken_back(container, fleet_id):
    ids = [await a_vehicle(container, fleet_id) for _ in range(3)]
    listing, _, toasts = await a_list(container, fleet_id, "vehicles")
    await listing.select(ids)
    await listing.delete_selected()
    assert toasts.items[-1]["text"] == "Deleted 3 vehicles."
    assert listing.selected == []
    async with container.work() as session:
        assert (await session.get_one(Vehicle, ids[0])).deleted_at is not None
    await toasts.undo_last()
    async with container.work() as session:
        assert [(await session.get_one(Vehicle, one)).deleted_at for one in ids] == [None] * 3


async def test_nobody_deletes_what_is_another_fleets(container, fleet_id):
    foreign = await a_vehicle(container, await a_fleet(container))
    listing, _, toasts = await a_list(container, fleet_id, "vehicles")
    await listing.select([foreign])
    await listing.delete_selected()
    assert toasts.items[-1]["tone"] == "problem"
    async with container.work() as session:
        assert (await session.get_one(Vehicle, foreign)).deleted_at is None


async def test_a_dispatcher_is_offered_no_change_of_vehicles(container, fleet_id):
    listing, _, _ = await a_list(container, fleet_id, "vehicles", Role.DISPATCHER)
    assert listing.may == ["read", "export"]


async def test_many_deliveries_get_a_status_with_its_reason(container, fleet_id):
    ids = await deliveries(container, fleet_id, 2)
    listing, bulk, toasts = await a_list(container, fleet_id, "deliveries", Role.DISPATCHER)
    await listing.select(ids)
    await bulk.ask_status()
    await bulk.choose_status("cancelled")
    assert "customer_request" in [one["value"] for one in bulk.reasons]
    await bulk.set_status({"status": "cancelled", "reason": "customer_request", "note": ""})
    assert [await status_of(container, one) for one in ids] == [DeliveryStatus.CANCELLED] * 2
    assert toasts.items[-1]["text"] == "Cancelled: 2 deliveries."
    assert bulk.dialog == ""


async def test_statuses_of_many_go_back_together(container, fleet_id):
    ids = await deliveries(container, fleet_id, 2)
    listing, bulk, toasts = await a_list(container, fleet_id, "deliveries")
    await listing.select(ids)
    await bulk.set_status({"status": "cancelled", "reason": "customer_request", "note": ""})
    await toasts.undo_last()
    assert toasts.items[-1]["text"] == "Taken back."
    assert [await status_of(container, one) for one in ids] == [DeliveryStatus.CREATED] * 2


async def test_a_restored_route_says_what_it_could_not_get_back(container, fleet_id):
    async with container.work() as session:
        route = Route(fleet_id=fleet_id, date=utc_now().date(), name="North")
        session.add(route)
    first, second = await deliveries(container, fleet_id, 2)
    listing, bulk, toasts = await a_list(container, fleet_id, "deliveries")
    await listing.select([first, second])
    await bulk.add_to_route({"route": str(route.id)})
    await listing.open("routes")
    await listing.select([route.id])
    await listing.delete_selected()
    offer = toasts.items[-1]["id"]
    await listing.open("deliveries")
    await listing.select([second])
    await bulk.set_status({"status": "cancelled", "reason": "customer_request", "note": ""})
    await toasts.undo(offer)
    async with container.work() as session:
        name = (await session.get_one(Delivery, second)).tracking_number
    assert toasts.items[-1]["text"].startswith(f"Taken back. Not back on the route: {name}. It is")
    await listing.open("routes")
    await listing.select([route.id])
    await listing.delete_selected()
    await listing.select([route.id])
    await listing.restore_selected()
    assert toasts.items[-1]["text"] == "Restored 1 route.", "all that it had then came back"


async def test_deliveries_that_cannot_have_the_status_say_so_and_stay(container, fleet_id):
    ids = await deliveries(container, fleet_id, 2)
    listing, bulk, toasts = await a_list(container, fleet_id, "deliveries")
    await listing.select(ids)
    await bulk.set_status({"status": "completed"})
    assert toasts.items[-1]["tone"] == "problem"
    assert await status_of(container, ids[0]) is DeliveryStatus.CREATED
    await listing.select(ids)
    await bulk.set_status({"status": "assigned"})
    assert bulk.problem == "Choose a status"


async def test_deliveries_join_a_route_after_its_stops(container, fleet_id):
    async with container.work() as session:
        route = Route(fleet_id=fleet_id, date=utc_now().date(), name="North")
        session.add(route)
    first, second = await deliveries(container, fleet_id, 2)
    listing, bulk, _ = await a_list(container, fleet_id, "deliveries")
    for one in (first, second):
        await listing.select([one])
        await bulk.ask_route()
        assert "North" in bulk.routes[0]["label"]
        await bulk.add_to_route({"route": bulk.routes[0]["value"]})
        assert bulk.problem == ""
    assert await status_of(container, first) is DeliveryStatus.ASSIGNED
    assert await status_of(container, second) is DeliveryStatus.ASSIGNED


async def test_another_fleets_route_is_no_route(container, fleet_id):
    async with container.work() as session:
        route = Route(fleet_id=await a_fleet(container), date=utc_now().date(), name="Foreign")
        session.add(route)
    (own,) = await deliveries(container, fleet_id, 1)
    listing, bulk, _ = await a_list(container, fleet_id, "deliveries")
    await listing.select([own])
    await bulk.ask_route()
    assert bulk.routes == []
    await bulk.add_to_route({"route": str(route.id)})
    assert "does not exist" in bulk.problem
    assert await status_of(container, own) is DeliveryStatus.CREATED


async def test_work_orders_start_together_and_the_refused_one_does_not_stop_the_others(
    container, fleet_id
):
    async with container.work() as session:
        vehicle = await session.get_one(Vehicle, await a_vehicle(container, fleet_id))
    open_ = await an_order(container, vehicle)
    done = await an_order(container, vehicle, status=WorkOrderStatus.DONE)
    listing, bulk, toasts = await a_list(container, fleet_id, "work_orders")
    await listing.select([done.id, open_.id])
    await bulk.move_orders("start")
    assert (await again(container, open_)).status is WorkOrderStatus.IN_PROGRESS
    assert (await again(container, done)).status is WorkOrderStatus.DONE
    assert [one["tone"] for one in toasts.items] == ["done", "problem"]

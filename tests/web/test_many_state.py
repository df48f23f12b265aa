"""Acting on many records at once: all of them, each for itself, and back again."""

from __future__ import annotations

import asyncio

import pytest
from sqlmodel import select, text

from fleet_app.access.roles import Role
from fleet_app.audit.models import AuditEntry
from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Delivery, DeliveryStatus
from fleet_app.delivery.service import DeliveryLife
from fleet_app.fleet.models import Vehicle, VehicleStatus
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.web.states.records import many
from fleet_app.web.states.records.chosen import MOST_SELECTED
from tests.builders.orders import deliveries, stored
from tests.builders.people import a_fleet, a_vehicle
from tests.builders.records import an_actor
from tests.web.test_record_list_state import a_list

STATUS = "service_status"


@pytest.fixture
async def fleet_id(container: Container) -> int:
    return await a_fleet(container)


async def vehicle(container: Container, identifier: int) -> Vehicle:
    async with container.work() as session:
        return await session.get_one(Vehicle, identifier)


async def named(container: Container, identifier: int, name: str, plate: str) -> None:
    async with container.work() as session:
        row = await session.get_one(Vehicle, identifier)
        row.name, row.registration_number = name, plate


async def test_every_selected_record_is_handled_however_many(container, fleet_id, monkeypatch):
    monkeypatch.setattr(many, "MOST_AT_ONCE", 2)
    ids = [await a_vehicle(container, fleet_id) for _ in range(5)]
    listing, _, toasts = await a_list(container, fleet_id, "vehicles")
    await listing.select(ids)
    await listing.delete_selected()
    assert [one["text"] for one in toasts.items] == ["Deleted 5 vehicles."]
    assert all([(await vehicle(container, one)).deleted_at for one in ids])
    await toasts.undo_last()
    assert not any([(await vehicle(container, one)).deleted_at for one in ids])


async def test_every_selected_delivery_gets_its_status(container, fleet_id, monkeypatch):
    monkeypatch.setattr(many, "MOST_AT_ONCE", 2)
    ids = await deliveries(container, fleet_id, 5)
    listing, bulk, toasts = await a_list(container, fleet_id, "deliveries")
    await listing.select(ids)
    await bulk.set_status({"status": "cancelled", "reason": "customer_request"})
    assert [one["text"] for one in toasts.items] == ["Cancelled: 5 deliveries."]
    async with container.work() as session:
        found = set(await session.exec(select(Delivery.status)))
    assert found == {DeliveryStatus.CANCELLED}


async def test_more_than_can_be_selected_is_said(container, fleet_id):
    listing, _, toasts = await a_list(container, fleet_id, "vehicles")
    await listing.select(list(range(1, MOST_SELECTED + 2)))
    assert len(listing.selected) == MOST_SELECTED
    assert toasts.items[-1]["text"].startswith("Only the first 5,000 are selected")
    await listing.select([0, -1, 2**64, 7])
    assert listing.selected == [7]


async def test_more_than_a_route_holds_is_said_and_stays_selected(container, fleet_id):
    listing, bulk, _ = await a_list(container, fleet_id, "deliveries")
    await listing.select(list(range(1, 502)))
    await bulk.add_to_route({"route": "1"})
    assert bulk.problem == "A route has at most 500 stops, and 501 deliveries are selected"
    assert len(listing.selected) == 501


async def test_what_a_lost_batch_left_is_said_and_stays_selected(container, fleet_id, monkeypatch):
    """The second batch meets a locked row for longer than it may wait."""
    monkeypatch.setattr(many, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(Container, "patience", 1.0)
    ids = [await a_vehicle(container, fleet_id) for _ in range(5)]
    listing, _, toasts = await a_list(container, fleet_id, "vehicles")
    await listing.select(ids)
    async with container.work(20) as session:
        await session.get_one(Vehicle, ids[3], with_for_update=True)
        await listing.delete_selected()
    assert [one["tone"] for one in toasts.items] == ["done", "problem"]
    assert "stayed as before and selected: The database is not reachable" in toasts.items[1]["text"]
    assert listing.selected == ids[2:]
    assert [bool((await vehicle(container, one)).deleted_at) for one in ids] == [
        *(True, True),
        *(False, False, False),
    ]


async def test_a_lost_status_change_is_said_in_its_dialog(container, fleet_id, monkeypatch):
    monkeypatch.setattr(Container, "patience", 1.0)
    (own,) = await deliveries(container, fleet_id, 1)
    listing, bulk, _ = await a_list(container, fleet_id, "deliveries")
    await listing.select([own])
    await bulk.ask_status()
    async with container.work(20) as session:
        await session.get_one(Delivery, own, with_for_update=True)
        await bulk.set_status({"status": "cancelled", "reason": "customer_request"})
    assert bulk.problem.startswith("The database is not reachable")
    assert (bulk.dialog, listing.selected) == ("status", [own])


async def test_a_refused_record_leaves_no_audit_entry_behind(container, fleet_id):
    async def refused_late(session, identifier):
        row = await session.get_one(Vehicle, identifier)
        row.name = "Half"
        many.noted(session).append(AuditEntry())
        raise StoreUnavailable("Something")

    own = await a_vehicle(container, fleet_id)
    outcome = await many.each([own], refused_late)
    assert (list(outcome.refused), outcome.entries, outcome.done) == ([own], [], [])
    assert (await vehicle(container, own)).name != "Half"


async def test_crossing_changes_of_many_both_succeed(container, fleet_id):
    ids = [await a_vehicle(container, fleet_id) for _ in range(8)]
    pages = [await a_list(container, fleet_id, "vehicles") for _ in range(2)]
    for (listing, _, _), order in zip(pages, (ids, ids[::-1]), strict=True):
        await listing.select(order)
    values = (VehicleStatus.WORKSHOP.value, VehicleStatus.RETIRED.value)
    await asyncio.gather(
        *(page[0].set_selected(STATUS, value) for page, value in zip(pages, values, strict=True))
    )
    for _, _, toasts in pages:
        assert [one["text"] for one in toasts.items] == ["Changed 8 vehicles."]


async def test_a_field_set_for_many_can_be_taken_back(container, fleet_id):
    ids = [await a_vehicle(container, fleet_id) for _ in range(3)]
    before = (await vehicle(container, ids[0])).status
    listing, _, toasts = await a_list(container, fleet_id, "vehicles")
    await listing.select(ids)
    await listing.set_selected(STATUS, VehicleStatus.WORKSHOP.value)
    assert toasts.items[-1]["undo"]
    assert (await vehicle(container, ids[2])).status is VehicleStatus.WORKSHOP
    await toasts.undo_last()
    assert [(await vehicle(container, one)).status for one in ids] == [before] * 3
    assert [one["text"] for one in toasts.items] == ["Taken back."]


@pytest.mark.parametrize(
    ("plural", "field", "value"),
    [
        ("vehicles", "name", "Same"),
        ("vehicles", STATUS, "flying"),
        ("vehicles", "no_such", "x"),
        ("users", "role", "fleet_manager"),
    ],
)
async def test_only_what_the_page_offers_is_set_for_many(container, fleet_id, plural, field, value):
    own = await a_vehicle(container, fleet_id)
    listing, _, toasts = await a_list(container, fleet_id, plural)
    await listing.select([own])
    await listing.set_selected(field, value)
    assert toasts.items[-1]["text"] == "This cannot be set for many at once"
    async with container.work() as session:
        (await session.exec(text("SELECT 1"))).one()
        assert (await session.get_one(Vehicle, own)).version == 1
    assert listing.selected == [own]


async def test_an_undo_takes_back_what_it_can_and_offers_the_rest_again(container, fleet_id):
    ids = [await a_vehicle(container, fleet_id) for _ in range(3)]
    await named(container, ids[1], "Van 7", "ABC-777")
    listing, _, toasts = await a_list(container, fleet_id, "vehicles")
    await listing.select(ids)
    await listing.delete_selected()
    newer = await a_vehicle(container, fleet_id)
    await named(container, newer, "Newer", "ABC-777")
    await toasts.undo_last()
    states = [(await vehicle(container, one)).deleted_at is None for one in ids]
    assert states == [True, False, True]
    offer, problem = toasts.items[-2:]
    assert problem["text"] == (
        "2 taken back. Van 7 stays as it is: This registration number is in use by another vehicle."
    )
    assert (offer["undo"], offer["text"]) == (True, "Deleted 3 vehicles.")
    await named(container, newer, "Newer", "ABC-778")
    await toasts.undo_last()
    assert (await vehicle(container, ids[1])).deleted_at is None
    assert not any(one["undo"] for one in toasts.items)


async def test_an_offer_to_undo_stays_while_the_database_does_not_answer(
    container, fleet_id, monkeypatch
):
    monkeypatch.setattr(Container, "patience", 1.0)
    own = await a_vehicle(container, fleet_id)
    listing, _, toasts = await a_list(container, fleet_id, "vehicles")
    await listing.select([own])
    await listing.delete_selected()
    async with container.work(20) as session:
        await session.get_one(Vehicle, own, with_for_update=True)
        await toasts.undo_last()
    assert [one["undo"] for one in toasts.items] == [True, False]
    assert "not reachable" in toasts.items[-1]["text"]


async def test_what_was_deleted_before_is_not_brought_back_by_an_undo(container, fleet_id):
    ids = [await a_vehicle(container, fleet_id) for _ in range(2)]
    listing, _, toasts = await a_list(container, fleet_id, "vehicles")
    for some in (ids[:1], ids):
        await listing.select(some)
        await listing.delete_selected()
    await toasts.undo_last()
    assert (await vehicle(container, ids[0])).deleted_at is not None
    assert (await vehicle(container, ids[1])).deleted_at is None


async def test_what_changed_since_somebody_began_to_decide_is_skipped_and_named(
    container, fleet_id
):
    first, second = await deliveries(container, fleet_id, 2, status=DeliveryStatus.OUT_FOR_DELIVERY)
    listing, bulk, toasts = await a_list(container, fleet_id, "deliveries")
    await listing.select([first, second])
    await bulk.ask_status()
    actor = an_actor(Role.DISPATCHER, fleet_id)
    async with container.work() as session:
        done = await DeliveryLife(session).change(actor, first, DeliveryStatus.ARRIVED)
    await bulk.set_status({"status": "completed"})
    assert (await stored(container, first)).status is DeliveryStatus.ARRIVED
    assert (await stored(container, second)).status is DeliveryStatus.COMPLETED
    told = [one["text"] for one in toasts.items]
    name = done.delivery.tracking_number
    assert any("Skipped" in text and f"{name} (now arrived)" in text for text in told), told

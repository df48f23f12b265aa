"""Acting on all that a list shows, read or not, and giving any shared field to many."""

from __future__ import annotations

import pytest

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.delivery.models import DeliveryStatus
from fleet_app.fleet.models import Vehicle, VehicleStatus
from fleet_app.web.states.records import chosen, lists, many
from fleet_app.web.states.records.chosen import settable
from fleet_app.web.states.records.many_fields import ManyFields
from tests.builders.orders import deliveries, stored
from tests.builders.people import a_fleet, a_vehicle
from tests.builders.records import an_actor, records
from tests.builders.screens import a_screen_of
from tests.web.test_record_list_state import a_list


@pytest.fixture
async def fleet_id(container: Container) -> int:
    return await a_fleet(container)


async def vehicle(container: Container, identifier: int) -> Vehicle:
    async with container.work() as session:
        return await session.get_one(Vehicle, identifier)


async def a_dialog(container, fleet_id, plural="vehicles", role=Role.FLEET_MANAGER):
    root = await a_screen_of(container, role, fleet_id)
    listing, dialog = await root.get_state(lists.RecordList), await root.get_state(ManyFields)
    await listing.open(plural)
    await dialog.ask()
    return listing, dialog


async def test_everything_that_is_found_is_deleted_and_comes_back(container, fleet_id, monkeypatch):
    monkeypatch.setattr(many, "MOST_AT_ONCE", 2)
    stays = await a_vehicle(container, fleet_id)
    strange = await a_vehicle(container, await a_fleet(container))
    async with records(container, "vehicles", an_actor(Role.FLEET_MANAGER, fleet_id)) as of:
        for number in range(5):
            await of.create({"name": f"Gull {number}", "registration_number": f"G-{number}"})
    listing, _, toasts = await a_list(container, fleet_id, "vehicles")
    await listing.search("gull")
    await listing.count(5)
    await listing.select_all()
    assert listing.chosen_count == 5
    await listing.delete_selected()
    assert toasts.items[-1]["text"] == "Deleted 5 vehicles."
    assert (listing.everything, listing.selected) == (False, [])
    for one in (stays, strange):
        assert (await vehicle(container, one)).deleted_at is None
    await toasts.undo_last()
    await listing.select_all()
    assert len(await listing.chosen()) == 5


async def test_every_found_delivery_gets_its_status(container, fleet_id):
    ids = await deliveries(container, fleet_id, 3)
    listing, bulk, _ = await a_list(container, fleet_id, "deliveries")
    await listing.count(3)
    await listing.select_all()
    await bulk.ask_status()
    await bulk.set_status({"status": "cancelled", "reason": "customer_request"})
    assert {(await stored(container, one)).status for one in ids} == {DeliveryStatus.CANCELLED}


async def test_more_than_can_be_changed_at_once_is_said_and_nothing_is_changed(
    container, fleet_id, monkeypatch
):
    ids = [await a_vehicle(container, fleet_id) for _ in range(3)]
    listing, _, toasts = await a_list(container, fleet_id, "vehicles")
    await listing.count(3)
    await listing.select_all()
    monkeypatch.setattr(chosen, "MOST_SELECTED", 2)
    await listing.delete_selected()
    assert "narrow the list" in toasts.items[-1]["text"]
    monkeypatch.setattr(lists, "MOST_SELECTED", 2)
    await listing.select([])
    await listing.select_all()
    assert not listing.everything
    assert not any([(await vehicle(container, one)).deleted_at for one in ids])


async def test_another_list_is_not_selected(container, fleet_id):
    listing, _, _ = await a_list(container, fleet_id, "vehicles")
    await listing.select_all()
    await listing.search("x")
    assert not listing.everything
    await listing.select_all()
    await listing.select([1])
    assert (listing.everything, listing.chosen_count) == (False, 1)


async def test_any_shared_field_is_set_in_the_units_of_the_fleet(container, fleet_id):
    ids = [await a_vehicle(container, fleet_id) for _ in range(2)]
    listing, dialog = await a_dialog(container, fleet_id)
    listing.units = "imperial"
    for title, form in (
        ("skills", {"skills": "cooled, heavy"}), ("Payload", {"capacity_kg": "1000"}),
    ):  # fmt: skip
        await dialog.ask()
        await listing.select(ids)
        await dialog.choose(title)
        await dialog.apply(form)
        assert (dialog.open, dialog.problem, dialog.errors) == (False, "", {})
    for one in ids:
        row = await vehicle(container, one)
        assert row.skills == ["cooled", "heavy"]
        assert row.capacity_kg == pytest.approx(453.592, abs=0.01)


@pytest.mark.parametrize("title", ["Name", "Registration", "VIN", "Consumption", "", "nonsense"])
async def test_what_is_each_ones_own_cannot_be_set_for_many(container, fleet_id, title):
    _, dialog = await a_dialog(container, fleet_id)
    await dialog.choose(title)
    await dialog.apply({"name": "Same", "registration_number": "S-1", "vin": ""})
    assert dialog.open
    assert dialog.problem


async def test_a_wrong_value_is_said_at_its_field(container, fleet_id):
    listing, dialog = await a_dialog(container, fleet_id)
    await listing.select([await a_vehicle(container, fleet_id)])
    await dialog.choose("payload")
    await dialog.apply({"capacity_kg": "much"})
    assert dialog.open
    assert "capacity_kg" in dialog.errors


async def test_whoever_may_not_change_records_changes_none(container, fleet_id):
    one = await a_vehicle(container, fleet_id)
    listing, dialog = await a_dialog(container, fleet_id, role=Role.DISPATCHER)
    await listing.select([one])
    await dialog.choose("in service")
    await dialog.apply({"service_status": VehicleStatus.RETIRED.value})
    assert (await vehicle(container, one)).status is VehicleStatus.ACTIVE


def test_roles_and_passwords_are_given_one_by_one():
    assert not {"role", "password", "email"} & {spec.name for spec in settable(KINDS["users"])}
    assert {"depot_id", "skills"} <= {spec.name for spec in settable(KINDS["vehicles"])}
    assert {"service_minutes", "priority"} <= {spec.name for spec in settable(KINDS["deliveries"])}

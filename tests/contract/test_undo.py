"""Taking audited changes back, in a real database: by whom, until when, and what it leaves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import col, select

from fleet_app.access.actor import Actor
from fleet_app.access.roles import Role
from fleet_app.audit.models import AuditEntry
from fleet_app.bootstrap import Container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.fleet.models import Vehicle
from fleet_app.kernel.errors import Forbidden, NotFound
from fleet_app.records.errors import NotUndoable, Taken
from fleet_app.records.history import History
from fleet_app.records.kinds import View
from fleet_app.records.undo import Undo, possible
from tests.builders.maintenance import learnt_late, tracked
from tests.builders.people import a_fleet
from tests.builders.records import an_actor, records

VAN = {"name": "Van 12", "registration_number": "ABC-123"}


async def undo(container: Container, actor: Actor, entry_id: int) -> dict[str, Any]:
    async with container.work() as session:
        return await Undo(session, KINDS, actor, View.at_present()).undo(entry_id)


async def last(container: Container, actor: Actor, kind: str, object_id: int) -> int:
    """The newest entry about a record, as its history shows it."""
    async with container.work() as session:
        history = History(session, KINDS, View.at_present())
        found, _ = await history.of(actor.principal, kind, object_id, page=1, limit=1)
    assert found[0].id is not None
    return found[0].id


async def entries(container: Container, chain: int) -> list[AuditEntry]:
    async with container.work() as session:
        query = select(AuditEntry).where(col(AuditEntry.chain) == chain)
        return list((await session.exec(query.order_by(col(AuditEntry.sequence)))).all())


async def a_van(container: Container, actor: Actor, **more: Any) -> dict[str, Any]:
    async with records(container, "vehicles", actor) as vehicles:
        return await vehicles.create({**VAN, **more})


async def change(container: Container, actor: Actor, plural: str, id_: int, **values: Any) -> None:
    async with records(container, plural, actor) as of_kind:
        await of_kind.update(id_, values)


@pytest.fixture
async def manager(container: Container) -> Actor:
    return an_actor(Role.FLEET_MANAGER, await a_fleet(container), user_id=0)


async def test_an_update_goes_back_and_the_log_says_of_which_entry(
    container: Container, manager: Actor
):
    van = await a_van(container, manager, capacity_kg=900, skills=["cooled"])
    await change(
        container, manager, "vehicles", van["id"],
        name="Van 13", capacity_kg=1100.5, skills=["heavy"], service_status="workshop",
    )  # fmt: skip
    entry = await last(container, manager, "vehicles", van["id"])
    back = await undo(container, manager, entry)
    wanted = {"name": "Van 12", "capacity_kg": 900, "skills": ["cooled"],
              "service_status": "active"}  # fmt: skip
    assert {name: back[name] for name in wanted} == wanted
    log = (await entries(container, manager.principal.fleet_id or 0))[-1]
    assert log.action == "undo"
    assert log.changes["undone_entry"] == [None, entry]
    assert log.changes["name"] == ["Van 13", "Van 12"]


async def test_only_the_fields_of_that_change_go_back(container: Container, manager: Actor):
    van = await a_van(container, manager)
    await change(container, manager, "vehicles", van["id"], name="Van 13")
    entry = await last(container, manager, "vehicles", van["id"])
    await change(container, manager, "vehicles", van["id"], note="New tyres")
    back = await undo(container, manager, entry)
    assert (back["name"], back["note"]) == ("Van 12", "New tyres")


async def test_what_changed_again_since_is_named_and_stays(container: Container, manager: Actor):
    van = await a_van(container, manager)
    await change(container, manager, "vehicles", van["id"], name="Van 13", make="Ford")
    entry = await last(container, manager, "vehicles", van["id"])
    await change(container, manager, "vehicles", van["id"], name="Van 14")
    with pytest.raises(NotUndoable) as refusal:
        await undo(container, manager, entry)
    assert list(refusal.value.fields) == ["name"]
    assert "Name" in refusal.value.message
    async with records(container, "vehicles", manager) as vehicles:
        row = await vehicles.get(van["id"])
    assert (row["name"], row["make"]) == ("Van 14", "Ford")


async def test_an_undo_can_be_undone_and_so_on(container: Container, manager: Actor):
    van = await a_van(container, manager)
    await change(container, manager, "vehicles", van["id"], name="Van 13")
    seen = []
    for _ in range(3):
        entry = await last(container, manager, "vehicles", van["id"])
        seen.append((await undo(container, manager, entry))["name"])
    assert seen == ["Van 12", "Van 13", "Van 12"]


async def test_deleting_restoring_and_creating_go_back(container: Container, manager: Actor):
    van = await a_van(container, manager)
    async with records(container, "vehicles", manager) as vehicles:
        await vehicles.delete(van["id"])
    deleted = await last(container, manager, "vehicles", van["id"])
    assert (await undo(container, manager, deleted))["deleted_at"] is None
    with pytest.raises(NotUndoable, match="not deleted any more"):
        await undo(container, manager, deleted)
    restored = await last(container, manager, "vehicles", van["id"])
    assert (await undo(container, manager, restored))["deleted_at"] is not None
    again = await last(container, manager, "vehicles", van["id"])
    assert (await undo(container, manager, again))["deleted_at"] is None
    created = (await entries(container, manager.principal.fleet_id or 0))[0]
    assert created.action == "create"
    assert (await undo(container, manager, created.id or 0))["deleted_at"] is not None


async def test_a_deleted_record_is_not_edited_behind_its_back(container: Container, manager: Actor):
    van = await a_van(container, manager)
    await change(container, manager, "vehicles", van["id"], name="Van 13")
    entry = await last(container, manager, "vehicles", van["id"])
    async with records(container, "vehicles", manager) as vehicles:
        await vehicles.delete(van["id"])
    with pytest.raises(NotUndoable, match="restore it first"):
        await undo(container, manager, entry)


async def test_dates_moments_money_lists_and_references_come_back_as_they_were(
    container: Container, manager: Actor
):
    async with records(container, "customers", manager) as customers:
        aamu = await customers.create({"name": "Aamu", "lat": 60.1, "lon": 24.9,
                                       "contacts": "Liisa, +358 40 1234"})  # fmt: skip
        ilta = await customers.create({"name": "Ilta"})
    before = {
        "address": "Aleksanterinkatu 1", "lat": 60.16, "lon": 24.95, "customer_id": aamu["id"],
        "window_from": "2026-11-23T08:00:00+02:00", "window_to": "2026-11-23T10:00:00Z",
        "due_on": "2026-11-23", "weight_kg": 2.5,
    }  # fmt: skip
    async with records(container, "deliveries", manager) as deliveries:
        made = await deliveries.create(before)
    async with records(container, "deliveries", manager) as deliveries:
        await deliveries.update(made["id"], {
            "window_from": "2026-11-24T08:00:00Z", "window_to": None, "due_on": None,
            "customer_id": ilta["id"], "weight_kg": None, "lat": 1.0, "lon": 1e-7,
        })  # fmt: skip
    entry = await last(container, manager, "deliveries", made["id"])
    back = await undo(container, manager, entry)
    for name in before:
        assert back[name] == made[name], name
    await change(container, manager, "customers", aamu["id"], contacts="", consent_sms=True)
    entry = await last(container, manager, "customers", aamu["id"])
    back = await undo(container, manager, entry)
    assert (back["contacts"], back["consent_sms"]) == (aamu["contacts"], False)


async def test_an_amount_with_too_many_digits_can_be_undone(container: Container, manager: Actor):
    van = await a_van(container, manager)
    async with records(container, "maintenance_records", manager) as of_kind:
        example = {"vehicle_id": van["id"], "kind": "service", "date": "2026-11-20"}
        made = await of_kind.create({**example, "cost": 10})
    await change(container, manager, "maintenance_records", made["id"], cost=12.3449)
    entry = await last(container, manager, "maintenance_records", made["id"])
    assert (await undo(container, manager, entry))["cost"] == 10


async def test_another_fleets_change_does_not_exist(container: Container, manager: Actor):
    van = await a_van(container, manager)
    entry = await last(container, manager, "vehicles", van["id"])
    stranger = an_actor(Role.FLEET_MANAGER, await a_fleet(container))
    with pytest.raises(NotFound):
        await undo(container, stranger, entry)
    with pytest.raises(NotFound):
        await undo(container, manager, 2**62)


async def test_only_who_may_do_it_may_undo_it(container: Container, manager: Actor):
    van = await a_van(container, manager)
    await change(container, manager, "vehicles", van["id"], name="Van 13")
    entry = await last(container, manager, "vehicles", van["id"])
    for role in (Role.DISPATCHER, Role.DRIVER, Role.CUSTOMER):
        with pytest.raises(Forbidden):
            await undo(container, an_actor(role, manager.principal.fleet_id), entry)
    admin = an_actor(Role.SYSTEM_ADMIN)
    assert (await undo(container, admin, entry))["name"] == "Van 12"


async def test_what_was_never_kept_cannot_be_brought_back(container: Container, manager: Actor):
    async with records(container, "users", manager) as users:
        made = await users.create(
            {"name": "Aino", "email": "aino@example.com", "role": "dispatcher"}
        )
        await users.update(made["id"], {"password": "correct horse battery"})
    entry = await last(container, manager, "users", made["id"])
    with pytest.raises(NotUndoable):
        await undo(container, manager, entry)


async def test_the_rules_of_the_record_hold_for_old_values_too(
    container: Container, manager: Actor
):
    van = await a_van(container, manager)
    await change(container, manager, "vehicles", van["id"], registration_number="NEW-1")
    entry = await last(container, manager, "vehicles", van["id"])
    await a_van(container, manager)
    with pytest.raises(Taken):
        await undo(container, manager, entry)


async def test_an_odometer_typo_really_goes_back(container: Container, manager: Actor):
    van = await a_van(container, manager, odometer_km=10_000)
    async with container.work() as session:
        vehicle = await session.get(Vehicle, van["id"])
    assert vehicle is not None
    await tracked(container, vehicle, km=300)
    between = datetime.now(UTC)
    await change(container, manager, "vehicles", van["id"], name="Van 13", odometer_km=1_000_000)
    entry = await last(container, manager, "vehicles", van["id"])
    await tracked(container, vehicle, km=320)
    await learnt_late(container, vehicle, km=7, at=between)

    back = await undo(container, manager, entry)

    assert (back["name"], back["odometer_km"]) == ("Van 12", 10_327)
    log = (await entries(container, manager.principal.fleet_id or 0))[-1]
    assert log.changes["odometer_m"] == [1_000_000_000, 10_000_000]
    again = await undo(container, manager, log.id or 0)
    assert (again["name"], again["odometer_km"]) == ("Van 13", 1_000_020)


async def test_an_odometer_read_again_since_stays(container: Container, manager: Actor):
    van = await a_van(container, manager, odometer_km=10_000)
    await change(container, manager, "vehicles", van["id"], odometer_km=10_100)
    entry = await last(container, manager, "vehicles", van["id"])
    await change(container, manager, "vehicles", van["id"], odometer_km=10_200)
    with pytest.raises(NotUndoable, match="Odometer"):
        await undo(container, manager, entry)


async def test_a_change_with_a_password_is_not_half_taken_back(
    container: Container, manager: Actor
):
    person = {"name": "Mikko", "email": "mikko@example.com", "role": "dispatcher"}
    async with records(container, "users", manager) as users:
        made = await users.create(person)
        await users.update(made["id"], {"name": "Eino", "password": "a good password 77"})
    entry = await last(container, manager, "users", made["id"])
    with pytest.raises(NotUndoable, match="Password cannot be taken back") as refusal:
        await undo(container, manager, entry)
    assert list(refusal.value.fields) == ["password_hash"]
    async with records(container, "users", manager) as users:
        assert (await users.get(made["id"]))["name"] == "Eino"
    shown = next(one for one in await entries(container, manager.principal.fleet_id or 0)
                 if one.id == entry)  # fmt: skip
    assert not possible(KINDS["users"], shown, manager.principal)


async def test_consent_goes_back_and_is_dated_anew(container: Container, manager: Actor):
    async with records(container, "customers", manager) as customers:
        made = await customers.create({"name": "Bakery"})
        await customers.update(made["id"], {"consent_email": True})
    back = await undo(container, manager, await last(container, manager, "customers", made["id"]))
    assert back["consent_email"] is False

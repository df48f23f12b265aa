"""Records of every kind in a real database: stored, changed, put aside, brought back, found."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlmodel import select

from fleet_app.access.roles import Role
from fleet_app.audit.models import AuditEntry
from fleet_app.audit.trail import hash_of
from fleet_app.bootstrap import Container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.errors import Forbidden, InvalidInput, NotFound
from fleet_app.kernel.events import PENDING
from fleet_app.records.errors import Stale, Taken
from fleet_app.records.kinds import View
from fleet_app.records.query import parse_query
from fleet_app.records.service import Records
from tests.builders.people import a_fleet
from tests.builders.records import an_actor, an_example, records

VAN = {"name": "Van 12", "registration_number": "ABC-123"}


async def test_what_is_created_can_be_read_found_and_changed(container: Container):
    actor = an_actor(Role.FLEET_MANAGER, await a_fleet(container))
    async with records(container, "vehicles", actor) as vehicles:
        made = await vehicles.create({**VAN, "capacity_kg": 1100, "skills": "cooled, heavy"})
    async with records(container, "vehicles", actor) as vehicles:
        changed = await vehicles.update(made["id"], {"name": "Van 13"}, version=made["version"])
        query = parse_query(KINDS["vehicles"], [("q", "abc 13"), ("capacity_kg.from", "1000")])
        found, total = await vehicles.listing.page(actor.principal, query)
    told = (made["skills"], made["status"], made["version"])
    assert told == (["cooled", "heavy"], "no_tracker_yet", 1)
    assert (changed["name"], changed["version"], changed["capacity_kg"]) == ("Van 13", 2, 1100)
    assert ([row["id"] for row in found], total) == ([made["id"]], 1)


async def test_two_people_editing_the_same_record_do_not_overwrite_each_other(container: Container):
    actor = an_actor(Role.FLEET_MANAGER, await a_fleet(container))
    async with records(container, "vehicles", actor) as vehicles:
        made = await vehicles.create(VAN)

    async def edit(name: str) -> Any:
        async with records(container, "vehicles", actor) as vehicles:
            return await vehicles.update(made["id"], {"name": name}, version=made["version"])

    results = await asyncio.gather(edit("A"), edit("B"), return_exceptions=True)
    assert {type(result) for result in results} == {Stale, dict}


async def test_a_duplicate_registration_is_refused_in_words_and_stores_nothing(
    container: Container,
):
    actor = an_actor(Role.FLEET_MANAGER, await a_fleet(container))
    async with records(container, "vehicles", actor) as vehicles:
        await vehicles.create(VAN)
    with pytest.raises(Taken) as refusal:
        async with records(container, "vehicles", actor) as vehicles:
            await vehicles.create({**VAN, "registration_number": "abc-123"})
    assert "registration_number" in refusal.value.fields
    async with records(container, "vehicles", actor) as vehicles:
        outcomes = await vehicles.create_many([VAN, {**VAN, "registration_number": "X-1"}, {}])
    assert [bool(outcome.id) for outcome in outcomes] == [False, True, False]


@pytest.mark.parametrize("written", ["YKN914", "ykn914", "ykn 914", "Y.K.N 9-14", "ykn-914"])
async def test_a_plate_is_one_plate_however_it_is_written(container: Container, written: str):
    actor = an_actor(Role.FLEET_MANAGER, await a_fleet(container))
    plate = {"registration_number": "YKN-914"}
    async with records(container, "vehicles", actor) as vehicles:
        made = await vehicles.create({**VAN, **plate})
        query = parse_query(KINDS["vehicles"], [("q", written.replace("9-14", "914"))])
        found, _ = await vehicles.listing.page(actor.principal, query)
        short = parse_query(KINDS["vehicles"], [("q", "N9")])
        assert await vehicles.listing.page(actor.principal, short) == ([], 0)
    assert [row["id"] for row in found] == [made["id"]]
    with pytest.raises(Taken) as refusal:
        async with records(container, "vehicles", actor) as vehicles:
            await vehicles.create({**VAN, "registration_number": written})
    assert "registration_number" in refusal.value.fields


@pytest.mark.parametrize(
    ("given", "energy"),
    [
        ({"type": "bike"}, "human"),
        ({"type": "scooter"}, "electric"),
        ({"type": "van"}, "diesel"),
        ({"type": "bike", "energy": "electric"}, "electric"),
    ],
)
async def test_bicycles_and_scooters_burn_no_diesel_unless_told(
    container: Container, given: dict[str, str], energy: str
):
    actor = an_actor(Role.FLEET_MANAGER, await a_fleet(container))
    async with records(container, "vehicles", actor) as vehicles:
        made = await vehicles.create({**VAN, **given})
        assert made["energy"] == energy
        changed = await vehicles.update(made["id"], {"type": "scooter"})
    assert changed["energy"] == energy


async def test_letters_of_other_alphabets_make_other_plates(container: Container):
    actor = an_actor(Role.FLEET_MANAGER, await a_fleet(container))
    plates = ("OA-1", "ÖA-1", "ÄA-1", "AA-1", "АА-1")  # the last one is Cyrillic
    async with records(container, "vehicles", actor) as vehicles:
        for plate in plates:
            await vehicles.create({**VAN, "registration_number": plate})


async def test_a_deleted_record_can_be_restored_and_frees_its_plate_meanwhile(
    container: Container,
):
    actor = an_actor(Role.FLEET_MANAGER, await a_fleet(container))
    async with records(container, "vehicles", actor) as vehicles:
        made = await vehicles.create(VAN)
        gone = await vehicles.delete(made["id"])
        again = await vehicles.create(VAN)
    assert gone["deleted_at"] is not None
    with pytest.raises(Taken):
        async with records(container, "vehicles", actor) as vehicles:
            await vehicles.restore(made["id"])
    async with records(container, "vehicles", actor) as vehicles:
        await vehicles.delete(again["id"])
        back = await vehicles.restore(made["id"])
    assert back["deleted_at"] is None


async def test_another_fleets_record_does_not_exist(container: Container):
    mine = an_actor(Role.FLEET_MANAGER, await a_fleet(container))
    theirs = an_actor(Role.FLEET_MANAGER, await a_fleet(container))
    async with records(container, "vehicles", theirs) as vehicles:
        made = await vehicles.create(VAN)
    for attempt in ("get", "delete", "restore"):
        with pytest.raises(NotFound):
            async with records(container, "vehicles", mine) as vehicles:
                await getattr(vehicles, attempt)(made["id"])
    async with records(container, "drivers", mine) as drivers:
        with pytest.raises(InvalidInput) as refusal:
            await drivers.create({"name": "A", "license_number": "1", "vehicle_id": made["id"]})
    assert refusal.value.fields == {"vehicle_id": "there is no such vehicle"}


async def test_a_dispatcher_may_look_but_not_touch(container: Container):
    fleet_id = await a_fleet(container)
    async with records(container, "vehicles", an_actor(Role.FLEET_MANAGER, fleet_id)) as vehicles:
        made = await vehicles.create(VAN)
    dispatcher = an_actor(Role.DISPATCHER, fleet_id)
    async with records(container, "vehicles", dispatcher) as vehicles:
        assert (await vehicles.get(made["id"]))["name"] == "Van 12"
        with pytest.raises(Forbidden):
            await vehicles.update(made["id"], {"name": "Mine"})


async def test_every_act_is_in_the_audit_log_and_the_chain_holds(container: Container):
    fleet_id = await a_fleet(container)
    actor = an_actor(Role.FLEET_MANAGER, fleet_id)
    async with records(container, "customers", actor) as customers:
        made = await customers.create({"name": "Aamu", "lat": 60.1, "lon": 24.9})
        await customers.update(made["id"], {"name": "Ilta", "contacts": "Liisa, +358 40 1234"})
    async with records(container, "customers", actor) as customers:
        await customers.delete(made["id"])
    async with container.work() as session:
        entries = (
            await session.exec(
                select(AuditEntry).where(AuditEntry.chain == fleet_id).order_by(AuditEntry.sequence)  # type: ignore[arg-type]
            )
        ).all()
    assert [entry.action for entry in entries] == ["create", "update", "delete"]
    assert entries[1].changes["name"] == ["Aamu", "Ilta"]
    assert all(entry.hash == hash_of(entry) for entry in entries)
    assert [e.previous_hash for e in entries[1:]] == [e.hash for e in entries[:-1]]


async def test_a_row_that_fails_late_leaves_neither_audit_entry_nor_announcement(
    container: Container, monkeypatch: pytest.MonkeyPatch
):
    actor = an_actor(Role.FLEET_MANAGER, await a_fleet(container))

    async def refuse(_: Any) -> None:
        raise InvalidInput("Too late")

    monkeypatch.setitem(KINDS["depots"].__dict__, "after_save", refuse)
    async with records(container, "depots", actor) as depots:
        outcomes = await depots.create_many([{"name": "North", "address": "Kalevankatu 1"}])
        assert outcomes[0].message == "Too late"
        assert not any(depots._session.info.values())


@pytest.mark.parametrize("kind", list(KINDS), ids=lambda kind: kind.plural)
async def test_every_kind_is_stored_from_its_own_examples(container: Container, kind: Any):
    admin, fleet_id = an_actor(Role.SYSTEM_ADMIN), await a_fleet(container)
    given = await an_example(container, kind.plural, fleet_id)
    if kind.tenant == "fleet_id":
        given["fleet_id"] = fleet_id
    async with records(container, kind.plural, admin) as of_kind:
        made = await of_kind.create(given)
        assert (await of_kind.get(made["id"]))["id"] == made["id"]
        for column in made:
            if column in kind.by_name and kind.by_name[column].sortable:
                query = parse_query(kind, [("sort", f"-{column}")])
                rows, _ = await of_kind.listing.page(admin.principal, query)
                assert rows


async def test_an_odometer_reading_is_the_base_of_what_is_tracked(container: Container):
    actor = an_actor(Role.FLEET_MANAGER, await a_fleet(container))
    async with records(container, "vehicles", actor) as vehicles:
        made = await vehicles.create({**VAN, "odometer_km": 84_000})
        assert made["odometer_km"] == 84_000
        read = await vehicles.update(made["id"], {"odometer_km": 84_100.5})
        assert read["odometer_km"] == 84_100.5
        with pytest.raises(InvalidInput) as refusal:
            await vehicles.update(made["id"], {"odometer_km": 100})
    assert "use “Set odometer”" in refusal.value.fields["odometer_km"]


async def test_an_odometer_in_a_form_tells_what_it_makes_due(container: Container):
    actor = an_actor(Role.FLEET_MANAGER, await a_fleet(container))
    async with records(container, "vehicles", actor) as vehicles:
        made = await vehicles.create({**VAN, "odometer_km": 84_000})
    plan = {"name": "Service", "vehicle_id": made["id"], "every_km": 20_000, "last_km": 84_000}
    async with records(container, "maintenance_schedules", actor) as schedules:
        await schedules.create(plan)
    async with container.work() as session:
        of_kind = Records(session, KINDS, KINDS["vehicles"], actor, View.at_present())
        await of_kind.update(made["id"], {"odometer_km": 104_500})
        told = [event.type for event in session.info.get(PENDING, [])]
    assert "maintenance.overdue" in told


@pytest.mark.parametrize(
    ("plural", "given", "field"),
    [
        ("users", {"name": "Mikko", "email": "mikko@example.com", "role": "dispatcher"}, "email"),
        ("fleets", {"name": "Night riders"}, "name"),
    ],
)
async def test_a_deleted_name_is_free_for_others_until_its_record_comes_back(
    container: Container, plural: str, given: dict[str, Any], field: str
):
    admin, fleet_id = an_actor(Role.SYSTEM_ADMIN), await a_fleet(container)
    if plural == "users":
        given = {**given, "fleet_id": fleet_id}
    async with records(container, plural, admin) as of_kind:
        first = await of_kind.create(given)
        await of_kind.delete(first["id"])
        await of_kind.create(given)
        with pytest.raises(Taken) as refusal:
            await of_kind.restore(first["id"])
    assert field in refusal.value.fields


async def test_what_somebody_wrote_is_not_taken_for_the_rule_that_it_breaks(container: Container):
    fleet_id = await a_fleet(container)
    actor = an_actor(Role.FLEET_MANAGER, fleet_id)
    depot = await an_example(container, "depots", fleet_id)
    depot |= {"name": "external_reference", "external_reference": None}
    async with records(container, "depots", actor) as depots:
        await depots.create(depot)
    with pytest.raises(Taken) as refusal:
        async with records(container, "depots", actor) as depots:
            await depots.create(depot)
    assert list(refusal.value.fields) == ["name"]

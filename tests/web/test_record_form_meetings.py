"""The form of a record when others are about: who may do what, and what happens when two meet."""

from __future__ import annotations

from fleet_app.access.roles import Role
from tests.builders.people import a_person, a_vehicle, the_vehicle
from tests.builders.records import an_actor, records
from tests.builders.screens import opened, typed


async def test_two_people_meet_and_nothing_typed_is_lost(container, manager):
    vehicle_id = await a_vehicle(container, manager.fleet_id)
    other = await a_person(container, Role.FLEET_MANAGER, manager.fleet_id)
    _, mine = await opened(container, manager, f"/vehicles/{vehicle_id}")
    _, theirs = await opened(container, other, f"/vehicles/{vehicle_id}")
    await theirs.save(typed(theirs, name="Theirs", make="Ford"), False)
    await mine.save(typed(mine, name="Mine", model="Transit"), False)
    clashes = {one["name"]: one for one in mine.clashes}
    assert clashes["name"] == {
        "name": "name", "title": "Name", "theirs": "Theirs", "mine": "Mine", "open": True
    }  # fmt: skip
    assert not clashes["make"]["open"]
    assert mine.values["make"] == "Ford"
    assert (await the_vehicle(container, vehicle_id)).name == "Theirs"
    await mine.take_theirs("name")
    assert mine.values["name"] == "Theirs"
    await mine.keep_mine("make")
    assert mine.clashes == []
    await mine.save(typed(mine, model="Transit"), False)
    now = await the_vehicle(container, vehicle_id)
    assert (now.name, now.make, now.model) == ("Theirs", "Ford", "Transit")


async def test_a_change_elsewhere_is_told_and_ones_own_is_not(container, manager):
    vehicle_id = await a_vehicle(container, manager.fleet_id)
    _, mine = await opened(container, manager, f"/vehicles/{vehicle_id}")
    _, theirs = await opened(container, manager, f"/vehicles/{vehicle_id}")
    await theirs.save(typed(theirs, note="Hello"), False)
    await theirs.look_again()
    await mine.look_again()
    assert (mine.newer, theirs.newer) == (True, False)
    await mine.merge(typed(mine, name="Half typed"))
    assert (mine.newer, mine.values["note"]) == (False, "Hello")
    assert [one["name"] for one in mine.clashes] == ["note"]


async def test_a_record_deleted_by_somebody_else_keeps_what_was_typed(container, manager):
    vehicle_id = await a_vehicle(container, manager.fleet_id)
    _, mine = await opened(container, manager, f"/vehicles/{vehicle_id}")
    async with records(container, "vehicles", an_actor(Role.FLEET_MANAGER, manager.fleet_id)) as of:
        await of.delete(vehicle_id)
    await mine.save(typed(mine, name="Too late"), False)
    assert "deleted" in mine.problem


async def test_a_database_that_is_away_is_told_and_nothing_is_lost(container, manager):
    vehicle_id = await a_vehicle(container, manager.fleet_id)
    _, form = await opened(container, manager, f"/vehicles/{vehicle_id}")
    async with container.engine.connect() as blocker:
        await blocker.exec_driver_sql("BEGIN")
        await blocker.exec_driver_sql(f"SELECT 1 FROM vehicles WHERE id = {vehicle_id} FOR UPDATE")
        await form.save(typed(form, name="Waiting"), False)
        await blocker.rollback()
    assert "try again" in form.problem
    assert form.clashes == []
    await form.save(typed(form, name="Waiting"), False)
    assert (await the_vehicle(container, vehicle_id)).name == "Waiting"


async def test_a_lost_connection_loses_nothing_that_was_typed(container, manager):
    vehicle_id = await a_vehicle(container, manager.fleet_id)
    _, mine = await opened(container, manager, f"/vehicles/{vehicle_id}")
    _, theirs = await opened(container, manager, f"/vehicles/{vehicle_id}")
    sent, stamps = typed(mine, name="Half typed"), dict(mine.stamps)
    await theirs.save(typed(theirs, name="Theirs", note="Hello"), False)
    await mine.open("vehicles")  # as the page does when its socket is back
    assert dict(mine.stamps) == stamps
    await mine.merge(sent)
    assert {one["name"]: one["open"] for one in mine.clashes} == {"name": True, "note": False}
    assert (mine.values["name"], mine.values["note"]) == ("Half typed", "Hello")

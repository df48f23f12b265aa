"""What the names in a rule mean, and what rules say to people who may not read e-mail addresses."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import col, select, text

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.fleet.models import Vehicle
from fleet_app.identity.models import User
from fleet_app.kernel.errors import InvalidInput
from tests.builders.alerts import a_rule, the_rule
from tests.builders.people import a_driver, a_person, a_vehicle
from tests.builders.records import an_actor, records


async def called(container: Container, vehicle_id: int, name: str) -> int:
    async with container.work() as session:
        (await session.get_one(Vehicle, vehicle_id)).name = name
    return vehicle_id


async def change(container: Container, fleet_id: int, rule_id: int, **values: Any) -> Any:
    async with records(container, "alert_rules", an_actor(Role.FLEET_MANAGER, fleet_id)) as rules:
        return await rules.update(rule_id, values)


async def test_a_rule_names_people_and_tells_nobody_their_addresses(
    container: Container, fleet_id: int
) -> None:
    person = await a_person(container, Role.DISPATCHER, fleet_id)
    driver = await a_driver(container, await a_person(container, Role.DRIVER, fleet_id))
    async with container.work() as session:
        name = (await session.get_one(User, person.id)).name
        licence = (await session.exec(text("SELECT license_number FROM drivers"))).scalars().all()
    said = {"people": [person.email.upper()], "escalate_people": [name.lower()]}
    number = await a_rule(container, fleet_id, "speeding", drivers=licence[-1:], **said)
    rule = await the_rule(container, number)
    assert (rule.people, rule.escalate_people, rule.drivers) == ([name], [name], ["Driver"])
    assert (rule.user_ids, rule.escalate_user_ids) == ([person.id], [person.id])
    assert rule.driver_ids == [driver]
    async with records(container, "alert_rules", an_actor(Role.DISPATCHER, fleet_id)) as rules:
        assert person.email not in repr(await rules.get(number))


async def test_two_of_one_name_are_told_apart_and_commas_are_no_part_of_one(
    container: Container, fleet_id: int
) -> None:
    first, second, third = [await a_vehicle(container, fleet_id) for _ in range(3)]
    for one, name in ((first, "Van, white"), (second, "van white"), (third, "Van #7")):
        await called(container, one, name)
    with pytest.raises(InvalidInput) as refused:
        await a_rule(container, fleet_id, "speeding", vehicles=["Van white"])
    assert f"write one as Van white #{first}" in refused.value.fields["vehicles"]
    words = [f"Van white #{first}", f"van white #{second}", "van #7", f"Van #7 #{third}"]
    number = await a_rule(container, fleet_id, "speeding", vehicles=words)
    rule = await the_rule(container, number)
    assert rule.vehicle_ids == [first, second, third]
    assert rule.vehicles == [f"Van white #{first}", f"van white #{second}", "Van #7"]
    for wrong in (f"Van white #{third}", "Van white #99999999", f"Bus #{first}"):
        with pytest.raises(InvalidInput):
            await change(container, fleet_id, number, vehicles=[wrong])


async def test_a_vehicle_that_was_renamed_stays_meant_when_the_rule_is_stored_again(
    container: Container, fleet_id: int
) -> None:
    first, second = await a_vehicle(container, fleet_id), await a_vehicle(container, fleet_id)
    await called(container, first, "Red")
    number = await a_rule(container, fleet_id, "speeding", vehicles=["Red"])
    await called(container, first, "Blue")
    await called(container, second, "Red")
    row = await change(container, fleet_id, number, vehicles=["Red"], name="Another")
    assert (row["vehicles"], (await the_rule(container, number)).vehicle_ids) == (["Blue"], [first])


async def test_long_addresses_and_many_vehicles_can_be_named(
    container: Container, fleet_id: int
) -> None:
    person = await a_person(container, Role.DISPATCHER, fleet_id)
    email = f"{'long.' * 10}{person.email}"
    async with container.work() as session:
        (await session.get_one(User, person.id)).email = email
    ids = [await a_vehicle(container, fleet_id) for _ in range(40)]
    async with container.work() as session:
        names = (await session.exec(select(Vehicle.name).where(col(Vehicle.id).in_(ids)))).all()
    number = await a_rule(container, fleet_id, "speeding", people=email, vehicles=",".join(names))
    rule = await the_rule(container, number)
    assert (sorted(rule.vehicle_ids), rule.user_ids) == (ids, [person.id])
    with pytest.raises(InvalidInput):
        await a_rule(container, fleet_id, "speeding", vehicles=[f"V{at}" for at in range(201)])


async def test_another_fleets_vehicles_and_people_cannot_be_named(
    container: Container, fleet_id: int
) -> None:
    stranger = await a_person(container, Role.DISPATCHER)
    vehicle = await called(container, await a_vehicle(container, stranger.fleet_id or 0), "Alien")
    for field, word in (("people", stranger.email), ("vehicles", f"Alien #{vehicle}"),
                        ("vehicles", "Alien")):  # fmt: skip
        with pytest.raises(InvalidInput):
            await a_rule(container, fleet_id, "speeding", **{field: [word]})

"""The first steps of a new fleet, and what the sign-in page says where nobody can sign in."""

from __future__ import annotations

import pytest

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.web.states.first_steps import COUNT, FirstSteps
from fleet_app.web.states.sign_in import SignIn
from tests.builders.people import Person, a_fleet, a_person, a_vehicle
from tests.builders.records import a_record
from tests.builders.screens import a_screen, a_screen_of


@pytest.fixture
async def manager(container: Container) -> Person:
    return await a_person(container, Role.FLEET_MANAGER, await a_fleet(container))


async def steps_of(container: Container, person: Person) -> FirstSteps:
    steps = await (await a_screen(container, person)).get_state(FirstSteps)
    await steps.open()
    return steps


async def fill(container: Container, fleet_id: int | None, *plurals: str) -> None:
    for plural in plurals:
        await a_record(container, plural, fleet_id or 0)


async def test_steps_tick_off_as_records_appear_and_the_last_tick_is_seen(
    container: Container, manager: Person
) -> None:
    await fill(container, await a_fleet(container), "vehicles", "drivers", "users", "deliveries")
    steps = await steps_of(container, manager)
    assert (steps.shown, steps.taken) == (True, [])
    await a_vehicle(container, manager.fleet_id or 0)
    await steps.look_again()
    assert steps.taken == ["vehicles"]
    await fill(container, manager.fleet_id, "drivers", "users", "deliveries")
    await steps.look_again()
    assert (steps.shown, len(steps.taken), steps.complete) == (True, COUNT, True)
    await steps.open()
    assert not steps.shown


async def test_deleted_records_do_not_count(container: Container, manager: Person) -> None:
    vehicle_id = await a_vehicle(container, manager.fleet_id or 0)
    async with container.work() as session:
        connection = await session.connection()
        await connection.exec_driver_sql(
            f"UPDATE vehicles SET deleted_at = now() WHERE id = {vehicle_id}"
        )
    assert (await steps_of(container, manager)).taken == []


async def test_what_was_put_away_stays_away_for_that_fleet_only(
    container: Container, manager: Person
) -> None:
    steps = await steps_of(container, manager)
    await steps.hide()
    assert not steps.shown
    await steps.open()
    assert not steps.shown
    other = await a_person(container, Role.FLEET_MANAGER, await a_fleet(container))
    theirs = await (await a_screen(container, other)).get_state(FirstSteps)
    theirs.hidden = steps.hidden
    await theirs.open()
    assert theirs.shown


@pytest.mark.parametrize("hidden", ["x" * 100_000, ",,,", "0", "9" * 400])
async def test_nonsense_from_the_browsers_memory_hides_nothing(
    container: Container, manager: Person, hidden: str
) -> None:
    steps = await (await a_screen(container, manager)).get_state(FirstSteps)
    steps.hidden = hidden
    await steps.open()
    assert steps.shown


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.SYSTEM_ADMIN])
async def test_only_managers_have_first_steps(container: Container, role: Role) -> None:
    steps = await (await a_screen_of(container, role)).get_state(FirstSteps)
    await steps.open()
    assert not steps.shown


async def test_the_sign_in_page_says_when_there_is_nobody_yet(container: Container) -> None:
    page = await (await a_screen_of(container, Role.SYSTEM_ADMIN)).get_state(SignIn)
    await page.open()
    assert (page.ready, page.nobody_yet, page.sign_up_open) == (True, False, False)
    async with container.work() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("UPDATE users SET deleted_at = now()")
    await page.open()
    assert page.nobody_yet

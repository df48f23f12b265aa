"""Creating users and changing what they may do."""

from __future__ import annotations

import asyncio

import pytest

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.identity.errors import EmailTaken, InvalidToken, WeakPassword, WrongCredentials
from fleet_app.identity.models import User
from fleet_app.kernel.errors import InvalidInput, NotFound
from tests.builders.people import PASSWORD, a_fleet, a_person


async def create(
    container: Container, email: str, role: Role, fleet_id: int | None = None, name: str = "X"
) -> User:
    """As the command line and the sign-up do it."""
    user = await container.identity.new_user(email=email, name=name, role=role, password=PASSWORD)
    user.fleet_id = fleet_id
    async with container.work() as session:
        return await container.identity.add_user(session, user)


async def test_a_new_user_can_sign_in_under_any_spelling(container: Container) -> None:
    fleet = await a_fleet(container)
    user = await create(
        container, "  Anna.Ek@Example.COM ", Role.DRIVER, fleet_id=fleet, name=" Anna "
    )
    assert (user.email, user.name) == ("anna.ek@example.com", "Anna")
    account = await container.identity.sign_in("ANNA.ek@example.com ", PASSWORD, "test")
    assert account.principal.user_id == user.id


async def test_an_email_belongs_to_one_user_even_in_a_race(container: Container) -> None:
    fleet = await a_fleet(container)

    async def one(email: str) -> object:
        return await create(container, email=email, role=Role.DRIVER, fleet_id=fleet)

    emails = ["a@example.com", "A@example.com", "a@EXAMPLE.com"]
    results = await asyncio.gather(*map(one, emails), return_exceptions=True)
    assert [type(result) for result in results].count(EmailTaken) == 2


@pytest.mark.parametrize(
    "email",
    ["", "x", "a@b", "a b@c.de", "@c.de", "a@.de", "a@" + "b" * 300, "a\x00@c.de", "\ud800@c.de"],
)
async def test_an_implausible_email_is_refused(container: Container, email: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await create(container, email=email, role=Role.SYSTEM_ADMIN)
    assert "email" in refusal.value.fields


async def test_everybody_but_an_administrator_has_a_fleet(container: Container) -> None:
    fleet = await a_fleet(container)
    for role, fleet_id in ((Role.SYSTEM_ADMIN, fleet), (Role.DRIVER, None)):
        with pytest.raises(InvalidInput):
            await create(container, email="a@example.com", role=role, fleet_id=fleet_id)


async def test_a_new_password_ends_sessions_and_replaces_the_old_one(container: Container) -> None:
    person = await a_person(container, Role.DISPATCHER)
    opened = await container.sessions.sign_in(person.email, PASSWORD, "test", "")
    await container.authenticator.principal_from_session(opened.token)
    with pytest.raises(WrongCredentials):
        await container.identity.change_password(person.id, "not the one", "another good", "test")
    with pytest.raises(WeakPassword):
        await container.identity.change_password(person.id, PASSWORD, "short", "test")
    await container.identity.change_password(person.id, PASSWORD, "another good one", "test")
    with pytest.raises(InvalidToken):
        await container.authenticator.principal_from_session(opened.token)
    with pytest.raises(WrongCredentials):
        await container.identity.sign_in(person.email, PASSWORD, "test")
    await container.identity.sign_in(person.email, "another good one", "test")


async def test_an_old_hash_is_renewed_at_sign_in_without_ending_that_session(
    container: Container,
) -> None:
    person = await a_person(container, Role.DISPATCHER)
    opened = await container.sessions.sign_in(person.email, PASSWORD, "test", "")
    again = await container.sessions.sign_in(person.email, PASSWORD, "test", "")
    for token in (opened.token, again.token):
        await container.authenticator.principal_from_session(token)


async def test_two_sign_ins_at_once_may_both_renew_the_hash(container: Container) -> None:
    person = await a_person(container, Role.DISPATCHER)
    await asyncio.gather(
        *[container.identity.sign_in(person.email, PASSWORD, "test") for _ in range(4)]
    )


async def test_a_user_ends_only_own_sessions(container: Container) -> None:
    mine, other = [await a_person(container, Role.DISPATCHER) for _ in range(2)]
    opened = await container.sessions.sign_in(mine.email, PASSWORD, "10.0.0.1", "Firefox")
    (record,) = await container.sessions.of_user(mine.id)
    assert (record.client, record.agent) == ("10.0.0.1", "Firefox")
    with pytest.raises(NotFound):
        await container.sessions.revoke(other.id, record.session_id)
    await container.sessions.revoke(mine.id, record.session_id)
    with pytest.raises(InvalidToken):
        await container.authenticator.principal_from_session(opened.token)


async def test_a_user_who_does_not_exist_is_not_found(container: Container) -> None:
    for call in (
        container.identity.set_password(999, "another good one"),
        container.identity.change_password(999, PASSWORD, "another good one", "test"),
    ):
        with pytest.raises(NotFound):
            await call

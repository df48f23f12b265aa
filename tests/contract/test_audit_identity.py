"""What people do with their own access is in the log: with an address, and without secrets."""

from __future__ import annotations

import msgspec
import pytest
from sqlmodel import col, select

from fleet_app.access.actor import Channel
from fleet_app.access.roles import Role
from fleet_app.audit.models import AuditEntry
from fleet_app.audit.verifying import verify
from fleet_app.bootstrap import Container
from fleet_app.identity.errors import InvalidToken, TooManyAttempts, WrongCredentials
from fleet_app.identity.models import RefreshToken
from fleet_app.identity.service import FAILURES_OF_ACCOUNT, FAILURES_OF_CLIENT
from fleet_app.outbox.models import StoredEvent
from tests.builders.people import PASSWORD, Person, a_person, a_vehicle
from tests.builders.records import an_actor

HERE = "192.0.2.7"


@pytest.fixture
async def person(container: Container) -> Person:
    return await a_person(container, Role.FLEET_MANAGER)


async def acts(container: Container, chain: int | None) -> list[AuditEntry]:
    async with container.work() as session:
        query = select(AuditEntry).where(col(AuditEntry.chain) == (chain or 0))
        return list((await session.exec(query.order_by(col(AuditEntry.sequence)))).all())


async def told(container: Container, chain: int | None) -> list[tuple[str, str, str, str]]:
    found = await acts(container, chain)
    return [(one.action, one.actor_name, one.channel, one.address) for one in found]


async def events(container: Container) -> list[tuple[str, str]]:
    async with container.work() as session:
        found = await session.exec(select(StoredEvent).order_by(col(StoredEvent.sequence)))
        return [(one.type, one.subject) for one in found]


async def fail(container: Container, email: str, times: int, client: str = HERE) -> None:
    for _ in range(times):
        with pytest.raises(WrongCredentials):
            await container.identity.sign_in(email, "not the password", client)


def name_of(person: Person) -> str:
    return person.email.split("@", maxsplit=1)[0].replace("person", "Person ")


async def test_signing_in_and_out_of_a_browser(container: Container, person: Person):
    opened = await container.sessions.sign_in(person.email, PASSWORD, HERE, "Firefox")
    await container.sessions.sign_out(opened.token, HERE)
    await container.sessions.sign_out(opened.token, HERE)
    name = name_of(person)
    assert await told(container, person.fleet_id) == [
        ("signed_in", name, "web", HERE), ("signed_out", name, "web", HERE)
    ]  # fmt: skip
    assert await events(container) == [("user.signed_in", f"user:{person.id}")]
    again = await container.sessions.sign_in(person.email, PASSWORD, HERE, "Firefox")
    session_id = (await container.sessions.of_user(person.id))[0].session_id
    await container.sessions.revoke(person.id, session_id, HERE)
    assert again.token
    assert (await told(container, person.fleet_id))[-1] == ("signed_out", name, "web", HERE)


async def test_tokens_of_phones_and_a_stolen_one(container: Container, person: Person):
    first = await container.grants.sign_in(person.email, PASSWORD, HERE)
    second = await container.grants.refresh(first.refresh_token, HERE)
    await container.grants.refresh(second.refresh_token, HERE)
    with pytest.raises(InvalidToken):
        await container.grants.refresh(first.refresh_token, "203.0.113.9")
    other = await container.grants.sign_in(person.email, PASSWORD, HERE)
    for _ in range(2):
        await container.grants.revoke(other.refresh_token, HERE)
    name = name_of(person)
    assert await told(container, person.fleet_id) == [
        ("signed_in", name, "api", HERE), ("token_reused", "The system", "api", "203.0.113.9"),
        ("signed_in", name, "api", HERE), ("signed_out", name, "api", HERE),
    ]  # fmt: skip


async def test_a_lockout_is_told_once_and_not_as_a_sign_in(container: Container, person: Person):
    await fail(container, person.email, FAILURES_OF_ACCOUNT)
    for _ in range(3):
        with pytest.raises(TooManyAttempts):
            await container.identity.sign_in(person.email, PASSWORD, HERE, Channel.WEB)
    assert await told(container, person.fleet_id) == [("locked", "The system", "web", HERE)]
    (entry,) = await acts(container, person.fleet_id)
    assert (entry.kind, entry.object_id, entry.label) == ("user", person.id, name_of(person))
    assert await events(container) == [("user.locked", f"user:{person.id}")]


async def test_an_address_that_tries_many_accounts_is_told_once(container: Container):
    for number in range(FAILURES_OF_CLIENT):
        await fail(container, f"nobody{number}@example.com", 1)
    for number in range(3):
        with pytest.raises(TooManyAttempts):
            await container.identity.sign_in(f"no{number}@example.com", "whatever it is", HERE)
    (entry,) = await acts(container, None)
    assert (entry.action, entry.kind, entry.label) == ("locked", "address", HERE)


async def test_a_new_password_is_told_but_neither_of_them(container: Container, person: Person):
    await container.identity.change_password(person.id, PASSWORD, "another good one", HERE)
    await container.identity.set_password(person.id, "a third good one")
    assert await told(container, person.fleet_id) == [
        ("password_changed", name_of(person), "web", HERE),
        ("password_changed", "The system", "job", ""),
    ]


async def test_device_tokens_come_and_go(container: Container, person: Person):
    vehicle_id = await a_vehicle(container, person.fleet_id or 0)
    actor = an_actor(Role.FLEET_MANAGER, person.fleet_id)
    new = await container.devices.create(actor, vehicle_id=vehicle_id, name="Phone")
    for _ in range(2):
        await container.devices.revoke(actor, new.device.id or 0)
    found = await acts(container, person.fleet_id)
    assert [(one.action, one.label, one.address) for one in found] == [
        ("token_created", "Phone", "192.0.2.1"), ("token_revoked", "Phone", "192.0.2.1")
    ]  # fmt: skip
    assert found[0].changes == {"vehicle_id": [None, vehicle_id]}


async def test_no_secret_is_ever_in_the_log_and_the_chain_holds(
    container: Container, person: Person
):
    opened = await container.sessions.sign_in(person.email, PASSWORD, HERE, "Firefox")
    pair = await container.grants.sign_in(person.email, PASSWORD, HERE)
    actor = an_actor(Role.FLEET_MANAGER, person.fleet_id)
    vehicle_id = await a_vehicle(container, person.fleet_id or 0)
    device = await container.devices.create(actor, vehicle_id=vehicle_id, name="Phone")
    await container.identity.change_password(person.id, PASSWORD, "another good one", HERE)
    async with container.work() as session:
        hashes = (await session.exec(select(RefreshToken.token_hash))).all()
    secrets = [PASSWORD, "another good one", opened.token, pair.access_token, pair.refresh_token]
    secrets += [device.token, device.token[-4:], *hashes]
    log = "\n".join(
        msgspec.json.encode(entry.model_dump(exclude={"hash", "previous_hash"})).decode()
        for entry in await acts(container, person.fleet_id)
    )
    assert "signed_in" in log
    assert [secret for secret in secrets if secret in log] == []
    assert (await verify(container.work, person.fleet_id or 0)).ok

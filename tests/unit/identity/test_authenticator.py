"""The authenticator: exact about expiry, seconds late about the rest, honest about outages."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import text

from fleet_app.access.principal import Principal
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.identity.authenticator import Authenticator
from fleet_app.identity.errors import InvalidToken
from fleet_app.kernel.errors import StoreUnavailable
from tests.builders.people import PASSWORD, Person, a_driver, a_person, a_vehicle


class Moment:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> float:
        return time.time() + self.ahead


def authenticator(container: Container, moment: Moment, fresh: float = 5.0) -> Authenticator:
    return Authenticator(
        container.work,
        container.sessions_store,
        container.access_tokens,
        now=moment.now,
        fresh_seconds=fresh,
    )


async def access_token(container: Container, person: Person) -> str:
    return (await container.grants.sign_in(person.email, PASSWORD, "test")).access_token


async def execute(container: Container, statement: str, **values: object) -> None:
    async with container.work() as session:
        connection = await session.connection()
        await connection.execute(text(statement), values)


async def test_expiry_is_exact_even_for_a_cached_token(container: Container) -> None:
    person, moment = await a_person(container, Role.DRIVER), Moment()
    token, checks = await access_token(container, person), authenticator(container, moment)
    started = time.time()
    await checks.principal_from_access_token(token)
    moment.ahead = 15 * 60 - 2 - (time.time() - started)
    await checks.principal_from_access_token(token)
    moment.ahead = 15 * 60
    with pytest.raises(InvalidToken, match="expired"):
        await checks.principal_from_access_token(token)


async def test_a_session_ends_exactly_even_when_cached(container: Container) -> None:
    person, moment = await a_person(container, Role.DISPATCHER), Moment()
    opened = await container.sessions.sign_in(person.email, PASSWORD, "test", "")
    checks = authenticator(container, moment)
    principal = await checks.principal_from_session(opened.token)
    assert principal.user_id == person.id
    assert principal.session_id not in (None, opened.token)
    moment.ahead = 24 * 3600 + 1
    with pytest.raises(InvalidToken, match="ended"):
        await checks.principal_from_session(opened.token)


async def test_a_hit_needs_no_store_and_a_fraction_of_a_look_up(container: Container) -> None:
    person = await a_person(container, Role.DRIVER)
    token = await access_token(container, person)

    async def work_of(fresh: float, times: int) -> float:
        """Seconds of this thread's own work for one answer, whatever else the machine does."""
        checks = authenticator(container, Moment(), fresh)
        await checks.principal_from_access_token(token)
        started = time.thread_time()
        for _ in range(times):
            await checks.principal_from_access_token(token)
        return (time.thread_time() - started) / times

    looked_up, remembered = await work_of(0.0, 20), await work_of(60.0, 2000)
    assert remembered < looked_up / 10, (remembered, looked_up)


@pytest.mark.parametrize("how", ["access", "session"])
async def test_changes_made_by_other_processes_are_seen_when_freshness_runs_out(
    container: Container, how: str
) -> None:
    person = await a_person(container, Role.DRIVER)
    assert person.fleet_id is not None
    first, second = [await a_vehicle(container, person.fleet_id) for _ in range(2)]
    await a_driver(container, person, first)
    checks = authenticator(container, Moment(), fresh=0.0)
    token = await access_token(container, person)
    session = (await container.sessions.sign_in(person.email, PASSWORD, "test", "")).token

    async def who() -> Principal:
        if how == "access":
            return await checks.principal_from_access_token(token)
        return await checks.principal_from_session(session)

    assert (await who()).vehicle_id == first
    await execute(container, "UPDATE drivers SET vehicle_id = :v", v=second)
    assert (await who()).vehicle_id == second
    await execute(container, "UPDATE drivers SET status = 'inactive'")
    assert (await who()).vehicle_id is None
    await execute(container, "UPDATE users SET is_active = false WHERE id = :u", u=person.id)
    with pytest.raises(InvalidToken):
        await who()


async def test_a_driver_record_of_another_fleet_counts_for_nothing(container: Container) -> None:
    person, other = await a_person(container, Role.DRIVER), await a_person(container, Role.DRIVER)
    assert other.fleet_id is not None
    stray = Person(person.id, person.email, other.fleet_id)
    await a_driver(container, stray, await a_vehicle(container, other.fleet_id))
    token = await access_token(container, person)
    principal = await authenticator(container, Moment()).principal_from_access_token(token)
    assert (principal.driver_id, principal.vehicle_id) == (None, None)


async def test_rubbish_is_invalid_without_a_query(container: Container) -> None:
    checks = authenticator(container, Moment())
    container.__dict__["work"] = None
    for token in ("", "x", "fdt_short", "fdt_" + "ä" * 32, "a.b.c", "x" * 10_000):
        with pytest.raises(InvalidToken):
            await checks.device(token)
        with pytest.raises(InvalidToken):
            await checks.principal_from_access_token(token)
        with pytest.raises(InvalidToken):
            await checks.principal_from_session(token)


async def test_a_store_that_is_down_is_no_verdict(container: Container) -> None:
    person = await a_person(container, Role.DRIVER)
    token = await access_token(container, person)
    opened = await container.sessions.sign_in(person.email, PASSWORD, "test", "")
    nowhere = container.settings.model_copy(
        update={
            "database_url": "postgresql+psycopg://x@127.0.0.1:1/x?connect_timeout=1",
            "redis_url": "redis://127.0.0.1:1",
        }
    )
    down = Container(nowhere)
    try:
        with pytest.raises(StoreUnavailable):
            await down.authenticator.principal_from_access_token(token)
        with pytest.raises(StoreUnavailable):
            await down.authenticator.principal_from_session(opened.token)
        with pytest.raises(StoreUnavailable):
            await down.authenticator.device("fdt_" + "a" * 32)
        with pytest.raises(StoreUnavailable):
            await down.grants.sign_in(person.email, PASSWORD, "test")
    finally:
        await down.close()


async def test_proofs_made_for_an_old_password_are_worth_nothing(container: Container) -> None:
    person = await a_person(container, Role.DISPATCHER)
    token = await access_token(container, person)
    opened = await container.sessions.sign_in(person.email, PASSWORD, "test", "")
    checks = authenticator(container, Moment(), fresh=0.0)
    await execute(container, "UPDATE users SET password_hash = 'another'")
    with pytest.raises(InvalidToken, match="password"):
        await checks.principal_from_access_token(token)
    with pytest.raises(InvalidToken, match="password"):
        await checks.principal_from_session(opened.token)

"""Making a fleet of one's own: whole or not at all, once, by few at a time, telling nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlmodel import col, select

from fleet_app.access.roles import Role
from fleet_app.audit.models import AuditEntry
from fleet_app.bootstrap import Container
from fleet_app.catalogue.sign_up import OF_ALL, OF_CLIENT
from fleet_app.fleet.models import Fleet, FleetManager
from fleet_app.identity.models import User
from fleet_app.identity.passwords import Passwords
from fleet_app.notification.defaults import DEFAULT_RULES
from fleet_app.settings import Settings
from tests.builders.api import an_api
from tests.builders.fingerprint import fingerprint
from tests.builders.people import PASSWORD, a_fleet, a_person

WANTED = {
    "fleet_name": "Aamu Couriers",
    "name": "Aino Salo",
    "email": "Aino@Example.com",
    "password": "seven green bicycles",
    "time_zone": "Europe/Helsinki",
    "units": "imperial",
    "currency": "sek",
}
UNUSABLE = "cannot be used for a new fleet; if you have an account, sign in instead"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
async def container(settings: Settings) -> AsyncIterator[Container]:
    opened = Container(settings.model_copy(update={"sign_up": "open"}))
    await opened.start()
    yield opened
    await opened.close()


def client_of(container: Container, address: str = "192.0.2.7") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(an_api(container), client=(address, 1))
    origin = container.settings.origin
    return httpx.AsyncClient(transport=transport, base_url=origin, headers={"Origin": origin})


@pytest.fixture
async def browser(container: Container) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(container) as client:
        yield client


async def sign_up(browser: httpx.AsyncClient, **changes: Any) -> httpx.Response:
    return await browser.post("/auth/sign-up", json={**WANTED, **changes})


def fields_of(answer: httpx.Response) -> dict[str, str]:
    found: dict[str, str] = answer.json()["error"]["fields"]
    return found


async def test_a_fleet_its_manager_and_a_session_come_of_it(
    browser: httpx.AsyncClient, container: Container
) -> None:
    answer = await sign_up(browser)
    assert (answer.status_code, answer.json()["data"]) == (201, {"next": "/"})
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert answer.headers["cache-control"] == "no-store"
    me = (await browser.get("/api/v1/auth/me")).json()["data"]
    assert (me["email"], me["role"]) == ("aino@example.com", "fleet_manager")
    async with container.work() as session:
        fleet = await session.get_one(Fleet, me["fleet_id"])
        manager = (await session.exec(select(FleetManager))).one()
        entries = (await session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))).all()
        connection = await session.connection()
        events = (await connection.execute(text("SELECT type, subject FROM domain_events"))).all()
    assert (fleet.name, fleet.time_zone, fleet.units.value, fleet.currency) == (
        "Aamu Couriers", "Europe/Helsinki", "imperial", "SEK",
    )  # fmt: skip
    assert (manager.user_id, manager.fleet_id) == (me["id"], fleet.id)
    told = [(e.action, e.kind, e.actor_id, e.actor_name, e.actor_role, e.channel) for e in entries]
    by = (me["id"], "Aino Salo", "fleet_manager", "web")
    assert told == [
        ("create", "fleet", *by),
        *[("create", "alert_rule", *by)] * len(DEFAULT_RULES),
        ("create", "user", *by),
        ("signed_in", "user", *by),
    ]
    assert {(e.address, e.chain) for e in entries} == {("192.0.2.7", fleet.id)}
    assert ("fleet.created", f"fleet:{fleet.id}") in {(e.type, e.subject) for e in events}
    assert WANTED["password"] not in str([e.changes for e in entries])


async def test_the_new_manager_brings_in_vehicles_and_sees_nobody_elses(
    browser: httpx.AsyncClient, container: Container
) -> None:
    await a_fleet(container, "Somebody else")
    await sign_up(browser)
    made = await browser.post(
        "/api/v1/vehicles", json={"name": "Van 1", "registration_number": "AB-1"}
    )
    assert made.status_code == 201, made.text
    fleets = (await browser.get("/api/v1/fleets")).json()["data"]
    assert [fleet["name"] for fleet in fleets] == ["Aamu Couriers"]


@pytest.mark.parametrize("door", ["closed", None])
async def test_where_it_is_closed_nobody_gets_in(settings: Settings, door: str | None) -> None:
    update = {} if door is None else {"sign_up": door}
    closed = Container(settings.model_copy(update=update))
    before = await fingerprint(closed)
    async with client_of(closed) as browser:
        answer = await sign_up(browser)
    assert (answer.status_code, answer.json()["error"]["type"]) == (403, "sign_up_closed")
    assert "set-cookie" not in answer.headers
    assert await fingerprint(closed) == before
    await closed.close()


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
async def test_other_sites_make_no_fleets(
    browser: httpx.AsyncClient, container: Container, origin: str
) -> None:
    before = await fingerprint(container)
    answer = await browser.post("/auth/sign-up", json=WANTED, headers={"Origin": origin})
    assert answer.status_code == 403
    assert await fingerprint(container) == before


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"fleet_name": " "}, {"fleet_name": "is missing"}),
        ({"fleet_name": "4711"}, {"fleet_name": "must not be only digits"}),
        ({"fleet_name": "x" * 121}, {"fleet_name": "is too long: at most 120 characters"}),
        ({"name": ""}, {"name": "is missing"}),
        ({"name": "x" * 121}, {"name": "is too long: at most 120 characters"}),
        ({"email": "nobody"}, {"email": "write it like name@example.com"}),
        ({"password": "short"}, {"password": "Use at least 10 characters"}),
        ({"password": "aaaaaaaaaaaa"}, {"password": "Use more than three different characters"}),
        ({"password": "x1y2" * 51}, {"password": "is too long: at most 200 characters"}),
        ({"password": " seven green bicycles"},
         {"password": "must not begin or end with a blank"}),
        ({"units": "cubits"}, {"units": "must be one of 'metric' or 'imperial'"}),
        ({"currency": "euros"}, None),
        ({"time_zone": "Mars/Olympus"}, None),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(
    browser: httpx.AsyncClient, container: Container, changes: Any, wrong: Any
) -> None:
    before = await fingerprint(container)
    answer = await sign_up(browser, **changes)
    assert answer.status_code == 400, answer.text
    assert fields_of(answer).keys() == changes.keys()
    assert wrong is None or fields_of(answer) == wrong
    assert await fingerprint(container) == before


async def test_everything_that_is_wrong_is_said_at_once(browser: httpx.AsyncClient) -> None:
    answer = await sign_up(browser, fleet_name="", name="", email="", password="")
    assert fields_of(answer).keys() == {"fleet_name", "name", "email", "password"}


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"fleet_name": 1}', b'{"fleet_name": "x"}', b"\xff", b"x" * 20_000],
)
async def test_a_body_that_no_form_sends_is_refused(
    browser: httpx.AsyncClient, body: bytes
) -> None:
    answer = await browser.post("/auth/sign-up", content=body)
    assert answer.status_code in (400, 413)


async def test_markup_is_a_name_like_any_other(browser: httpx.AsyncClient) -> None:
    assert (await sign_up(browser, fleet_name=SCRIPT, name=SCRIPT)).status_code == 201
    fleets = (await browser.get("/api/v1/fleets")).json()["data"]
    assert [fleet["name"] for fleet in fleets] == [SCRIPT]


async def test_more_than_was_asked_for_is_not_had(
    browser: httpx.AsyncClient, container: Container
) -> None:
    other = await a_fleet(container)
    await sign_up(browser, role="system_admin", fleet_id=other, is_active=False, id=1)
    me = (await browser.get("/api/v1/auth/me")).json()["data"]
    assert me["role"] == "fleet_manager"
    assert me["fleet_id"] != other


@pytest.mark.parametrize("name", ["Aamu Couriers", "aamu COURIERS", "  Aamu Couriers "])
async def test_a_name_that_is_taken_is_said_and_nobody_is_made(
    browser: httpx.AsyncClient, container: Container, name: str
) -> None:
    await a_fleet(container, "Aamu Couriers")
    before = await fingerprint(container)
    answer = await sign_up(browser, fleet_name=name)
    assert answer.status_code == 409
    assert fields_of(answer).keys() == {"fleet_name"}
    assert await fingerprint(container) == before


async def test_a_known_address_with_another_password_hears_no_more_than_at_the_sign_in(
    browser: httpx.AsyncClient, container: Container
) -> None:
    person = await a_person(container, Role.DISPATCHER)
    before = await fingerprint(container)
    answer = await sign_up(browser, email=person.email.upper())
    assert answer.status_code == 409
    assert fields_of(answer) == {"email": UNUSABLE}
    assert "set-cookie" not in answer.headers
    assert await fingerprint(container) == before


async def test_guessing_passwords_here_locks_like_guessing_at_the_sign_in(
    browser: httpx.AsyncClient, container: Container
) -> None:
    person = await a_person(container, Role.DISPATCHER)
    for number in range(10):
        async with client_of(container, f"192.0.2.{100 + number}") as stranger:
            answer = await sign_up(stranger, email=person.email)
            assert answer.status_code == 409
    answer = await sign_up(browser, email=person.email, password=PASSWORD)
    assert answer.json()["data"]["next"].startswith("/login?error=locked")
    assert "set-cookie" not in answer.headers


async def test_somebody_with_an_account_is_led_to_the_sign_in_and_makes_no_second_one(
    browser: httpx.AsyncClient, container: Container
) -> None:
    person = await a_person(container, Role.DISPATCHER)
    async with container.work() as session:
        before = len((await session.exec(select(Fleet))).all())
    answer = await sign_up(browser, email=person.email, password=PASSWORD)
    assert (answer.status_code, answer.json()["error"]["type"]) == (409, "account_exists")
    assert "set-cookie" not in answer.headers
    async with container.work() as session:
        assert len((await session.exec(select(Fleet))).all()) == before


async def test_a_known_address_takes_as_much_work_as_a_new_one(
    browser: httpx.AsyncClient, container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await a_person(container, Role.DISPATCHER)
    works: list[str] = []
    hash_, verify = Passwords.hash, Passwords.verify

    async def hashing(self: Passwords, password: str) -> Any:
        works.append("hash")
        assert container.engine.pool.checkedout() == 0, "a transaction waits"  # type: ignore[attr-defined]
        return await hash_(self, password)

    async def verifying(self: Passwords, stored: str | None, password: str) -> Any:
        works.append("verify")
        return await verify(self, stored, password)

    monkeypatch.setattr(Passwords, "hash", hashing)
    monkeypatch.setattr(Passwords, "verify", verifying)
    await sign_up(browser, email=person.email)
    known, works = works, []
    assert (await sign_up(browser)).status_code == 201
    assert known == works == ["hash", "verify"]


@pytest.mark.parametrize("at_once", [True, False])
async def test_sent_twice_it_is_made_once_and_both_are_let_in(
    browser: httpx.AsyncClient, container: Container, at_once: bool
) -> None:
    if at_once:
        answers = await asyncio.gather(*(sign_up(browser) for _ in range(4)))
    else:
        answers = [await sign_up(browser), await sign_up(browser)]
    assert {answer.status_code for answer in answers} == {201}
    assert all("set-cookie" in answer.headers for answer in answers)
    async with container.work() as session:
        for table in (Fleet, User, FleetManager):
            assert len((await session.exec(select(table))).all()) == 1


async def test_two_people_who_want_one_name_at_once_do_not_share_it(
    browser: httpx.AsyncClient, container: Container
) -> None:
    answers = await asyncio.gather(
        *(sign_up(browser, email=f"p{number}@example.com") for number in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    refused = [answer for answer in answers if answer.status_code == 409]
    assert all(fields_of(answer).keys() == {"fleet_name"} for answer in refused)
    async with container.work() as session:
        assert len((await session.exec(select(User))).all()) == 1


async def test_one_address_makes_only_so_many_and_leaves_room_for_others(
    browser: httpx.AsyncClient, container: Container
) -> None:
    await a_fleet(container, "Taken")
    for _ in range(OF_CLIENT):
        assert (await sign_up(browser, fleet_name="Taken")).status_code == 409
    for _ in range(3):
        answer = await sign_up(browser)
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0
    async with client_of(container, "198.51.100.1") as somebody:
        assert (await sign_up(somebody)).status_code == 201


async def test_all_together_make_only_so_many(container: Container) -> None:
    await container.attempts.take({"sign-up": OF_ALL})
    for _ in range(OF_ALL - 1):
        await container.attempts.take({"sign-up": OF_ALL})
    async with client_of(container, "198.51.100.9") as somebody:
        assert (await sign_up(somebody)).status_code == 429


async def test_slips_of_the_pen_are_not_counted(browser: httpx.AsyncClient) -> None:
    for _ in range(OF_CLIENT + 2):
        assert (await sign_up(browser, password="short")).status_code == 400
    assert (await sign_up(browser)).status_code == 201

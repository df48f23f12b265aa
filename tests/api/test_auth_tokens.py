"""Signing in, refreshing and signing out over HTTP, as phones and integrators do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from jose import jwt
from sqlalchemy import text

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.identity import grants
from fleet_app.identity.errors import WrongCredentials
from fleet_app.identity.models import User
from tests.builders.api import an_api
from tests.builders.people import PASSWORD, Person, a_driver, a_person, a_vehicle


@pytest.fixture
def container(container: Container) -> Container:
    """With passwords as dear as in the product, since signing in is what this is about."""
    del container.__dict__["passwords"]
    return container


@pytest.fixture
async def api(container: Container) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(an_api(container))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.fixture
async def driver(container: Container) -> Person:
    return await a_person(container, Role.DRIVER)


async def token_pair(api: httpx.AsyncClient, person: Person) -> dict[str, Any]:
    body = {"email": person.email, "password": PASSWORD}
    answer = await api.post("/api/v1/auth/token", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["data"])


async def refreshed(api: httpx.AsyncClient, token: str) -> httpx.Response:
    return await api.post("/api/v1/auth/refresh", json={"refresh_token": token})


async def me(api: httpx.AsyncClient, access: str) -> httpx.Response:
    return await api.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {access}"})


async def test_a_driver_signs_in_and_is_known_with_vehicle(
    api: httpx.AsyncClient, container: Container, driver: Person
) -> None:
    assert driver.fleet_id is not None
    vehicle = await a_vehicle(container, driver.fleet_id)
    driver_id = await a_driver(container, driver, vehicle)
    pair = await token_pair(api, driver)
    assert pair["expires_in"] == 15 * 60
    answer = await me(api, pair["access_token"])
    assert answer.json()["data"] == pair["user"] | {"driver_id": driver_id, "vehicle_id": vehicle}
    claims = jwt.get_unverified_claims(pair["access_token"])
    assert {"iss", "aud", "sub", "role", "fleet", "jti", "exp"} <= set(claims)


async def test_the_oauth2_form_of_the_docs_page_works(
    api: httpx.AsyncClient, driver: Person
) -> None:
    form = {"grant_type": "password", "username": driver.email.upper(), "password": PASSWORD}
    answer = await api.post("/api/v1/auth/token", data=form)
    assert answer.json()["token_type"] == "bearer"
    assert (await me(api, answer.json()["access_token"])).status_code == 200
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("email", ["known", "unknown@example.com", ""])
async def test_wrong_credentials_say_nothing_about_which(
    api: httpx.AsyncClient, driver: Person, email: str
) -> None:
    body = {"email": driver.email if email == "known" else email, "password": "wrong password"}
    answer = await api.post("/api/v1/auth/token", json=body)
    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == "The email or the password is wrong"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"email": 1}', b'{"email":"a@b.c"}', b"\xff", b'"x"']
)
async def test_a_malformed_sign_in_is_invalid_input(api: httpx.AsyncClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await api.post("/api/v1/auth/token", content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_input")


@pytest.mark.parametrize("broken", ["a\x00b@c.de", "\ufffe@c.de", "a'--@c.de"])
async def test_an_address_that_no_database_can_hold_is_nobodys(
    api: httpx.AsyncClient, broken: str
) -> None:
    for body in ({"email": broken, "password": "x"}, {"email": "a@b.c", "password": broken}):
        assert (await api.post("/api/v1/auth/token", json=body)).status_code == 401
        form = {"username": body["email"], "password": body["password"]}
        assert (await api.post("/api/v1/auth/token", data=form)).status_code == 401
    told = await api.post("/auth/login", data={"email": broken, "password": broken})
    assert told.status_code in {303, 403}


async def test_signing_in_replaces_a_hash_that_is_too_cheap(
    api: httpx.AsyncClient, container: Container, driver: Person
) -> None:
    async def stored() -> str:
        async with container.work() as session:
            return (await session.get_one(User, driver.id)).password_hash

    assert "m=8," in await stored()
    await asyncio.gather(*(token_pair(api, driver) for _ in range(3)))
    assert "m=47104,t=1,p=1" in (better := await stored())
    await token_pair(api, driver)
    assert await stored() == better


async def test_half_a_character_signs_nobody_in(container: Container) -> None:
    for email, password in (("\ud800@b.c", "x"), ("a@b.c", "\udfff")):
        with pytest.raises(WrongCredentials):
            await container.identity.sign_in(email, password, "203.0.113.9")


async def test_a_huge_sign_in_is_refused(api: httpx.AsyncClient) -> None:
    body = {"email": "a@b.c", "password": "x" * 50_000}
    assert (await api.post("/api/v1/auth/token", json=body)).status_code == 413


async def test_ten_failures_lock_the_account_even_for_the_right_password(
    api: httpx.AsyncClient, driver: Person
) -> None:
    wrong = {"email": driver.email, "password": "wrong password"}
    tries = [api.post("/api/v1/auth/token", json=wrong) for _ in range(12)]
    codes = [answer.status_code for answer in await asyncio.gather(*tries)]
    assert sorted(codes) == [401] * 10 + [429] * 2
    answer = await api.post("/api/v1/auth/token", json=wrong | {"password": PASSWORD})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 900


async def test_success_clears_the_account_and_costs_the_address_nothing(
    api: httpx.AsyncClient, driver: Person
) -> None:
    wrong = {"email": driver.email, "password": "wrong password"}
    for _ in range(2):
        for _ in range(9):
            await api.post("/api/v1/auth/token", json=wrong)
        await token_pair(api, driver)
    for _ in range(20):
        await token_pair(api, driver)


async def test_one_address_cannot_try_many_accounts(api: httpx.AsyncClient) -> None:
    codes = []
    for number in range(31):
        body = {"email": f"guess{number}@example.com", "password": "wrong password"}
        codes.append((await api.post("/api/v1/auth/token", json=body)).status_code)
    assert codes == [401] * 30 + [429]


async def test_refreshing_rotates_and_the_old_token_revokes_the_family(
    api: httpx.AsyncClient, driver: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grants, "RETRY_GRACE", timedelta(0))
    first = await token_pair(api, driver)
    second = (await refreshed(api, first["refresh_token"])).json()["data"]
    assert second["refresh_token"] != first["refresh_token"]
    assert (await me(api, second["access_token"])).status_code == 200
    assert (await refreshed(api, first["refresh_token"])).status_code == 401
    assert (await refreshed(api, second["refresh_token"])).status_code == 401
    assert (await me(api, second["access_token"])).status_code == 401


async def test_a_phone_that_lost_the_answer_may_ask_again_and_gets_the_same_token(
    api: httpx.AsyncClient, driver: Person
) -> None:
    first = (await token_pair(api, driver))["refresh_token"]
    answers = await asyncio.gather(*[refreshed(api, first) for _ in range(5)])
    tokens = {answer.json()["data"]["refresh_token"] for answer in answers}
    assert len(tokens) == 1
    assert (await refreshed(api, tokens.pop())).status_code == 200


async def test_a_retry_after_the_successor_was_used_is_theft(
    api: httpx.AsyncClient, driver: Person
) -> None:
    first = (await token_pair(api, driver))["refresh_token"]
    second = (await refreshed(api, first)).json()["data"]["refresh_token"]
    third = (await refreshed(api, second)).json()["data"]["refresh_token"]
    assert (await refreshed(api, first)).status_code == 401
    assert (await refreshed(api, third)).status_code == 401


async def test_revoking_ends_refresh_and_access_tokens_and_is_no_error_twice(
    api: httpx.AsyncClient, driver: Person
) -> None:
    pair, other = await token_pair(api, driver), await token_pair(api, driver)
    assert (await me(api, pair["access_token"])).status_code == 200
    for token in (pair["refresh_token"], pair["refresh_token"], "frt_unknown"):
        answer = await api.post("/api/v1/auth/revoke", json={"refresh_token": token})
        assert answer.status_code == 200
    assert (await me(api, pair["access_token"])).status_code == 401
    assert (await refreshed(api, pair["refresh_token"])).status_code == 401
    assert (await me(api, other["access_token"])).status_code == 200


async def test_an_expired_refresh_token_is_refused(
    api: httpx.AsyncClient, container: Container, driver: Person
) -> None:
    pair = await token_pair(api, driver)
    async with container.work() as session:
        connection = await session.connection()
        past = datetime.now(UTC) - timedelta(seconds=1)
        await connection.execute(text("UPDATE refresh_tokens SET expires_at = :t"), {"t": past})
    assert (await refreshed(api, pair["refresh_token"])).status_code == 401


async def test_a_new_password_ends_old_access_tokens(
    api: httpx.AsyncClient, container: Container, driver: Person
) -> None:
    pair = await token_pair(api, driver)
    await container.identity.change_password(driver.id, PASSWORD, "another good one", "test")
    assert (await me(api, pair["access_token"])).status_code == 401
    assert (await refreshed(api, pair["refresh_token"])).status_code == 401


def forged(payload: dict[str, Any], key: str, algorithm: str) -> str:
    return str(jwt.encode(payload, key, algorithm=algorithm))


async def test_forged_tokens_are_refused(
    api: httpx.AsyncClient, container: Container, driver: Person
) -> None:
    pair = await token_pair(api, driver)
    good = jwt.get_unverified_claims(pair["access_token"])
    key = container.settings.signing_key()
    header, payload, signature = pair["access_token"].split(".")
    none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0"
    for token in (
        forged(good, "x" * 40, "HS256"),
        forged(good, key, "HS512"),
        forged(good | {"aud": "other"}, key, "HS256"),
        forged(good | {"iss": "other"}, key, "HS256"),
        forged(good | {"sub": "x"}, key, "HS256"),
        forged({k: v for k, v in good.items() if k != "exp"}, key, "HS256"),
        forged(good | {"exp": int(time.time()) - 1}, key, "HS256"),
        f"{none}.{payload}.",
        f"{none}.{payload}.{signature}",
        f"{header}.{payload}.",
        "x" * 5000,
        "",
    ):
        answer = await me(api, token)
        assert answer.status_code == 401, token
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert (await me(api, forged(good, key, "HS256"))).status_code == 200

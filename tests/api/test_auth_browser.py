"""The login form, the session cookie, and what other sites' pages cannot do with it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.settings import Settings
from mobile_api.deps import CurrentPrincipal, allow
from mobile_api.routers.auth import safe_target
from tests.builders.api import an_api
from tests.builders.people import PASSWORD, Person, a_person


def build(container: Container) -> FastAPI:
    """The API with two more routes."""
    api = an_api(container)

    async def change(principal: CurrentPrincipal) -> str:
        return principal.email

    async def manage() -> str:
        return "managed"

    api.router.routes.insert(0, api.router.route_class("/t/change", change, methods=["POST"]))
    only_managers = [allow("users.create")]
    api.router.routes.insert(
        0, api.router.route_class("/t/manage", manage, dependencies=only_managers)
    )
    return api


@pytest.fixture
async def browser(container: Container) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(build(container))
    origin = container.settings.origin
    async with httpx.AsyncClient(
        transport=transport, base_url=origin, headers={"Origin": origin}
    ) as client:
        yield client


@pytest.fixture
async def dispatcher(container: Container) -> Person:
    return await a_person(container, Role.DISPATCHER)


async def log_in(
    browser: httpx.AsyncClient, person: Person, *, password: str = PASSWORD, target: str = "/"
) -> httpx.Response:
    form = {"email": person.email, "password": password, "next": target}
    return await browser.post("/auth/login", data=form)


async def test_the_form_sets_a_guarded_cookie_and_goes_on(
    browser: httpx.AsyncClient, dispatcher: Person
) -> None:
    answer = await log_in(browser, dispatcher, target="/settings?tab=2")
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings?tab=2")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("fleet_session=")
    for part in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=86400"):
        assert part in cookie
    assert "Secure" not in cookie
    me = (await browser.get("/api/v1/auth/me")).json()["data"]
    assert me["email"] == dispatcher.email


async def test_the_session_is_kept_by_digest_for_a_day(
    browser: httpx.AsyncClient, container: Container, dispatcher: Person
) -> None:
    await log_in(browser, dispatcher)
    token = browser.cookies["fleet_session"]
    keys = [key.decode() for key in await container.redis.keys("user:session:*")]
    assert len(keys) == 1
    assert token not in keys[0]
    assert 86_000 < await container.redis.ttl(keys[0]) <= 86_400


async def test_behind_https_the_cookie_is_secure(
    settings: Settings, dispatcher: Person, container: Container
) -> None:
    container.settings.public_url = "https://fleet.example"
    transport = httpx.ASGITransport(build(container))
    origin = {"Origin": "https://fleet.example"}
    async with httpx.AsyncClient(
        transport=transport, base_url="https://fleet.example", headers=origin
    ) as client:
        assert "Secure" in (await log_in(client, dispatcher)).headers["set-cookie"]


async def test_a_wrong_password_goes_back_and_keeps_the_way(
    browser: httpx.AsyncClient, dispatcher: Person
) -> None:
    answer = await log_in(browser, dispatcher, password="wrong password", target="/a b?c=d&e")
    assert answer.headers["location"] == "/login?error=credentials"
    answer = await log_in(browser, dispatcher, password="wrong password", target="/a?c=d&e")
    assert answer.headers["location"] == "/login?error=credentials&next=/a%3Fc%3Dd%26e"
    assert "set-cookie" not in answer.headers


async def test_a_locked_account_is_told_how_long(
    browser: httpx.AsyncClient, dispatcher: Person
) -> None:
    for _ in range(10):
        await log_in(browser, dispatcher, password="wrong password")
    answer = await log_in(browser, dispatcher)
    assert answer.headers["location"].startswith("/login?error=locked&retry=")
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
async def test_other_sites_can_neither_log_in_nor_out_nor_change(
    browser: httpx.AsyncClient, dispatcher: Person, origin: str | None
) -> None:
    await log_in(browser, dispatcher)
    browser.headers.pop("Origin")
    if origin is not None:
        browser.headers["Origin"] = origin
    login = await log_in(browser, dispatcher)
    assert login.headers["location"] == "/login?error=forbidden"
    assert (await browser.post("/auth/logout")).status_code == 403
    assert (await browser.post("/t/change")).status_code == 403
    assert (await browser.get("/api/v1/auth/me")).status_code == 200


async def test_our_own_pages_may_change_things(
    browser: httpx.AsyncClient, dispatcher: Person
) -> None:
    await log_in(browser, dispatcher)
    assert (await browser.post("/t/change")).json() == dispatcher.email


async def test_a_role_that_is_not_named_is_forbidden(
    browser: httpx.AsyncClient, container: Container, dispatcher: Person
) -> None:
    assert (await browser.get("/t/manage")).status_code == 401
    await log_in(browser, dispatcher)
    assert (await browser.get("/t/manage")).status_code == 403
    await log_in(browser, await a_person(container, Role.FLEET_MANAGER))
    assert (await browser.get("/t/manage")).json() == "managed"


async def test_logging_out_ends_the_session_not_only_the_cookie(
    browser: httpx.AsyncClient, dispatcher: Person
) -> None:
    await log_in(browser, dispatcher)
    token = browser.cookies["fleet_session"]
    assert (await browser.get("/api/v1/auth/me")).status_code == 200
    answer = await browser.post("/auth/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert "fleet_session" not in browser.cookies
    browser.cookies["fleet_session"] = token
    assert (await browser.get("/api/v1/auth/me")).status_code == 401


@pytest.mark.parametrize(
    "target",
    [
        "", "x", "//evil.example", "/\\evil.example", "\\\\evil", "https://evil.example",
        "/\tx", " /x", "/a\nb", "javascript:alert(1)", "/auth/logout", "/login", "/" + "x" * 3000,
        "/%0d%0aSet-Cookie:x\r\n",
    ],
)  # fmt: skip
def test_only_paths_of_this_site_are_safe_targets(target: str) -> None:
    assert safe_target(target) == "/"


@pytest.mark.parametrize("target", ["/", "/settings", "/routes/5?day=2026-01-01#top"])
def test_pages_of_this_site_are_safe_targets(target: str) -> None:
    assert safe_target(target) == target

"""Attacks over a raw socket on a really running application, each with its door closed."""

from __future__ import annotations

import asyncio
import json
from hashlib import sha256

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from tests.web.conftest import Browser, GateServer, signed_in
from tests.web.raw_socket import DESK, STATE, new_token

ANONYMOUS_SECONDS = 4
"""As `gate_server` sets it."""


async def test_a_dispatcher_may_call_what_dispatchers_may(
    gate_server: GateServer, dispatcher: Browser
) -> None:
    async with gate_server.socket(dispatcher.cookie) as page:
        await page.event(f"{DESK}.write", text="hello")
        received = await page.until_received("wrote hello")
    assert dispatcher.person.email in json.dumps(received)


async def test_a_role_that_is_not_named_is_refused(
    gate_server: GateServer, dispatcher: Browser
) -> None:
    async with gate_server.socket(dispatcher.cookie) as page:
        await page.event(f"{DESK}.administrate")
        assert "administrated" not in await page.settled()
    assert "administrate was refused: forbidden" in gate_server.logged()


async def test_background_handlers_are_gated_too(
    gate_server: GateServer, dispatcher: Browser
) -> None:
    async with gate_server.socket(dispatcher.cookie) as page:
        await page.event(f"{DESK}.work_in_background")
        assert "background ran" not in await page.settled()


async def test_nobody_in_particular_is_led_to_the_sign_in_page(gate_server: GateServer) -> None:
    async with gate_server.socket() as page:
        await page.event(f"{DESK}.write", text="hello")
        received = json.dumps(await page.until_received("_redirect"))
        assert '"/login"' in received
        assert "wrote hello" not in await page.settled()
    assert "refused: signed out" not in gate_server.logged(), "nothing an operator should look at"


async def test_a_session_that_has_ended_is_told_so(gate_server: GateServer) -> None:
    async with gate_server.socket("a" * 43) as page:
        await page.event(f"{DESK}.write", text="hello")
        await page.until_received("/login?error=expired")


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.DISPATCHER])
async def test_a_handler_that_declares_nothing_is_refused_even_to_administrators(
    gate_server: GateServer, people: Container, role: Role
) -> None:
    browser = await signed_in(people, role)
    async with gate_server.socket(browser.cookie) as page:
        await page.event(f"{DESK}.undeclared")
        assert "undeclared ran" not in await page.settled()


async def test_a_chained_handler_is_checked_like_a_called_one(
    gate_server: GateServer, dispatcher: Browser
) -> None:
    async with gate_server.socket(dispatcher.cookie) as page:
        await page.event(f"{DESK}.chain")
        await page.until_received("chained")
        assert "undeclared ran" not in await page.settled()


@pytest.mark.parametrize("state", [DESK, STATE])
async def test_setvar_sets_nothing(
    gate_server: GateServer, dispatcher: Browser, state: str
) -> None:
    async with gate_server.socket(dispatcher.cookie) as page:
        name = "note" if state == DESK else "is_hydrated"
        await page.event(f"{state}.setvar", var_name=name, value="planted")
        await page.event(f"{DESK}.set_note", value="planted")
        assert "planted" not in await page.settled()


async def test_anothers_client_token_opens_an_empty_state(
    gate_server: GateServer, people: Container, dispatcher: Browser
) -> None:
    token = new_token()
    async with gate_server.socket(dispatcher.cookie, token=token) as page:
        await page.event(f"{DESK}.write", text="a secret")
        await page.until_received("a secret")
    thief = await signed_in(people, Role.DISPATCHER)
    for cookie in (thief.cookie, None):
        async with gate_server.socket(cookie, token=token) as page:
            assert "a secret" not in await page.hydrate()
            await page.until_received("-")
            assert [name for name, _ in page.messages].count("new_token") == 1


async def test_the_owner_of_a_client_token_finds_the_state_again(
    gate_server: GateServer, dispatcher: Browser
) -> None:
    token = new_token()
    async with gate_server.socket(dispatcher.cookie, token=token) as page:
        await page.event(f"{DESK}.write", text="my note")
        await page.until_received("my note")
    async with gate_server.socket(dispatcher.cookie, token=token) as page:
        assert "my note" in await page.hydrate()


async def test_a_client_token_without_a_session_is_bound_only_while_its_socket_is_open(
    gate_server: GateServer, people: Container
) -> None:
    token = new_token()
    key = f"client:token:{sha256(token.encode()).hexdigest()}"
    async with gate_server.socket(token=token) as page:
        await page.hydrate()
        for _ in range(6):
            assert 0 < await people.redis.ttl(key) <= ANONYMOUS_SECONDS
            await asyncio.sleep(1)
        await people.redis.delete(key)  # even lost, it is bound again
        await asyncio.sleep(2.5)
        assert await people.redis.get(key) == b"anonymous"
    await asyncio.sleep(ANONYMOUS_SECONDS + 2.5)
    assert not await people.redis.exists(key)


async def test_the_client_token_of_a_session_lives_as_long_as_the_session(
    gate_server: GateServer, people: Container, dispatcher: Browser
) -> None:
    token = new_token()
    async with gate_server.socket(dispatcher.cookie, token=token) as page:
        await page.hydrate()
        seconds = await people.redis.ttl(f"client:token:{sha256(token.encode()).hexdigest()}")
    assert seconds > people.settings.session_hours * 3600


async def test_a_client_cannot_connect_a_second_time_as_somebody_else(
    gate_server: GateServer, dispatcher: Browser
) -> None:
    async with gate_server.socket(dispatcher.cookie) as page:
        environ = {
            "REMOTE_ADDR": "6.6.6.6",
            "QUERY_STRING": f"token={page.token}",
            "HTTP_COOKIE": f"fleet_session={dispatcher.cookie}",
            "asgi.scope": {"client": ["6.6.6.6", 1], "headers": []},
        }
        await page.emit("connect", environ, None)
        await page.event(f"{DESK}.look_around")
        assert "6.6.6.6" not in json.dumps(await page.until_received("127.0.0.1 HeaderData"))


async def test_a_client_that_claims_to_have_left_is_still_cut_off_at_sign_out(
    gate_server: GateServer, people: Container, dispatcher: Browser
) -> None:
    async with gate_server.socket(dispatcher.cookie) as page:
        await page.emit("disconnect", "transport close")
        await page.settled()
        await people.sessions.sign_out(dispatcher.cookie)
        await page.until_closed()


async def test_signing_out_in_another_process_ends_open_sockets(
    gate_server: GateServer, people: Container, dispatcher: Browser
) -> None:
    async with gate_server.socket(dispatcher.cookie) as page:
        await page.event(f"{DESK}.write", text="still here")
        await page.until_received("still here")
        await people.sessions.sign_out(dispatcher.cookie)
        await page.until_received("/login?error=expired")
        await page.until_closed()


async def test_a_session_that_was_deleted_without_a_word_ends_within_seconds(
    gate_server: GateServer, people: Container, dispatcher: Browser
) -> None:
    async with gate_server.socket(dispatcher.cookie) as page:
        await page.settled()
        ids = [record.session_id for record in await people.sessions.of_user(dispatcher.person.id)]
        await people.redis.delete(*[f"user:session:{session_id}" for session_id in ids])
        await page.until_closed(20)


async def test_a_page_of_another_site_gets_no_socket(
    gate_server: GateServer, dispatcher: Browser
) -> None:
    for path in ("/_event/?EIO=4&transport=websocket&token=x", "/ws/echo"):
        for origin in ("https://evil.example", "null", f"{gate_server.settings.origin}.evil"):
            with pytest.raises(InvalidStatus) as refusal:
                await connect(gate_server.url.replace("http", "ws") + path, origin=origin)  # type: ignore[arg-type]
            assert refusal.value.response.status_code == 403


async def test_a_cookie_without_an_origin_gets_no_socket(
    gate_server: GateServer, dispatcher: Browser
) -> None:
    url = gate_server.url.replace("http", "ws") + "/ws/echo"
    with pytest.raises(InvalidStatus):
        await connect(url, additional_headers={"Cookie": f"fleet_session={dispatcher.cookie}"})
    async with connect(url) as program:
        assert await program.recv() == "welcome"


async def test_a_socket_that_only_sends_rubbish_is_cut_off(
    gate_server: GateServer, dispatcher: Browser
) -> None:
    async with gate_server.socket(dispatcher.cookie) as page:
        for number in range(40):
            await page.event(f"no.such.event{number}")
        await page.until_closed()


async def test_a_socket_that_floods_is_cut_off(
    gate_server: GateServer, dispatcher: Browser
) -> None:
    async with gate_server.socket(dispatcher.cookie) as page:
        for _ in range(400):
            await page.emit("ping")
        await page.emit("event", {"name": f"{DESK}.look_around"})
        await page.until_closed()


@pytest.mark.parametrize(
    "data",
    [
        None, 7, "text", [], {}, {"name": 7}, {"name": f"{DESK}.look_around", "payload": [1]},
        {"name": f"{DESK}.look_around", "router_data": {"pathname": {"a": 1}}},
        {"name": f"{DESK}.look_around", "router_data": {"pathname": "/", "query": 3}},
    ],
)  # fmt: skip
async def test_malformed_events_neither_run_nor_hurt(
    gate_server: GateServer, dispatcher: Browser, data: object
) -> None:
    async with gate_server.socket(dispatcher.cookie) as page:
        await page.emit("event", data)
        await page.emit("event")
        await page.emit("event", data, data)
        await page.event(f"{DESK}.write", text="alive")
        await page.until_received("wrote alive")
        assert not any("HeaderData" in json.dumps(message) for message in page.messages)


async def test_no_secret_reaches_state_page_or_log(
    gate_server: GateServer, dispatcher: Browser
) -> None:
    device = "fdt_" + "a" * 32
    async with gate_server.socket(dispatcher.cookie) as page:
        await page.event(f"{DESK}.look_around")
        seen = json.dumps(await page.until_received("HeaderData"))
        await page.event(f"{DESK}.fail")
        await page.event(f"no.such.{device}")
        await page.event(f"{DESK}.undeclared")
        await page.hydrate()
        seen += json.dumps(page.messages)
        token = page.token
    log = gate_server.logged()
    assert "An event handler failed" in log
    for secret in (dispatcher.cookie, device):
        assert secret not in log
        assert secret not in seen
    assert f"token={token}" not in log
    assert "No registered handler" not in log

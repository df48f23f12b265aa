"""The WebSocket at /ws/v1 behind a real server: who gets in, what is told, what ends it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, Self

import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from fleet_app.access.matrix import PERMISSIONS
from fleet_app.access.roles import Role
from fleet_app.planning.runs.reading import encoded
from mobile_api.ws import limits
from mobile_api.ws.channels import CHANNELS
from tests.builders.api import World
from tests.builders.jobs import rows
from tests.builders.people import PASSWORD, a_person
from tests.builders.plan_runs import PlannedDay, a_day


class Client:
    """A connection of somebody."""

    def __init__(self, port: int, *, cookie: str = "", origin: str | None = None) -> None:
        headers = {"Cookie": f"fleet_session={cookie}"} if cookie else {}
        self._connecting = connect(
            f"ws://127.0.0.1:{port}/ws/v1",
            additional_headers=headers,
            origin=origin,  # type: ignore[arg-type]
            ping_interval=None,
        )

    async def __aenter__(self) -> Self:
        self.socket: ClientConnection = await self._connecting
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.close()

    async def say(self, kind: str, **said: Any) -> None:
        await self.socket.send(json.dumps({"type": kind, **said}))

    async def heard(self, seconds: float = 10) -> dict[str, Any]:
        """The next message."""
        async with asyncio.timeout(seconds):
            found: dict[str, Any] = json.loads(await self.socket.recv())
        return found

    async def closed(self, seconds: float = 10) -> tuple[int, str]:
        """How the server ends it; what it says before is passed over."""
        async with asyncio.timeout(seconds):
            while await self._hears():
                pass
        return self.socket.close_code or 0, self.socket.close_reason or ""

    async def _hears(self) -> bool:
        try:
            await self.socket.recv()
        except ConnectionClosed:
            return False
        return True

    async def until(self, state: str) -> dict[str, Any]:
        """The first message that says so of a run."""
        while (told := await self.heard())["data"]["state"] != state:
            assert told["type"] == "plan_job:updated"
        return told


@pytest.fixture
async def port(world: World) -> AsyncIterator[int]:
    """A port on which the world's API is served."""
    config = uvicorn.Config(
        world.app, port=0, lifespan="off", log_level="error", ws="websockets-sansio"
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


@pytest.fixture
async def day(world: World) -> PlannedDay:
    """A plan of the world's fleet."""
    return await a_day(world.container, world.fleet_id, stops=1)


async def token(world: World, role: Role = Role.DISPATCHER, fleet_id: int | None = None) -> str:
    header = await world.a(role, fleet_id=fleet_id)
    return header["Authorization"].removeprefix("Bearer ")


async def tell(day: PlannedDay, job_id: int) -> None:
    """Spread news of a run as it is."""
    await day.container.plan_news.tell(job_id, encoded(await day.job(job_id)))


def test_every_channel_names_a_permission_of_the_matrix() -> None:
    assert {one.permission for one in CHANNELS.values()} <= PERMISSIONS.keys()


async def test_a_run_is_followed_from_its_snapshot_on(
    world: World, port: int, day: PlannedDay
) -> None:
    job_id = await day.begin()
    name = f"plan_job:{job_id}"
    async with Client(port) as client:
        await client.say("authenticate", token=await token(world))
        assert (await client.heard())["type"] == "authenticated"
        await client.say("subscribe", channel=name)
        first = await client.heard()
        assert (first["type"], first["channel"], first["sequence"]) == (
            "plan_job:updated", name, 1,
        )  # fmt: skip
        answer = await world.client.get(
            f"/api/v1/plan_jobs/{job_id}", headers=await world.a(Role.DISPATCHER)
        )
        assert first["data"] == answer.json()["data"]

        await day.container.plan_runs.stop(day.actor, job_id)
        second = await client.until("stopped")
        assert second["sequence"] > 1
        await client.say("unsubscribe", channel=name)
        assert await client.heard() == {"type": "unsubscribed", "channel": name}
        await tell(day, job_id)
        await client.say("ping")
        assert await client.heard() == {"type": "pong"}


async def test_after_a_gap_the_state_is_told_anew(world: World, port: int, day: PlannedDay) -> None:
    job_id = await day.begin()
    async with Client(port) as client:
        await client.say("authenticate", token=await token(world))
        await client.say("subscribe", channel=f"plan_job:{job_id}")
        assert [(await client.heard())["type"] for _ in range(2)][1] == "plan_job:updated"
        await rows(
            day.container, f"UPDATE plan_jobs SET planned = 7 WHERE id = {job_id} RETURNING id"
        )
        while True:  # the first one may have come before our subscription stood
            await world.container.redis.client_kill_filter(_type="pubsub")
            told = await client.heard()
            if told["data"]["planned"] == 7:
                break
        assert told["sequence"] >= 2


async def test_a_page_comes_with_its_session(world: World, port: int, day: PlannedDay) -> None:
    person = await a_person(world.container, Role.DISPATCHER, world.fleet_id)
    opened = await world.container.sessions.sign_in(person.email, PASSWORD, "127.0.0.1", "Test")
    ours = world.container.settings.origins[0]
    async with Client(port, cookie=opened.token, origin=ours) as client:
        assert await client.heard() == {
            "type": "authenticated", "user_id": person.id, "role": "dispatcher",
        }  # fmt: skip
        await client.say("subscribe", channel=f"plan_job:{await day.begin()}")
        assert (await client.heard())["type"] == "plan_job:updated"


@pytest.mark.parametrize(
    ("origin", "with_cookie"),
    [("https://evil.example", True), ("https://evil.example", False), ("null", True), (None, True)],
)
async def test_other_peoples_pages_do_not_get_in(
    world: World, port: int, origin: str | None, with_cookie: bool
) -> None:
    person = await a_person(world.container, Role.FLEET_MANAGER, world.fleet_id)
    opened = await world.container.sessions.sign_in(person.email, PASSWORD, "127.0.0.1", "Test")
    with pytest.raises(InvalidStatus) as refused:
        async with Client(port, cookie=opened.token if with_cookie else "", origin=origin):
            pass
    assert refused.value.response.status_code == 403


async def test_what_is_not_theirs_does_not_exist_for_anybody(
    world: World, port: int, day: PlannedDay
) -> None:
    job_id = await day.begin()
    stranger = await token(world, fleet_id=world.other_fleet_id)
    async with Client(port) as client:
        await client.say("authenticate", token=stranger)
        await client.heard()
        await client.say("subscribe", channel=f"plan_job:{job_id}")
        theirs = await client.heard()
        await client.say("subscribe", channel=f"plan_job:{job_id + 1}")
        unknown = await client.heard()
        assert theirs["error"]["type"] == unknown["error"]["type"] == "not_found"
        assert (
            theirs["error"]["message"].replace(str(job_id), str(job_id + 1))
            == (unknown["error"]["message"])
        )
        await tell(day, job_id)
        await client.say("ping")
        assert await client.heard() == {"type": "pong"}, "and nothing of it is heard"
    async with Client(port) as client:
        await client.say("authenticate", token=await token(world, Role.DRIVER))
        await client.heard()
        await client.say("subscribe", channel=f"plan_job:{job_id}")
        assert (await client.heard())["error"]["type"] == "forbidden"


NOWHERE = (
    *("", "plan_job", "plan_job:", "plan_job:0", "plan_job:-1", "plan_job:1 ", "plan_jobs:1"),
    *("*", "plan_job:*", "plan_job:\u0661", "\u202e\ud7ff:1", "a\0b:1", "plan_job:" + "9" * 30),
)


async def test_channels_that_do_not_exist_are_refused_and_the_connection_stays(
    world: World, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BURST", 1000)
    async with Client(port) as client:
        await client.say("authenticate", token=await token(world))
        await client.heard()
        for channel in NOWHERE:
            for what in ("subscribe", "unsubscribe"):
                await client.say(what, channel=channel)
                assert (await client.heard())["error"]["type"] == "invalid_input", channel
        await client.say("ping")
        assert await client.heard() == {"type": "pong"}


BAD = [
    "", "{", "[]", "null", "7", '"authenticate"', '{"type": "authenticate"}', '{"type": 1}',
    '{"type": "authenticate", "token": 5}', '{"type": "shutdown"}', "[" * 8000,
    '{"type": "authenticate", "token": "x", "role": "system_admin"}',
    '{"type": "subscribe", "channel": ["plan_job:1"]}',
]  # fmt: skip


async def test_whoever_speaks_another_language_is_hung_up_on(world: World, port: int) -> None:
    for text in BAD:
        async with Client(port) as client:
            await client.socket.send(text)
            ended = await client.closed()
        assert ended == (4400, "This is no message that we know"), text


async def test_nobody_gets_anywhere_without_a_proof(world: World, port: int) -> None:
    for said in (
        {"type": "subscribe", "channel": "plan_job:1"},
        {"type": "ping"},
        *({"type": "authenticate", "token": one} for one in ("", "x.y.z", "\u202e" * 50)),
    ):
        async with Client(port) as client:
            await client.socket.send(json.dumps(said))
            code, _ = await client.closed()
        assert code == 4401, said


async def test_a_device_is_nobody(world: World, port: int) -> None:
    async with Client(port) as client:
        await client.say("authenticate", token=world.device_token)
        assert (await client.closed())[0] == 4401


async def test_long_and_binary_messages_end_it(world: World, port: int) -> None:
    async with Client(port) as client:
        await client.say("authenticate", token="x" * 10_000)
        assert (await client.closed())[0] == 1009
    async with Client(port) as client:
        await client.socket.send(b'{"type": "ping"}')
        assert (await client.closed())[0] == 1003


async def test_a_flood_ends_it(world: World, port: int) -> None:
    async with Client(port) as client:
        await client.say("authenticate", token=await token(world))
        for _ in range(100):
            await client.say("ping")
        assert await client.closed() == (4429, "Too many messages")


async def test_there_is_an_end_to_subscriptions_and_connections(
    world: World, port: int, day: PlannedDay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_SUBSCRIPTIONS", 1)
    monkeypatch.setattr(limits, "MOST_CONNECTIONS", 1)
    mine, job_id = await token(world), await day.begin()
    async with Client(port) as client:
        await client.say("authenticate", token=mine)
        await client.heard()
        async with Client(port) as second:
            await second.say("authenticate", token=mine)
            assert await second.closed() == (4429, "Too many connections of one person")
        await client.say("subscribe", channel=f"plan_job:{job_id}")
        await client.say("subscribe", channel=f"plan_job:{job_id}")  # the same again is no other
        await client.say("subscribe", channel=f"plan_job:{job_id + 1}")
        assert await client.closed() == (4429, "Too many subscriptions")
    async with Client(port) as third:  # those that are over do not count
        await third.say("authenticate", token=mine)
        assert (await third.heard())["type"] == "authenticated"


async def test_whoever_loses_the_right_hears_no_more(
    world: World, port: int, day: PlannedDay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CHECK_SECONDS", 0.1)
    person = await a_person(world.container, Role.DISPATCHER, world.fleet_id)
    mine = (await world.bearer(person))["Authorization"].removeprefix("Bearer ")
    async with Client(port) as client:
        await client.say("authenticate", token=mine)
        await client.heard()
        await client.say("subscribe", channel=f"plan_job:{await day.begin()}")
        await client.heard()
        await rows(
            world.container, f"UPDATE users SET role = 'driver' WHERE id = {person.id} RETURNING id"
        )
        world.container.authenticator.forget_user(person.id)
        assert await client.closed() == (4401, "Your rights have changed; connect anew")


async def test_silence_is_asked_about_and_then_ends_it(
    world: World, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, seconds in (
        ("CHECK_SECONDS", 0.1),
        ("IDLE_SECONDS", 0.5),
        ("AUTHENTICATE_SECONDS", 0.5),
    ):
        monkeypatch.setattr(limits, name, seconds)
    async with Client(port) as client:
        await client.say("authenticate", token=await token(world))
        await client.heard()
        assert await client.heard() == {"type": "ping"}
        assert await client.closed() == (4408, "Nobody seems to be there")
    async with Client(port) as stranger:
        assert await stranger.closed() == (4401, "Nobody said who is there")


async def test_news_are_no_sign_that_somebody_listens(
    world: World, port: int, day: PlannedDay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CHECK_SECONDS", 0.1)
    monkeypatch.setattr(limits, "IDLE_SECONDS", 0.5)
    job_id = await day.begin()

    async def news() -> None:
        while True:
            await tell(day, job_id)
            await asyncio.sleep(0.05)

    async with Client(port) as client:
        await client.say("authenticate", token=await token(world))
        await client.say("subscribe", channel=f"plan_job:{job_id}")
        telling = asyncio.create_task(news())
        try:
            for _ in range(3):  # who answers stays, through three silences of its own
                while (await client.heard())["type"] != "ping":
                    pass
                await client.say("pong")
            assert await client.closed() == (4408, "Nobody seems to be there")
        finally:
            telling.cancel()


async def test_strangers_of_one_place_keep_nobody_out_who_is_known(
    world: World, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_STRANGERS_OF_ONE_PLACE", 2)
    person = await a_person(world.container, Role.DISPATCHER, world.fleet_id)
    opened = await world.container.sessions.sign_in(person.email, PASSWORD, "127.0.0.1", "Test")
    async with Client(port) as first, Client(port) as second:
        async with Client(port) as third:
            assert await third.closed() == (4429, "Too many connections")
        origin = world.container.settings.origins[0]
        async with Client(port, cookie=opened.token, origin=origin) as page:
            assert (await page.heard())["type"] == "authenticated"
        await first.say("authenticate", token=await token(world))
        assert (await first.heard())["type"] == "authenticated"
        async with Client(port) as another:  # in the place of who is known now
            await another.say("authenticate", token=await token(world))
            assert (await another.heard())["type"] == "authenticated"
        await second.say("ping")
        assert await second.closed() == (4401, "Say first who you are")


async def test_another_person_cannot_take_over_a_connection(world: World, port: int) -> None:
    async with Client(port) as client:
        mine = await token(world)
        for _ in range(2):  # the same again is how a token is renewed
            await client.say("authenticate", token=mine)
            assert (await client.heard())["type"] == "authenticated"
        await client.say("authenticate", token=await token(world, Role.FLEET_MANAGER))
        assert (await client.closed())[0] == 4401

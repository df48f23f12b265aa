"""A store accepts connections and never answers: 503 within seconds, and no restart of ours."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack

import httpx
import pytest
from sqlalchemy.pool import AsyncAdaptedQueuePool

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.settings import Settings
from tests.builders.api import World, a_device, a_fix, a_world
from tests.builders.people import PASSWORD, Person, a_person
from tests.frozen import Freezable, freezable_postgres, freezable_valkey

PATIENCE = 9.0
"""Seconds. In truth it is five or six; the machine may be busy."""
HEALTH_PATIENCE = 5.0
Call = Callable[[], Awaitable[httpx.Response]]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Freezable]:
    with freezable_postgres() as server:
        yield server


@pytest.fixture(scope="module")
def valkey() -> Iterator[Freezable]:
    with freezable_valkey() as server:
        yield server


@pytest.fixture
async def world(postgres: Freezable, valkey: Freezable) -> AsyncIterator[World]:
    settings = Settings(
        database_url=postgres.url,
        redis_url=valkey.url,
        secret_key="k" * 40,  # type: ignore[arg-type]
    )
    container = Container(settings)
    await container.start()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(container.close)
        yield await a_world(container, stack)


class Caller:
    """Every kind of caller, signed in while the stores were well."""

    def __init__(
        self, world: World, person: Person, bearer: dict[str, str], cookie: str, tokens: list[str]
    ) -> None:
        self.client = world.client
        self.world = world
        self.person = person
        self.bearer = bearer
        self.cookie = {"Cookie": f"fleet_session={cookie}"}
        self.tokens = tokens
        """Of devices that have not sent anything yet."""

    @classmethod
    async def of(cls, world: World) -> Caller:
        person = await a_person(world.container, Role.DISPATCHER, world.fleet_id)
        bearer = await world.bearer(person)
        opened = await world.container.sessions.sign_in(person.email, PASSWORD, "here", "test")
        tokens = [await a_device(world.container, world.vehicle_id) for _ in range(6)]
        return cls(world, person, bearer, opened.token, tokens)

    async def bearer_get(self) -> httpx.Response:
        return await self.client.get("/api/v1/vehicles", headers=self.bearer)

    async def cookie_get(self) -> httpx.Response:
        return await self.client.get("/api/v1/vehicles", headers=self.cookie)

    async def sign_in(self) -> httpx.Response:
        login = {"email": self.person.email, "password": PASSWORD}
        return await self.client.post("/api/v1/auth/token", json=login)

    async def stats(self) -> httpx.Response:
        return await self.client.get("/api/v1/ingest/stats", headers=self.bearer)

    async def post_of_known_device(self) -> httpx.Response:
        return await self._post(self.world.device_token)

    async def post_of_new_device(self) -> httpx.Response:
        return await self._post(self.tokens.pop())

    async def _post(self, token: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return await self.client.post("/api/v1/locations", json=a_fix(), headers=headers)

    async def owntracks(self) -> httpx.Response:
        message = {"_type": "location", "lat": 60, "lon": 24, "tst": int(time.time())}
        return await self._owntracks(message)

    async def owntracks_unreadable(self) -> httpx.Response:
        return await self._owntracks({"_type": "location"})

    async def _owntracks(self, message: dict[str, object]) -> httpx.Response:
        auth = ("any", self.world.device_token)
        return await self.client.post("/api/v1/devices/owntracks", json=message, auth=auth)

    async def health(self) -> dict[str, str]:
        answer = await self.client.get("/api/health")
        assert answer.status_code == 200
        stores: dict[str, str] = answer.json()["data"]["stores"]
        return stores


@pytest.fixture
async def caller(world: World) -> Caller:
    return await Caller.of(world)


async def timed(call: Call) -> tuple[httpx.Response, float]:
    started = time.monotonic()
    async with asyncio.timeout(60):
        answer = await call()
    return answer, time.monotonic() - started


async def all_refused(calls: list[Call]) -> None:
    """At once and twice: neither callers that wait for each other nor broken ones take longer."""
    for _ in range(2):
        for call, (answer, seconds) in zip(
            calls, await asyncio.gather(*map(timed, calls)), strict=True
        ):
            print(f"{call.__name__:28} {answer.status_code} {seconds:5.1f} s")
            assert answer.status_code == 503, call.__name__
            assert int(answer.headers["Retry-After"]) > 0
            assert answer.json()["error"]["type"] == "store_unavailable"
            assert seconds < PATIENCE, call.__name__


async def health_says(caller: Caller, **stores: str) -> None:
    started = time.monotonic()
    assert await caller.health() == stores
    assert time.monotonic() - started < HEALTH_PATIENCE


async def all_well(calls: list[Call]) -> None:
    """Every call works again within seconds of the store."""
    for call in calls:
        answer = await call()
        for _ in range(20):
            if answer.status_code == 200:
                break
            await asyncio.sleep(0.5)
            answer = await call()
        assert answer.status_code == 200, call.__name__


async def test_a_live_store_that_hangs(caller: Caller, valkey: Freezable) -> None:
    calls: list[Call] = [
        caller.cookie_get, caller.sign_in, caller.stats, caller.post_of_known_device,
        caller.post_of_new_device, caller.owntracks, caller.owntracks_unreadable,
    ]  # fmt: skip
    await all_well(calls)
    taken = len(await caller.world.fixes())
    await asyncio.sleep(5.1)  # what was authenticated is forgotten
    with valkey.frozen():
        await all_refused(calls)
        await health_says(caller, database="ok", live="down")
        assert (await caller.bearer_get()).status_code == 200  # needs no live store
    await all_well(calls)
    await asyncio.sleep(1.1)
    await health_says(caller, database="ok", live="ok")
    # A phone that got 503 repeats its post: what was on its way may be in the log twice, no more.
    assert taken == 3
    assert 3 <= len(await caller.world.fixes()) <= 3 + 2 * 3


async def test_a_database_that_hangs(caller: Caller, postgres: Freezable) -> None:
    calls: list[Call] = [
        caller.bearer_get, caller.cookie_get, caller.sign_in, caller.post_of_new_device
    ]  # fmt: skip
    device: list[Call] = [caller.post_of_known_device, caller.owntracks]
    await all_well([*calls, *device])
    await caller.world.stored()
    with postgres.frozen():
        await all_well(device)  # known since a moment ago: needs no database
        await asyncio.sleep(5.1)
        await all_refused([*calls, *device])
        await health_says(caller, database="down", live="ok")
    await all_well([*calls, *device])
    await asyncio.sleep(1.1)
    await health_says(caller, database="ok", live="ok")
    assert len(await caller.world.stored()) == 2 + 3
    assert pool_of(caller.world.container).checkedout() == 0
    await asyncio.sleep(3)
    assert await backends(caller.world.container) <= 12


async def test_many_callers_wait_no_longer_than_one(caller: Caller, postgres: Freezable) -> None:
    await caller.bearer_get()
    with postgres.frozen():
        started = time.monotonic()
        answers = await asyncio.gather(*(caller.bearer_get() for _ in range(60)))
        assert time.monotonic() - started < PATIENCE
        assert {answer.status_code for answer in answers} == {503}
    await all_well([caller.bearer_get] * 30)
    assert pool_of(caller.world.container).checkedout() == 0


async def test_work_that_was_cut_off_is_not_half_stored(
    caller: Caller, postgres: Freezable
) -> None:
    """Cut off in the middle of a transaction, which holds the lock of its row."""
    container, manager = caller.world.container, caller.world
    headers = await manager.a(Role.FLEET_MANAGER)

    async def add() -> httpx.Response:
        body = {"name": "Van", "registration_number": "CUT-1", "type": "van"}
        return await caller.client.post("/api/v1/vehicles", json=body, headers=headers)

    await caller.bearer_get()
    with postgres.frozen():
        assert (await add()).status_code == 503
    answer = await add()
    assert answer.status_code in (201, 409)  # the statement, if it had arrived, was rolled back
    assert answer.status_code == 201
    assert pool_of(container).checkedout() == 0


def pool_of(container: Container) -> AsyncAdaptedQueuePool:
    pool = container.engine.pool
    assert isinstance(pool, AsyncAdaptedQueuePool)
    return pool


async def backends(container: Container) -> int:
    """Connections that the database believes in."""
    async with container.pool.connection() as connection:
        rows = await connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
        )
        found = await rows.fetchone()
    assert found is not None
    return int(found[0])

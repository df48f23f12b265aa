"""A store goes away and comes back: 503 in between, and no restart of ours."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from fleet_app.bootstrap import Container
from fleet_app.runtime import processes
from fleet_app.runtime.processes import Program
from fleet_app.runtime.valkey import ValkeyEngine
from fleet_app.settings import Settings
from tests.builders.api import World, a_fix, a_world
from tests.engines import temporary_home


class Valkey:
    """A server of this test alone, to be stopped and started."""

    def __init__(self, home: Path) -> None:
        self._engine = ValkeyEngine(home)
        self._program: Program | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self.url = self._engine.url()

    def start(self) -> None:
        self._program = self._engine.program()
        self._process = process = processes.spawn(self._program, subprocess.DEVNULL)
        self._engine.ready(lambda: process.poll() is None)

    def stop(self) -> None:
        if self._process is not None and self._program is not None:
            processes.stop(self._process, self._program)
        self._process = None


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    with temporary_home() as home:
        server = Valkey(home)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture
async def shaky(valkey: Valkey, database_url: str) -> AsyncIterator[World]:
    """A world whose live store can be stopped."""
    settings = Settings(
        database_url=database_url,
        redis_url=valkey.url,
        secret_key="k" * 40,  # type: ignore[arg-type]
    )
    container = Container(settings)
    await container.start()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(container.close)
        yield await a_world(container, stack)


async def test_positions_are_refused_while_the_log_is_down_and_taken_again_after(
    shaky: World, valkey: Valkey
) -> None:
    fix = a_fix()
    posts = {
        "own": lambda: shaky.client.post("/api/v1/locations", json=fix, headers=shaky.device),
        "osmand": lambda: shaky.client.get(
            "/api/v1/devices/osmand", params={"id": shaky.device_token, "lat": 60, "lon": 24}
        ),
        "gpslogger": lambda: shaky.client.get(
            "/api/v1/devices/gpslogger", params={"id": shaky.device_token, "lat": 60, "lon": 24}
        ),
        "owntracks": lambda: shaky.client.post(
            "/api/v1/devices/owntracks",
            json={"_type": "location", "lat": 60, "lon": 24, "tst": 1_790_000_000},
            auth=("any", shaky.device_token),
        ),
        "owntracks, unreadable": lambda: shaky.client.post(
            "/api/v1/devices/owntracks",
            json={"_type": "location"},
            auth=("any", shaky.device_token),
        ),
    }
    assert {name: (await post()).status_code for name, post in posts.items()} == dict.fromkeys(
        posts, 200
    )
    taken = len(await shaky.fixes())

    valkey.stop()
    for name, post in posts.items():
        answer = await post()
        assert answer.status_code == 503, name
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.json()["error"]["type"] == "store_unavailable"
    health = await shaky.client.get("/api/health")
    assert health.json()["data"]["stores"] == {"database": "ok", "live": "down"}

    valkey.start()
    for name, post in posts.items():
        assert (await post()).status_code == 200, name
    assert len(await shaky.fixes()) == taken == 4

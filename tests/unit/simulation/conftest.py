"""The API on a real port, which can be taken away and given back."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
import pytest
import uvicorn

from fleet_app.bootstrap import Container
from fleet_app.location.models import FixBatch
from fleet_app.settings import Settings
from fleet_app.simulation.logins import FILE, DemoLogins
from fleet_app.simulation.seed import seed_demo
from tests.builders.api import an_api
from tests.engines import TestStores

PATIENCE_SECONDS = 90.0
"""A bound on hanging, not on speed: other work may share the machine."""


class Server:
    """The API in this process's loop."""

    def __init__(self, container: Container) -> None:
        self._container = container
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self._port = probe.getsockname()[1]
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Listen; return when it does."""
        config = uvicorn.Config(
            an_api(self._container), port=self._port, log_level="warning", lifespan="off"
        )
        self._server = uvicorn.Server(config)
        self._server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        self._task = asyncio.create_task(self._server._serve())
        while not self._server.started:
            await asyncio.sleep(0.02)

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None and self._task is not None:
            self._server.should_exit = self._server.force_exit = True
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._server = None


@pytest.fixture
async def server(container: Container) -> AsyncIterator[Server]:
    """A running server on a port of its own."""
    running = Server(container)
    await running.start()
    try:
        yield running
    finally:
        await running.stop()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home for logins and progress."""
    return tmp_path


@dataclass(frozen=True)
class Demo:
    """A demo that was started once. Tests work on copies of its database and its home."""

    database_url: str
    home: Path
    logins: DemoLogins

    def copy_home(self, target: Path) -> Path:
        """Its logins, and its map where it has one."""
        shutil.copy2(self.home / FILE, target / FILE)
        if (self.home / "map").is_dir():
            (target / "map").symlink_to(self.home / "map")
        return target


@asynccontextmanager
async def started(stores: TestStores, home: Path, now: datetime | None) -> AsyncIterator[Demo]:
    """A demo as its first start at `now` leaves it, on the map in `home`."""
    with stores.database() as url:
        settings = Settings(home=home, database_url=url, redis_url=stores.empty_redis())
        container = Container(settings)
        await container.start()
        try:
            found = await seed_demo(container, home, now)
        finally:
            await container.close()
        yield Demo(url, home, found)


@pytest.fixture(scope="module")
async def demo(stores: TestStores, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """The demo without a map."""
    async with started(stores, tmp_path_factory.mktemp("demo"), None) as demo:
        yield demo


async def logged(container: Container) -> list[tuple[int, int]]:
    """(vehicle, recorded_at in ms) of every fix in the durable log."""
    found = []
    for partition in range(container.fix_log.partitions):
        for _, fields in await container.redis.xrange(f"log:{{{partition}}}"):
            batch = msgspec.msgpack.decode(fields[b"b"], type=FixBatch)
            found += [(batch.vehicle_id, fix.recorded_at_ms) for fix in batch.fixes]
    return found


async def until(check: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something, but not forever: asserts afterwards say what is missing."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not await check() and time.monotonic() < end:
        await asyncio.sleep(0.1)

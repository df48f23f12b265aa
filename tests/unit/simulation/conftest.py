"""The API on a real port, which can be taken away and given back."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import uvicorn

from fleet_app.bootstrap import Container
from fleet_app.location.models import FixBatch
from mobile_api.app import create_api


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
            create_api(self._container), port=self._port, log_level="warning", lifespan="off"
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


async def logged(container: Container) -> list[tuple[int, int]]:
    """(vehicle, recorded_at in ms) of every fix in the durable log."""
    found = []
    for partition in range(container.fix_log.partitions):
        for _, fields in await container.redis.xrange(f"log:{{{partition}}}"):
            batch = msgspec.msgpack.decode(fields[b"b"], type=FixBatch)
            found += [(batch.vehicle_id, fix.recorded_at_ms) for fix in batch.fixes]
    return found

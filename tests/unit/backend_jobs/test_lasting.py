"""A task that nobody waits for goes on, whatever ends it."""

from __future__ import annotations

import asyncio
import importlib
import logging
import time
from itertools import pairwise

import pytest

from backend_jobs import lasting
from backend_jobs.broadcaster import Broadcaster
from backend_jobs.lasting import keep_running
from fleet_app.bootstrap import Container
from tests.builders.jobs import until


async def test_a_broadcaster_that_dies_is_started_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(lasting, "RESTART_SECONDS", 0.01)
    listened = asyncio.Queue[int]()

    async def listen():
        listened.put_nowait(1)
        await asyncio.sleep(0.02)
        raise LookupError("defect")
        yield

    async def nothing(*_args):
        return 0

    broadcaster = Broadcaster(
        listen=listen, read_fleet=nothing, read_backlog=nothing, count_workers=nothing,
        emit=nothing, emit_status=nothing, rooms=set, tick_seconds=0.01,
        offline_after_seconds=120,
    )  # fmt: skip
    with caplog.at_level(logging.ERROR):
        task = asyncio.create_task(keep_running(broadcaster.run, "broadcaster"))
        for _ in range(3):
            await asyncio.wait_for(listened.get(), 10)
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()
    assert caplog.text.count("broadcaster failed and is started again") >= 2


async def test_one_that_ends_is_started_again_after_a_pause(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(lasting, "RESTART_SECONDS", 0.1)
    starts: list[float] = []

    async def short() -> None:
        starts.append(time.monotonic())

    running = asyncio.create_task(keep_running(short, "short"))
    await until(lambda: len(starts) == 3)
    running.cancel()
    assert all(later - earlier > 0.09 for earlier, later in pairwise(starts))
    assert "short ended by itself" in caplog.text


async def test_the_application_starts_its_broadcaster_again(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lasting, "RESTART_SECONDS", 0.01)
    application = importlib.import_module("fleet_app.fleet_app")
    started = asyncio.Queue[int]()

    class Dying(Broadcaster):
        async def run(self) -> None:
            started.put_nowait(1)
            raise LookupError("defect")

    monkeypatch.setattr(application, "Broadcaster", Dying)
    async with application.live_frames():
        for _ in range(3):
            await asyncio.wait_for(started.get(), 20)

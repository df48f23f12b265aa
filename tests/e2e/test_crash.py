"""Processes die in the middle of a stream of posts; nothing that was acknowledged is lost."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
import redis

from fleet_app.bootstrap import Container
from fleet_app.runtime import migrations
from fleet_app.runtime.engines import EngineUrls, embedded_engines
from fleet_app.settings import PROJECT_ROOT, Settings, get_settings
from tests.builders.api import a_device
from tests.builders.people import a_fleet, a_vehicle
from tests.engines import temporary_home

VEHICLES = 6
FIXES_A_POST = 20
STREAM_SECONDS = 16.0
CATCH_UP_SECONDS = 25.0


class Process:
    """A real process of the product that is started again whenever it was killed."""

    def __init__(self, command: list[str], log: Path) -> None:
        self._command = [sys.executable, "-m", *command]
        self._log = log
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command, cwd=PROJECT_ROOT, stdout=output, stderr=subprocess.STDOUT
            )

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()


class Phone:
    """Posts fixes of one vehicle and repeats every post until it is acknowledged."""

    def __init__(self, vehicle_id: int, token: str) -> None:
        self.vehicle_id = vehicle_id
        self.acknowledged: list[int] = []
        self.repeats = 0
        self._headers = {"Authorization": f"Bearer {token}"}
        self._next = round(time.time() * 1000) - 6 * 3600 * 1000

    async def drive(self, url: str, until: float) -> None:
        async with httpx.AsyncClient(base_url=url, timeout=8, headers=self._headers) as client:
            while time.monotonic() < until:
                moments = [self._next + 1_000 * i for i in range(FIXES_A_POST)]
                self._next = moments[-1] + 1_000
                await self._post(client, moments)
                await asyncio.sleep(0.02)

    async def _post(self, client: httpx.AsyncClient, moments: list[int]) -> None:
        body = [
            {
                "recorded_at": moment,
                "latitude": 60.17,
                "longitude": 24.94,
                **({"event_id": f"{self.vehicle_id}-{moment}"} if i % 2 else {}),
            }
            for i, moment in enumerate(moments)
        ]
        while True:
            try:
                answer = await client.post("/api/v1/locations", json=body)
            except httpx.HTTPError:
                answer = None
            if answer is not None and answer.status_code == 200:
                self.acknowledged += moments
                return
            assert answer is None or answer.status_code == 503, answer.text
            self.repeats += 1
            await asyncio.sleep(0.1)


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineUrls]:
    """Engines of this test alone, because it kills them."""
    with temporary_home() as home:
        monkeypatch.setenv("FLEET_HOME", str(home))
        settings = Settings(home=home, database_url=None, redis_url=None)
        with embedded_engines(settings) as urls:
            migrations.upgrade(urls.database)
            yield urls


async def phones_of(container: Container) -> list[Phone]:
    fleet_id = await a_fleet(container)
    vehicle_ids = [await a_vehicle(container, fleet_id) for _ in range(VEHICLES)]
    return [Phone(v, await a_device(container, v)) for v in vehicle_ids]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def kill_valkey(url: str) -> None:
    with redis.Redis.from_url(url) as client:
        pid = client.info("server")["process_id"]
    os.kill(pid, signal.SIGKILL)


def kill_postgres(url: str) -> None:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    pid = int((Path(row[0]) / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGQUIT)  # at once, without a checkpoint: as after a crash


async def wreak_havoc(web: Process, worker: Process, urls: EngineUrls, started: float) -> None:
    """Kill everything, and two things at once; each comes back a little later."""

    async def at(seconds: float) -> None:
        await asyncio.sleep(max(0.0, started + seconds - time.monotonic()))

    for second, victims in ((2.0, [worker]), (4.0, [web]), (9.0, [worker, web])):
        await at(second)
        for victim in victims:
            victim.kill()
        await asyncio.sleep(0.3)
        for victim in victims:
            victim.start()
        if second == 4.0:
            await at(6.5)
            kill_valkey(urls.redis)  # its owner restarts it
    await at(12.0)
    kill_postgres(urls.database)


async def answering(url: str) -> None:
    async with asyncio.timeout(20), httpx.AsyncClient(base_url=url) as client:
        while True:
            try:
                await client.get("/api/health")
                return
            except httpx.HTTPError:
                await asyncio.sleep(0.1)


def stored(database: str) -> tuple[dict[int, list[int]], int]:
    """Moments in history by vehicle, and how many event ids occur more than once."""
    with psycopg.connect(database.replace("+psycopg", "")) as connection:
        rows = connection.execute(
            "SELECT vehicle_id, round(extract(epoch FROM recorded_at) * 1000)::bigint"
            " FROM location_events ORDER BY 1, 2"
        ).fetchall()
        repeated = connection.execute(
            "SELECT count(*) - count(DISTINCT (vehicle_id, event_id)) FROM location_events"
            " WHERE event_id IS NOT NULL"
        ).fetchone()
    moments: dict[int, list[int]] = {}
    for vehicle_id, moment in rows:
        moments.setdefault(vehicle_id, []).append(moment)
    assert repeated is not None
    return moments, repeated[0]


@pytest.mark.timeout(130)
async def test_every_acknowledged_fix_survives_kills_exactly_once(
    engines: EngineUrls, tmp_path: Path
) -> None:
    container = Container(get_settings())
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    uvicorn = ["uvicorn", "--factory", "mobile_api.app:create_api", "--port", str(port)]
    web = Process([*uvicorn, "--log-level", "warning"], tmp_path / "web.log")
    worker = Process(["backend_jobs.worker"], tmp_path / "worker.log")
    try:
        phones = await phones_of(container)
        await answering(url)
        started = time.monotonic()
        await asyncio.gather(
            wreak_havoc(web, worker, engines, started),
            *(phone.drive(url, started + STREAM_SECONDS) for phone in phones),
        )
        assert all(len(phone.acknowledged) > 10 * FIXES_A_POST for phone in phones)
        assert sum(phone.repeats for phone in phones) > VEHICLES

        await in_history(engines.database, phones)
        await at_the_front(container, phones)
    finally:
        web.stop()
        worker.stop()
        await container.close()


async def in_history(database: str, phones: list[Phone]) -> None:
    """Every acknowledged fix is there, none twice, and nothing that nobody sent."""
    expected = {phone.vehicle_id: sorted(phone.acknowledged) for phone in phones}
    deadline = time.monotonic() + CATCH_UP_SECONDS
    moments, repeated = stored(database)
    while moments != expected and time.monotonic() < deadline:
        await asyncio.sleep(0.3)
        moments, repeated = stored(database)
    assert {v: len(found) for v, found in moments.items()} == {
        v: len(acknowledged) for v, acknowledged in expected.items()
    }
    assert moments == expected
    assert repeated == 0


async def at_the_front(container: Container, phones: list[Phone]) -> None:
    """The live state of every vehicle is its newest fix."""
    fleet_positions = {}
    async with asyncio.timeout(CATCH_UP_SECONDS):
        while len(fleet_positions) < len(phones):
            for phone in phones:
                position = await container.live.get(phone.vehicle_id)
                if position and round(position.recorded_at * 1000) == phone.acknowledged[-1]:
                    fleet_positions[phone.vehicle_id] = position
            await asyncio.sleep(0.1)

"""A new demo is told what was before, through the real API, and once only."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest

from fleet_app.bootstrap import Container
from fleet_app.simulation import beginning, logins, simulate
from fleet_app.simulation.beginning import FILE, Progress
from tests.engines import TestStores
from tests.unit.simulation.conftest import Demo, Server, logged, started, until
from tests.unit.simulation.maps import write_big_town

VEHICLES = 2


@pytest.fixture(scope="module")
async def demo(stores: TestStores, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """The demo on a map with houses."""
    home = write_big_town(tmp_path_factory.mktemp("town"))
    async with started(stores, home, None) as demo:
        yield demo


@pytest.fixture
def database_url(stores: TestStores, demo: Demo) -> Iterator[str]:
    """The demo's data."""
    with stores.copy_of(demo.database_url) as url:
        yield url


@pytest.fixture
def home(demo: Demo, tmp_path: Path) -> Path:
    """The demo's logins and map."""
    return demo.copy_home(tmp_path)


def progress(home: Path) -> Progress | None:
    if not (home / FILE).exists():
        return None
    return msgspec.json.decode((home / FILE).read_bytes(), type=Progress)


async def run(server: Server, home: Path, container: Container) -> None:
    """Until the past is told, and something is heard from now."""
    stop, began = asyncio.Event(), time.time() * 1000

    async def told() -> bool:
        found = progress(home)
        live = any(at > began for _, at in await logged(container))
        return found is not None and len(found.done) == VEHICLES and live

    async def watch() -> None:
        try:
            await until(told)
        finally:
            stop.set()

    file = home / logins.FILE
    driving = simulate.run(server.url, file, VEHICLES, stop=stop, past_days=1)
    await asyncio.gather(driving, watch())


async def test_a_new_demo_is_told_the_days_before_once(
    container: Container, server: Server, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beginning, "BREATH_S", 0.01)
    began = time.time() * 1000
    await run(server, home, container)
    found = await logged(container)
    past = {fix for fix in found if fix[1] < began}
    each = Counter(vehicle for vehicle, _ in past)
    assert len(each) == VEHICLES
    assert min(each.values()) > 400
    assert min(at for _, at in past) < began - 86_400_000 / 2
    await run(server, home, container)
    assert {fix for fix in await logged(container) if fix[1] < began} == past


async def test_nothing_is_told_unless_it_is_asked_for(
    container: Container, server: Server, home: Path
) -> None:
    stop = asyncio.Event()

    async def until_seen() -> None:
        async def seen() -> bool:
            return len({vehicle for vehicle, _ in await logged(container)}) == VEHICLES

        await until(seen)
        stop.set()

    file = home / logins.FILE
    await asyncio.gather(simulate.run(server.url, file, VEHICLES, stop=stop), until_seen())
    assert progress(home) is None

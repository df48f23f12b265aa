"""Replays against the real API: every distinct fix once, resumable, with the right times."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import text

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.simulation import replay
from fleet_app.simulation.logins import Login
from fleet_app.simulation.replay import Plan, rounds
from fleet_app.simulation.trace import Point
from tests.builders.people import PASSWORD, a_person
from tests.engines import TestStores
from tests.unit.simulation.conftest import Demo, Server, logged, until


@pytest.fixture
def database_url(stores: TestStores, demo: Demo) -> Iterator[str]:
    """The demo's data."""
    with stores.copy_of(demo.database_url) as url:
        yield url


@pytest.fixture
def home(demo: Demo, tmp_path: Path) -> Path:
    """The demo's logins."""
    return demo.copy_home(tmp_path)


def a_trace(folder: Path, vehicles: int = 5, fixes: int = 40) -> Path:
    rows = ["vehicle_id,timestamp,latitude,longitude,speed"]
    for vehicle in range(vehicles):
        rows += [
            f"bus-{vehicle},{1_425_744_000 + 10 * n + vehicle},{30 + n * 1e-4:.4f},-97.7,5"
            for n in range(fixes)
        ]
    path = folder / "trace.csv"
    path.write_text("\n".join([*rows, rows[1], "bus-0,whenever,1,2,3"]) + "\n")
    return path


async def anything_logged(container: Container) -> bool:
    return bool(await logged(container))


async def test_a_trace_arrives_complete_with_its_own_times(
    container: Container, server: Server, home: Path
) -> None:
    plan = Plan(a_trace(home), server.url, 0, home)
    outcome = await replay.replay(plan, asyncio.Event())
    found = await logged(container)
    assert outcome.finished
    assert outcome.tally.sent == 201
    assert len(set(found)) == 200
    assert min(at for _, at in found) == 1_425_744_000_000
    lines = list(replay.summary(plan, outcome))
    assert "201 fixes of 5 vehicles" in lines[0]
    assert lines[1:] == [
        "1 of 202 rows were skipped:",
        "  line 203: timestamp 'whenever' is neither ISO 8601 nor epoch",
    ]


async def test_an_interrupted_replay_goes_on_where_it_stopped(
    container: Container, server: Server, home: Path
) -> None:
    trace, stop = a_trace(home), asyncio.Event()
    plan = Plan(trace, server.url, 20, home, until_now=True)  # 20 s in all, if nobody interrupts it

    async def interrupt() -> None:
        await until(lambda: anything_logged(container))
        stop.set()

    first, _ = await asyncio.gather(replay.replay(plan, stop), interrupt())
    assert not first.finished
    assert 0 < first.tally.sent < 201
    plan = Plan(trace, server.url, 0, home, until_now=True)
    second = await replay.replay(plan, asyncio.Event())
    assert second.finished
    assert second.tally.sent < 201
    assert len(set(await logged(container))) == 200
    assert not plan.progress_file.exists()


async def test_until_now_moves_the_end_of_the_trace_to_the_present(
    container: Container, server: Server, home: Path
) -> None:
    plan = Plan(a_trace(home), server.url, 0, home, until_now=True)
    await replay.replay(plan, asyncio.Event())
    newest = max(at for _, at in await logged(container)) / 1000
    assert time.time() - 10 < newest <= time.time()


async def test_an_outage_in_the_middle_loses_nothing(
    container: Container, server: Server, home: Path
) -> None:
    plan = Plan(a_trace(home), server.url, 100, home)

    async def outage() -> None:
        await until(lambda: anything_logged(container))
        await server.stop()
        await asyncio.sleep(1.0)
        await server.start()

    interruption = asyncio.create_task(outage())
    outcome = await replay.replay(plan, asyncio.Event())
    await interruption
    assert outcome.finished
    assert outcome.tally.failures > 0
    assert len(set(await logged(container))) == 200


async def test_tokens_of_a_server_that_was_set_up_afresh_are_replaced(
    container: Container, server: Server, home: Path
) -> None:
    path = a_trace(home, vehicles=2, fixes=3)
    await replay.replay(Plan(path, server.url, 0, home), asyncio.Event())
    async with container.work() as session:
        await session.exec(text("DELETE FROM device_tokens"))  # type: ignore[call-overload]
    outcome = await replay.replay(Plan(path, server.url, 0, home), asyncio.Event())
    assert outcome.finished


def test_rounds_never_split_equal_times() -> None:
    points = [Point(float(n // 3), "a", 1, 2) for n in range(30)]
    some = list(rounds(points, 2.0))
    assert [point for part in some for point in part] == points
    edges = [(a[-1].at, b[0].at) for a, b in pairwise(some)]
    assert edges
    assert all(before < after for before, after in edges)


def test_a_negative_speed_is_refused(home: Path) -> None:
    with pytest.raises(ValueError, match="negative"):
        Plan(home, "http://x", -1, home)


async def test_any_fleet_manager_can_replay_into_the_own_fleet(
    container: Container, server: Server, home: Path
) -> None:
    person = await a_person(container, Role.FLEET_MANAGER)
    manager = Login(email=person.email, password=PASSWORD, name="Manager", role="fleet_manager")
    plan = Plan(a_trace(home, vehicles=2, fixes=3), server.url, 0, home, manager=manager)
    outcome = await replay.replay(plan, asyncio.Event())
    assert outcome.finished
    assert outcome.tally.sent == 7  # one row stands twice

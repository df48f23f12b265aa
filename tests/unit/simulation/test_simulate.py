"""The simulator against the real API: real logins, and no fix lost when the server goes away."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest

from fleet_app.bootstrap import Container
from fleet_app.simulation import logins, simulate
from fleet_app.simulation.seed import seed_demo
from tests.unit.simulation.conftest import Server, logged


async def driven(server: Server, home: Path, vehicles: int, seconds: float, **options: float):  # type: ignore[no-untyped-def]
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, stop.set)
    return await simulate.run(
        server.url, home / logins.FILE, vehicles, seed=3, stop=stop, **options
    )


async def test_all_demo_vehicles_report_with_their_own_logins(
    container: Container, server: Server, home: Path
) -> None:
    await seed_demo(container, home)
    tally = await driven(server, home, 25, 9.0)
    found = await logged(container)
    assert tally.sent == len(set(found)) == len(found)
    assert len({vehicle for vehicle, _ in found}) >= 23  # one or two may be without network
    assert tally.refused == tally.quarantined == 0


async def test_nothing_is_lost_when_the_server_goes_away_and_comes_back(
    container: Container, server: Server, home: Path
) -> None:
    await seed_demo(container, home)

    async def outage() -> None:
        await asyncio.sleep(3.0)
        await server.stop()
        await asyncio.sleep(4.0)
        await server.start()

    interruption = asyncio.create_task(outage())
    tally = await driven(server, home, 10, 14.0)
    await interruption
    assert tally.failures > 0
    times: dict[int, list[int]] = {}
    for vehicle, at in set(await logged(container)):
        times.setdefault(vehicle, []).append(at)
    moving = [sorted(found) for found in times.values() if len(found) > 3]
    gaps = [(b - a) / 1000 for found in moving for a, b in pairwise(found)]
    assert gaps
    assert max(gaps) < 31  # the longest pause of a standing vehicle, not the outage plus one
    assert not (home / simulate.UNSENT).exists()


async def test_what_could_not_be_sent_goes_out_with_the_next_run(
    container: Container, server: Server, home: Path
) -> None:
    await seed_demo(container, home)
    await server.stop()
    first = await driven(server, home, 5, 4.0)
    assert first.sent == 0
    assert (home / simulate.UNSENT).exists()
    await server.start()
    second = await driven(server, home, 5, 4.0)
    assert second.sent == len(set(await logged(container)))
    assert second.sent > 5
    assert not (home / simulate.UNSENT).exists()


async def test_more_vehicles_than_the_demo_has_are_made_through_the_api_once(
    container: Container, server: Server, home: Path
) -> None:
    await seed_demo(container, home)
    await driven(server, home, 32, 3.0)
    tokens = (home / simulate.DEVICES).read_bytes()
    tally = await driven(server, home, 32, 6.0)
    assert (home / simulate.DEVICES).read_bytes() == tokens
    assert tally.refused == 0
    assert len({vehicle for vehicle, _ in await logged(container)}) > 25


async def test_nonsense_is_refused_before_anything_starts(home: Path) -> None:
    with pytest.raises(ValueError, match="at least one vehicle"):
        await simulate.run("http://x", home / logins.FILE, 0, stop=asyncio.Event())
    with pytest.raises(logins.LoginsUnreadable):
        await simulate.run("http://x", home / logins.FILE, 1, stop=asyncio.Event())

"""Orders of today become a plan, routes on phones, a drive, and arrivals that follow it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import col, select

from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Delivery, Route, RouteStatus
from fleet_app.fleet.models import Depot, Driver, DriverStatus, Vehicle
from fleet_app.simulation import cast, errands, logins, simulate
from fleet_app.simulation.demo.rounds import ZONE
from fleet_app.simulation.life import Habits, live
from tests.engines import TestStores
from tests.unit.backend_jobs.test_worker import Running
from tests.unit.simulation.api import API, optimised, signed_in, told
from tests.unit.simulation.conftest import Demo, Server, until

CREWS = 3
DRIVEN = tuple(crew.registration for crew in cast.CREWS[1:CREWS])
SPEEDUP = 5.0
ORDERS = 4


@pytest.fixture
def database_url(stores: TestStores, demo: Demo) -> Iterator[str]:
    """The demo's vehicles and people, without orders."""
    with stores.copy_of(demo.database_url) as url:
        yield url


@pytest.fixture
def home(demo: Demo, tmp_path: Path) -> Path:
    """The demo's logins."""
    return demo.copy_home(tmp_path)


@pytest.fixture
async def client(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    """Whoever asks the API."""
    async with httpx.AsyncClient(base_url=server.url, timeout=60, trust_env=False) as client:
        yield client


@pytest.fixture
async def worker(container: Container) -> AsyncIterator[Running]:
    """All that works in the background."""
    worker = Running(container)
    try:
        yield worker
    finally:
        await worker.stop()


@pytest.fixture
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drivers who go from door to door and ring only once."""
    habits = Habits(stop=(5.0, 10.0), offline_every=1e9)
    monkeypatch.setattr(errands, "MOST_ERRANDS", 0)
    monkeypatch.setattr(simulate, "live", partial(live, habits=habits))


async def only_these_work(container: Container, now: datetime) -> None:
    """Some drivers have a shift around now, whatever the hour; nobody else is there."""
    begins = max(now - timedelta(hours=1), now.replace(hour=0, minute=0))
    shift = f"Mon-Sun {begins:%H:%M}-{begins + timedelta(hours=10):%H:%M}"
    async with container.work() as session:
        for depot in await session.exec(select(Depot)):
            depot.opening_hours = ""
        for parcel in await session.exec(select(Delivery)):  # the one that never arrives
            parcel.deleted_at = now
        for route in await session.exec(select(Route)):
            route.status = RouteStatus.COMPLETED
        driven = select(Vehicle.id).where(col(Vehicle.registration_number).in_(DRIVEN))
        ids = set(await session.exec(driven))
        for driver in await session.exec(select(Driver)):
            driver.shift, driver.skills = shift, []
            if driver.vehicle_id not in ids:
                driver.status = DriverStatus.INACTIVE


async def at_the_depot(client: httpx.AsyncClient, demo: Demo) -> None:
    """Every phone says that it is near the orders."""
    for login in (one for one in demo.logins.drivers if one.registration in DRIVEN):
        phone = await signed_in(client, login)
        fix = {"latitude": 60.169, "longitude": 24.939, "recorded_at": f"{datetime.now(UTC)}"}
        told(await client.post(f"{API}/locations", json=fix, headers=phone))


async def an_order(client: httpx.AsyncClient, office: dict[str, str], number: int, day: str) -> int:
    """A parcel for a house some hundred metres on."""
    body = {
        "address": f"Street {number}", "lat": 60.170 + number * 0.002,
        "lon": 24.940 + number * 0.003, "due_on": day, "service_minutes": 1,
    }  # fmt: skip
    made = told(await client.post(f"{API}/deliveries", json=body, headers=office))
    return int(made["id"])


async def planned(client: httpx.AsyncClient, office: dict[str, str], day: str) -> Any:
    """The plan after one click."""
    plan = told(await client.post(f"{API}/plans", json={"date": day}, headers=office))
    await optimised(client, office, plan["id"], seconds=1)
    address = f"{API}/plans/{plan['id']}"
    return told(await client.get(address, headers=office))


async def test_what_is_planned_is_driven_and_arrivals_follow(
    container: Container, server: Server, client: httpx.AsyncClient, home: Path, demo: Demo,
    worker: Running, in_a_hurry: None,
) -> None:  # fmt: skip
    now = datetime.now(ZONE)
    await only_these_work(container, now)
    office = await signed_in(client, demo.logins.dispatcher)
    orders = {await an_order(client, office, n, f"{now:%Y-%m-%d}") for n in range(ORDERS)}
    board = await planned(client, office, f"{now:%Y-%m-%d}")
    assert board["tray"] == []
    address = f"{API}/plans/{board['id']}"
    rows = told(await client.post(f"{address}/publish", headers=office))["rows"]
    assert "refused" not in {one["what"] for one in rows}, rows
    routes = [one["route_id"] for one in rows if one["what"] == "published"]
    first_told: dict[int, datetime] = {}
    """When each delivery was expected by the first word of it."""
    open_then: list[set[int]] = []

    async def stops() -> list[Any]:
        """What is told of the orders at this moment."""
        asked = [client.get(f"{API}/routes/{id_}/eta", headers=office) for id_ in routes]
        found = [told(answer) for answer in await asyncio.gather(*asked)]
        return [stop for one in found for stop in one["stops"]]

    async def half_is_done() -> bool:
        found = await stops()
        for stop in found:
            if stop["eta"]:
                moment = datetime.fromisoformat(stop["eta"])
                first_told.setdefault(stop["delivery_id"], moment)
        open_then.append({stop["delivery_id"] for stop in found if stop["open"]})
        return len(open_then[-1]) <= ORDERS // 2

    await at_the_depot(client, demo)
    over = asyncio.Event()
    drive = simulate.run(server.url, home / logins.FILE, CREWS, seed=3, stop=over, speedup=SPEEDUP)
    driving = asyncio.create_task(drive)
    try:
        await until(half_is_done)
    finally:
        over.set()
        await driving
    assert orders == open_then[0] == set(first_told)
    left = [stop for stop in await stops() if stop["open"]]
    assert 0 < len(left) <= ORDERS // 2
    # They come sooner than was told at first: this simulator drives faster than anybody could.
    for stop in left:
        assert datetime.fromisoformat(stop["eta"]) < first_told[stop["delivery_id"]]

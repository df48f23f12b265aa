"""The simulator against the real API: real logins, and no fix lost when the server goes away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlmodel import select

from fleet_app.access.actor import Actor, Channel
from fleet_app.access.principal import Principal
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Delivery, DeliveryEvent
from fleet_app.delivery.routes import RoutePlan, RouteService
from fleet_app.delivery.service import DeliveryLife
from fleet_app.delivery.tracking import find_tracked
from fleet_app.fleet.models import Driver, Vehicle
from fleet_app.simulation import cast, logins, simulate
from fleet_app.simulation.demo.rounds import ZONE
from fleet_app.simulation.outbox import Tally
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


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left at the end may take its time on a machine with other work."""
    monkeypatch.setattr(simulate, "LAST_FLUSH_S", 60.0)


Check = Callable[[], Awaitable[bool]]


async def driven(
    server: Server, home: Path, vehicles: int, enough: Check, **options: float
) -> Tally:
    """Drive until there is enough."""
    stop = asyncio.Event()

    async def watch() -> None:
        try:
            await until(enough)
        finally:
            stop.set()

    drive = simulate.run(server.url, home / logins.FILE, vehicles, seed=3, stop=stop, **options)
    tally, _ = await asyncio.gather(drive, watch())
    return tally


def reporting(container: Container, vehicles: int) -> Check:
    """Whether so many vehicles have reported."""

    async def check() -> bool:
        return len({vehicle for vehicle, _ in await logged(container)}) >= vehicles

    return check


def more(container: Container, fixes: int) -> Check:
    """Whether more fixes than that have been logged."""

    async def check() -> bool:
        return len(await logged(container)) > fixes

    return check


async def test_all_demo_vehicles_report_with_their_own_logins(
    container: Container, server: Server, home: Path
) -> None:
    tally = await driven(server, home, 25, reporting(container, 23))  # some may lack a network
    found = await logged(container)
    assert tally.sent == len(set(found))
    assert tally.failures or len(found) == len(set(found))  # what got no answer is sent again
    assert len({vehicle for vehicle, _ in found}) >= 23
    assert tally.refused == tally.quarantined == 0


async def test_nothing_is_lost_when_the_server_goes_away_and_comes_back(
    container: Container, server: Server, home: Path
) -> None:
    back: list[int] = []

    async def outage() -> None:
        await until(reporting(container, 7))
        await server.stop()
        await asyncio.sleep(4.0)
        back.append(len(await logged(container)))
        await server.start()

    async def caught_up() -> bool:
        return bool(back) and await more(container, back[0] + 15)()

    interruption = asyncio.create_task(outage())
    tally = await driven(server, home, 10, caught_up)
    await interruption
    assert tally.failures > 0
    assert len(await logged(container)) > back[0]
    times: dict[int, list[int]] = {}
    for vehicle, at in set(await logged(container)):
        times.setdefault(vehicle, []).append(at)
    moving = [sorted(found) for found in times.values() if len(found) > 3]
    gaps = [(b - a) / 1000 for found in moving for a, b in pairwise(found)]
    assert gaps
    assert max(gaps) < 31  # the longest pause of a standing vehicle, not the outage plus one
    assert not (home / simulate.UNSENT).exists()


async def test_what_could_not_be_sent_goes_out_with_the_next_run(
    container: Container, server: Server, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def a_while() -> bool:
        await asyncio.sleep(4.0)
        return True

    with monkeypatch.context() as hurried:
        hurried.setattr(simulate, "LAST_FLUSH_S", 1.0)  # nobody is there to take it
        await server.stop()
        first = await driven(server, home, 5, a_while)
    assert first.sent == 0
    assert (home / simulate.UNSENT).exists()
    await server.start()
    second = await driven(server, home, 5, more(container, 5))
    assert second.sent == len(set(await logged(container)))
    assert second.sent > 5
    assert not (home / simulate.UNSENT).exists()


async def test_more_vehicles_than_the_demo_has_are_made_through_the_api_once(
    container: Container, server: Server, home: Path
) -> None:
    await driven(server, home, 32, more(container, 0))
    tokens = (home / simulate.DEVICES).read_bytes()
    tally = await driven(server, home, 32, reporting(container, 29))
    assert (home / simulate.DEVICES).read_bytes() == tokens
    assert tally.refused == 0
    assert len({vehicle for vehicle, _ in await logged(container)}) > 25


async def planned_round(container: Container, registration: str) -> list[int]:
    """A published route of today with three deliveries, for the vehicle and its driver."""
    now = datetime.now(ZONE)
    async with container.work() as session:
        of_plate = Vehicle.registration_number == registration
        vehicle = (await session.exec(select(Vehicle).where(of_plate))).one()
        driver = (await session.exec(select(Driver).where(Driver.vehicle_id == vehicle.id))).one()
        principal = Principal(
            user_id=0, name="Office", email="", role=Role.DISPATCHER, fleet_id=vehicle.fleet_id
        )
        actor = Actor(principal=principal, channel=Channel.API)
        deliveries = [
            Delivery(fleet_id=vehicle.fleet_id, tracking_number=f"T-{n}", address=f"Street {n}",
                     lat=60.165 + n * 0.006, lon=24.92 + n * 0.015)
            for n in range(3)
        ]  # fmt: skip
        session.add_all(deliveries)
        await session.flush()
        DeliveryLife(session).created(actor, *deliveries)
        ids = [delivery.id or 0 for delivery in deliveries]
        plan = RoutePlan(
            date=now.date(), vehicle_id=vehicle.id, driver_id=driver.id, delivery_ids=ids,
            starts_at=now - timedelta(hours=8),
        )  # fmt: skip
        made = await RouteService(session).create(actor, plan)
        await RouteService(session).publish(actor, made.route.id or 0)
    return ids


async def test_a_driver_starts_the_route_and_its_deliveries_are_made(
    container: Container, server: Server, home: Path
) -> None:
    ids = await planned_round(container, cast.CREWS[1].registration)

    async def first_done_and_the_rest_begun() -> bool:
        async with container.work() as session:
            first, last = [await session.get_one(Delivery, ids[n]) for n in (0, 2)]
        return first.status in {"completed", "failed"} and last.status != "assigned"

    await driven(server, home, 2, first_done_and_the_rest_begun, speedup=60.0)
    async with container.work() as session:
        ordered = select(DeliveryEvent).order_by(DeliveryEvent.id)  # type: ignore[arg-type]
        events = list(await session.exec(ordered.where(DeliveryEvent.delivery_id == ids[0])))
        begun = await session.get_one(Delivery, ids[2])
    assert begun.status != "assigned"
    lived = [event.to_status.value for event in events]
    assert lived[:-1] == ["created", "assigned", "out_for_delivery", "arriving", "arrived"]
    assert lived[-1] in {"completed", "failed"}
    assert {event.actor_name for event in events[2:]} == {cast.CREWS[1].driver}
    assert {event.actor_role for event in events[2:]} == {"driver"}
    found = logins.load(home)
    async with container.work() as session:
        tracked = await find_tracked(session, found.tracking_token)
    assert tracked.status == "out_for_delivery"  # the parcel that is followed stays on its way


async def test_nonsense_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one vehicle"):
        await simulate.run("http://x", tmp_path / logins.FILE, 0, stop=asyncio.Event())
    with pytest.raises(logins.LoginsUnreadable):
        await simulate.run("http://x", tmp_path / logins.FILE, 1, stop=asyncio.Event())

"""The simulator against the real API: real logins, and no fix lost when the server goes away."""

from __future__ import annotations

import asyncio
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
    await seed_demo(container, home)
    ids = await planned_round(container, cast.CREWS[1].registration)
    await driven(server, home, 2, 25.0, speedup=60.0)
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


async def test_nonsense_is_refused_before_anything_starts(home: Path) -> None:
    with pytest.raises(ValueError, match="at least one vehicle"):
        await simulate.run("http://x", home / logins.FILE, 0, stop=asyncio.Event())
    with pytest.raises(logins.LoginsUnreadable):
        await simulate.run("http://x", home / logins.FILE, 1, stop=asyncio.Event())

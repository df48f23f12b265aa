"""Which urgent orders are offered to those who drive by themselves, and which nobody nags about."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from backend_jobs.subscribers import SUBSCRIBERS, suggest
from fleet_app.bootstrap import Container
from fleet_app.delivery.event_names import DeliveryNews
from fleet_app.delivery.models import DeliveryStatus, Priority
from fleet_app.delivery.routes import RouteService
from fleet_app.delivery.service import DeliveryLife
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.events import DomainEvent
from fleet_app.outbox.models import StoredEvent
from fleet_app.planning.live.deciding import Decisions
from fleet_app.planning.live.models import Suggestion
from fleet_app.planning.live.offers import KEPT
from tests.builders.orders import a_delivery
from tests.builders.records import records
from tests.builders.rounds import on_street
from tests.builders.suggestions import Running, running_routes


@pytest.fixture
async def running(container: Container, fleet_id: int) -> Running:
    """Three and two deliveries under way."""
    return await running_routes(container, fleet_id)


async def an_order(running: Running, **said: Any) -> int:
    lat, lon = on_street(1_500)
    return await a_delivery(running.container, running.fleet_id, lat=lat, lon=lon, **said)


async def edit(running: Running, order: int, **said: Any) -> None:
    async with records(running.container, "deliveries", running.actor) as deliveries:
        await deliveries.update(order, said)


@asynccontextmanager
async def heard(running: Running) -> AsyncIterator[None]:
    """What happens meanwhile is handed to whoever makes suggestions of it."""
    query = select(StoredEvent).order_by(col(StoredEvent.sequence))
    async with running.container.work() as session:
        known = {one.sequence for one in await session.exec(query)}
    yield
    async with running.container.work() as session:
        rows = [one for one in await session.exec(query) if one.sequence not in known]
    for row in rows:
        event = DomainEvent(
            type=row.type, fleet_id=row.fleet_id, subject=row.subject, data=row.data
        )
        for one in SUBSCRIBERS:
            if one.handle is suggest and one.wants(event):
                await one.handle(running.container, event)


async def told(running: Running) -> int:
    """How often an order was said to be urgent."""
    query = select(StoredEvent).where(StoredEvent.type == DeliveryNews.URGENT)
    async with running.container.work() as session:
        return len((await session.exec(query)).all())


async def offered(running: Running) -> list[int]:
    """The orders that are offered to somebody."""
    async with running.container.work() as session:
        found = await Decisions(session).open(running.actor)
    waiting = [one for one in found if one.status == "open"]
    return [move["delivery_id"] for one in waiting for move in one.moves]


async def test_an_order_that_becomes_urgent_is_offered(running: Running):
    order = await an_order(running)
    async with heard(running):
        await edit(running, order, instructions="Ring twice")
    assert await offered(running) == []
    async with heard(running):
        await edit(running, order, priority="urgent")
    assert await offered(running) == [order]


async def test_an_urgent_order_that_is_wanted_today_after_all_is_offered(running: Running):
    today = utc_now().date()
    tomorrow = today + timedelta(days=1)
    order = await an_order(running, priority=Priority.URGENT, due_on=tomorrow)
    async with heard(running):
        await edit(running, order, due_on=tomorrow + timedelta(days=1))
        await edit(running, order, instructions="Ring twice")
    assert await offered(running) == []
    assert await told(running) == 1
    async with heard(running):
        await edit(running, order, due_on=today)
    assert await offered(running) == [order]


@pytest.fixture
async def urgent(container: Container, fleet_id: int) -> Running:
    """Routes on which everything is urgent, of which one has not left."""
    found = await running_routes(container, fleet_id, (1, 2), start=False, priority=Priority.URGENT)
    async with container.work() as session:
        await RouteService(session).start(found.actor, found.routes[0])
    return found


async def take_off(running: Running) -> int:
    """The first order of the route that has not left waits for another one."""
    order = running.orders[1][0]
    async with heard(running), running.container.work() as session:
        await DeliveryLife(session).change(running.actor, order, DeliveryStatus.CREATED)
    return order


async def test_an_urgent_order_that_lost_its_route_is_offered(urgent: Running):
    order = await take_off(urgent)
    assert await offered(urgent) == [order]


@pytest.mark.parametrize("decided", ["dismiss", "accept"])
async def test_who_has_decided_is_not_asked_again_for_a_while(urgent: Running, decided: str):
    order = await take_off(urgent)
    async with urgent.container.work() as session:
        (made,) = await session.exec(select(Suggestion))
    await urgent.decide(decided, made)
    async with heard(urgent):
        if decided == "accept":
            await urgent.decide("undo", made)
        else:
            await edit(urgent, order, priority="high")
            await edit(urgent, order, priority="urgent")
    assert await offered(urgent) == []

    async with urgent.container.work() as session:
        known = await session.get_one(Suggestion, made.id)
        known.made_at -= KEPT
        known.decided_at = utc_now() - KEPT
        session.add(known)
    async with heard(urgent):
        await edit(urgent, order, priority="high")
        await edit(urgent, order, priority="urgent")
    assert await offered(urgent) == [order]

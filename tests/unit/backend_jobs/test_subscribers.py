"""The first subscribers: a delivery's remembered status, and its screens."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlmodel import select

from backend_jobs.subscribers import SUBSCRIBERS
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Delivery, DeliveryStatus
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import NotFound
from fleet_app.kernel.events import DomainEvent, publish
from fleet_app.outbox.changes import RecordChange
from tests.builders.jobs import running, until
from tests.builders.people import a_person


async def a_delivery(container: Container) -> tuple[int, int]:
    """Ids of a new delivery and its fleet."""
    person = await a_person(container, Role.DISPATCHER)
    assert person.fleet_id is not None
    delivery = Delivery(fleet_id=person.fleet_id, tracking_number="T1", address="Somewhere 1")
    async with container.work() as session:
        session.add(delivery)
        await session.flush()
    assert delivery.id is not None
    return delivery.id, person.fleet_id


async def change(container: Container, delivery_id: int, **values: Any) -> None:
    """Change a delivery the way its service does: with an event."""
    async with container.work() as session:
        query = select(Delivery).where(Delivery.id == delivery_id)
        delivery = (await session.exec(query)).one()
        for name, value in values.items():
            setattr(delivery, name, value)
        session.add(delivery)
        subject = f"delivery:{delivery_id}"
        publish(
            session, DomainEvent(type="delivery.x", fleet_id=delivery.fleet_id, subject=subject)
        )


async def kept(container: Container, delivery_id: int) -> str | None:
    value = await container.redis.get(f"delivery:status:{delivery_id}")
    return value.decode() if value else None


async def test_the_status_follows_its_events_for_half_an_hour(container: Container):
    delivery_id, _ = await a_delivery(container)
    async with running(container, SUBSCRIBERS):
        for status in (DeliveryStatus.ASSIGNED, DeliveryStatus.OUT_FOR_DELIVERY):
            await change(container, delivery_id, status=status)

            async def follows(wanted: str = status.value) -> bool:
                return await kept(container, delivery_id) == wanted

            await until(follows)
        assert 1700 < await container.redis.ttl(f"delivery:status:{delivery_id}") <= 1800
        assert await container.delivery_status.read(delivery_id) == DeliveryStatus.OUT_FOR_DELIVERY

        await change(container, delivery_id, deleted_at=utc_now())

        async def forgotten() -> bool:
            return await kept(container, delivery_id) is None

        await until(forgotten)
    with pytest.raises(NotFound):
        await container.delivery_status.read(delivery_id)


async def test_what_is_not_remembered_is_read_and_then_remembered(container: Container):
    delivery_id, _ = await a_delivery(container)
    assert await container.delivery_status.read(delivery_id) == DeliveryStatus.CREATED
    assert await kept(container, delivery_id) == "created"


async def test_a_slow_reader_does_not_overwrite_newer_news(container: Container):
    delivery_id, _ = await a_delivery(container)
    await change(container, delivery_id, status=DeliveryStatus.ASSIGNED)
    await container.delivery_status.refresh(delivery_id)
    await container.delivery_status._statuses.fill(delivery_id, DeliveryStatus.CREATED)
    assert await kept(container, delivery_id) == "assigned"


async def test_without_the_live_store_the_database_answers(container: Container):
    delivery_id, _ = await a_delivery(container)
    settings = container.settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
    blind = Container(settings)
    try:
        assert await blind.delivery_status.read(delivery_id) == DeliveryStatus.CREATED
    finally:
        await blind.close()


async def test_an_event_alone_refreshes_the_screens(container: Container):
    delivery_id, fleet_id = await a_delivery(container)
    heard: list[object] = []

    async def listen() -> None:
        async for one in container.changes.listen():
            heard.append(one)

    listening = asyncio.create_task(listen())
    await until(lambda: heard)
    async with running(container, SUBSCRIBERS):
        await change(container, delivery_id, status=DeliveryStatus.ASSIGNED)
        wanted = (fleet_id, [RecordChange(kind="deliveries", what="updated", ids=(delivery_id,))])
        await until(lambda: wanted in heard)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)

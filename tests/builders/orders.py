"""Deliveries and what goes with them, made directly in the database."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from fleet_app.access.actor import SYSTEM
from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Delivery, DeliveryEvent
from fleet_app.delivery.service import DeliveryLife
from fleet_app.fleet.models import Driver
from fleet_app.kernel.clock import utc_now

_numbers = itertools.count(1)


def an_order(fleet_id: int, **said: Any) -> Delivery:
    """A delivery that is not stored yet, created a day ago."""
    number = next(_numbers)
    values = {"lat": 60.17, "lon": 24.94, "address": f"Katu {number}", **said}
    since = utc_now() - timedelta(days=1)
    return Delivery(
        fleet_id=fleet_id, tracking_number=f"LF-{number}", status_at=since, created_at=since,
        **values,
    )  # fmt: skip


async def a_delivery(container: Container, fleet_id: int, **said: Any) -> int:
    """The id of a new delivery whose life has begun."""
    order = an_order(fleet_id, **said)
    async with container.work() as session:
        session.add(order)
        await session.flush()
        DeliveryLife(session).created(SYSTEM, order)
    assert order.id is not None
    return order.id


async def stored_together(container: Container, orders: Sequence[Delivery]) -> list[int]:
    """The ids of new deliveries whose lives begin in one transaction, as many as there may be."""
    async with container.work() as session:
        session.add_all(orders)
        await session.flush()
        DeliveryLife(session).created(SYSTEM, *orders)
        return [order.id or 0 for order in orders]


async def deliveries(container: Container, fleet_id: int, count: int, **said: Any) -> list[int]:
    """The ids of several new deliveries."""
    return [await a_delivery(container, fleet_id, **said) for _ in range(count)]


async def stored(container: Container, delivery_id: int) -> Delivery:
    """The delivery as it is."""
    async with container.work() as session:
        return await session.get_one(Delivery, delivery_id)


async def events_of(container: Container, delivery_id: int) -> list[DeliveryEvent]:
    """Its events, as we heard of them."""
    query = select(DeliveryEvent).where(DeliveryEvent.delivery_id == delivery_id)
    async with container.work() as session:
        return list(await session.exec(query.order_by(col(DeliveryEvent.id))))


async def driver_of(container: Container, user_id: int) -> int:
    """The id of the driver behind a user."""
    async with container.work() as session:
        driver = (await session.exec(select(Driver).where(Driver.user_id == user_id))).one()
    assert driver.id is not None
    return driver.id

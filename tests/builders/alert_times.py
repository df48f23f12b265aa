"""Alerts at moments of a Monday: what happens then, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import col, select

from fleet_app.access.actor import Actor
from fleet_app.bootstrap import Container
from fleet_app.kernel.events import DomainEvent
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.past.models import StoredFact
from fleet_app.notification.channels.models import Notification
from fleet_app.notification.life import Step
from fleet_app.notification.models import Alert, AlertComment
from fleet_app.notification.service import AlertService, Wish
from fleet_app.notification.watching import look_after
from fleet_app.outbox.models import StoredEvent
from tests.builders.alerts import happened

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""A Monday."""


def minutes(count: float) -> datetime:
    """So many minutes after `NOW`."""
    return NOW + timedelta(minutes=count)


async def a_fact(container: Container, fleet_id: int, vehicle_id: int, kind: FactKind,
                 **said: Any) -> int:  # fmt: skip
    """A stored fact's id."""
    values: dict[str, Any] = {
        "fleet_id": fleet_id, "vehicle_id": vehicle_id, "kind": kind, "started_at": NOW,
        "known_ms": 0, "lat": 60.17, "lon": 24.94, **said,
    }  # fmt: skip
    fact = StoredFact(**values)
    async with container.work() as session:
        session.add(fact)
        await session.flush()
    return fact.id or 0


async def change_fact(container: Container, fact_id: int, **values: Any) -> None:
    """Fold a fact anew."""
    async with container.work() as session:
        fact = await session.get_one(StoredFact, fact_id)
        for name, value in values.items():
            setattr(fact, name, value)


async def look(container: Container, now: datetime) -> int:
    """Let a worker look after the alerts at a moment."""
    async with container.work() as session:
        return await look_after(session, now)


async def step(container: Container, actor: Actor, alert: Alert, name: Step, now: datetime = NOW,
               **said: Any) -> Alert:  # fmt: skip
    """What somebody does about an alert."""
    async with container.work() as session:
        service = AlertService(session, lambda: now)
        return await service.take(actor, alert.id or 0, Wish(step=name, **said))


async def messages(container: Container, fleet_id: int) -> Sequence[Notification]:
    """What was sent or is to be sent, the first one first."""
    async with container.work() as session:
        query = select(Notification).where(col(Notification.fleet_id) == fleet_id)
        return (await session.exec(query.order_by(col(Notification.id)))).all()


async def news(container: Container) -> list[str]:
    """The domain events about alerts."""
    async with container.work() as session:
        query = select(StoredEvent.type).where(col(StoredEvent.type).startswith("alert."))
        return list(await session.exec(query.order_by(col(StoredEvent.sequence))))


async def lines(container: Container, alert_id: int | None) -> Sequence[AlertComment]:
    """An alert's trail."""
    async with container.work() as session:
        query = select(AlertComment).where(col(AlertComment.alert_id) == alert_id)
        return (await session.exec(query.order_by(col(AlertComment.id)))).all()


def speeding(fleet_id: int, vehicle_id: int, at: datetime = NOW, **data: Any) -> DomainEvent:
    """Somebody is too fast."""
    said = {"limit": 13.9, "max_speed": 25.0, **data}
    return happened("vehicle.speeding", fleet_id, vehicle_id, at=at, **said)

"""Alert rules, what happens, and the alerts that come of it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlmodel import col, select

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.events import DomainEvent
from fleet_app.notification.engine import hear
from fleet_app.notification.models import Alert, AlertComment, AlertRule, AlertStatus, Severity
from fleet_app.notification.models import AlertEvent as E
from tests.builders.people import a_vehicle
from tests.builders.records import an_actor, records

_numbers = itertools.count(1)


async def a_rule(container: Container, fleet_id: int, event: str, **said: Any) -> int:
    """A rule that the fleet's manager makes; its id."""
    values = {"name": f"Rule {next(_numbers)}", "event": event, **said}
    async with records(
        container, "alert_rules", an_actor(Role.FLEET_MANAGER, fleet_id)
    ) as of_rules:
        return int((await of_rules.create(values))["id"])


def happened(
    type_: str, fleet_id: int, vehicle_id: int, *, at: datetime | None = None, **data: Any
) -> DomainEvent:
    """A movement event of a vehicle."""
    moment = at or utc_now()
    place = {"vehicle_id": vehicle_id, "lat": 60.17, "lon": 24.94}
    return DomainEvent(
        type=type_, fleet_id=fleet_id, subject=f"vehicle:{vehicle_id}", data={**place, **data},
        occurred_at=moment, received_at=moment, id=uuid4(),
    )  # fmt: skip


async def hears(container: Container, *events: DomainEvent, now: datetime | None = None) -> None:
    """Each event reaches the rules, in a transaction of its own."""
    for event in events:
        async with container.work() as session:
            await hear(session, event, now or utc_now())


async def alerts(container: Container, fleet_id: int) -> Sequence[Alert]:
    """The alerts of a fleet, the first one first."""
    async with container.work() as session:
        query = select(Alert).where(col(Alert.fleet_id) == fleet_id).order_by(col(Alert.id))
        return (await session.exec(query)).all()


async def trail(container: Container, alert_id: int | None) -> list[str]:
    """What happened to an alert, in one word each."""
    async with container.work() as session:
        query = select(AlertComment.what).where(col(AlertComment.alert_id) == alert_id)
        return [one.value for one in await session.exec(query.order_by(col(AlertComment.id)))]


async def an_alert(container: Container, fleet_id: int, **said: Any) -> int:
    """A new raised alert's id."""
    rule_id = await a_rule(container, fleet_id, E.SPEEDING.value)
    vehicle_id = await a_vehicle(container, fleet_id)
    now = utc_now()
    values = {
        "fleet_id": fleet_id, "rule_id": rule_id, "event": E.SPEEDING, "title": "Too fast",
        "status": AlertStatus.RAISED, "severity": Severity.WARNING, "message": "Van drove 90 km/h",
        "subject": f"vehicle:{vehicle_id}", "vehicle_id": vehicle_id, "first_at": now,
        "last_at": now, "raised_at": now, "updated_at": now, **said,
    }  # fmt: skip
    alert = Alert(**values)
    async with container.work() as session:
        session.add(alert)
        await session.flush()
    return alert.id or 0


async def the_rule(container: Container, rule_id: int) -> AlertRule:
    """A rule as it is stored now."""
    async with container.work() as session:
        return await session.get_one(AlertRule, rule_id)

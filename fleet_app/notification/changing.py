"""Changing an alert so that everybody who must know of it does: the one way in this package."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import SYSTEM, Actor
from fleet_app.audit.trail import note
from fleet_app.kernel.events import DomainEvent, publish
from fleet_app.notification.channels.outgoing import withdraw
from fleet_app.notification.matching import listens
from fleet_app.notification.models import Alert, AlertComment, AlertRule, AlertStatus, Trail
from fleet_app.outbox.changes import What, changed

KIND, PLURAL = "alert", "alerts"
SAID = {
    Trail.RAISED: "alert.raised",
    Trail.ACKNOWLEDGED: "alert.acknowledged",
    Trail.RESOLVED: "alert.resolved",
    Trail.ESCALATED: "alert.escalated",
    Trail.REOPENED: "alert.reopened",
    Trail.SNOOZED: "alert.snoozed",
}
"""The domain events of an alert's life."""
_NO_NEWS = frozenset({Trail.RESOLVED, Trail.SNOOZED})
"""What makes messages needless that still wait; after a snooze it is told again."""


def add_trail(
    session: AsyncSession,
    alert: Alert,
    what: Trail,
    text: str = "",
    *,
    now: datetime,
    actor: Actor = SYSTEM,
) -> AlertComment:
    """A new line of the alert's trail."""
    line = AlertComment(
        alert_id=alert.id or 0,
        at=now,
        what=what,
        actor_id=actor.user_id,
        actor_name=actor.principal.name[:120],
        text=text,
    )
    session.add(line)
    return line


async def change(
    session: AsyncSession,
    alert: Alert,
    values: Mapping[str, Any],
    what: Trail,
    text: str = "",
    *,
    now: datetime,
    actor: Actor = SYSTEM,
) -> None:
    """Set `values` on a locked alert, with its trail, audit entry, domain event and news.

    What the system does by itself stands in the trail; the audit log is about people.
    """
    before = {name: getattr(alert, name) for name in values}
    for name, value in values.items():
        setattr(alert, name, value)
    alert.version += 1
    alert.updated_at = now
    session.add(alert)
    add_trail(session, alert, what, text, now=now, actor=actor)
    if actor.user_id is not None:
        changes = {n: [before[n], v] for n, v in values.items() if before[n] != v}
        note(session, actor, what.value, kind=KIND, object_id=alert.id, label=alert.title,
             fleet_id=alert.fleet_id, changes=changes)  # fmt: skip
    unsaid = what in _NO_NEWS and await withdraw(session, alert.fleet_id, f"{KIND}:{alert.id}")
    if unsaid:
        alert.told_at = None  # when it comes back, nobody has heard of it yet
    tell_world(session, alert, what, now=now, actor=actor)


def tell_world(
    session: AsyncSession,
    alert: Alert,
    what: Trail,
    *,
    now: datetime,
    actor: Actor = SYSTEM,
    news: What = "updated",
) -> None:
    """The news for open screens and, unless it was learnt too late, the domain event."""
    changed(session, alert.fleet_id, PLURAL, [alert.id or 0], what=news)
    if alert.late or what not in SAID:
        return
    data = {
        "alert_id": alert.id,
        "rule_id": alert.rule_id,
        "event": alert.event.value,
        "status": alert.status.value,
        "severity": alert.severity.value,
        "title": alert.title,
        "message": alert.message,
        "vehicle_id": alert.vehicle_id,
        "driver_id": alert.driver_id,
        "delivery_id": alert.delivery_id,
        "count": alert.count,
        "by": actor.user_id,
    }
    event = DomainEvent(
        type=SAID[what], fleet_id=alert.fleet_id, subject=f"{KIND}:{alert.id}", data=data,
        occurred_at=now, received_at=now,
    )  # fmt: skip
    publish(session, event)


async def end(session: AsyncSession, alert: Alert, why: str, now: datetime) -> None:
    """Resolve an alert because what it was about is over."""
    values = {"status": AlertStatus.RESOLVED, "resolved_at": now, **QUIET}
    await change(session, alert, values, Trail.RESOLVED, why, now=now)


QUIET: Mapping[str, Any] = {"snoozed_until": None, "escalate_at": None}
"""What an alert that nobody is to be reminded of has not."""


def escalation(rule: AlertRule, alert: Alert, now: datetime) -> datetime | None:
    """When an alert becomes more urgent that nobody looks after from now on."""
    if rule.escalate_after_minutes is None or not listens(rule):
        return None
    if alert.late or alert.escalated_at is not None:
        return None
    return now + timedelta(minutes=rule.escalate_after_minutes)

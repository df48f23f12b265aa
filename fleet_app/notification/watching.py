"""What time alone does to alerts: they become more urgent, wake up, begin late, or are over.

Every worker looks every few seconds. Rows are taken with SKIP LOCKED, so any number may look.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec
from sqlalchemy import delete, func, or_
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.fleet.maintenance.models import MaintenanceSchedule
from fleet_app.kernel.attempts import attempt
from fleet_app.kernel.errors import FleetError
from fleet_app.kernel.events import DomainEvent
from fleet_app.location.past.models import StoredFact
from fleet_app.notification.changing import change, end, escalation
from fleet_app.notification.engine import clock_of, in_full, raise_alert
from fleet_app.notification.life import more_severe
from fleet_app.notification.matching import ASK_AGAIN, applies, due_at, listens
from fleet_app.notification.models import (
    Alert,
    AlertEvent,
    AlertRule,
    AlertStatus,
    AlertWait,
    HeardEvent,
    Trail,
)
from fleet_app.notification.occasions import Occasion, occasion_of
from fleet_app.notification.telling import tell, tell_escalated

log = logging.getLogger(__name__)
_Row = TypeVar("_Row")
_Act = Callable[[AsyncSession, _Row, datetime], Awaitable[None]]
_OVER = "It is over"
AT_ONCE = 100
KEPT = timedelta(days=30)
"""How long it is known which events rules have heard, as long as the events themselves."""
_ENDING = (
    AlertEvent.STAYS, AlertEvent.IDLING, AlertEvent.SILENT, AlertEvent.LOW_BATTERY,
    AlertEvent.MOCK_LOCATION,
)  # fmt: skip
"""What goes on for a while, and is over when its fact has an end."""


async def look_after(session: AsyncSession, now: datetime) -> int:
    """Do what is due, a batch of each; returns how many alerts and waits it dealt with."""
    return (
        await _wake(session, now)
        + await _escalate(session, now)
        + await _waits(session, now)
        + await _close(session, now)
        + await _close_maintenance(session, now)
    )


async def forget_heard(session: AsyncSession, now: datetime) -> None:
    """Forget which events were heard that nobody hands over any more."""
    old = delete(HeardEvent).where(col(HeardEvent.at) < now - KEPT)
    await (await session.connection()).execute(old)


async def _wake(session: AsyncSession, now: datetime) -> int:
    alerts = await _alerts(
        session,
        col(Alert.status) == AlertStatus.SNOOZED,
        col(Alert.snoozed_until) <= now,
    )
    return await _each(session, alerts, _wake_one, now)


async def _wake_one(session: AsyncSession, alert: Alert, now: datetime) -> None:
    """Told whenever it was told last: whoever snoozed it wants to hear of it now."""
    rule = await session.get_one(AlertRule, alert.rule_id)
    values = {
        "status": AlertStatus.RAISED,
        "snoozed_until": None,
        "escalate_at": escalation(rule, alert, now),
    }
    await change(session, alert, values, Trail.SNOOZE_ENDED, now=now)
    if not alert.late:
        clock = await clock_of(session, alert.fleet_id, now)
        await tell(session, rule, alert, clock, again=True)


async def _escalate(session: AsyncSession, now: datetime) -> int:
    alerts = await _alerts(
        session, col(Alert.escalate_at) <= now, col(Alert.status) == AlertStatus.RAISED
    )
    return await _each(session, alerts, _escalate_one, now)


async def _escalate_one(session: AsyncSession, alert: Alert, now: datetime) -> None:
    rule = await session.get_one(AlertRule, alert.rule_id)
    waited = rule.escalate_after_minutes
    if escalation(rule, alert, now) is None:  # the rule wants it no more
        alert.escalate_at = None
        session.add(alert)
        return
    values = {
        "severity": more_severe(alert.severity),
        "escalate_at": None,
        "escalated_at": now,
    }
    text = f"Nobody looked after it for {waited} min"
    await change(session, alert, values, Trail.ESCALATED, text, now=now)
    await tell_escalated(session, rule, alert, await clock_of(session, alert.fleet_id, now))


async def _waits(session: AsyncSession, now: datetime) -> int:
    query = select(AlertWait).where(col(AlertWait.due_at) <= now).order_by(col(AlertWait.id))
    waits = (await session.exec(query.limit(AT_ONCE).with_for_update(skip_locked=True))).all()
    return await _each(session, waits, _end_wait, now)


async def _end_wait(session: AsyncSession, wait: AlertWait, now: datetime) -> None:
    """Raise what still goes on, or went on for long enough before it ended."""
    rule = await session.get_one(AlertRule, wait.rule_id)
    fact = await session.get(StoredFact, wait.fact_id)
    told = occasion_of(msgspec.convert(wait.event, DomainEvent))
    if not listens(rule) or told is None or fact is None or fact.withdrawn_at is not None:
        await session.delete(wait)
        return
    occasion = await in_full(session, told)
    if rule.event is AlertEvent.LOW_BATTERY:
        is_due = due_at(rule, occasion) is None
    else:
        is_due = fact.ended_at is None or fact.ended_at >= wait.due_at
    if not is_due and fact.ended_at is None:
        wait.due_at = now + ASK_AGAIN
        session.add(wait)
        return
    await session.delete(wait)
    if is_due:
        await _raise(session, rule, occasion, fact, now)


async def _raise(
    session: AsyncSession, rule: AlertRule, occasion: Occasion, fact: StoredFact, now: datetime
) -> None:
    clock = await clock_of(session, rule.fleet_id, now)
    if applies(rule, occasion, clock):  # as the rule is by now
        alert = await raise_alert(session, rule, occasion, clock)
        if fact.ended_at is not None:
            await end(session, alert, _OVER, now)


async def _close(session: AsyncSession, now: datetime) -> int:
    """Resolve alerts whose fact has ended, or turned out never to have happened."""
    fact = StoredFact
    ended = col(fact.ended_at).is_not(None) & col(Alert.event).in_(_ENDING)
    mistaken = col(fact.withdrawn_at).is_not(None) & (col(Alert.count) == 1)
    query = (
        select(Alert, fact)
        .join(fact, col(fact.id) == col(Alert.fact_id))
        .where(col(Alert.status) != AlertStatus.RESOLVED, or_(ended, mistaken))
        .order_by(col(Alert.id))
        .limit(AT_ONCE)
        .with_for_update(of=Alert, skip_locked=True)
    )
    found = (await session.exec(query)).all()
    for alert, of in found:
        why = "What was learnt later shows that it did not happen"
        await end(session, alert, why if of.withdrawn_at else _OVER, now)
    return len(found)


async def _close_maintenance(session: AsyncSession, now: datetime) -> int:
    """Resolve what is no longer due: the work was done, or the schedule is gone."""
    schedule = MaintenanceSchedule
    levels = {
        AlertEvent.MAINTENANCE_DUE: ("due", "overdue"),
        AlertEvent.MAINTENANCE_OVERDUE: ("overdue",),
    }
    closed = 0
    for event, announced in levels.items():
        is_over = or_(
            col(schedule.announced).is_(None),
            col(schedule.announced).not_in(announced),
            col(schedule.deleted_at).is_not(None),
            ~col(schedule.active),
        )
        query = (
            select(Alert)
            .join(schedule, func.concat("maintenance_schedule:", schedule.id) == Alert.subject)
            .where(col(Alert.event) == event, col(Alert.status) != AlertStatus.RESOLVED, is_over)
            .order_by(col(Alert.id))
            .limit(AT_ONCE)
            .with_for_update(of=Alert, skip_locked=True)
        )
        for alert in (await session.exec(query)).all():
            await end(session, alert, "The work is not due any more", now)
            closed += 1
    return closed


async def _each(
    session: AsyncSession, found: Sequence[_Row], act: _Act[_Row], now: datetime
) -> int:
    """Deal with each by itself, so that one that cannot be dealt with keeps up no other."""
    done = 0
    for row in found:
        try:
            async with attempt(session):
                await act(session, row, now)
            done += 1
        except (FleetError, SQLAlchemyError):
            raise  # the database: it would be the same with the others
        except Exception:
            log.exception("one of the alerts could not be looked after; trying again")
    return done


async def _alerts(session: AsyncSession, *conditions: Any) -> list[Alert]:
    query = select(Alert).where(*conditions).order_by(col(Alert.id)).limit(AT_ONCE)
    return list((await session.exec(query.with_for_update(skip_locked=True))).all())

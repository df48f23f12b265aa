"""What happens again while an alert is open: counted once, however many limits it broke."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.past.models import StoredFact
from fleet_app.notification.changing import add_trail, escalation, tell_world
from fleet_app.notification.matching import Clock
from fleet_app.notification.models import (
    Alert,
    AlertComment,
    AlertEvent,
    AlertRule,
    AlertStatus,
    Trail,
)
from fleet_app.notification.occasions import Occasion
from fleet_app.notification.speaking import sentence
from fleet_app.notification.telling import tell


async def repeat(
    session: AsyncSession, rule: AlertRule, alert: Alert, occasion: Occasion, clock: Clock
) -> None:
    """Once more while the alert is open: counted, and told again only if nobody is on it.

    Another limit that the same act of speeding broke is no repeat of it.
    """
    said = await sentence(session, rule, occasion, clock.now)
    act = await _same_act(session, alert, occasion)
    if _tells_more(alert, occasion):
        _take_over(alert, occasion, said)
    _stretch(alert, rule, occasion, clock.now)
    if act is None:
        alert.count += 1
        line = add_trail(session, alert, Trail.REPEATED, said, now=clock.now)
        mark(line, occasion)
    else:
        _join(session, act, occasion, said)
    tell_world(session, alert, Trail.REPEATED, now=clock.now)
    if act is None and alert.status is AlertStatus.RAISED and not occasion.late:
        await tell(session, rule, alert, clock)
    session.add(alert)


def mark(line: AlertComment, occasion: Occasion) -> None:
    """Say in a line of the trail what happened, when and where."""
    line.happened_at, line.lat, line.lon = occasion.since, occasion.lat, occasion.lon
    line.fact_ids = [] if occasion.fact_id is None else [occasion.fact_id]
    line.data = occasion.data


def _tells_more(alert: Alert, occasion: Occasion) -> bool:
    """An alert says what happened last; of speeding, what was worst."""
    if alert.event is not AlertEvent.SPEEDING:
        return occasion.since >= alert.last_at
    return _excess(occasion.data) > _excess(alert.data)


def _take_over(alert: Alert, occasion: Occasion, said: str) -> None:
    alert.message, alert.data = said, occasion.data
    alert.fact_id, alert.driver_id = occasion.fact_id, occasion.driver_id
    alert.lat, alert.lon = occasion.lat, occasion.lon


def _stretch(alert: Alert, rule: AlertRule, occasion: Occasion, now: datetime) -> None:
    alert.version += 1
    alert.updated_at = now
    alert.first_at = min(alert.first_at, occasion.since)
    alert.last_at = max(alert.last_at, occasion.since)
    if alert.late and not occasion.late:
        alert.late = False
        alert.escalate_at = escalation(rule, alert, now)


def _join(session: AsyncSession, act: AlertComment, occasion: Occasion, said: str) -> None:
    """The line keeps the beginning of the act, and what was worst about it."""
    began, facts = act.happened_at or act.at, act.fact_ids
    if _excess(occasion.data) > _excess(act.data):
        act.text = said
        mark(act, occasion)
    act.happened_at = min(began, occasion.since)
    act.fact_ids = sorted({*facts, *act.fact_ids, occasion.fact_id or 0} - {0})
    session.add(act)


def _excess(data: Mapping[str, Any]) -> float:
    """How much faster than allowed."""
    most, limit = data.get("max_speed"), data.get("limit")
    if isinstance(most, int | float) and isinstance(limit, int | float):
        return float(most - limit)
    return 0.0


async def _same_act(session: AsyncSession, alert: Alert, occasion: Occasion) -> AlertComment | None:
    """The line about speeding that went on at the same time, by another limit."""
    fact = None
    if alert.event is AlertEvent.SPEEDING and occasion.fact_id is not None:
        fact = await session.get(StoredFact, occasion.fact_id)
    if fact is None:
        return None
    until = [] if fact.ended_at is None else [col(StoredFact.started_at) <= fact.ended_at]
    others = select(StoredFact.id).where(
        col(StoredFact.vehicle_id) == fact.vehicle_id,
        col(StoredFact.kind) == FactKind.SPEEDING,
        col(StoredFact.withdrawn_at).is_(None),
        or_(col(StoredFact.ended_at).is_(None), col(StoredFact.ended_at) >= fact.started_at),
        *until,
    )
    known = [col(AlertComment.fact_ids).contains([one]) for one in await session.exec(others)]
    lines = select(AlertComment).where(col(AlertComment.alert_id) == alert.id, or_(*known))
    return (await session.exec(lines.order_by(col(AlertComment.id)).limit(1))).first()

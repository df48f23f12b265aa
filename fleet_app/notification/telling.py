"""Who is told of an alert, in which words, and when nobody is told again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.roles import Role
from fleet_app.fleet.models import Driver
from fleet_app.identity.models import User
from fleet_app.notification.channels.models import Channel
from fleet_app.notification.channels.outgoing import Notice, notify
from fleet_app.notification.matching import Clock, is_quiet
from fleet_app.notification.models import Alert, AlertRule


async def tell(session: AsyncSession, rule: AlertRule, alert: Alert, clock: Clock) -> bool:
    """Tell those whom the rule names, unless they were told of the same just now."""
    if await _told_lately(session, rule, alert, clock.now):
        return False
    ways = _ways(rule, rule.channels, clock)
    return await _send(session, alert, ways, (rule.roles, rule.user_ids), clock.now)


async def tell_escalated(
    session: AsyncSession, rule: AlertRule, alert: Alert, clock: Clock
) -> bool:
    """Tell those who are to know when nobody looks after it; those of before when none are named.

    What was told before does not matter: this is said once.
    """
    people = (rule.escalate_roles, rule.escalate_user_ids)
    if not any(people):
        people = (rule.roles, rule.user_ids)
    ways = _ways(rule, rule.escalate_channels or rule.channels, clock)
    return await _send(session, alert, ways, people, clock.now)


def _ways(rule: AlertRule, channels: Sequence[str], clock: Clock) -> list[Channel]:
    """The channels, of which only our own screens stay in quiet hours."""
    ways = [Channel(one) for one in channels]
    return [one for one in ways if one is Channel.IN_APP] if is_quiet(rule, clock) else ways


async def _told_lately(session: AsyncSession, rule: AlertRule, alert: Alert, now: datetime) -> bool:
    """An alert that is resolved and comes back at once is new, but no news."""
    last = select(func.max(col(Alert.told_at))).where(
        col(Alert.rule_id) == alert.rule_id, col(Alert.subject) == alert.subject
    )
    told = (await (await session.connection()).execute(last)).scalar()
    return told is not None and now - told < timedelta(minutes=rule.cool_down_minutes)


async def _send(
    session: AsyncSession,
    alert: Alert,
    ways: Sequence[Channel],
    people: tuple[Sequence[str], Sequence[int]],
    now: datetime,
) -> bool:
    ids = await _user_ids(session, alert, *people)
    if not ways or not (ids or Channel.WEBHOOK in ways):
        return False
    await notify(session, _notice(alert, ids, ways, now))
    alert.told_at = now
    return True


def _notice(alert: Alert, ids: Sequence[int], ways: Sequence[Channel], now: datetime) -> Notice:
    return Notice(
        fleet_id=alert.fleet_id,
        about=f"alert:{alert.id}",
        dedupe_key=f"alert:{alert.id}:{now.isoformat()}",
        title=alert.title,
        body=alert.message,
        severity=alert.severity.value,
        path=f"/alerts?id={alert.id}",
        user_ids=ids,
        channels=ways,
        data={
            "alert_id": alert.id,
            "event": alert.event.value,
            "severity": alert.severity.value,
            "status": alert.status.value,
            "vehicle_id": alert.vehicle_id,
            "delivery_id": alert.delivery_id,
            "count": alert.count,
            "last_at": alert.last_at.isoformat(),
        },
    )


async def _user_ids(
    session: AsyncSession, alert: Alert, roles: Sequence[str], named: Sequence[int]
) -> list[int]:
    office = [role for role in roles if role != Role.DRIVER.value]
    query = select(col(User.id)).where(
        col(User.fleet_id) == alert.fleet_id,
        col(User.role).in_(office),
        col(User.is_active),
        col(User.deleted_at).is_(None),
    )
    connection = await session.connection()
    found = list((await connection.execute(query)).scalars()) if office else []
    if Role.DRIVER.value in roles and alert.driver_id is not None:
        driver = select(col(Driver.user_id)).where(col(Driver.id) == alert.driver_id)
        found += (await connection.execute(driver)).scalars()
    return list(dict.fromkeys(one for one in (*found, *named) if one is not None))

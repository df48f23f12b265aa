"""Who is told of an alert, in which words, and when nobody is told again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.roles import Role
from fleet_app.fleet.models import Driver
from fleet_app.identity.models import User
from fleet_app.notification.channels.models import Channel
from fleet_app.notification.channels.outgoing import Notice, notify
from fleet_app.notification.matching import Clock, is_quiet, listens, quiet_until
from fleet_app.notification.models import Alert, AlertRule


class _Audience(msgspec.Struct, frozen=True):
    channels: Sequence[str]
    roles: Sequence[str]
    user_ids: Sequence[int]


async def tell(
    session: AsyncSession, rule: AlertRule, alert: Alert, clock: Clock, *, again: bool = False
) -> bool:
    """Tell those whom the rule names, unless they were told of the same just now.

    `again` says it whenever that was, as somebody asked to be told now.
    """
    if not listens(rule):
        return False
    if not again and await _told_lately(session, rule, alert, clock.now):
        return False
    audience = _Audience(rule.channels, rule.roles, rule.user_ids)
    return await _send(session, rule, alert, audience, clock)


async def tell_escalated(
    session: AsyncSession, rule: AlertRule, alert: Alert, clock: Clock
) -> bool:
    """Tell those who are to know when nobody looks after it; those of before when none are named.

    What was told before does not matter: this is said once.
    """
    roles, user_ids = rule.escalate_roles, rule.escalate_user_ids
    if not roles and not user_ids:
        roles, user_ids = rule.roles, rule.user_ids
    audience = _Audience(rule.escalate_channels or rule.channels, roles, user_ids)
    return await _send(session, rule, alert, audience, clock)


async def _told_lately(session: AsyncSession, rule: AlertRule, alert: Alert, now: datetime) -> bool:
    """An alert that is resolved and comes back at once is new, but no news."""
    last = select(func.max(col(Alert.told_at))).where(
        col(Alert.rule_id) == alert.rule_id, col(Alert.subject) == alert.subject
    )
    told = (await (await session.connection()).execute(last)).scalar()
    return told is not None and now - told < timedelta(minutes=rule.cool_down_minutes)


async def _send(
    session: AsyncSession, rule: AlertRule, alert: Alert, audience: _Audience, clock: Clock
) -> bool:
    ids = await _user_ids(session, alert, audience.roles, audience.user_ids)
    ways = [Channel(one) for one in audience.channels]
    if not ids:
        ways = [one for one in ways if one is Channel.WEBHOOK]
    notices = _notices(rule, alert, ids, ways, clock)
    for notice in notices:
        await notify(session, notice)
    if notices:
        alert.told_at = clock.now
    return bool(notices)


def _notices(
    rule: AlertRule, alert: Alert, ids: Sequence[int], ways: Sequence[Channel], clock: Clock
) -> list[Notice]:
    """In quiet hours our own screens say it at once, and everything else when they are over.

    Whatever happens again until then is the same message.
    """
    at_once = _notice(alert, ids, ways, key=clock.now.isoformat())
    if not is_quiet(rule, clock):
        return [at_once] if ways else []
    inside = [one for one in ways if one is Channel.IN_APP]
    outside = [one for one in ways if one is not Channel.IN_APP]
    found = [msgspec.structs.replace(at_once, channels=inside)] if inside else []
    end = quiet_until(rule, clock)
    if outside and end is not None:
        key = f"{alert.severity.value}:{end.isoformat()}"
        later = _notice(alert, ids, outside, key=key)
        found.append(msgspec.structs.replace(later, not_before=end))
    return found


def _notice(alert: Alert, ids: Sequence[int], ways: Sequence[Channel], *, key: str) -> Notice:
    return Notice(
        fleet_id=alert.fleet_id,
        about=f"alert:{alert.id}",
        dedupe_key=f"alert:{alert.id}:{key}",
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

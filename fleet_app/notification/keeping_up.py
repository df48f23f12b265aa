"""What becomes of open alerts when their rule is changed, switched off or deleted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.notification.changing import KIND
from fleet_app.notification.channels.outgoing import withdraw
from fleet_app.notification.matching import listens
from fleet_app.notification.models import Alert, AlertRule, AlertStatus
from fleet_app.records.kinds import Write

_AFTER = "escalate_after_minutes"


async def keep_up(write: Write) -> None:
    """Open alerts stay as they are; whom they still tell is as the rule says from now on."""
    rule: AlertRule = write.row
    if write.is_new:
        return
    if not listens(rule):
        await fall_silent(write)
    elif _AFTER in write.before:
        await _postpone(write.session, rule, write.before[_AFTER])


async def fall_silent(write: Write) -> None:
    """A rule that is off or deleted tells nobody any more, neither now nor later."""
    rule: AlertRule = write.row
    await _set_escalation(write.session, rule, None)
    ids = select(Alert.id).where(*_open(rule)).order_by(col(Alert.id)).with_for_update()
    about = [f"{KIND}:{number}" for number in (await write.session.exec(ids)).all()]
    if about:
        await withdraw(write.session, rule.fleet_id, *about)


async def _postpone(session: AsyncSession, rule: AlertRule, before: int | None) -> None:
    """Those that wait for somebody wait as long as the rule says now, since the same moment."""
    after = rule.escalate_after_minutes
    if after is None:
        await _set_escalation(session, rule, None)
    elif before is not None and after != before:
        longer = timedelta(minutes=after - before)
        await _set_escalation(session, rule, col(Alert.escalate_at) + longer)


async def _set_escalation(session: AsyncSession, rule: AlertRule, moment: Any) -> None:
    waiting = update(Alert).where(*_open(rule), col(Alert.escalate_at).is_not(None))
    await (await session.connection()).execute(waiting.values(escalate_at=moment))


def _open(rule: AlertRule) -> tuple[Any, ...]:
    return (col(Alert.rule_id) == rule.id, col(Alert.status) != AlertStatus.RESOLVED)

"""What came of sending a message, and how it is written down."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import delete, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.notification.channels.models import (
    Channel,
    Notification,
    NotificationAttempt,
    PushSubscription,
    PushToken,
    Status,
)
from fleet_app.notification.channels.outgoing import PLURAL, defer_sending
from fleet_app.outbox.changes import changed


class Outcome(msgspec.Struct, frozen=True):
    """`pause` is set when it is tried again, `gone` when its device is to be forgotten."""

    status: Status
    reason: str | None = None
    provider_id: str | None = None
    pause: timedelta | None = None
    gone: bool = False


def sent(provider_id: str) -> Outcome:
    """The provider took it."""
    return Outcome(Status.SENT, provider_id=provider_id[:200] or None)


def refused(reason: str, *, gone: bool = False) -> Outcome:
    """It will never be taken as it is."""
    return Outcome(Status.FAILED, reason, gone=gone)


def later(reason: str, pause: timedelta) -> Outcome:
    """It is tried again."""
    return Outcome(Status.QUEUED, reason, pause=pause)


def gave_up(reason: str) -> Outcome:
    """It was tried often enough."""
    return Outcome(Status.DEAD, reason)


def suppressed(reason: str) -> Outcome:
    """It was not to be sent."""
    return Outcome(Status.SUPPRESSED, reason)


async def write(
    session: AsyncSession,
    notification_id: int,
    attempt: tuple[int, int] | None,
    outcome: Outcome,
    now: datetime,
) -> None:
    """Write an outcome down. `attempt` is which try it is the outcome of: its number and its row.

    A try that another worker took for lost and repeated does not overwrite what that one learnt,
    except that the message went out.
    """
    row = await session.get(
        Notification, notification_id, with_for_update=True, populate_existing=True
    )
    if row is None:
        return
    if attempt is not None:
        await _close_attempt(session, attempt[1], outcome)
        if row.attempts != attempt[0] and outcome.status is not Status.SENT:
            return
    if row.status not in {Status.QUEUED, Status.SENDING}:
        return
    row.status, row.last_error = outcome.status, outcome.reason
    row.provider_id = outcome.provider_id or row.provider_id
    row.next_at = now + outcome.pause if outcome.pause is not None else None
    if outcome.status is Status.SENT:
        row.sent_at = now
    if row.next_at is not None:
        await defer_sending(session, [notification_id], row.next_at)
    if outcome.gone:
        await _forget(session, row)
    changed(session, row.fleet_id, PLURAL, [notification_id])


async def _close_attempt(session: AsyncSession, try_id: int, outcome: Outcome) -> None:
    closing = (
        update(NotificationAttempt)
        .where(col(NotificationAttempt.id) == try_id)
        .values(error=outcome.reason)
    )
    await (await session.connection()).execute(closing)


async def _forget(session: AsyncSession, row: Notification) -> None:
    """The place it went to; unless it is somebody else's by now."""
    kept: dict[Channel, type[PushSubscription] | type[PushToken]] = {
        Channel.WEB_PUSH: PushSubscription,
        Channel.PUSH: PushToken,
    }
    table = kept.get(row.channel)
    if table is None:
        return
    removing = delete(table).where(
        col(table.id) == row.target_id, col(table.user_id) == row.user_id
    )
    await (await session.connection()).execute(removing)

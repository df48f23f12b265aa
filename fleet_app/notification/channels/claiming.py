"""Which message is sent now: taken by one worker, in time, and not faster than its channel may."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.identity.models import User
from fleet_app.identity.passwords import password_stamp
from fleet_app.kernel.locks import MESSAGE_RATES
from fleet_app.notification.channels.models import (
    Channel,
    Notification,
    NotificationAttempt,
    PushSubscription,
    PushToken,
    Status,
    Webhook,
)
from fleet_app.notification.channels.outgoing import PLURAL, defer_sending
from fleet_app.notification.channels.ports import Browser, Hook, Message, Phone, Refused, Sends
from fleet_app.notification.channels.sealing import Sealer
from fleet_app.outbox.changes import changed

LEASE = timedelta(seconds=120)
"""A message is being sent for so long; then its worker is taken for dead."""
MINUTE = timedelta(minutes=1)
_NUMBERS = {one: number for number, one in enumerate(Channel)}


class Claim(msgspec.Struct, frozen=True):
    """A message that is ours to send; `attempt` counts from one, `try_id` is its row."""

    message: Message
    channel: Sends
    attempt: int
    try_id: int


async def claim(
    session: AsyncSession,
    notification_id: int,
    now: datetime,
    *,
    via: Sends,
    sealer: Sealer,
    origin: str,
) -> Claim | None:
    """Take a message; None when it is not to be sent now (it has a job for later if it waits).

    Raises `Refused` when the place it goes to is not there any more.
    """
    row = await session.get(
        Notification, notification_id, with_for_update=True, populate_existing=True
    )
    if row is None or row.status not in {Status.QUEUED, Status.SENDING}:
        return None
    if row.next_at is not None and row.next_at > now:
        await defer_sending(session, [notification_id], row.next_at)
        return None
    limit = via.per_minute
    if limit is not None and (free := await _full_until(session, row, limit, now)):
        row.next_at = free
        await defer_sending(session, [notification_id], free)
        return None
    user = await _reader(session, row)
    message = await _message(session, row, user, sealer, origin)
    row.status, row.attempts, row.next_at = Status.SENDING, row.attempts + 1, now + LEASE
    attempt = NotificationAttempt(
        notification_id=notification_id, channel=row.channel, at=now, error=UNKNOWN
    )
    session.add(attempt)
    await session.flush()
    changed(session, row.fleet_id, PLURAL, [notification_id])
    return Claim(message, via, row.attempts, attempt.id or 0)


UNKNOWN = "What came of it was not heard."
"""Stands at a try until its outcome is known."""


async def _full_until(
    session: AsyncSession, row: Notification, per_minute: int, now: datetime
) -> datetime | None:
    """When the channel has room again; None when it has now. One worker counts at a time."""
    lock = func.pg_advisory_xact_lock(MESSAGE_RATES, _NUMBERS[row.channel])
    connection = await session.connection()
    await connection.execute(select(lock))
    tries = (
        select(col(NotificationAttempt.at))
        .where(
            col(NotificationAttempt.channel) == row.channel,
            col(NotificationAttempt.at) > now - MINUTE,
        )
        .order_by(col(NotificationAttempt.at).desc())
        .limit(per_minute)
    )
    found = list((await connection.execute(tries)).scalars())
    return found[-1] + MINUTE if len(found) >= per_minute else None


async def _reader(session: AsyncSession, row: Notification) -> User | None:
    """People who left between the alert and the message are not told any more."""
    if row.user_id is None:
        return None
    user = await session.get(User, row.user_id)
    if user is None or not user.is_active or user.deleted_at or user.fleet_id != row.fleet_id:
        raise Refused("This person may not sign in any more.")
    return user


async def _message(
    session: AsyncSession, row: Notification, user: User | None, sealer: Sealer, origin: str
) -> Message:
    return Message(
        id=row.id or 0,
        fleet_id=row.fleet_id,
        about=row.about,
        severity=row.severity,
        recipient=row.recipient,
        address=row.address,
        subject=row.subject,
        body=row.body,
        url=f"{origin}{row.path}" if row.path else "",
        created_at=row.created_at,
        data=row.data,
        place=await _place(session, row, user, sealer),
    )


async def _place(
    session: AsyncSession, row: Notification, user: User | None, sealer: Sealer
) -> Browser | Phone | Hook | None:
    """A browser or phone that belongs to somebody else by now is not the one that was meant."""
    if row.channel is Channel.WEB_PUSH:
        browser = await session.get(PushSubscription, row.target_id or 0)
        if browser and await _is_signed_in(session, browser, user):
            return Browser(browser.endpoint, browser.p256dh, browser.auth)
    if row.channel is Channel.PUSH:
        phone = await session.get(PushToken, row.target_id or 0)
        if phone and await _is_signed_in(session, phone, user):
            return Phone(phone.token)
    if row.channel is Channel.WEBHOOK:
        hook = await session.get(Webhook, row.target_id or 0)
        if hook and hook.fleet_id == row.fleet_id:
            return _hook(hook, sealer)
    return None


async def _is_signed_in(
    session: AsyncSession, device: PushSubscription | PushToken, user: User | None
) -> bool:
    """A new password ends all there was before; what knew the old one is forgotten."""
    if user is None or device.user_id != user.id:
        return False
    if device.stamp is None or device.stamp == password_stamp(user.password_hash):
        return True
    await session.delete(device)
    return False


def _hook(hook: Webhook, sealer: Sealer) -> Hook:
    secret = sealer.open(hook.sealed_secret)
    if secret is None:
        raise Refused("The key of this installation changed: please set the webhook again.")
    return Hook(hook.url, secret)

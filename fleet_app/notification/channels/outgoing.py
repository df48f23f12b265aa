"""Says something to people: `notify` stores the messages, a background job sends them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.jsonb import clean
from fleet_app.notification.channels.models import Channel, Notification, Status
from fleet_app.notification.channels.recipients import Addressee, addressees
from fleet_app.outbox.changes import changed
from fleet_app.outbox.store import Job, defer_all

SEND = "notifications.send"
"""The job that sends one message."""
MESSAGES = "messages"
"""Its queue, so that a slow mail server holds up nothing else."""
PLURAL = "notifications"
WITHOUT_ADDRESS = "Nobody was told this way: {}."


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be said, whichever way it then takes.

    `about` is the subject, such as `alert:17`. `dedupe_key` makes it one message: what was once
    stored under the key is not sent to the same place by the same channel again. `addresses` are
    plain ones, of people who are no users: (channel, address). The fleet's webhook hears of it when
    `channels` has `Channel.WEBHOOK`. `path` is the page to open, such as `/alerts?id=17`.
    """

    fleet_id: int
    about: str
    dedupe_key: str
    title: str
    body: str = ""
    severity: str = "info"
    path: str = ""
    user_ids: Sequence[int] = ()
    addresses: Sequence[tuple[Channel, str]] = ()
    channels: Sequence[Channel] = (Channel.IN_APP,)
    not_before: datetime | None = None
    data: dict[str, Any] = msgspec.field(default_factory=dict)
    """What programs read; only the webhook and phones carry it."""


async def notify(session: AsyncSession, notice: Notice) -> list[int]:
    """Store the messages of a notice, to be sent once this transaction is committed.

    Returns the ids of those that are new. Users of another fleet, and users who may not sign in,
    hear nothing.
    """
    found = await addressees(session, notice.fleet_id, notice.user_ids, notice.channels)
    given = [Addressee.plain(channel, address) for channel, address in notice.addresses]
    rows = [_row(notice, one) for one in [*found, *given]]
    if not rows:
        return []
    new = await _store(session, rows)
    await defer_sending(session, [one for one, status in new if status is Status.QUEUED],
                        notice.not_before)  # fmt: skip
    ids = [one for one, _ in new]
    changed(session, notice.fleet_id, PLURAL, ids, what="created")
    return ids


async def withdraw(session: AsyncSession, fleet_id: int, *about: str) -> int:
    """Do not send what still waits about subjects; returns how many were not even tried yet."""
    waiting = (
        update(Notification)
        .where(col(Notification.fleet_id) == fleet_id, col(Notification.about).in_(about))
        .where(col(Notification.status) == Status.QUEUED)
        .values(status=Status.SUPPRESSED, next_at=None, last_error="It was no longer needed.")
        .returning(col(Notification.id), col(Notification.attempts))
    )
    found = (await (await session.connection()).execute(waiting)).all()
    changed(session, fleet_id, PLURAL, [number or 0 for number, _ in found])
    return sum(attempts == 0 for _, attempts in found)


async def defer_sending(
    session: AsyncSession, ids: Sequence[int], at: datetime | None = None
) -> None:
    """Have messages sent once this transaction is committed, but not before `at`."""
    jobs = [
        Job(task_name=SEND, args={"id": one}, queue_name=MESSAGES, scheduled_at=at) for one in ids
    ]
    await defer_all(session, jobs)


async def _store(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> list[tuple[int, Status]]:
    adding = (
        insert(Notification)
        .values(list(rows))
        .on_conflict_do_nothing()
        .returning(col(Notification.id), col(Notification.status))
    )
    await session.flush()
    found = await (await session.connection()).execute(adding)
    return [(row[0] or 0, row[1]) for row in found]


def _row(notice: Notice, to: Addressee) -> dict[str, Any]:
    now = utc_now()
    in_app = to.channel is Channel.IN_APP
    waits = not in_app and not to.missing
    status = Status.QUEUED if waits else Status.SENT if in_app else Status.SUPPRESSED
    return {
        "fleet_id": notice.fleet_id,
        "user_id": to.user_id,
        "about": notice.about,
        "dedupe_key": notice.dedupe_key,
        "target": to.target[:300],
        "channel": to.channel,
        "status": status,
        "severity": notice.severity,
        "recipient": to.name[:120],
        "address": to.address[:500],
        "target_id": to.target_id,
        "subject": _one_line(notice.title)[:200],
        "body": notice.body,
        "path": notice.path,
        "data": clean(msgspec.to_builtins(notice.data)),
        "attempts": 0,
        "last_error": WITHOUT_ADDRESS.format(to.missing) if to.missing else None,
        "next_at": (notice.not_before or now) if waits else None,
        "created_at": now,
        "sent_at": now if in_app else None,
    }


def _one_line(text: str) -> str:
    """Line ends in a subject would be headers of their own in a mail."""
    return " ".join(text.split())

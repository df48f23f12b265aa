"""The delivery log: which messages were, will or would have been sent, and sending them again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import authorize, fleet_in_view
from fleet_app.access.principal import Principal
from fleet_app.audit.trail import note
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import Conflict, NotFound
from fleet_app.notification.channels.models import (
    Channel,
    Notification,
    NotificationAttempt,
    Status,
)
from fleet_app.notification.channels.outgoing import PLURAL, defer_sending
from fleet_app.notification.channels.query import LogQuery
from fleet_app.notification.channels.recipients import addressees
from fleet_app.notification.channels.sight import covered, sees_addresses
from fleet_app.outbox.changes import changed

READ, MANAGE = "notifications.read", "notifications.manage"
AGAIN = frozenset({Status.FAILED, Status.DEAD, Status.SUPPRESSED})
"""What may be sent again. What was sent is not, and what waits is sent anyway."""


class DeliveryLog:
    """The log as somebody may see it."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def page(
        self, principal: Principal, query: LogQuery
    ) -> tuple[Sequence[Notification], int]:
        """One page, newest first, and how many there are. Raises `Forbidden`, `NotFound`."""
        conditions = _conditions(principal, query)
        total = (await self._session.exec(select(func.count()).where(*conditions))).one()
        rows = select(Notification).where(*conditions).order_by(col(Notification.id).desc())
        rows = rows.offset((query.page - 1) * query.limit).limit(query.limit)
        found = (await self._session.exec(rows)).all()
        for row in found:
            self._cover(principal, row, [])
        return found, total

    async def counts(self, principal: Principal, fleet_id: int | None = None) -> dict[str, int]:
        """How many messages there are of each status. Raises `Forbidden`, `NotFound`."""
        conditions = _conditions(principal, LogQuery(fleet_id=fleet_id))
        grouped = select(Notification.status, func.count()).where(*conditions)
        found = await self._session.exec(grouped.group_by(col(Notification.status)))
        return {Status(status).value: number for status, number in found}

    async def one(
        self, principal: Principal, number: int
    ) -> tuple[Notification, Sequence[NotificationAttempt]]:
        """A message and every try at sending it. Raises `Forbidden`, `NotFound`."""
        row = await self._visible(principal, number, READ)
        tries = (
            select(NotificationAttempt)
            .where(col(NotificationAttempt.notification_id) == number)
            .order_by(col(NotificationAttempt.id))
        )
        found = list((await self._session.exec(tries)).all())
        self._cover(principal, row, found)
        return row, found

    def _cover(
        self, principal: Principal, row: Notification, tries: list[NotificationAttempt]
    ) -> None:
        """Only what is shown is covered, not what is stored."""
        if not sees_addresses(principal):
            for one in (row, *tries):
                self._session.expunge(one)
            covered(row, tries)

    async def retry(self, actor: Actor, number: int) -> Notification:
        """Send a message again that was not sent. Raises `Forbidden`, `NotFound`, `Conflict`."""
        row = await self._visible(actor.principal, number, MANAGE, lock=True)
        if row.status not in AGAIN:
            raise Conflict(_WHY_NOT[row.status])
        await self._look_up(row)
        before = row.status.value
        row.status, row.attempts, row.last_error = Status.QUEUED, 0, None
        row.next_at = utc_now()
        await defer_sending(self._session, [number])
        changed(self._session, row.fleet_id, PLURAL, [number])
        note(self._session, actor, "retry", kind="notification", object_id=number,
             label=row.subject, fleet_id=row.fleet_id,
             changes={"status": [before, row.status.value]})  # fmt: skip
        return row

    async def _visible(
        self, principal: Principal, number: int, permission: str, *, lock: bool = False
    ) -> Notification:
        authorize(principal, permission)
        row = await self._session.get(Notification, number, with_for_update=lock or None)
        if row is None or not principal.sees_fleet(row.fleet_id):
            raise NotFound("Notification", number)
        return row

    async def _look_up(self, row: Notification) -> None:
        """Somebody who had no address then may have one now."""
        if row.address or (row.user_id is None and row.channel is not Channel.WEBHOOK):
            return
        users = [row.user_id] if row.user_id else []
        for found in await addressees(self._session, row.fleet_id, users, [row.channel]):
            if not found.missing:
                row.address, row.target_id = found.address[:500], found.target_id
                return


_WHY_NOT = {
    Status.SENT: "This message was sent already",
    Status.QUEUED: "This message waits for being sent already",
    Status.SENDING: "This message is being sent right now",
}


def _conditions(principal: Principal, query: LogQuery) -> list[Any]:
    authorize(principal, READ)
    fleet_id = fleet_in_view(principal, query.fleet_id)
    row = Notification
    found: list[Any] = [] if fleet_id is None else [col(row.fleet_id) == fleet_id]
    if query.statuses:
        found.append(col(row.status).in_([Status(one) for one in query.statuses]))
    if query.channels:
        found.append(col(row.channel).in_([Channel(one) for one in query.channels]))
    if query.user_id is not None:
        found.append(col(row.user_id) == query.user_id)
    if query.about:
        found.append(col(row.about) == query.about)
    if query.start is not None:
        found.append(col(row.created_at) >= query.start)
    if query.end is not None:
        found.append(col(row.created_at) <= query.end)
    if query.text:
        columns = [row.subject, row.recipient]
        columns += [row.address] if sees_addresses(principal) else []
        found.append(or_(*(col(one).icontains(query.text, autoescape=True) for one in columns)))
    return found or [col(row.id) > 0]

"""Browsers whose session is ended show no messages any more, wherever it was ended from."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence

from sqlalchemy import delete
from sqlmodel import col

from fleet_app.identity.ports import SessionRecord, SessionStore, UnitOfWork
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.notification.channels.models import PushSubscription

log = logging.getLogger(__name__)


class SessionsWithBrowsers:
    """Sessions; one that is ended takes its browser's subscription with it.

    One that runs out does not: a night without a message would be worse.
    """

    def __init__(self, sessions: SessionStore, work: UnitOfWork) -> None:
        self._sessions = sessions
        self._work = work

    async def put(self, record: SessionRecord) -> None:
        """See `SessionStore`."""
        await self._sessions.put(record)

    async def load(self, session_ids: Sequence[str]) -> dict[str, SessionRecord]:
        """See `SessionStore`."""
        return await self._sessions.load(session_ids)

    async def of_user(self, user_id: int) -> list[SessionRecord]:
        """See `SessionStore`."""
        return await self._sessions.of_user(user_id)

    async def revoke(self, session_ids: Sequence[str]) -> None:
        """End sessions. That a browser could not be forgotten keeps nobody in."""
        await self._sessions.revoke(session_ids)
        ended = col(PushSubscription.session_id).in_(session_ids)
        try:
            async with self._work() as session:
                await (await session.connection()).execute(delete(PushSubscription).where(ended))
        except StoreUnavailable:
            log.warning("browsers of %d ended sessions are not forgotten", len(session_ids))

    def revocations(self) -> AsyncIterator[list[str]]:
        """See `SessionStore`."""
        return self._sessions.revocations()

"""Browser sessions: opened at the login page, carried by a cookie, ended here."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from fleet_app.access.actor import Channel
from fleet_app.access.principal import Principal
from fleet_app.identity.authenticator import Authenticator
from fleet_app.identity.ports import SessionRecord, SessionStore
from fleet_app.identity.repository import Account
from fleet_app.identity.service import IdentityService
from fleet_app.identity.tokens import digest, new_session_token
from fleet_app.kernel.errors import NotFound

SESSION_COOKIE = "fleet_session"
"""The cookie that carries a session's token, for pages and API alike."""


class OpenedSession(msgspec.Struct, frozen=True):
    """The token goes into the cookie and nowhere else; it lives `seconds`."""

    token: str
    seconds: int
    principal: Principal


class SessionService:
    """Signs browsers in and out."""

    def __init__(
        self,
        identity: IdentityService,
        store: SessionStore,
        authenticator: Authenticator,
        *,
        hours: int,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._identity = identity
        self._store = store
        self._authenticator = authenticator
        self._seconds = hours * 3600
        self._now = now

    async def sign_in(self, email: str, password: str, client: str, agent: str) -> OpenedSession:
        """Open a session. Raises `WrongCredentials` or `TooManyAttempts`."""
        account = await self._identity.sign_in(email, password, client, Channel.WEB)
        return await self._open(account, client, agent)

    async def sign_out(self, token: str, client: str = "") -> None:
        """End the session of this token, if there is one."""
        session_id = digest(token)
        record = (await self._store.load([session_id])).get(session_id)
        await self._revoke(session_id)
        if record is not None:
            await self._identity.signed_out(record.user_id, client, Channel.WEB)

    async def of_user(self, user_id: int) -> list[SessionRecord]:
        """Where a user is signed in, newest first."""
        return await self._store.of_user(user_id)

    async def revoke(self, user_id: int, session_id: str, client: str = "") -> None:
        """End one of a user's own sessions. Raises `NotFound`."""
        own = {record.session_id for record in await self._store.of_user(user_id)}
        if session_id not in own:
            raise NotFound("Session", session_id)
        await self._revoke(session_id)
        await self._identity.signed_out(user_id, client, Channel.WEB)

    async def _revoke(self, session_id: str) -> None:
        await self._store.revoke([session_id])
        self._authenticator.forget_sessions([session_id])

    async def _open(self, account: Account, client: str, agent: str) -> OpenedSession:
        token, now = new_session_token(), self._now()
        record = SessionRecord(
            session_id=digest(token),
            user_id=account.principal.user_id,
            stamp=account.stamp,
            created_at=now,
            expires_at=now + self._seconds,
            client=client[:64],
            agent=agent[:200],
        )
        await self._store.put(record)
        return OpenedSession(token, self._seconds, account.principal)

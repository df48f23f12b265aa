"""A person's own browsers and phones, and a fleet's webhook: where messages may go."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import delete
from sqlalchemy import select as core_select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import authorize
from fleet_app.audit.trail import note
from fleet_app.fleet.models import Fleet
from fleet_app.identity.models import User
from fleet_app.identity.passwords import password_stamp
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import InvalidInput, NotFound
from fleet_app.notification.channels.encryption import check_keys
from fleet_app.notification.channels.guarded import check_url
from fleet_app.notification.channels.models import PushSubscription, PushToken, Webhook
from fleet_app.notification.channels.ports import Refused
from fleet_app.notification.channels.sealing import Sealer

USE, MANAGE = "account.use", "notifications.manage"
MOST = 20
"""Browsers, and phones, of one person; the oldest make room."""
Device = TypeVar("Device", PushSubscription, PushToken)


class OwnPlaces:
    """The browsers and phones of whoever asks."""

    def __init__(self, session: AsyncSession, actor: Actor) -> None:
        authorize(actor.principal, USE)
        self._session = session
        self._user_id = actor.principal.user_id
        self._session_id = actor.principal.session_id

    async def browsers(self) -> Sequence[PushSubscription]:
        """Oldest first."""
        return await self._of(PushSubscription)

    async def phones(self) -> Sequence[PushToken]:
        """Oldest first."""
        return await self._of(PushToken)

    async def add_browser(
        self, endpoint: str, p256dh: str, auth: str, name: str, *, private: bool = False
    ) -> PushSubscription:
        """The browser, which is nobody else's from now on. Raises `InvalidInput`."""
        try:
            check_url(endpoint, private=private)
        except Refused as error:
            raise InvalidInput(str(error), fields={"endpoint": str(error)}) from None
        try:
            check_keys(p256dh, auth)
        except ValueError:
            told = "are not those of a push subscription"
            raise InvalidInput(f"The keys {told}", fields={"keys": told}) from None
        values = {"p256dh": p256dh, "auth": auth, "name": name, "user_id": self._user_id,
                  "session_id": self._session_id, "stamp": await self._stamp()}  # fmt: skip
        adding = insert(PushSubscription).values(endpoint=endpoint, created_at=utc_now(), **values)
        number = await self._number(
            adding.on_conflict_do_update(index_elements=["endpoint"], set_=values).returning(
                col(PushSubscription.id)
            )
        )
        await self._make_room(PushSubscription)
        return await self._session.get_one(PushSubscription, number, populate_existing=True)

    async def add_phone(self, token: str, name: str) -> PushToken:
        """The phone, which is nobody else's from now on."""
        values = {"name": name, "user_id": self._user_id, "stamp": await self._stamp()}
        adding = insert(PushToken).values(token=token, created_at=utc_now(), **values)
        number = await self._number(
            adding.on_conflict_do_update(index_elements=["token"], set_=values).returning(
                col(PushToken.id)
            )
        )
        await self._make_room(PushToken)
        return await self._session.get_one(PushToken, number, populate_existing=True)

    async def remove_browser(self, number: int) -> PushSubscription:
        """Send it nothing any more. Raises `NotFound`."""
        return await self._remove(PushSubscription, number, "Push subscription")

    async def remove_phone(self, number: int) -> PushToken:
        """Send it nothing any more. Raises `NotFound`."""
        return await self._remove(PushToken, number, "Push token")

    async def _of(self, table: type[Device]) -> Sequence[Device]:
        own = select(table).where(col(table.user_id) == self._user_id).order_by(col(table.id))
        return (await self._session.exec(own)).all()

    async def _stamp(self) -> str:
        user = await self._session.get_one(User, self._user_id)
        return password_stamp(user.password_hash)

    async def _number(self, adding: object) -> int:
        connection = await self._session.connection()
        return int((await connection.execute(adding)).scalar_one())  # type: ignore[call-overload]

    async def _remove(self, table: type[Device], number: int, kind: str) -> Device:
        row = await self._session.get(table, number)
        if row is None or row.user_id != self._user_id:
            raise NotFound(kind, number)
        await self._session.delete(row)
        return row

    async def _make_room(self, table: type[Device]) -> None:
        kept = (
            core_select(col(table.id))
            .where(col(table.user_id) == self._user_id)
            .order_by(col(table.id).desc())
            .limit(MOST)
        )
        old = delete(table).where(col(table.user_id) == self._user_id, col(table.id).not_in(kept))
        await (await self._session.connection()).execute(old)


class Webhooks:
    """The one webhook that each fleet may have."""

    def __init__(self, session: AsyncSession, actor: Actor, sealer: Sealer) -> None:
        authorize(actor.principal, MANAGE)
        self._session = session
        self._actor = actor
        self._sealer = sealer

    async def of(self, fleet_id: int) -> Webhook | None:
        """The webhook; None without. Raises `NotFound` for another fleet."""
        seen = self._actor.principal.sees_fleet(fleet_id)
        if not seen or await self._session.get(Fleet, fleet_id) is None:
            raise NotFound("Fleet", fleet_id)
        found = select(Webhook).where(col(Webhook.fleet_id) == fleet_id)
        return (await self._session.exec(found)).first()

    async def put(
        self, fleet_id: int, url: str, secret: str | None, *, private: bool = False
    ) -> tuple[Webhook, str]:
        """Set it; returns its secret too, which is made up when none is given.

        Raises `InvalidInput`, `NotFound`.
        """
        row = await self.of(fleet_id)
        try:
            check_url(url, private=private)
        except Refused as error:
            raise InvalidInput(str(error), fields={"url": str(error)}) from None
        secret = secret or secrets.token_urlsafe(32)
        before = row.url if row else None
        row = row or Webhook(fleet_id=fleet_id, url=url, sealed_secret="")
        row.url, row.sealed_secret = url, self._sealer.seal(secret)
        row.changed_at = utc_now()
        self._session.add(row)
        await self._session.flush()
        self._note("webhook_set", row, {"url": [before, url]})
        return row, secret

    async def remove(self, fleet_id: int) -> None:
        """Tell it nothing any more; without one, nothing happens. Raises `NotFound`."""
        row = await self.of(fleet_id)
        if row is not None:
            self._note("webhook_removed", row, {"url": [row.url, None]})
            await self._session.delete(row)

    def _note(self, action: str, row: Webhook, changes: dict[str, list[str | None]]) -> None:
        note(self._session, self._actor, action, kind="webhook", object_id=row.id,
             label="Webhook", fleet_id=row.fleet_id, changes=changes)  # fmt: skip

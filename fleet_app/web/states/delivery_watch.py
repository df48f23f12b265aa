"""Keeps open tracking pages true: a customer sees the vehicle only while it carries the delivery.

A page is checked when it is opened; this looks again for as long as it stays open, because what a
page is told to do by the server it may leave undone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from reflex.app import EventNamespace
from reflex.event import Event
from reflex.state import StateUpdate
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.tracking import TrackedDelivery, tracked_now
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.planning.live.ports import ActiveRoutes
from fleet_app.planning.live.reading import with_expected
from fleet_app.web.states.live import Rooms

logger = logging.getLogger(__name__)

RECHECK_SECONDS = 10.0
"""How long a page may show a vehicle after the delivery has ended."""
BATCH = 500


class DeliveryWatch:
    """Which socket of this process looks at which delivery, as it was when last looked up.

    `reopen` is the event handler by which a page looks its delivery up again.
    """

    def __init__(
        self,
        namespace: EventNamespace,
        rooms: Rooms,
        work: Callable[[], AbstractAsyncContextManager[AsyncSession]],
        reopen: Any,
        active: ActiveRoutes | None = None,
    ) -> None:
        """`active` knows when vehicles on their way are expected."""
        self._active = active
        self._namespace = namespace
        self._rooms = rooms
        self._work = work
        self._reopen = reopen
        self._watched: dict[str, TrackedDelivery] = {}

    def watch(self, sid: str, shown: TrackedDelivery) -> None:
        """A page shows this delivery, in place of any other before. Call it after joining rooms."""
        self._watched[sid] = shown

    def forget(self, sid: str) -> None:
        """A page shows no delivery any more."""
        self._watched.pop(sid, None)

    async def run(self) -> None:
        """Look again and again until cancelled."""
        while True:
            await asyncio.sleep(RECHECK_SECONDS)
            try:
                await self.recheck()
            except StoreUnavailable as error:  # then nobody can have ended a delivery either
                logger.warning("Open tracking pages were not checked: %s", error.message)
            except Exception:
                logger.exception("Open tracking pages were not checked")

    async def recheck(self) -> None:
        """Look once. Raises `StoreUnavailable`."""
        for sid in [sid for sid in self._watched if not self._is_connected(sid)]:
            self.forget(sid)
        looking: dict[int, list[str]] = {}
        for sid, shown in self._watched.items():
            looking.setdefault(shown.delivery_id, []).append(sid)
        ids = sorted(looking)
        for start in range(0, len(ids), BATCH):
            some = ids[start : start + BATCH]
            async with self._work() as session:
                now = await tracked_now(session, some)
            if self._active is not None:
                now = await with_expected(self._active, now.values())
            for delivery_id in some:
                await self._compare(delivery_id, looking[delivery_id], now.get(delivery_id))

    async def _compare(
        self, delivery_id: int, sids: list[str], now: TrackedDelivery | None
    ) -> None:
        for sid in sids:  # a page may have gone, or on to another delivery, in the meantime
            shown = self._watched.get(sid)
            if shown is not None and shown.delivery_id == delivery_id and shown != now:
                await self._changed(sid, shown, now)

    async def _changed(self, sid: str, shown: TrackedDelivery, now: TrackedDelivery | None) -> None:
        """Take the vehicle away first, whatever the page does; then let the page look again."""
        if now is None or now.vehicle_id != shown.vehicle_id:
            await self._rooms.leave(sid)
        if now is None:
            self.forget(sid)
        else:
            self.watch(sid, now)
        events = Event.from_event_type(self._reopen)
        await self._namespace.emit("event", StateUpdate(delta={}, events=events), to=sid)

    def _is_connected(self, sid: str) -> bool:
        namespace = self._namespace
        return bool(namespace.server.manager.is_connected(sid, namespace.namespace))


class _Wiring:
    watch: DeliveryWatch | None = None


def connect_watch(watch: DeliveryWatch) -> None:
    """Tell the pages who watches; called once when the application is put together."""
    _Wiring.watch = watch


def delivery_watch() -> DeliveryWatch:
    """The watch of this process."""
    if _Wiring.watch is None:
        raise RuntimeError("the delivery watch is connected when the application starts")
    return _Wiring.watch

"""Shows a fleet's alerts in its live room: looked up once a change, whoever looks at it.

Only the office enters a fleet's room (`Live.join`), and only the office reads alerts.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.notification.changing import PLURAL
from fleet_app.notification.pulse import pulse_of
from fleet_app.web.states.rooms import SocketRooms

log = logging.getLogger(__name__)

ROOM = "fleet:"
_ANY = "*"


class RoomAlerts:
    """Emits the alerts of a fleet to its room when some changed, after the notice itself."""

    def __init__(
        self, rooms: SocketRooms, work: Callable[[], AbstractAsyncContextManager[AsyncSession]]
    ) -> None:
        self._rooms = rooms
        self._work = work
        self._told: dict[str, tuple[Any, Any]] = {}
        self._locks: dict[int, asyncio.Lock] = {}
        rooms.alerts_from(self.show)

    async def emit_changes(self, room: str, notices: dict[str, Any]) -> None:
        """Tell the room which records changed and, if alerts did, how they stand now."""
        await self._rooms.emit_changes(room, notices)
        heard = tuple(notices.get(kind, {}).get("sequence") for kind in (PLURAL, _ANY))
        news = any(
            new != old for new, old in zip(heard, self._told.get(room, (None, None)), strict=True)
        )
        self._told[room] = heard
        if news and room.startswith(ROOM) and room in self._rooms.occupied():
            await self.show(int(room.removeprefix(ROOM)), room)

    async def show(self, fleet_id: int, to: str) -> None:
        """Emit the alerts of a fleet to its room, or to one session that has entered it.

        One at a time: what was read earlier must not arrive later.
        """
        async with self._locks.setdefault(fleet_id, asyncio.Lock()):
            try:
                async with self._work() as session:
                    pulse = await pulse_of(session, fleet_id)
            except StoreUnavailable as error:
                log.warning("Alerts are not shown: %s", error.message)
                return
            await self._rooms.emit_alerts(to, msgspec.to_builtins(pulse))

"""Tells the screens of one web process which records changed: at once, then twice a second.

It knows nothing of sockets: how to emit, and which rooms have members, is handed in.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from typing import Any

from backend_jobs.broadcaster import fleet_room
from fleet_app.outbox.changes import MOST_IDS, RecordChange
from fleet_app.outbox.ports import MISSED

log = logging.getLogger(__name__)

Listen = Callable[[], AsyncIterator[tuple[int, Sequence[RecordChange]]]]
Emit = Callable[[str, dict[str, Any]], Awaitable[None]]
Rooms = Callable[[], Collection[str]]

PUSH_SECONDS = 0.5
"""The least time between two pushes to a room."""
FLEETS = fleet_room(0).removesuffix("0")
ANY_KIND = "*"
"""The notice for kinds that have none of their own."""
UPDATED, CHANGED = "updated", "created"
"""Rows that only look different, and lists that may hold other rows."""


class FleetNews:
    """What a fleet's screens have been told, as notices by kind: the record grid's `changes`.

    A notice is `{sequence, kind, ids}`: `kind` says what happened, no `ids` mean that anything may
    have. Each push carries the newest notice of every kind, so a screen that missed some notices
    sees a gap in the sequence and reads again.
    """

    def __init__(self, first: int) -> None:
        self._first = first
        self._notices: dict[str, dict[str, Any]] = {}
        self._ids: dict[str, set[int] | None] = {}
        self._moved: set[str] = set()

    @property
    def waiting(self) -> bool:
        """Whether there is something to tell."""
        return bool(self._ids)

    def hear(self, changes: Iterable[RecordChange]) -> None:
        """Records changed."""
        for change in changes:
            known = self._ids.setdefault(change.kind, set())
            if change.ids is None or known is None or len(known.union(change.ids)) > MOST_IDS:
                self._ids[change.kind] = None
            else:
                known.update(change.ids)
            if change.what != "updated":
                self._moved.add(change.kind)

    def miss(self) -> None:
        """Changes of any kind may have gone unheard."""
        self._ids.update(dict.fromkeys({ANY_KIND, *self._notices, *self._ids}))

    def tell(self) -> dict[str, dict[str, Any]]:
        """The notices by kind; older ones without ids, as whoever missed them missed more."""
        told = {kind: {**notice, "ids": []} for kind, notice in self._notices.items()}
        for kind, ids in self._ids.items():
            sequence = told[kind]["sequence"] + 1 if kind in told else self._first
            what = CHANGED if kind in self._moved or ids is None else UPDATED
            told[kind] = {"sequence": sequence, "kind": what, "ids": sorted(ids or ())}
        self._notices, self._ids, self._moved = told, {}, set()
        return told


class ChangePush:
    """Coalesces announcements and emits notices; `run` it once a web process."""

    def __init__(
        self, *, listen: Listen, emit: Emit, rooms: Rooms, seconds: float = PUSH_SECONDS
    ) -> None:
        self._listen = listen
        self._emit = emit
        self._rooms = rooms
        self._seconds = seconds
        self._first = int(time.time() * 1000)  # numbers of another process are others
        self._fleets: dict[int, FleetNews] = {}
        self._heard = asyncio.Event()

    async def run(self) -> None:
        """Push until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._receive_forever(), name="changes-receive")
            tasks.create_task(self._push_forever(), name="changes-push")

    async def _receive_forever(self) -> None:
        async for fleet_id, changes in self._listen():
            if (fleet_id, changes) == MISSED:
                self._miss()
            else:
                self._news(fleet_id).hear(changes)
            self._heard.set()

    def _miss(self) -> None:
        watched = {int(room[len(FLEETS) :]) for room in self._rooms() if room.startswith(FLEETS)}
        for fleet_id in watched | self._fleets.keys():
            self._news(fleet_id).miss()

    def _news(self, fleet_id: int) -> FleetNews:
        return self._fleets.setdefault(fleet_id, FleetNews(self._first))

    async def _push_forever(self) -> None:
        while True:
            await self._heard.wait()
            self._heard.clear()
            await self._push()
            await asyncio.sleep(self._seconds)

    async def _push(self) -> None:
        """Also to rooms that are empty now: whoever comes back to one must find a gap."""
        for fleet_id, news in list(self._fleets.items()):
            if news.waiting:
                await self._send(fleet_room(fleet_id), news.tell())

    async def _send(self, room: str, notices: dict[str, Any]) -> None:
        try:
            await self._emit(room, notices)
        except Exception:
            # Whatever goes wrong with one room, the others are told and the loop lives on. Who
            # missed this finds a gap in the sequence with the next notice, and reads again.
            log.exception("changes for %s not sent", room)

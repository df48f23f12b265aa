"""Short messages at the edge of the screen, with a way back where there is one."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypedDict

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.audit.models import AuditEntry
from fleet_app.bootstrap import get_container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.errors import FleetError
from fleet_app.records.listing import Row
from fleet_app.records.service import Records
from fleet_app.records.undo import Undo
from fleet_app.web.gate import current_actor, public, requires
from fleet_app.web.states.records.many import Outcome, each

FRESH_SECONDS = 8.0
"""How old a message may be that is still shown on the next page."""
MOST = 3
"""How many stand there at once."""
LONGEST = 300
NAMED = 3
"""So many records that stay as they are get named."""


class Toast(TypedDict):
    """One message; `undo` says whether it offers a way back."""

    id: int
    text: str
    tone: str
    undo: bool


class Way(TypedDict):
    """How to take a change back: restore these records, or undo these audit entries.

    Entries are undone from the last of the list to the first.
    """

    plural: str
    restore: list[int]
    entries: list[int]


class Toasts(rx.State):
    """The messages of this browser tab."""

    items: list[Toast] = []
    undone: int = 0
    """A counter that lists watch: they read again when something was taken back."""
    _ways: dict[int, Way] = {}
    _since: dict[int, float] = {}
    _last: int = 0

    def show(self, text: str, *, tone: str = "done", way: Way | None = None) -> None:
        """Say `text`; `tone` is done or problem."""
        self._last += 1
        toast = Toast(id=self._last, text=text, tone=tone, undo=way is not None)
        self.items = [*self.items[-(MOST - 1) :], toast]
        kept = {item["id"] for item in self.items}
        ways = {key: value for key, value in self._ways.items() if key in kept}
        self._ways = ways if way is None else {**ways, self._last: way}
        since = {key: moment for key, moment in self._since.items() if key in kept}
        self._since = {**since, self._last: time.monotonic()}

    @rx.event
    @requires("views.use")
    async def settle(self) -> None:
        """On a new page: keep only what was said a moment ago, such as what led here."""
        now = time.monotonic()
        self.items = [
            item for item in self.items if now - self._since.get(item["id"], 0.0) < FRESH_SECONDS
        ]

    @rx.event
    @requires("views.use")
    async def dismiss(self, toast_id: int) -> None:
        """Take a message away."""
        self._remove(toast_id)

    @rx.event
    @requires("views.use")
    async def undo(self, toast_id: int) -> None:
        """Take the change behind a message back."""
        await self._undo(toast_id)

    @rx.event
    @requires("views.use")
    async def undo_last(self) -> None:
        """Take the newest change back that still can be."""
        undoable = [item["id"] for item in self.items if item["undo"]]
        if undoable:
            await self._undo(undoable[-1])

    @rx.event
    @public
    async def fail(self, text: str) -> None:
        """Say what failed in a handler that did not say so itself. Shows it in this tab only."""
        self.show(str(text)[:LONGEST], tone="problem")

    def _remove(self, toast_id: int) -> None:
        self.items = [item for item in self.items if item["id"] != toast_id]

    async def _undo(self, toast_id: int) -> None:
        """The message goes when all is taken back; else it offers the rest again."""
        way = self._ways.get(toast_id)
        if way is None:
            return
        restored, undone = await self._take_back(way)
        count = len(restored.done) + len(undone.done)
        if count:
            self.undone += 1
        if count == len(way["restore"]) + len(way["entries"]):
            self._remove(toast_id)
            self.show("Taken back.")
            return
        rest = Way(
            plural=way["plural"],
            restore=[one for one in way["restore"] if one not in set(restored.done)],
            entries=[one for one in way["entries"] if one not in set(undone.done)],
        )
        self._keep(toast_id, rest)
        self.show(await _what_stays(way["plural"], count, restored, undone), tone="problem")

    def _keep(self, toast_id: int, rest: Way) -> None:
        """Let the offer stand as the newest, so that the next message does not push it out."""
        offer = [item for item in self.items if item["id"] == toast_id]
        self._remove(toast_id)
        self.items = [*self.items, *offer]
        self._ways = {**self._ways, toast_id: rest}

    async def _take_back(self, way: Way) -> tuple[Outcome, Outcome]:
        """What became of the records to restore, and of the audit entries to undo."""
        actor, view = await current_actor(self), get_container().view()

        async def restore(session: AsyncSession, identifier: int) -> Row:
            records = Records(session, KINDS, KINDS[way["plural"]], actor, view)
            return await records.restore(identifier)

        async def undo(session: AsyncSession, entry: int) -> Row:
            return await Undo(session, KINDS, actor, view).undo(entry)

        restored = await each(sorted(way["restore"]), restore)
        return restored, await each(way["entries"][::-1], undo)


async def say(state: rx.State, text: str, **details: Any) -> None:
    """Show a message from another state's handler; see `Toasts.show`."""
    toasts = await state.get_state(Toasts)
    toasts.show(text, **details)


@asynccontextmanager
async def telling(state: rx.State) -> AsyncIterator[None]:
    """Around a unit of work: what cannot be done, or was not kept, is said as a message."""
    try:
        yield
    except FleetError as error:
        await say(state, error.message, tone="problem")


async def _what_stays(plural: str, count: int, restored: Outcome, undone: Outcome) -> str:
    """How much was taken back, and which records stay as they are for what reason."""
    problem = restored.problem or undone.problem
    parts = [f"{count:,} taken back."] if count else []
    refused = [*restored.refused.items(), *undone.refused.items()]
    if refused:
        names = await _names(plural, list(restored.refused)[:NAMED], list(undone.refused)[:NAMED])
        told = [f"{names.get(one) or f'No. {one}'} stays as it is: {why}" for one, why in refused]
        more = len(told) - NAMED
        parts += [f"{text.rstrip('.')}." for text in told[:NAMED]]
        parts += [f"{more:,} more stay as they are."] if more > 0 else []
    return " ".join([*parts, *([f"{problem}."] if problem else [])])


async def _names(plural: str, ids: list[int], entries: list[int]) -> Mapping[int, str]:
    """What records are called; those of audit entries, by the entry, as they were then."""
    kind = KINDS[plural]
    try:
        async with get_container().work() as session:
            rows = [(one, await session.get(kind.model, one)) for one in ids]
            kept = [(one, await session.get(AuditEntry, one)) for one in entries]
    except FleetError:
        return {}
    named = {one: kind.label_of(row) for one, row in rows if row is not None}
    return named | {one: entry.label for one, entry in kept if entry is not None}

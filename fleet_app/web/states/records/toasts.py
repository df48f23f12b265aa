"""Short messages at the edge of the screen, with a way back where there is one."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, NotRequired, TypedDict

import reflex as rx
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.principal import Principal
from fleet_app.audit.models import AuditEntry
from fleet_app.bootstrap import get_container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.errors import FleetError
from fleet_app.records.listing import Row, visible
from fleet_app.records.service import Records
from fleet_app.records.undo import Undo
from fleet_app.web.gate import current_actor, public, requires
from fleet_app.web.states.records.aftermath import lost_words
from fleet_app.web.states.records.many import Outcome, each
from fleet_app.web.states.records.steps_back import StepBack, step_back

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
    """How to take a change back: restore these records, undo these audit entries, or go back
    these steps.

    Entries are undone from the last of the list to the first.
    """

    plural: str
    restore: list[int]
    entries: list[int]
    steps: NotRequired[list[StepBack]]


def way_of(plural: str, steps: Sequence[StepBack | None]) -> Way | None:
    """The way back from steps that were taken together; None unless each can be taken back."""
    known = [one for one in steps if one is not None]
    if not known or len(known) < len(steps):
        return None
    return Way(plural=plural, restore=[], entries=[], steps=known)


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
        became = await self._take_back(way)
        count = sum(len(one.done) for one in became)
        if count:
            self.undone += 1
        besides = _besides(way, became)
        rest = _rest(way, became)
        if rest is None:
            self._remove(toast_id)
            self.show(" ".join(["Taken back.", *besides]))
            return
        self._keep(toast_id, rest)
        who = (await current_actor(self)).principal
        stays = await _what_stays(who, way, count, became)
        self.show(" ".join([stays, *besides]), tone="problem")

    def _keep(self, toast_id: int, rest: Way) -> None:
        """Let the offer stand as the newest, so that the next message does not push it out."""
        offer = [item for item in self.items if item["id"] == toast_id]
        self._remove(toast_id)
        self.items = [*self.items, *offer]
        self._ways = {**self._ways, toast_id: rest}

    async def _take_back(self, way: Way) -> Became:
        """What became of each part of the way."""
        actor, view = await current_actor(self), get_container().view()

        async def restore(session: AsyncSession, identifier: int) -> Row:
            records = Records(session, KINDS, KINDS[way["plural"]], actor, view)
            return await records.restore(identifier)

        async def undo(session: AsyncSession, entry: int) -> Row:
            return await Undo(session, KINDS, actor, view).undo(entry)

        steps = {one["number"]: one for one in way.get("steps", [])}

        async def back(session: AsyncSession, number: int) -> object:
            return await step_back(session, actor, steps[number])

        restored = await each(sorted(way["restore"]), restore)
        undone = await each(way["entries"][::-1], undo)
        return Became(restored, undone, await each(sorted(steps), back))


class Became(NamedTuple):
    """What became of the records to restore, the entries to undo, and the steps to go back."""

    restored: Outcome
    undone: Outcome
    steps: Outcome


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


def _rest(way: Way, became: Became) -> Way | None:
    """What could not be taken back yet; None when everything was."""
    restored, undone, gone_back = (set(one.done) for one in became)
    rest = Way(
        plural=way["plural"],
        restore=[one for one in way["restore"] if one not in restored],
        entries=[one for one in way["entries"] if one not in undone],
        steps=[one for one in way.get("steps", []) if one["number"] not in gone_back],
    )
    return rest if rest["restore"] or rest["entries"] or rest["steps"] else None


def _besides(way: Way, became: Became) -> list[str]:
    """What else is to be known of what was taken back."""
    lost = lost_words(entry for one in became for entry in one.entries if entry.id)
    stays = {one["stays"] for one in way.get("steps", []) if one["number"] in became.steps.done}
    return [text for text in (lost, *sorted(stays)) if text]


async def _what_stays(who: Principal, way: Way, count: int, became: Became) -> str:
    """How much was taken back, and which records stay as they are for what reason."""
    restored, undone, gone_back = became
    problem = restored.problem or undone.problem or gone_back.problem
    parts = [f"{count:,} taken back."] if count else []
    refused = [*restored.refused.items(), *undone.refused.items(), *gone_back.refused.items()]
    if refused:
        ids = [*restored.refused, *gone_back.refused][:NAMED]
        names = await _names(who, way["plural"], ids, list(undone.refused)[:NAMED])
        told = [f"{names.get(one) or f'No. {one}'} stays as it is: {why}" for one, why in refused]
        more = len(told) - NAMED
        parts += [f"{text.rstrip('.')}." for text in told[:NAMED]]
        parts += [f"{more:,} more stay as they are."] if more > 0 else []
    return " ".join([*parts, *([f"{problem}."] if problem else [])])


async def _names(
    who: Principal, plural: str, ids: list[int], entries: list[int]
) -> Mapping[int, str]:
    """What records are called; those of audit entries, by the entry, as they were then.

    Only those that the person may still see: a page stays open when somebody changes fleets.
    """
    kind = KINDS[plural]
    try:
        log = [] if who.fleet_id is None else [col(AuditEntry.chain) == who.fleet_id]
        async with get_container().work() as session:
            seen = select(kind.model).where(col(kind.model.id).in_(ids), *visible(who, kind))
            rows = (await session.exec(seen)).all()
            kept = select(AuditEntry).where(col(AuditEntry.id).in_(entries), *log)
            labels = {one.id or 0: one.label for one in (await session.exec(kept)).all()}
    except FleetError:
        return {}
    return {row.id: kind.label_of(row) for row in rows} | labels

"""The audit log on the screen: its filters, one entry beside it, and the verdict on its chain."""

from __future__ import annotations

from functools import partial
from typing import Any, TypedDict

import reflex as rx

from fleet_app.audit.models import SYSTEM_CHAIN
from fleet_app.audit.query import parse_audit_query
from fleet_app.audit.reading import AuditLog
from fleet_app.audit.trail import noted
from fleet_app.audit.verifying import Verdict, verify
from fleet_app.bootstrap import get_container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.clock import zone_of
from fleet_app.kernel.errors import FleetError
from fleet_app.kernel.units import Ruler, Units
from fleet_app.records.fields import words_of
from fleet_app.records.named import known_to
from fleet_app.records.undo import Undo
from fleet_app.records.wording import Wording, action_words
from fleet_app.web.gate import current_actor, current_principal, requires
from fleet_app.web.states.narrowing import Narrowing
from fleet_app.web.states.records.aftermath import lost_words
from fleet_app.web.states.records.toasts import say
from fleet_app.web.states.session import shown_fleet

CHANNELS = {
    "web": "the dashboard", "api": "the API", "import": "an import", "job": "the system",
    "command": "the command line",
}  # fmt: skip
_WORDING = Wording(KINDS)


class Person(TypedDict):
    """Somebody who appears in the log."""

    value: str
    label: str


class Line(TypedDict):
    """One field of the entry beside the list."""

    title: str
    before: str
    after: str


class AuditScreen(Narrowing, rx.State):
    """What a reader of the log looks at. Everything is checked again where it is acted upon."""

    FILTERS = ("actor_id", "action", "kind", "channel", "at.from", "at.to", "object_id")

    people: list[Person] = []
    units: str = Units.METRIC.value
    """The units of the fleet whose log it is."""
    total: int = 0
    entry: int = 0
    """The entry beside the list; 0 for none."""
    title: str = ""
    link: str = ""
    facts: list[list[str]] = []
    lines: list[Line] = []
    undoable: bool = False
    verdict: str = ""
    sound: bool = False
    checking: bool = False

    @rx.event
    @requires("audit.read")
    async def open(self) -> None:
        """Start reading; the address may bring filters."""
        who, fleet = await self._begin()
        self.units = (fleet.units if fleet else Units.METRIC).value
        async with get_container().work() as session:
            known = await AuditLog(session).actors(who, fleet.id if fleet else None)
        ordered = sorted(known.items(), key=lambda one: one[1].lower())
        self.people = [Person(value=str(id_), label=name) for id_, name in ordered]

    @rx.event
    @requires("audit.read")
    async def search(self, words: str) -> None:
        """Show only what matches the words."""
        self._look_for(words)

    @rx.event
    @requires("audit.read")
    async def set_filter(self, name: str, text: str) -> None:
        """Set one filter, or drop it by an empty text; an impossible one is not taken over."""
        self._filter({name: str(text)})

    @rx.event
    @requires("audit.read")
    async def show_all(self) -> None:
        """Drop every filter and the words."""
        self._show_all()

    @rx.event
    @requires("audit.read")
    async def count(self, total: int) -> None:
        """How many entries the list has."""
        self.total = max(0, int(total))

    @rx.event
    @requires("audit.read")
    async def show(self, entry_id: int) -> None:
        """Put an entry beside the list."""
        who = await current_principal(self)
        try:
            async with get_container().work() as session:
                entry = await AuditLog(session).one(who, int(entry_id))
                known = await known_to(session, KINDS, who, [entry])
        except FleetError as error:
            self.entry = 0
            await say(self, error.message, tone="problem")
            return
        detail = _WORDING.detail(entry, who, Ruler.named(self.units), known)
        self.entry, self.undoable = entry.id or 0, detail["undoable"]
        self.title = f"{action_words(entry.action)}: {entry.label or words_of(entry.kind)}"
        shown = detail["visible"] and entry.object_id is not None
        self.link = f"/{detail['plural']}/{entry.object_id}" if shown else ""
        self.lines = [
            Line(title=one.title, before=one.before, after=one.after) for one in detail["details"]
        ]
        when = entry.at.astimezone(zone_of(self.zone)).strftime("%-d %b %Y, %H:%M:%S %Z")
        self.facts = [
            ["Who", f"{entry.actor_name} ({entry.actor_role.replace('_', ' ')})"],
            ["When", when],
            ["Through", CHANNELS.get(entry.channel, entry.channel)],
            *([["From", entry.address]] if entry.address else []),
            *([["Request", entry.request_id]] if entry.request_id else []),
            ["Entry", f"{entry.sequence:,} of its chain"],
            ["Fingerprint", entry.hash[:16]],
        ]

    @rx.event
    @requires("audit.read")
    async def close(self) -> None:
        """Take the entry away."""
        self.entry = 0

    @rx.event
    @requires("audit.read")
    async def narrow_to(self) -> None:
        """Show only what happened to the object of the entry."""
        who = await current_principal(self)
        async with get_container().work() as session:
            entry = await AuditLog(session).one(who, self.entry)
        if entry.object_id is not None:
            self.filters, self.words = {}, ""
            self._filter({"kind": entry.kind, "object_id": str(entry.object_id)})

    @rx.event
    @requires("changes.undo")
    async def undo(self) -> None:
        """Take the change back that the entry tells of."""
        actor, container = await current_actor(self), get_container()
        try:
            async with container.work() as session:
                await Undo(session, KINDS, actor, container.view()).undo(self.entry)
                entries = list(noted(session))
        except FleetError as error:
            await say(self, error.message, tone="problem")
            return
        self.version, self.entry = self.version + 1, 0
        await say(self, f"Taken back. {lost_words(entries)}".strip())

    @rx.event
    @requires("audit.read")
    async def check(self) -> Any:
        """Recompute the chain of the fleet on the screen."""
        self.checking, self.verdict = True, ""
        yield
        container = get_container()
        try:
            chain = await shown_fleet(self) or SYSTEM_CHAIN
            found = await verify(partial(container.work, container.patience), chain)
            self.sound, self.verdict = found.ok, _in_words(found)
        except FleetError as error:
            self.sound, self.verdict = False, f"Not checked: {error.message}"
        finally:
            self.checking = False

    @rx.event
    @requires("audit.read")
    async def dismiss(self) -> None:
        """Take the verdict away."""
        self.verdict = ""

    def _read(self, parameters: list[tuple[str, str]]) -> object:
        return parse_audit_query(parameters)


def _in_words(verdict: Verdict) -> str:
    if verdict.ok:
        noun = "entry is" if verdict.checked == 1 else "entries are"
        return f"The chain is whole: {verdict.checked:,} {noun} as written."
    return f"The chain is broken at entry {verdict.first_broken:,}. {verdict.why}."

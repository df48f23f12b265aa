"""What happened to the record on the screen: who changed what, from what to what."""

from __future__ import annotations

from typing import TypedDict

import reflex as rx

from fleet_app.audit.models import AuditEntry
from fleet_app.bootstrap import get_container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.clock import zone_of
from fleet_app.kernel.errors import FleetError
from fleet_app.kernel.units import Ruler
from fleet_app.records.history import History
from fleet_app.records.named import Known, known_to
from fleet_app.records.undo import UNDONE_ENTRY
from fleet_app.records.wording import Change, Wording, action_words
from fleet_app.web.gate import current_principal, requires
from fleet_app.web.states.records.form import RecordForm
from fleet_app.web.states.records.measures import ruler_of

PAGE = 20
_WORDING = Wording(KINDS)
_CHANNELS = {
    "web": "",
    "api": "over the API",
    "import": "by an import",
    "job": "by a background job",
    "command": "by a command",
}


class Deed(TypedDict):
    """One entry: who did what when, and the fields as lines."""

    id: int
    who: str
    what: str
    when: str
    how: str
    lines: list[list[str]]
    """Title, before, after; nothing before for what only says which change this takes back."""


class RecordHistory(rx.State):
    """The newest entries; more are read on demand."""

    deeds: list[Deed] = []
    total: int = 0
    problem: str = ""
    ready: bool = False
    _pages: int = 0

    @rx.event
    @requires("views.use")
    async def open(self) -> None:
        """Read the newest entries."""
        self.deeds, self.total, self.ready, self._pages = [], 0, False, 0
        await self._more()

    @rx.event
    @requires("views.use")
    async def more(self) -> None:
        """Read older ones."""
        await self._more()

    async def _more(self) -> None:
        form, who = await self.get_state(RecordForm), await current_principal(self)
        container, page = get_container(), self._pages + 1
        try:
            async with container.work() as session:
                log = History(session, KINDS, container.view())
                entries, self.total = await log.of(
                    who, form.plural, form.number, page=page, limit=PAGE
                )
                told = await known_to(session, KINDS, who, entries)
        except FleetError as error:
            self.problem, self.ready = error.message, True
            return
        known = {deed["id"] for deed in self.deeds}
        ruler = ruler_of(KINDS[form.plural], form.units, form.base)
        fresh = [_deed(entry, form.zone, ruler, told) for entry in entries if entry.id not in known]
        self.deeds, self._pages = [*self.deeds, *fresh], page
        self.problem, self.ready = "", True


def _deed(entry: AuditEntry, zone: str, ruler: Ruler, told: Known) -> Deed:
    changes = _WORDING.changes(entry, ruler, told)
    return Deed(
        id=entry.id or 0,
        who=entry.actor_name,
        what=action_words(entry.action),
        when=entry.at.astimezone(zone_of(zone)).strftime("%-d %b %Y, %H:%M"),
        how=_CHANNELS.get(entry.channel, entry.channel),
        lines=[_line(one) for one in changes],
    )


def _line(change: Change) -> list[str]:
    before = "" if change.field == UNDONE_ENTRY else change.before
    return [change.title, before, change.after]

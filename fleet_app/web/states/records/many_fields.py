"""The dialog that gives one field of many records the same value."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.clock import zone_of
from fleet_app.kernel.errors import FleetError
from fleet_app.kernel.units import Ruler
from fleet_app.records.kinds import Kind
from fleet_app.web.gate import requires
from fleet_app.web.states.records.chosen import settable
from fleet_app.web.states.records.lists import RecordList
from fleet_app.web.states.records.texts import problem_of, value_of


class ManyFields(rx.State):
    """Which field somebody sets, and what is wrong with its value."""

    open: bool = False
    field: str = ""
    """The field that is set; empty until one is found."""
    problem: str = ""
    errors: dict[str, str] = {}
    values: dict[str, str] = {}
    labels: dict[str, str] = {}
    stamps: dict[str, int] = {}

    @rx.event
    @requires("views.use")
    async def ask(self) -> None:
        """Ask which field the ticked records get, and what."""
        self.open, self.field, self.problem, self.errors = True, "", "", {}

    @rx.event
    @requires("views.use")
    async def close(self) -> None:
        """Close the dialog."""
        self.open = False

    @rx.event
    @requires("views.use")
    async def choose(self, title: str) -> None:
        """Find the field by what it is called, as it is typed."""
        kind = KINDS.get((await self.get_state(RecordList)).plural)
        wanted = str(title).strip().casefold()
        self.errors, self.problem = {}, ""
        self.field = next((name for name, words in titles(kind) if words.casefold() == wanted), "")

    @rx.event
    @requires("views.use")
    async def apply(self, form: dict[str, Any]) -> None:
        """Give the field of all ticked records the value."""
        listing = await self.get_state(RecordList)
        kind = KINDS.get(listing.plural)
        spec = next((s for s in settable(kind) if s.name == self.field), None) if kind else None
        if kind is None or spec is None:
            self.problem = "Choose the field that is to be changed"
            return
        text = str(form.get(spec.name) or "").replace("\0", "")
        zone, ruler = zone_of(listing.zone), Ruler.named(listing.units)
        wrong = problem_of(kind, spec, text, zone, ruler)
        self.errors = {spec.name: wrong} if wrong else {}
        if wrong:
            return
        try:
            await listing.change_all({spec.name: value_of(kind, spec, text, zone, ruler=ruler)})
        except FleetError as error:
            self.problem = error.message
            return
        self.open = False


def titles(kind: Kind | None) -> list[tuple[str, str]]:
    """The fields of a kind that can be set for many, and what the dialog calls each."""
    found = settable(kind) if kind else []
    often = [spec.title for spec in found]
    return [
        (one.name, one.title if often.count(one.title) == 1 else f"{one.title} ({one.group})")
        for one in found
    ]

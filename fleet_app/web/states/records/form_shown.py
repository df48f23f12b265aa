"""One record as its form shows it: its fields as texts, its facts, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import reflex as rx

from fleet_app.kernel.clock import zone_of
from fleet_app.kernel.errors import FleetError
from fleet_app.kernel.units import Ruler, Units
from fleet_app.records.fields import words_of
from fleet_app.records.kinds import Kind
from fleet_app.records.listing import Row
from fleet_app.records.problems import GENERAL
from fleet_app.web.states.records.facts import Fact, all_facts, header_facts
from fleet_app.web.states.records.measures import ruler_of, units_of
from fleet_app.web.states.records.merging import Clash, changed_names
from fleet_app.web.states.records.reading import house_style, kind_of, label_in, labels_in
from fleet_app.web.states.records.texts import in_words, texts_of, told_at


class ShownRecord(rx.State, mixin=True):
    """A record on the screen; what somebody does to it is up to the state that has it."""

    plural: str = ""
    number: int = 0
    """The record's id; 0 while it is new."""
    fleet: int = 0
    fleet_name: str = ""
    """The fleet of a new record, for those who can choose one."""
    version: int = 0
    title: str = ""
    status: str = ""
    status_label: str = ""
    deleted: bool = False
    loaded: bool = False
    missing: bool = False
    may: list[str] = []
    may_create: list[str] = []
    """Every kind of which the person may create records."""
    zone: str = "UTC"
    currency: str = "EUR"
    units: str = Units.METRIC.value
    """The units of the record's fleet."""
    tab: str = "details"

    base: dict[str, str] = {}
    """The fields as they are stored: what the browser compares with."""
    values: dict[str, str] = {}
    """The fields as the form shows them when it comes up."""
    labels: dict[str, str] = {}
    """What references are called."""
    stamps: dict[str, int] = {}
    """A field whose stamp changes shows its value anew."""
    errors: dict[str, str] = {}
    problem: str = ""
    clashes: list[Clash] = []
    newer: bool = False
    facts: list[Fact] = []
    every_fact: list[Fact] = []

    async def _show(self, kind: Kind, row: Row) -> None:
        """Show a stored record from the beginning."""
        await self._describe(kind, row)
        self.base = texts_of(kind, row, zone_of(self.zone), self._ruler(row))
        self.values, self.errors, self.problem, self.clashes = {}, {}, "", []
        self._fill(self.base)

    async def _catch_up(self, kind: Kind, row: Row) -> None:
        """Show what changed in a stored record; other fields stay as they are in the form."""
        before = self.base
        await self._describe(kind, row)
        self.base = texts_of(kind, row, zone_of(self.zone), self._ruler(row))
        self._fill({name: self.base[name] for name in changed_names(kind, before, self.base)})

    async def _describe(self, kind: Kind, row: Row) -> None:
        self.fleet = row["fleet_id"] or 0
        self.zone, self.currency = await house_style(self.fleet)
        self.units = await units_of(self.fleet)
        zone, ruler = zone_of(self.zone), self._ruler(row)
        self.number, self.version, self.newer = row["id"], row["version"], False
        self.deleted = row["deleted_at"] is not None
        self.title = label_in(kind, row)
        self.status = str(row.get("service_status") or row.get("status") or "")
        self.status_label = words_of(self.status)
        self.labels = labels_in(kind, row)
        self.facts = header_facts(kind, row, zone, ruler)
        self.every_fact = all_facts(kind, row, zone, ruler)

    def _ruler(self, values: Mapping[str, Any]) -> Ruler:
        """How the record is measured when its fields have these values."""
        return ruler_of(kind_of(self.plural), self.units, values)

    def _fill(self, texts: Mapping[str, str]) -> None:
        """Have these fields show these texts, whatever stands in them."""
        self.values = {**self.values, **texts}
        turns = {name: self.stamps.get(name, 0) + 1 for name in texts}
        self.stamps = {**self.stamps, **turns}

    def _refused(self, kind: Kind, error: FleetError) -> None:
        ruler = self._ruler({})
        self.errors = told_at(kind, error.fields, ruler)
        general = error.fields.get(GENERAL, "")
        self.problem = ruler.retold(in_words("This record", general) or error.message)

"""What a list of records shows: words, filters, order and columns; no selection."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import reflex as rx

from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.clock import zone_of
from fleet_app.kernel.units import Ruler, Units
from fleet_app.records.describe import columns
from fleet_app.web.states.records.chips import Place, chip_of
from fleet_app.web.states.records.list_address import RESERVED, Shown
from fleet_app.web.states.records.list_parts import possible, read_layout, usual_columns
from fleet_app.web.states.records.measures import filters_shown as in_units
from fleet_app.web.states.records.moments import in_moments
from fleet_app.web.states.records.reading import kind_of, labels_of


class ShownList(rx.State, mixin=True):
    """A list on the screen; the handlers that change it name their permission."""

    plural: str = ""
    words: str = ""
    filters: dict[str, str] = {}
    """Parameter of the API -> its text, such as `status` -> `failed,returned`."""
    names: dict[str, str] = {}
    """Filter by a record -> what that record is called."""
    sort: str = ""
    deleted: bool = False
    shown: list[str] = []
    layout: str = ""
    zone: str = "UTC"
    """The time zone of the fleet, whose days the filters mean."""
    units: str = Units.METRIC.value
    """The units of the fleet on the screen."""
    fleet: int = 0
    """The fleet asked for; 0 for those who have only one."""
    page: int = 1
    """Which hundred of the rows is on the screen."""

    @rx.var
    def query(self) -> str:
        """The page's part of the list's address."""
        kind, zone = KINDS.get(self.plural), zone_of(self.zone)
        parameters = {} if kind is None else in_moments(kind, self.filters, zone)
        if self.words.strip():
            parameters["q"] = self.words.strip()
        if self.deleted:
            parameters["deleted"] = "only"
        if self.fleet:
            parameters["fleet_id"] = str(self.fleet)
        return urlencode(parameters)

    @rx.var
    def filters_shown(self) -> dict[str, str]:
        """The filters as their inputs show them, in the fleet's units."""
        kind = KINDS.get(self.plural)
        return in_units(kind, self.filters, self.units) if kind else {}

    @rx.var
    def narrowed(self) -> bool:
        """Whether a filter or words hide a part of the list."""
        return bool(self.filters or self.words.strip() or self.deleted)

    @rx.var
    def chips(self) -> list[dict[str, str]]:
        """The active filters in words."""
        kind = KINDS.get(self.plural)
        if kind is None:
            return []
        titles = {column["id"]: column for column in columns(kind)}
        place = Place(zone_of(self.zone), Ruler.named(self.units))
        return [
            chip_of(kind, name, self.names.get(name, text), titles, place)
            for name, text in sorted(self.filters.items())
        ]

    def settings(self) -> dict[str, Any]:
        """What a saved view keeps of the list."""
        widths = {one["id"]: one["width"] for one in read_layout(self.layout) if one.get("width")}
        return {
            "words": self.words.strip(),
            "filters": dict(self.filters),
            "sort": self.sort,
            "shown": list(self.shown) or None,
            "layout": widths,
        }

    def show(self, settings: Mapping[str, Any]) -> None:
        """Show the list as a view says; what has become impossible since is left out."""
        self.show_only(Shown.of(settings))
        self.arrange(settings)

    def show_only(self, shown: Shown) -> None:
        """Show these records in this order, in the columns as they are."""
        self.words, self.deleted = shown.words, shown.deleted
        self.filters = {}
        self._filter(shown.filters)
        self.sort = shown.sort if possible(kind_of(self.plural), {"sort": shown.sort}) else ""

    def arrange(self, settings: Mapping[str, Any]) -> None:
        """Take over the columns of a view and their widths."""
        self.shown = []
        self._show_columns(list(settings.get("shown") or ()))
        widths = settings.get("layout") or {}
        self.layout = json.dumps([{"id": id_, "width": width} for id_, width in widths.items()])

    def shows(self) -> Shown:
        """Which records it shows, in which order."""
        return Shown(self.words.strip(), dict(self.filters), self.sort, self.deleted)

    async def learn_names(self) -> None:
        """What the records are called that the filters name."""
        self.names = await labels_of(self, kind_of(self.plural), self.filters)

    def _anew(self) -> None:
        """Another list: from its beginning."""
        self.page = 1

    def _show_columns(self, wanted: Sequence[str]) -> None:
        """Show these columns in this order; nothing when they are the usual ones."""
        every = {one["id"] for one in columns(kind_of(self.plural))}
        known = [one for one in dict.fromkeys(wanted) if one in every]
        usual = usual_columns(kind_of(self.plural))
        self.shown = [] if known == usual else known or self.shown

    def _filter(self, changes: Mapping[str, str]) -> None:
        kind = kind_of(self.plural)
        filters = dict(self.filters)
        for name, text in changes.items():
            if not text:
                filters.pop(name, None)
            elif name not in RESERVED and possible(kind, {name: text}):
                filters[name] = text
        self.filters = filters
        self._anew()

"""One list of records: what people do to its search, filters, order, columns and selection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.matrix import may
from fleet_app.access.roles import Role
from fleet_app.bootstrap import get_container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.clock import zone_of
from fleet_app.kernel.errors import InvalidInput
from fleet_app.kernel.parameters import LONGEST_SEARCH
from fleet_app.records.describe import columns
from fleet_app.records.kinds import Kind
from fleet_app.records.service import Records
from fleet_app.web.gate import current_actor, current_principal, requires
from fleet_app.web.states.records.aftermath import lost_words
from fleet_app.web.states.records.chosen import MOST_SELECTED, TOO_MANY, everything
from fleet_app.web.states.records.exporting import export_query
from fleet_app.web.states.records.list_address import MOST_PAGES, asked
from fleet_app.web.states.records.list_parts import (
    counted,
    offered,
    possible,
    read_layout,
    usual_columns,
    way_back,
)
from fleet_app.web.states.records.list_shown import ShownList
from fleet_app.web.states.records.many import Outcome, each
from fleet_app.web.states.records.measures import filters_stored, units_of
from fleet_app.web.states.records.reading import house_style, kind_of
from fleet_app.web.states.records.texts import value_of
from fleet_app.web.states.records.toasts import Way, say, telling
from fleet_app.web.states.session import shown_fleet

LONGEST_LAYOUT = 20_000


class RecordList(ShownList, rx.State):
    """What the person sees of one kind. Everything is checked again where it is acted upon."""

    selected: list[int] = []
    everything: bool = False
    """Whether the selection is all that the list shows, ticked or not."""
    busy: bool = False
    """Whether the selected records are being changed."""
    total: int = 0
    version: int = 0
    may: list[str] = []
    """What the person may do with this kind: read, create, update, delete, import, export."""

    @rx.var
    def exports(self) -> dict[str, str]:
        """The ends of the addresses of exports: of the columns shown, and of all."""
        kind = KINDS.get(self.plural)
        shown = self.shown or ([] if kind is None else usual_columns(kind))
        wanted = {"shown": shown, "all": ()}
        made = {name: export_query(self.query, self.sort, one) for name, one in wanted.items()}
        ids = "" if self.everything else ",".join(map(str, self.selected))
        return made | {"selected": export_query(self.query, self.sort, shown, ids=ids)}

    @rx.var
    def chosen_count(self) -> int:
        """How many records are selected."""
        return self.total if self.everything else len(self.selected)

    @rx.event
    @requires("views.use")
    async def open(self, plural: str) -> None:
        """Start looking at a kind. What the address says of the list is shown; where it says
        nothing, the views decide (`ListViews.open`), and until then the list stays as it was."""
        kind = kind_of(plural)
        who = await current_principal(self)
        if kind.plural != self.plural:
            self.reset()  # type: ignore[no-untyped-call]  # Reflex's
            self.plural = kind.plural
        self.may = [
            action
            for action in ("read", "create", "update", "delete", "import", "export")
            if may(who, kind.permission(action))
        ]
        fleet = await shown_fleet(self)
        self.fleet = fleet if who.role is Role.SYSTEM_ADMIN else 0
        self.zone, _ = await house_style(fleet)
        self.units = await units_of(fleet)
        self.selected, self.everything, self.busy = [], False, False
        wanted = asked(self.router.url.query_parameters)
        if wanted.shown is not None:
            self.show_only(wanted.shown)
        self.page = wanted.page
        await self.learn_names()

    @rx.event
    @requires("views.use")
    async def search(self, words: str) -> None:
        """Show only what matches the words."""
        self.words = words.replace("\0", "").lstrip()[:LONGEST_SEARCH]
        self._anew()

    @rx.event
    @requires("views.use")
    async def set_filter(self, name: str, text: str) -> None:
        """Set one filter, or drop it by an empty text; an impossible one is not taken over."""
        self._filter({name: str(text).strip()})

    @rx.event
    @requires("views.use")
    async def toggle_filter(self, name: str, value: str) -> None:
        """Add one of several values to a filter, or take it away."""
        chosen = [word for word in self.filters.get(name, "").split(",") if word]
        chosen = [w for w in chosen if w != value] if value in chosen else [*chosen, value]
        self._filter({name: ",".join(chosen)})

    @rx.event
    @requires("views.use")
    async def apply_filters(self, form: dict[str, Any]) -> None:
        """Take over the whole filter form."""
        typed = {name: str(text or "").strip() for name, text in form.items()}
        self._filter(filters_stored(kind_of(self.plural), typed, self.filters, self.units))
        await self.learn_names()

    @rx.event
    @requires("views.use")
    async def show_all(self) -> None:
        """Drop every filter and the words."""
        self.filters, self.words, self.deleted = {}, "", False
        self._anew()

    @rx.event
    @requires("views.use")
    async def toggle_deleted(self) -> None:
        """Look at what was deleted instead, or back."""
        self.deleted = not self.deleted
        self._anew()

    @rx.event
    @requires("views.use")
    async def set_sort(self, sort: str) -> None:
        """Order the list; an impossible order is not taken over."""
        if possible(kind_of(self.plural), {"sort": sort}):
            self.sort, self.page = sort, 1

    @rx.event
    @requires("views.use")
    async def turn(self, page: int) -> None:
        """Which hundred of the rows is on the screen, for the address."""
        self.page = min(max(int(page), 1), MOST_PAGES)

    @rx.event
    @requires("views.use")
    async def set_layout(self, layout: str) -> None:
        """Remember widths and order of the columns, for a saved view."""
        known = {one["id"] for one in columns(kind_of(self.plural))}
        self.layout = layout[:LONGEST_LAYOUT]
        order = [one for one in read_layout(self.layout) if one["id"] in known]
        self._show_columns([one["id"] for one in order if not one.get("hidden")])

    @rx.event
    @requires("views.use")
    async def toggle_column(self, column: str) -> None:
        """Show or hide a column; the last one stays. A new one comes last."""
        shown = self.shown or usual_columns(kind_of(self.plural))
        wanted = [one for one in shown if one != column]
        if len(wanted) == len(shown):
            wanted.append(column)
        self._show_columns(wanted)

    @rx.event
    @requires("views.use")
    async def select(self, ids: list[int]) -> None:
        """The rows that are ticked."""
        known = [one for one in dict.fromkeys(map(int, ids)) if 0 < one < 2**63]
        self.selected, self.everything = known[:MOST_SELECTED], False
        if len(known) > MOST_SELECTED:
            text = f"Only the first {MOST_SELECTED:,} are selected; do the others afterwards."
            await say(self, text, tone="problem")

    @rx.event
    @requires("views.use")
    async def select_all(self) -> None:
        """Select all that the list shows, read or not."""
        if self.total > MOST_SELECTED:
            await say(self, f"{TOO_MANY}.", tone="problem")
            return
        self.everything = True

    @rx.event
    @requires("views.use")
    async def begin(self) -> None:
        """Say that the selected records are being changed, which may take a while."""
        self.busy = True

    @rx.event
    @requires("views.use")
    async def count(self, total: int) -> None:
        """How many records the list has."""
        self.total = max(0, int(total))

    @rx.event
    @requires("views.use")
    async def refresh(self) -> None:
        """Read the list again."""
        self.version += 1

    @rx.event
    @requires("views.use")
    async def delete_selected(self) -> None:
        """Put the ticked records aside, and offer to bring them back."""
        async with telling(self):
            await self._each("delete", "Deleted")

    @rx.event
    @requires("views.use")
    async def restore_selected(self) -> None:
        """Bring the ticked deleted records back."""
        async with telling(self):
            await self._each("restore", "Restored", undoable=False)

    @rx.event
    @requires("views.use")
    async def set_selected(self, field: str, value: str) -> None:
        """Give one of the offered fields of all ticked records the same value."""
        self.busy, kind = False, kind_of(self.plural)
        spec = next((one for one in offered(kind) if one.name == field), None)
        async with telling(self):
            if spec is None or value not in [one["value"] for one in spec.options]:
                raise InvalidInput("This cannot be set for many at once")
            read = value_of(kind, spec, value, zone_of(self.zone))
            await self.change_all({field: read})

    async def change_all(self, values: Mapping[str, Any]) -> None:
        """Give all selected records these values."""
        await self._each("change", "Changed", values)

    async def chosen(self) -> list[int]:
        """The selected records, in the order of their ids. Raises `InvalidInput`, `Forbidden`."""
        if self.everything:
            return await everything(self, kind_of(self.plural), self.query)
        return sorted(set(self.selected))

    async def _each(
        self, act: str, done: str, values: Mapping[str, Any] | None = None, *, undoable: bool = True
    ) -> None:
        self.busy = False  # told with the outcome
        kind, actor = kind_of(self.plural), await current_actor(self)
        arguments = () if values is None else (values,)
        view = get_container().view()

        async def run(session: AsyncSession, identifier: int) -> object:
            records = Records(session, KINDS, kind, actor, view)
            return await getattr(records, act)(identifier, *arguments)

        outcome = await each(await self.chosen(), run)
        await self.tell(kind, done, outcome, way=way_back(kind, outcome) if undoable else None)

    async def tell(
        self, kind: Kind, done: str, outcome: Outcome, *, way: Way | None = None
    ) -> None:
        """Say what became of the ticked records; those that were not come to stay ticked."""
        self.selected, self.everything = outcome.left, False
        self.version += 1
        if outcome.done:
            text = f"{done} {counted(kind, len(outcome.done))}."
            lost = lost_words(one for one in outcome.entries if one.id)
            await say(self, f"{text} {lost}".strip(), way=way)
        if outcome.refused:
            left, why = counted(kind, len(outcome.refused)), list(outcome.refused.values())[-1]
            await say(self, f"{left} stayed as before: {why}", tone="problem")
        if outcome.left:
            left = counted(kind, len(outcome.left))
            text = f"{left} stayed as before and selected: {outcome.problem}"
            await say(self, text, tone="problem")

    def _anew(self) -> None:
        """Another list: from its beginning, with nothing ticked."""
        super()._anew()
        self.selected, self.everything = [], False

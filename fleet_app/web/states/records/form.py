"""The one record that somebody creates or looks at: its form, errors, and meetings with others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from fleet_app.access.matrix import fleet_in_view, may
from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.clock import zone_of
from fleet_app.kernel.errors import FleetError, NotFound
from fleet_app.records.errors import Stale
from fleet_app.records.fields import FieldType
from fleet_app.records.kinds import Kind
from fleet_app.web.gate import current_principal, requires
from fleet_app.web.states.records import opening
from fleet_app.web.states.records.aftermath import lost_since
from fleet_app.web.states.records.form_shown import ShownRecord
from fleet_app.web.states.records.measures import units_of
from fleet_app.web.states.records.merging import changed_names, merged, unit_with
from fleet_app.web.states.records.reading import (
    LONGEST,
    change_record,
    file_in,
    house_style,
    kind_of,
    label_in,
    labels_of,
    last_word,
    named,
    number_in,
    read_record,
    texts_in,
)
from fleet_app.web.states.records.texts import problem_of, texts_of
from fleet_app.web.states.records.toasts import Way, say
from fleet_app.web.states.records.typed import Sheet, default_texts, values_in
from fleet_app.web.states.session import shown_fleet

NEW = "new"
ACTIONS = ("read", "create", "update", "delete")


class RecordForm(ShownRecord, rx.State):
    """One record as texts. Everything is checked again by the records' own service."""

    stored: int = 0
    """The record that was created or changed last in this form."""
    answered: int = 0
    """A counter: the browser waits for it after sending the form."""
    opened: str = ""
    """Which form this is, such as `customers:new::3f09c2`: what it is for, and a mark that is
    another one at every opening. The browser builds each form anew that is for something else."""
    _theirs: dict[str, str] = {}
    _older: dict[str, str] = {}
    """What was stored when the form in the browser was filled, if that is not `base`."""

    @rx.event
    @requires("views.use")
    async def open(self, plural: str) -> None:
        """Begin with the record of the address, or with a new one."""
        await self.turn_to(plural, last_word(self))

    async def turn_to(self, plural: str, word: str) -> None:
        """Begin with the record of this id, or with a `NEW` one. No event of its own."""
        kind = kind_of(plural)
        who = await current_principal(self)
        before, stamps, base = self.opened, self.stamps, self.base
        self.reset()  # type: ignore[no-untyped-call]  # Reflex's
        self.plural, self.stamps = kind.plural, stamps
        self.may = [action for action in ACTIONS if may(who, kind.permission(action))]
        self.may_create = [one.plural for one in KINDS if may(who, one.permission("create"))]
        self.opened = opening.marked(kind.plural, word)
        try:
            if word == NEW:
                await self._begin(kind)
            else:
                await self._load(kind, number_in(word))
        except NotFound:
            self.missing = True
        except FleetError as error:
            self.problem = error.message
        if opening.purpose(before) == opening.purpose(self.opened):
            # The same page again, perhaps only after a lost connection: what somebody was typing
            # stays in the form, which then asks to have it merged with what is stored now.
            self.stamps, self._older = stamps, base
        self.loaded = True

    @rx.event
    @requires("views.use")
    async def show_tab(self, tab: str) -> None:
        """Look at another part of the record."""
        self.tab = str(tab)[:40]

    @rx.event
    @requires("views.use")
    async def check(self, name: str, text: str) -> None:
        """Say at once whether one field could be saved like this."""
        spec = kind_of(self.plural).by_name.get(name)
        if spec is None:
            return
        zone, ruler = zone_of(self.zone), self._ruler(self.values)
        problem = problem_of(kind_of(self.plural), spec, str(text)[:LONGEST], zone, ruler)
        others = {key: one for key, one in self.errors.items() if key != name}
        self.errors = {**others, name: problem} if problem else others

    @rx.event
    @requires("views.use")
    async def save(self, form: dict[str, Any], again: bool) -> EventSpec | None:
        """Store what the form holds; `again` comes back with an empty form for the next."""
        kind = kind_of(self.plural)
        mine = texts_in(kind, form)
        self.errors, self.problem = {}, ""
        self.answered += 1
        try:
            if self.number:
                await self._update(kind, mine)
                return None
            if opening.stays_in_fleet(kind, mine) and await shown_fleet(self) != self.fleet:
                await self._move(kind, mine)
                return None
            return await self._create(kind, mine, again=bool(again))
        except Stale:
            await self._meet(kind, mine)
        except FleetError as error:
            self._refused(kind, error)
        return None

    @rx.event
    @requires("views.use")
    async def merge(self, form: dict[str, Any]) -> None:
        """Read the record again, without losing what was typed."""
        kind = kind_of(self.plural)
        if self.number:
            await self._meet(kind, texts_in(kind, form))

    @rx.event
    @requires("views.use")
    async def take_theirs(self, name: str) -> None:
        """Decide a clash for what the other person wrote."""
        unit = unit_with(kind_of(self.plural), name)
        self._fill({one: self._theirs.get(one, "") for one in unit})
        self.clashes = [one for one in self.clashes if one["name"] != name]

    @rx.event
    @requires("views.use")
    async def keep_mine(self, name: str) -> None:
        """Decide a clash for what stands in the form."""
        self.clashes = [one for one in self.clashes if one["name"] != name]

    @rx.event
    @requires("views.use")
    async def set_file(self, name: str, answer: str) -> None:
        """A file arrived, as the API's answer says, or is to go (empty)."""
        spec = kind_of(self.plural).by_name.get(name)
        if spec is not None and spec.input in ("photo", "file"):
            self._fill({name: file_in(answer)})

    @rx.event
    @requires("views.use")
    async def look_again(self) -> None:
        """Something happened to the record: say so when it is newer than what is shown."""
        if self.number:
            row = await read_record(self, kind_of(self.plural), self.number)
            self.newer |= row is not None and row["version"] != self.version

    @rx.event
    @requires("views.use")
    async def delete(self) -> EventSpec | None:
        """Put the record aside, offer to bring it back, and return to the list."""
        way = Way(plural=self.plural, restore=[self.number], entries=[])
        if await self._act("delete") is None:
            return None
        await say(self, f"{named(kind_of(self.plural), self.title)} was deleted.", way=way)
        return rx.redirect(await opening.list_left(self, self.plural))

    @rx.event
    @requires("views.use")
    async def restore(self) -> None:
        """Bring the record back."""
        entries = await self._act("restore")
        if entries is not None:
            text = f"{named(kind_of(self.plural), self.title)} is back."
            await say(self, f"{text} {await lost_since(entries)}".strip())

    @rx.event
    @requires("views.use")
    async def catch_up(self, form: dict[str, Any]) -> None:
        """Show what became of the record when a change was taken back; the unsaved `form` stays."""
        if self.number and form:
            kind, clashes = kind_of(self.plural), self.clashes
            await self._meet(kind, texts_in(kind, form))
            self.clashes = clashes
        elif self.number:
            await self.refresh()

    def fill_in(self, values: Mapping[str, Any]) -> None:
        """Offer these values in the form of a new record, as if somebody had typed them."""
        zone, ruler = zone_of(self.zone), self._ruler(values)
        texts = texts_of(kind_of(self.plural), values, zone, ruler)
        self._fill({name: text for name, text in texts.items() if name in values})

    async def refresh(self) -> None:
        """Show what became of the record, for other states that acted on it."""
        kind = kind_of(self.plural)
        if (row := await read_record(self, kind, self.number)) is not None:
            await self._catch_up(kind, row)

    async def _act(self, act: str) -> list[int] | None:
        """The audit entries of what was done; None when it could not be."""
        kind = kind_of(self.plural)
        try:
            row, entries = await change_record(
                self, kind, lambda one: getattr(one, act)(self.number)
            )
        except FleetError as error:
            await say(self, error.message, tone="problem")
            return None
        await self._show(kind, row)
        return entries

    async def _begin(self, kind: Kind) -> None:
        self.fleet = await shown_fleet(self)
        self.opened = opening.marked(kind.plural, NEW, f"{self.fleet}:{self.router.url.query}")
        chosen = self.fleet if kind.tenant == "fleet_id" else 0
        self.fleet_name = await opening.named_fleet(self, chosen)
        self.zone, self.currency = await house_style(self.fleet)
        self.units = await units_of(self.fleet)
        self.base = default_texts(kind, zone_of(self.zone), self._ruler({}))
        known = opening.given(self, self.base)
        self._fill({**self.base, **known})
        self.labels = await labels_of(self, kind, known)
        self.title = f"New {kind.label.lower()}"

    async def _move(self, kind: Kind, mine: Mapping[str, str]) -> None:
        """Begin again in the fleet that was chosen meanwhile, with what it can have of `mine`."""
        before = self.units
        await self._begin(kind)
        self._fill(opening.portable(kind, mine, same_units=self.units == before))
        self.labels, self.problem = {}, opening.switched(self.fleet_name)

    async def _load(self, kind: Kind, number: int) -> None:
        if (row := await read_record(self, kind, number)) is None:
            raise NotFound(kind.label, number)
        await self._show(kind, row)

    async def _create(
        self, kind: Kind, mine: Mapping[str, str], *, again: bool
    ) -> EventSpec | None:
        new = self._values(kind, mine, [spec.name for spec in kind.specs])
        if opening.stays_in_fleet(kind, mine):
            who = await current_principal(self)
            new["fleet_id"] = fleet_in_view(who, self.fleet or None)
        row, entries = await change_record(self, kind, lambda one: one.create(new), new, "create")
        self.stored = row["id"]
        way = Way(plural=kind.plural, restore=[], entries=entries)
        label = named(kind, label_in(kind, row))
        await say(self, f"{label} was created.", way=way if entries else None)
        if not again:
            return rx.redirect(f"/{kind.plural}/{row['id']}")
        await self._begin(kind)
        return None

    async def _update(self, kind: Kind, mine: Mapping[str, str]) -> None:
        names = changed_names(kind, self.base, mine)
        if not names:
            await say(self, "Nothing was changed.")
            return
        lists = any(kind.by_name[name].type is FieldType.LIST for name in names)
        known = await read_record(self, kind, self.number) if lists else None
        values = self._values(kind, mine, names, known or {})
        version = self.version
        row, entries = await change_record(
            self, kind, lambda one: one.update(self.number, values, version=version), values
        )
        self.stored = row["id"]
        await self._describe(kind, row)
        self.base, self.clashes = texts_of(kind, row, zone_of(self.zone), self._ruler(row)), []
        self.values = dict(mine)
        # As it was stored: tidied, and with what the kind's own rules added.
        self._fill({n: text for n, text in self.base.items() if text != mine.get(n, "")})
        way = Way(plural=kind.plural, restore=[], entries=entries)
        await say(self, f"{named(kind, self.title)} saved.", way=way if entries else None)

    def _values(
        self,
        kind: Kind,
        mine: Mapping[str, str],
        names: list[str],
        known: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """What is to be stored. Raises `InvalidInput` for texts that cannot be read."""
        sheet = Sheet(zone=zone_of(self.zone), ruler=self._ruler(mine), base=self.base,
                      known=known or {}, is_new=not self.number)  # fmt: skip
        return values_in(kind, mine, names, sheet)

    async def _meet(self, kind: Kind, mine: Mapping[str, str]) -> None:
        """Somebody else changed the record: take over what does not touch what was typed."""
        try:
            row = await read_record(self, kind, self.number)
        except FleetError as error:
            self._refused(kind, error)
            return
        if row is None or row["deleted_at"] is not None:
            self.problem = "Somebody else deleted this record. What you typed is still here."
            return
        base = self._older or self.base
        await self._describe(kind, row)
        self.base = self._theirs = texts_of(kind, row, zone_of(self.zone), self._ruler(row))
        texts, self.clashes = merged(kind, base, mine, self.base)
        self._older = {}
        self.values = dict(mine)
        self._fill({name: text for name, text in texts.items() if text != mine.get(name, "")})

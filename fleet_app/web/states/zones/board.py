"""The zones page: which zone is open beside the map, and what is done with zones there.

The zones themselves are read by the browser; no session keeps them. The form is that of any record,
with its messages, its merging of what two people changed, and its way back.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.access.matrix import may
from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.errors import FleetError
from fleet_app.web.gate import current_principal, requires
from fleet_app.web.states.records.form import ACTIONS, NEW, RecordForm
from fleet_app.web.states.records.reading import change_record, label_in, named, read_record
from fleet_app.web.states.records.toasts import Way, say
from fleet_app.web.states.zones.copying import copied

GEOFENCES = "geofences"
SHAPES = ("circle", "polygon", "corridor")


class ZoneBoard(rx.State):
    """What stands beside the map: the list, or the form of one zone."""

    may: list[str] = []
    chosen: int = 0
    """The zone that is marked on map and list; 0 for none."""
    editing: bool = False
    """Whether a zone's form is shown, in place of the list."""
    importing: bool = False
    turn: int = 0
    """A counter: the browser reads the zones again when it moves."""

    @rx.event
    @requires("geofences.read")
    async def open(self) -> None:
        """What the person may do here. After a lost connection the form stays as it is."""
        who = await current_principal(self)
        kind = KINDS[GEOFENCES]
        self.may = [action for action in ACTIONS if may(who, kind.permission(action))]

    @rx.event
    @requires("geofences.read")
    async def enter(self, zone_id: int) -> None:
        """A page came up in the browser: begin with the list, or with the zone it names."""
        self.chosen, self.editing, self.importing = 0, False, False
        if int(zone_id):
            await self._show(int(zone_id))

    @rx.event
    @requires("geofences.read")
    async def choose(self, zone_id: int) -> None:
        """Open one zone beside the map."""
        await self._show(int(zone_id))

    @rx.event
    @requires("geofences.create")
    async def begin(self, shape: str) -> None:
        """Open the form of a new zone, which is being drawn."""
        form = await self.get_state(RecordForm)
        await form.turn_to(GEOFENCES, NEW)
        if shape in SHAPES:
            form.fill_in({"kind": shape})
        self.chosen, self.editing = 0, True

    @rx.event
    @requires("geofences.create")
    async def copy(self, zone_id: int) -> None:
        """Open the form of a new zone with what another one has, a little beside it."""
        row = await read_record(self, KINDS[GEOFENCES], int(zone_id))
        if row is None:
            return
        form = await self.get_state(RecordForm)
        await form.turn_to(GEOFENCES, NEW)
        form.fill_in(copied(row))
        self.chosen, self.editing = 0, True

    @rx.event
    @requires("geofences.read")
    async def close(self) -> None:
        """Back to the list."""
        self.editing = False

    @rx.event
    @requires("geofences.update")
    async def save(self, form: dict[str, Any], again: bool) -> None:
        """Store what the form holds; the list comes back when it worked."""
        state = await self.get_state(RecordForm)
        if state.plural != GEOFENCES:
            return
        await state.save(form, False)  # type: ignore[operator]  # Reflex's
        if state.errors or state.problem or any(one["open"] for one in state.clashes):
            return
        self.chosen, self.editing = state.stored, False
        self.turn += 1

    @rx.event
    @requires("geofences.delete")
    async def delete(self, zone_id: int) -> None:
        """Put a zone aside and offer to bring it back."""
        kind = KINDS[GEOFENCES]
        try:
            row, _ = await change_record(self, kind, lambda one: one.delete(int(zone_id)))
        except FleetError as error:
            await say(self, error.message, tone="problem")
            return
        way = Way(plural=kind.plural, restore=[row["id"]], entries=[])
        await say(self, f"{named(kind, label_in(kind, row))} was deleted.", way=way)
        if (await self.get_state(RecordForm)).number == row["id"]:
            self.editing = False
        self.turn += 1

    @rx.event
    @requires("geofences.create")
    async def ask_import(self) -> None:
        """Offer to read zones from a file."""
        self.importing = True

    @rx.event
    @requires("geofences.read")
    async def close_import(self) -> None:
        """Close the offer."""
        self.importing = False

    @rx.event
    @requires("geofences.create")
    async def imported(self, count: int) -> None:
        """Zones came in from a file: show them."""
        self.importing, self.turn = False, self.turn + 1
        number = max(0, int(count))
        await say(self, f"{number:,} {'zone' if number == 1 else 'zones'} came in.")

    async def _show(self, number: int) -> None:
        form = await self.get_state(RecordForm)
        await form.turn_to(GEOFENCES, str(number))
        if form.missing or form.problem:
            await say(self, form.problem or "This zone is gone.", tone="problem")
            self.editing = False
            self.turn += 1
            return
        self.chosen, self.editing = number, True

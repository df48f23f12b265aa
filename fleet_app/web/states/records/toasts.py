"""Short messages at the edge of the screen, with a way back where there is one."""

from __future__ import annotations

from typing import Any, TypedDict

import reflex as rx

from fleet_app.bootstrap import get_container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.errors import FleetError
from fleet_app.records.service import Records
from fleet_app.records.undo import Undo
from fleet_app.web.gate import current_actor, requires

MOST = 3
"""How many stand there at once."""


class Toast(TypedDict):
    """One message; `undo` says whether it offers a way back."""

    id: int
    text: str
    tone: str
    undo: bool


class Way(TypedDict):
    """How to take a change back: restore these records, or undo these audit entries."""

    plural: str
    restore: list[int]
    entries: list[int]


class Toasts(rx.State):
    """The messages of this browser tab."""

    items: list[Toast] = []
    undone: int = 0
    """A counter that lists watch: they read again when something was taken back."""
    _ways: dict[int, Way] = {}
    _last: int = 0

    def show(self, text: str, *, tone: str = "done", way: Way | None = None) -> None:
        """Say `text`; `tone` is done or problem."""
        self._last += 1
        toast = Toast(id=self._last, text=text, tone=tone, undo=way is not None)
        self.items = [*self.items[-(MOST - 1) :], toast]
        kept = {item["id"] for item in self.items}
        ways = {key: value for key, value in self._ways.items() if key in kept}
        self._ways = ways if way is None else {**ways, self._last: way}

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

    def _remove(self, toast_id: int) -> None:
        self.items = [item for item in self.items if item["id"] != toast_id]

    async def _undo(self, toast_id: int) -> None:
        way = self._ways.get(toast_id)
        self._remove(toast_id)
        if way is None:
            return
        try:
            await self._take_back(way)
        except FleetError as error:
            self.show(error.message, tone="problem")
        else:
            self.undone += 1
            self.show("Taken back.")

    async def _take_back(self, way: Way) -> None:
        actor, container = await current_actor(self), get_container()
        async with container.work(container.patience) as session:
            records = Records(session, KINDS, KINDS[way["plural"]], actor, container.view())
            for identifier in way["restore"]:
                await records.restore(identifier)
            undo = Undo(session, KINDS, actor, container.view())
            for entry in reversed(way["entries"]):
                await undo.undo(entry)


async def say(state: rx.State, text: str, **details: Any) -> None:
    """Show a message from another state's handler; see `Toasts.show`."""
    toasts = await state.get_state(Toasts)
    toasts.show(text, **details)

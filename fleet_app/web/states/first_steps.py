"""The list of first steps that a new fleet's manager finds on the overview."""

from __future__ import annotations

import reflex as rx

from fleet_app.access.matrix import may
from fleet_app.bootstrap import get_container
from fleet_app.catalogue.first_steps import steps_taken
from fleet_app.web.gate import current_principal, requires

PERMISSION = "vehicles.import"
"""Who may do all of the steps: the manager of the fleet."""
COUNT = 4
MOST_REMEMBERED = 20


class FirstSteps(rx.State):
    """Which steps are done. Shown until all are, or until the manager has seen enough of it."""

    shown: bool = False
    taken: list[str] = []
    fleet: int = 0
    hidden: str = rx.LocalStorage("", name="first_steps_hidden")
    """The fleets whose list was put away in this browser: `3,17`."""

    @rx.var
    def complete(self) -> bool:
        """Whether nothing is left to do."""
        return len(self.taken) == COUNT

    @rx.event
    @requires("overview.watch")
    async def open(self) -> None:
        """Look what is done; the page has just come up."""
        who = await current_principal(self)
        self.fleet, self.shown, self.taken = who.fleet_id or 0, False, []
        if who.fleet_id is None or not may(who, PERMISSION) or self._is_hidden():
            return
        await self._look()
        self.shown = len(self.taken) != COUNT

    @rx.event
    @requires(PERMISSION)
    async def look_again(self) -> None:
        """Something was added: tick it off. The last tick is seen as well."""
        if self.shown:
            who = await current_principal(self)
            self.fleet = who.fleet_id or 0
            await self._look()

    @rx.event
    @requires(PERMISSION)
    async def hide(self) -> None:
        """Put the list away for good, in this browser."""
        self.shown = False
        kept = [one for one in self.hidden.split(",") if one.isdigit()][-MOST_REMEMBERED:]
        self.hidden = ",".join([*kept, str(self.fleet)])

    async def _look(self) -> None:
        async with get_container().work() as session:
            self.taken = sorted(await steps_taken(session, self.fleet))

    def _is_hidden(self) -> bool:
        return str(self.fleet) in self.hidden.split(",")

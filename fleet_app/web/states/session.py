"""Who is signed in, for the shell; and the guard that leads everybody else to the sign-in page."""

from __future__ import annotations

from typing import TypedDict
from urllib.parse import quote

import reflex as rx
from reflex.event import EventSpec

from fleet_app.access.matrix import may
from fleet_app.access.principal import Principal
from fleet_app.access.roles import Role
from fleet_app.bootstrap import get_container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.fleet.service import FleetService
from fleet_app.kernel.errors import FleetError, Unauthenticated
from fleet_app.kernel.units import Units
from fleet_app.web.gate import current_principal, public, requires

ROLE_LABELS = {
    Role.SYSTEM_ADMIN: "System administrator",
    Role.FLEET_MANAGER: "Fleet manager",
    Role.DISPATCHER: "Dispatcher",
    Role.DRIVER: "Driver",
    Role.CUSTOMER: "Customer",
}
PAGES = {
    **{f"/{kind.plural}": kind.permission("read") for kind in KINDS},
    "/": "overview.watch",
    "/maintenance": "maintenance.due",
    "/history": "trips.read",
    "/zones": "geofences.read",
    "/planning": "plans.read",
    "/alerts": "alerts.read",
    "/imports": "imports.use",
    "/audit": "audit.read",
    "/notifications": "notifications.read",
    "/settings": "account.use",
}
"""Page -> the permission without which it shows nothing."""
DASHBOARD = PAGES["/"]
"""Without this nobody gets past the sign-in page."""


class FleetChoice(TypedDict):
    """A fleet that an administrator may look at."""

    id: int
    name: str
    units: str


class Session(rx.State):
    """The signed-in user, as far as the shell shows it.

    `fleet_id` is the fleet on the screen: the user's own, or the one an administrator chose.
    """

    ready: bool = False
    name: str = ""
    email: str = ""
    role_label: str = ""
    fleet_id: int = 0
    fleet_name: str = ""
    units: str = Units.METRIC.value
    """The units of the fleet on the screen."""
    fleets: list[FleetChoice] = []
    initials: str = ""
    may_pages: list[str] = []
    """The pages that the role may see, for the navigation."""

    @rx.event
    @public
    async def enter(self) -> EventSpec | None:
        """Let a signed-in user of the dashboard in; send everybody else to the sign-in page."""
        self.ready = False
        try:
            who = await current_principal(self)
            await self._show_fleet(who)
        except Unauthenticated:
            return rx.redirect(f"/login?next={quote(self.router.url.path, safe='/')}")
        except FleetError:
            return rx.redirect("/login?error=unavailable")
        if not may(who, DASHBOARD):
            return rx.redirect("/login?error=role")
        self.name, self.email = who.name, who.email
        self.role_label = ROLE_LABELS[who.role]
        self.may_pages = [page for page, permission in PAGES.items() if may(who, permission)]
        self.initials = "".join(word[0] for word in who.name.split()[:2]).upper()
        self.ready = True
        return None

    @rx.event
    @requires("system.manage")
    async def choose_fleet(self, fleet_id: str) -> None:
        """Look at another fleet; only those that exist can be chosen."""
        chosen = next((fleet for fleet in self.fleets if str(fleet["id"]) == fleet_id), None)
        if chosen is not None:
            self.fleet_id, self.fleet_name = chosen["id"], chosen["name"]
            self.units = chosen["units"]

    async def _show_fleet(self, who: Principal) -> None:
        async with get_container().work() as session:
            fleets = await FleetService(session).fleets(who)
        known = {
            fleet.id: FleetChoice(id=fleet.id or 0, name=fleet.name, units=fleet.units.value)
            for fleet in fleets
        }
        shown = self.fleet_id if self.fleet_id in known else next(iter(known), 0)
        none = FleetChoice(id=0, name="No fleet yet", units=Units.METRIC.value)
        chosen = known.get(shown, none)
        self.fleet_id, self.fleet_name = chosen["id"], chosen["name"]
        self.units, self.fleets = chosen["units"], list(known.values())


async def shown_fleet(state: rx.State) -> int:
    """The fleet that the user behind `state` looks at: the own one, whatever the page says.

    Only an administrator has a choice; 0 means that there is no fleet yet. Raises
    `Unauthenticated` or `StoreUnavailable`.
    """
    who = await current_principal(state)
    if who.role is not Role.SYSTEM_ADMIN:
        return who.fleet_id or 0
    return (await state.get_state(Session)).fleet_id

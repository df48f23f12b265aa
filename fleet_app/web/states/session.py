"""Who is signed in, for the shell; and the guard that leads everybody else to the sign-in page."""

from __future__ import annotations

from urllib.parse import quote

import reflex as rx
from reflex.event import EventSpec

from fleet_app.bootstrap import get_container
from fleet_app.fleet.models import Fleet
from fleet_app.identity.models import Role
from fleet_app.kernel.errors import FleetError, Unauthenticated
from fleet_app.web.gate import current_principal, public

ROLE_LABELS = {
    Role.SYSTEM_ADMIN: "System administrator",
    Role.FLEET_MANAGER: "Fleet manager",
    Role.DISPATCHER: "Dispatcher",
    Role.DRIVER: "Driver",
    Role.CUSTOMER: "Customer",
}
DASHBOARD_ROLES = {Role.SYSTEM_ADMIN, Role.FLEET_MANAGER, Role.DISPATCHER}


class Session(rx.State):
    """The signed-in user, as far as the shell shows it."""

    ready: bool = False
    name: str = ""
    email: str = ""
    role_label: str = ""
    fleet_name: str = ""
    initials: str = ""

    @rx.event
    @public
    async def enter(self) -> EventSpec | None:
        """Let a signed-in user of the dashboard in; send everybody else to the sign-in page."""
        self.ready = False
        try:
            who = await current_principal(self)
        except Unauthenticated:
            return rx.redirect(f"/login?next={quote(self.router.url.path, safe='/')}")
        except FleetError:
            return rx.redirect("/login?error=unavailable")
        if who.role not in DASHBOARD_ROLES:
            return rx.redirect("/login?error=role")
        self.name, self.email = who.name, who.email
        self.role_label = ROLE_LABELS[who.role]
        self.initials = "".join(word[0] for word in who.name.split()[:2]).upper()
        self.fleet_name = await _fleet_name(who.fleet_id)
        self.ready = True
        return None


async def _fleet_name(fleet_id: int | None) -> str:
    if fleet_id is None:
        return "All fleets"
    async with get_container().work() as session:
        fleet = await session.get(Fleet, fleet_id)
    return fleet.name if fleet else ""

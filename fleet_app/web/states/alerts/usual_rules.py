"""The offer of the usual rules to a fleet that has none."""

from __future__ import annotations

import reflex as rx

from fleet_app.access.matrix import may
from fleet_app.bootstrap import get_container
from fleet_app.kernel.errors import FleetError
from fleet_app.notification.defaults import add_usual_rules, has_rules
from fleet_app.web.gate import current_actor, current_principal, requires
from fleet_app.web.states.records.toasts import say
from fleet_app.web.states.session import shown_fleet

PERMISSION = "alert_rules.create"


class UsualRules(rx.State):
    """Whether the offer is made, to somebody who can take it up."""

    offered: bool = False

    @rx.event
    @requires("alert_rules.read")
    async def look(self) -> None:
        """The page has come up."""
        who, fleet_id = await current_principal(self), await shown_fleet(self)
        self.offered = False
        if fleet_id and may(who, PERMISSION):
            async with get_container().work() as session:
                self.offered = not await has_rules(session, fleet_id)

    @rx.event
    @requires(PERMISSION)
    async def add(self) -> None:
        """Add them; whoever was faster has done so already."""
        actor, fleet_id = await current_actor(self), await shown_fleet(self)
        try:
            async with get_container().work() as session:
                added = await add_usual_rules(session, fleet_id, actor)
        except FleetError as error:
            await say(self, error.message, tone="problem")
            return
        self.offered = False
        await say(self, f"{added} rules were added. They tell people in the app only.")

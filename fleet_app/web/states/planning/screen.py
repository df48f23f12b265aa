"""What the planning page looks at. Plans themselves never pass through here: the browser reads them
from the API, and sends there, step by step, what somebody does."""

from __future__ import annotations

import datetime as dt
from typing import cast
from urllib.parse import urlencode

import reflex as rx
from reflex.event import EventSpec

from fleet_app.access.matrix import may
from fleet_app.bootstrap import get_container
from fleet_app.delivery.route_bounds import FIRST_DAY, LAST_DAY
from fleet_app.delivery.tours import day_in
from fleet_app.fleet.models import Fleet
from fleet_app.kernel.clock import utc_now
from fleet_app.web.gate import current_principal, requires
from fleet_app.web.states.session import shown_fleet

ACTIONS = {
    "update": "plans.update",
    "publish": "plans.publish",
    "template": "route_templates.create",
}
"""What somebody may do with plans, and the permission that it takes."""
_LONGEST_ID = 18


class Planning(rx.State):
    """Which day, and which of its plans."""

    ready: bool = False
    day: str = ""
    today: str = ""
    """Which day it is where the fleet is."""
    zone: str = "UTC"
    plan: int = 0
    """The plan that is shown; 0 for the one that the page begins with."""
    may: list[str] = []
    read: str = ""
    """The query of the address as it was read last."""

    @rx.var
    def address(self) -> str:
        """The query by which the page shows the same again, here or for somebody else."""
        parts = {"day": self.day} if self.day else {}
        return urlencode(parts | ({"plan": str(self.plan)} if self.plan else {}))

    @rx.event
    @requires("plans.read")
    async def open(self) -> None:
        """Show what the address says; who comes back by the menu goes on where he was."""
        who = await current_principal(self)
        self.may = [action for action, permission in ACTIONS.items() if may(who, permission)]
        await self._see_fleet()
        given = dict(self.router.url.query_parameters)
        self.day = _day(given.get("day", "")) or self.day or self.today
        if "day" in given or "plan" in given:
            self.plan = _number(given.get("plan", ""))
        self.read = str(self.router.url.query)
        self.ready = True

    @rx.event
    @requires("plans.read")
    async def reopen(self) -> EventSpec:
        """Show the address that the back button led to."""
        self.ready = False
        return cast("EventSpec", Planning.open)

    @rx.event
    @requires("plans.read")
    async def choose_day(self, day: str) -> None:
        """Show another day; a text that is none changes nothing."""
        chosen = _day(str(day))
        if chosen and chosen != self.day:
            self.day, self.plan = chosen, 0
            await self._see_fleet()

    @rx.event
    @requires("plans.read")
    async def choose_plan(self, number: int) -> None:
        """Another plan of the day is shown."""
        self.plan = max(0, int(number))

    async def _see_fleet(self) -> None:
        async with get_container().work() as session:
            fleet = await session.get(Fleet, await shown_fleet(self))
        self.zone = fleet.time_zone if fleet else "UTC"
        self.today = day_in(self.zone, utc_now()).isoformat()


def _day(text: str) -> str:
    try:
        day = dt.date.fromisoformat(text[:10])
    except ValueError:
        return ""
    return day.isoformat() if FIRST_DAY <= day <= LAST_DAY else ""


def _number(text: str) -> int:
    known = text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID
    return int(text) if known else 0

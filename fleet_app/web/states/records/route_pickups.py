"""What the office says of pickups on the page of a route: goods were fetched, or were not."""

from __future__ import annotations

import reflex as rx

from fleet_app.bootstrap import get_container
from fleet_app.delivery.fetching import Fetched, Fetching
from fleet_app.delivery.tours import Tours
from fleet_app.kernel.errors import FleetError
from fleet_app.web.gate import current_actor, requires
from fleet_app.web.states.records.life_words import FETCHED
from fleet_app.web.states.records.plan_parts import told
from fleet_app.web.states.records.planned_stops import refetched
from fleet_app.web.states.records.route_plan import RoutePlanner
from fleet_app.web.states.records.toasts import say


class RoutePickups(rx.State):
    """The pickups of `RoutePlanner`, which keeps the order that somebody may be changing."""

    @rx.event
    @requires("deliveries.set_status")
    async def fetch(self, number: int, fetched: bool) -> None:
        """The goods of a delivery were fetched, or were not after all."""
        planner, actor = await self.get_state(RoutePlanner), await current_actor(self)
        wish = Fetched(delivery_id=int(number), fetched=fetched is True)
        planner.problem = ""
        try:
            async with get_container().work() as session:
                done = await Fetching(session).report(actor, wish)
                tour = await Tours(session).tour(actor, planner.route)
        except FleetError as error:
            planner.problem = told(error)
            return
        planner.fetching = refetched(planner.fetching, tour)
        await say(self, f"The goods of {done.tracking_number} {FETCHED[wish.fetched]}.")

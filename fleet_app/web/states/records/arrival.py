"""When the delivery on the screen is expected, while its route is on its way."""

from __future__ import annotations

import reflex as rx

from fleet_app.access.actor import Actor
from fleet_app.bootstrap import get_container
from fleet_app.kernel.clock import zone_of
from fleet_app.kernel.errors import FleetError
from fleet_app.planning.live.reading import Etas
from fleet_app.planning.live.sheet import Risk
from fleet_app.web.gate import current_actor, requires
from fleet_app.web.states.records.form import RecordForm

RISKS = {Risk.ON_TIME: "on time", Risk.AT_RISK: "may be late", Risk.LATE: "late"}
"""What is said of each risk."""


class DeliveryArrival(rx.State):
    """The arrival at the delivery of `RecordForm`."""

    route: int = 0
    """The route that carries it: news of its arrivals are news of this one."""
    words: str = ""
    """Such as "Expected 14:32, on time", by the fleet's clock, or when the vehicle was heard of
    last; empty while nobody drives there."""
    risk: str = ""

    @rx.event
    @requires("deliveries.read")
    async def follow(self) -> None:
        """Arrivals have moved."""
        form = await self.get_state(RecordForm)
        if form.number and form.plural == "deliveries":
            await show_arrival(self, form, await current_actor(self))


async def show_arrival(shown: DeliveryArrival, form: RecordForm, actor: Actor) -> None:
    """Say when the delivery of the form is expected, as far as that is known."""
    shown.route, shown.words, shown.risk = 0, "", ""
    container = get_container()
    try:
        async with container.work() as session:
            found = await Etas(session, container.active_routes).delivery(actor, form.number)
    except FleetError:
        return
    shown.route = found.delivery.route_id or 0
    zone = zone_of(form.zone)
    shown.risk = found.risk.value if found.risk else ""
    if (live := found.live) is None:
        if found.seen_at:
            is_known = f", {RISKS[found.risk]}" if found.risk else ""
            shown.words = f"Last heard at {found.seen_at.astimezone(zone):%H:%M}{is_known}"
        return
    at = f"{live.eta.astimezone(zone):%H:%M}"
    shown.words = "The vehicle is there" if live.there else f"Expected {at}, {RISKS[live.risk]}"

"""The customer's page: one delivery, opened by its unguessable link."""

from __future__ import annotations

import reflex as rx

from fleet_app.bootstrap import get_container
from fleet_app.delivery.models import DeliveryStatus
from fleet_app.delivery.tracking import TrackedDelivery, find_tracked, token_digest
from fleet_app.fleet.models import Fleet
from fleet_app.kernel.clock import zone_of
from fleet_app.kernel.errors import FleetError, NotFound
from fleet_app.kernel.units import Units
from fleet_app.planning.live.reading import with_expected
from fleet_app.web.gate import public
from fleet_app.web.states.delivery_watch import delivery_watch
from fleet_app.web.states.live import live_rooms

WORDS = {
    DeliveryStatus.CREATED: "We have received your order.",
    DeliveryStatus.ASSIGNED: "Your parcel is planned for delivery.",
    DeliveryStatus.OUT_FOR_DELIVERY: "Your parcel is on its way.",
    DeliveryStatus.ARRIVING: "Your driver is nearly there.",
    DeliveryStatus.ARRIVED: "Your driver has arrived.",
    DeliveryStatus.COMPLETED: "Your parcel has been delivered.",
    DeliveryStatus.FAILED: "We could not deliver your parcel.",
    DeliveryStatus.RESCHEDULED: "Your delivery has been rescheduled.",
    DeliveryStatus.RETURNED: "Your parcel is on its way back to the sender.",
    DeliveryStatus.CANCELLED: "Your delivery was cancelled.",
}
UNKNOWN = "This tracking link is not valid. Please check the link in your message."
UNAVAILABLE = "We cannot show your delivery right now. Please try again in a moment."


class Tracking(rx.State):
    """What the customer sees of the delivery."""

    number: str = ""
    headline: str = ""
    address: str = ""
    expected: str = ""
    """About when it comes, by the clock of the fleet that delivers."""
    vehicle_id: int = 0
    units: str = Units.METRIC.value
    """The units of the fleet that delivers."""
    problem: str = ""
    loaded: bool = False
    _shown: str = ""

    @rx.event
    @public
    async def open(self) -> None:
        """Look the link up; watch the vehicle only while it carries this delivery."""
        token = self.router.url.path.rstrip("/").rsplit("/", 1)[-1]
        try:
            async with get_container().work() as session:
                found = await find_tracked(session, token)
                fleet = await session.get(Fleet, found.fleet_id)
        except NotFound:
            await self._show_problem(UNKNOWN)
            return
        except FleetError:
            if self._shown != token_digest(token):  # what is on the screen may stay there
                await self._show_problem(UNAVAILABLE)
            return
        box = get_container()
        found = (await with_expected(box.active_routes, [found]))[found.delivery_id]
        zone = zone_of(fleet.time_zone if fleet else "UTC")
        self.expected = f"{found.expected.astimezone(zone):%H:%M}" if found.expected else ""
        self._shown = token_digest(token)
        self.units = (fleet.units if fleet else Units.METRIC).value
        await self._show(found)

    async def _show_problem(self, text: str) -> None:
        self.vehicle_id, self.loaded, self.problem, self._shown = 0, True, text, ""
        self.expected = ""
        delivery_watch().forget(self.router.session.session_id)
        await live_rooms().leave(self.router.session.session_id)

    async def _show(self, found: TrackedDelivery) -> None:
        self.number, self.address = found.tracking_number, found.address
        self.headline, self.problem, self.loaded = WORDS[found.status], "", True
        self.vehicle_id = found.vehicle_id or 0
        sid = self.router.session.session_id
        try:
            if found.vehicle_id is None:
                await live_rooms().leave(sid)
            else:
                await live_rooms().join_vehicle(sid, found.fleet_id, found.vehicle_id)
        finally:
            delivery_watch().watch(sid, found)

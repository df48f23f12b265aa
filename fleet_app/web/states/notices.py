"""What needs attention now, for the bell in the top bar."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypedDict

import reflex as rx
from reflex.event import EventSpec

from fleet_app.bootstrap import get_container
from fleet_app.kernel.clock import utc_now
from fleet_app.location.silent import SilentVehicle, silent_vehicles
from fleet_app.web.gate import requires
from fleet_app.web.states.overview import Overview
from fleet_app.web.states.session import shown_fleet

LISTED = 20
"""How many lines the list has; who needs more filters the overview."""


class Notice(TypedDict):
    """One line of the list."""

    vehicle_id: int
    title: str
    text: str


class Notices(rx.State):
    """Vehicles that fell silent. Loaded when the list is opened, never kept up to date here."""

    items: list[Notice] = []
    loading: bool = True
    """Until the list was here once: an empty list must not say that all is well before."""

    @rx.event
    @requires("overview.watch")
    async def load(self) -> None:
        """Fetch the list anew."""
        fleet_id = await shown_fleet(self)
        container, now = get_container(), utc_now()
        patience = timedelta(seconds=container.settings.offline_after_seconds)
        async with container.work() as session:
            silent = await silent_vehicles(session, fleet_id, now, patience, LISTED)
        self.items = [_notice(vehicle, now) for vehicle in silent]
        self.loading = False

    @rx.event
    @requires("overview.watch")
    async def open_vehicle(self, vehicle_id: int) -> list[EventSpec]:
        """Show the vehicle on the map."""
        return [Overview.select(vehicle_id), rx.redirect("/")]  # type: ignore[operator]  # a handler

    @rx.event
    @requires("overview.watch")
    async def open_all(self) -> list[EventSpec]:
        """Show every silent vehicle in the overview."""
        return [Overview.show_only("offline"), rx.redirect("/")]  # type: ignore[operator]


def _notice(vehicle: SilentVehicle, now: datetime) -> Notice:
    minutes = int((now - vehicle.last_seen).total_seconds() // 60)
    age = f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
    return Notice(vehicle_id=vehicle.vehicle_id, title=vehicle.name, text=f"Silent for {age}")

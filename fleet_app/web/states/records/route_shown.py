"""One route as the screen that plans it shows it: its stops, its times and what is amiss."""

from __future__ import annotations

from contextlib import suppress

import reflex as rx

from fleet_app.bootstrap import get_container
from fleet_app.delivery.tours import Tour
from fleet_app.kernel.errors import FleetError
from fleet_app.kernel.units import Units
from fleet_app.planning.live.reading import etas_of
from fleet_app.web.states.records import route_desk
from fleet_app.web.states.records.form import RecordForm
from fleet_app.web.states.records.plan_parts import order_of, unusable, warned
from fleet_app.web.states.records.planned_stops import (
    PlannedPickup,
    PlannedStop,
    pickups_of,
    planned_stop,
)
from fleet_app.web.states.records.route_times import StopTimes, summary_of, times_of

_NEXT = {"draft": "publish", "published": "start", "started": "complete"}


class ShownRoute(rx.State, mixin=True):
    """A route on the screen; what somebody does to it is up to the state that has it."""

    route: int = 0
    fleet: int = 0
    fleet_name: str = ""
    """The fleet of a new route, for those who can choose one."""
    opened: str = ""
    """Which plan this is: the page of a new one is built anew when it changes."""
    day: str = ""
    zone: str = "UTC"
    units: str = Units.METRIC.value
    """The units of the route's fleet."""
    crew: dict[str, int] = {}
    labels: dict[str, str] = {}
    every_day: bool = False
    stops: list[PlannedStop] = []
    fetching: dict[str, list[PlannedPickup]] = {}
    """What is fetched right before a delivery, by its number."""
    warnings: list[str] = []
    problem: str = ""
    refused: str = ""
    """Why the route was not published, started or completed."""
    asking: str = ""
    """What is unusual about starting now: asked about first."""
    unusable: str = ""
    """Why the route's vehicle cannot be used."""
    dirty: bool = False
    answered: int = 0
    times: dict[str, StopTimes] = {}
    """When stops were planned, are expected and were made, by the keys of the stops."""
    summary: str = ""
    """How far a route on its way is."""
    can_arrange: bool = True
    next_act: str = ""
    version: int = 0
    """A counter: the list of free deliveries reads again."""
    _here: list[int] = []
    _known: int = 0
    """The route's version whose stops this screen began with."""
    _order: list[int] = []
    """Those stops, as they were stored."""

    async def _follow(self, tour: Tour) -> None:
        live = (await etas_of(get_container().active_routes, [self.route])).get(self.route)
        self.times = times_of(tour, live, self.zone)
        self.summary = summary_of(tour, live, self.zone)

    async def _seen(self) -> int:
        """The version that the screen shows.

        The form beside the stops may have stored, or taken over, a newer one: it counts as long
        as the stops are still those that this plan began with.
        """
        form = await self.get_state(RecordForm)
        if form.number == self.route and form.version > self._known:
            with suppress(FleetError):  # whoever acts next hears of it
                tour = await route_desk.stored(self, self.route)
                if tour.route.version == form.version and order_of(tour) == self._order:
                    self._known = form.version
        return self._known

    async def _read(self) -> None:
        try:
            tour = await route_desk.stored(self, self.route)
        except FleetError as error:
            self.problem = error.message
            return
        here = [one.delivery for one in tour.drops if one.delivery and not one.moved_on]
        self.stops = [planned_stop(one, self.units) for one in here]
        self.fetching = pickups_of(tour)
        self._here = [one.id or 0 for one in here]
        await self._follow(tour)
        self._known, self._order = tour.route.version, order_of(tour)
        self.warnings = warned(tour, self.units)
        self.unusable = unusable(tour)
        self.dirty, self.version = False, self.version + 1
        status = str(tour.route.status.value)
        self.can_arrange, self.next_act = status != "completed", _NEXT.get(status, "")

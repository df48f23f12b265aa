"""Planning one route by hand: who drives, which deliveries, in which order."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from fleet_app.bootstrap import get_container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.delivery.route_bounds import MOST_STOPS
from fleet_app.delivery.routes import RoutePlan
from fleet_app.delivery.tours import day_in
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import FleetError
from fleet_app.web.gate import current_actor, requires
from fleet_app.web.states.records import route_desk
from fleet_app.web.states.records.form import RecordForm
from fleet_app.web.states.records.free_deliveries import FreeDeliveries
from fleet_app.web.states.records.measures import units_of
from fleet_app.web.states.records.opening import marked, named_fleet, switched
from fleet_app.web.states.records.plan_parts import (
    asked,
    is_id,
    is_placed,
    plan_of,
    split_by,
    told,
    unplaced,
    warned,
)
from fleet_app.web.states.records.planned_stops import (
    moved,
    pickups_of,
    planned_stop,
    refetched,
    renewed,
)
from fleet_app.web.states.records.reading import house_style, labels_of
from fleet_app.web.states.records.route_days import day_of, other_day
from fleet_app.web.states.records.route_shown import ShownRoute
from fleet_app.web.states.records.steps_back import published_back
from fleet_app.web.states.records.toasts import Way, say, way_of
from fleet_app.web.states.session import shown_fleet

CREW = ("vehicle_id", "driver_id", "depot_id")
ACTS = {
    "publish": "Published", "recall": "Taken back to a draft", "start": "Started",
    "complete": "Completed",
}  # fmt: skip


class RoutePlanner(ShownRoute, rx.State):
    """The stops of one route, new or stored, as somebody arranges them."""

    @rx.var
    def chosen(self) -> list[int]:
        """What is ticked among the free deliveries."""
        return [stop["id"] for stop in self.stops if stop["id"] not in self._here]

    @rx.var
    def free_query(self) -> str:
        """Which free deliveries are offered."""
        return asked(self.fleet, "" if self.every_day else self.day)

    @rx.event
    @requires("routes.create")
    async def begin(self) -> None:
        """An empty plan for today, or for what the address names."""
        await self._begin()

    async def _begin(self) -> None:
        self.reset()  # type: ignore[no-untyped-call]  # Reflex's
        (await self.get_state(FreeDeliveries)).clear()
        self.fleet = await shown_fleet(self)
        self.fleet_name = await named_fleet(self, self.fleet)
        self.opened = marked("routes", "new", str(self.fleet))
        self.zone, _ = await house_style(self.fleet)
        self.units = await units_of(self.fleet)
        given = dict(self.router.url.query_parameters)
        self.day = day_of(given.get("date", "")) or day_in(self.zone, utc_now()).isoformat()
        texts = {name: str(given.get(name, "")) for name in CREW}
        self.labels = await labels_of(self, KINDS["routes"], texts)
        self.crew = {name: int(texts[name]) for name in self.labels}
        if (wanted := str(given.get("delivery", ""))[:19]).isdecimal():
            await self._pick([int(wanted)])

    @rx.event
    @requires("routes.read")
    async def open(self) -> None:
        """The stops of the route on the screen."""
        form = await self.get_state(RecordForm)
        self.reset()  # type: ignore[no-untyped-call]  # Reflex's
        (await self.get_state(FreeDeliveries)).clear()
        self.route, self.fleet = form.number, form.fleet
        self.zone, self.units = form.zone, form.units
        self.day = form.base.get("date", "")
        await self._read()

    @rx.event
    @requires("routes.read")
    async def follow(self) -> None:
        """Arrivals have moved, or something was delivered; the order stays the one shown."""
        with suppress(FleetError):  # whoever acts next hears of it
            tour = await route_desk.stored(self, self.route)
            await self._follow(tour)
            self.stops = renewed(self.stops, tour, self.units)
            self.fetching = refetched(self.fetching, tour)

    @rx.event
    @requires("routes.update")
    async def set_day(self, day: str) -> None:
        """Plan for another day."""
        self.day = day_of(day) or self.day
        await self._look()

    @rx.event
    @requires("routes.update")
    async def set_every_day(self, wanted: bool) -> None:
        """Offer deliveries of other days too, or not."""
        self.every_day = bool(wanted)

    @rx.event
    @requires("routes.update")
    async def offer_all(self) -> None:
        """Offer every free delivery again."""
        self.every_day = True
        (await self.get_state(FreeDeliveries)).clear()

    @rx.event
    @requires("routes.update")
    async def set_crew(self, name: str, number: int) -> None:
        """Choose vehicle, driver or depot; 0 for none."""
        if name in CREW:
            others = {key: one for key, one in self.crew.items() if key != name}
            self.crew = {**others, name: int(number)} if is_id(int(number)) else others
            await self._look()

    @rx.event
    @requires("routes.update")
    async def pick(self, ids: list[int]) -> None:
        """The ticked deliveries; a new one goes to the end."""
        await self._pick(ids)

    async def _pick(self, ids: Sequence[int]) -> None:
        ids = [one for one in map(int, ids) if is_id(one)]
        kept, fresh = split_by(self.stops, ids, self._here)
        found = await route_desk.found(self, fresh[: MOST_STOPS - len(kept)], self.fleet)
        self.stops = [*kept, *(planned_stop(one, self.units) for one in found if is_placed(one))]
        await self._look()
        self.problem = self.problem or unplaced(found)

    @rx.event
    @requires("routes.update")
    async def add(self, number: int) -> None:
        """One more delivery, at the end."""
        await self._pick([*self.chosen, int(number)])

    @rx.event
    @requires("routes.update")
    async def move(self, number: int, by: int) -> None:
        """Bring a stop forward or back in the order."""
        self.stops = moved(self.stops, number, int(by))
        await self._look()

    @rx.event
    @requires("routes.update")
    async def drop(self, number: int) -> None:
        """Take a stop off the route."""
        kept = [stop for stop in self.stops if stop["id"] != number or stop["fixed"]]
        self._here = [one for one in self._here if one in {stop["id"] for stop in kept}]
        self.stops = kept
        await self._look()

    @rx.event
    @requires("routes.create")
    async def create(self, form: dict[str, Any], _again: bool) -> EventSpec | None:
        """Store the new route."""
        self.answered += 1
        try:
            if await shown_fleet(self) != self.fleet:
                answered = self.answered
                await self._begin()  # nothing of this plan is the other fleet's
                self.answered, self.problem = answered, switched(self.fleet_name)
                return None
            plan = self._plan(form)
            tour = await route_desk.done(self, lambda routes, actor: routes.create(actor, plan))
        except FleetError as error:
            self.problem = told(error)
            return None
        await say(self, f"{tour.route.name or 'The route'} was planned.")
        return rx.redirect(f"/routes/{tour.route.id}")

    @rx.event
    @requires("routes.update")
    async def save(self, _form: dict[str, Any], _again: bool) -> None:
        """Store the stops in their order."""
        self.answered += 1
        try:
            seen = await self._seen()
            await route_desk.done(self, self._rearranged(seen))
        except FleetError as error:
            self.problem = told(error)
            return
        await get_container().plans.retime_route(await current_actor(self), self.route)
        await self._show_done("Saved.")

    @rx.event
    @requires("routes.update")
    async def act(self, act: str) -> None:
        """Publish, take back, start or complete the route; on another day, ask before starting."""
        if act not in ACTS:
            return
        self.refused, self.asking = "", ""
        if act == self.next_act == "start":
            day = (await self.get_state(RecordForm)).base.get("date", "")
            self.asking = other_day(day, self.zone)
        if not self.asking:
            await self._act(act)

    @rx.event
    @requires("routes.update")
    async def answer(self, start: bool) -> None:
        """Start on another day than the route's, or do not."""
        self.asking = ""
        if start:
            await self._act("start")

    @rx.event
    @requires("routes.read")
    async def undone(self) -> None:
        """Show what became of the route when a step was taken back."""
        if not self.dirty:
            await self._read()

    async def _act(self, act: str) -> None:
        try:
            seen = await self._seen()
            tour = await route_desk.done(
                self, lambda one, who: getattr(one, act)(who, self.route, version=seen)
            )
        except FleetError as error:
            self.refused = told(error)
            return
        back = [published_back(tour.route)] if act == "publish" else []
        await self._show_done(f"{ACTS[act]}.", way_of("routes", back))

    async def _show_done(self, done: str, way: Way | None = None) -> None:
        self.problem = self.refused = ""
        form = await self.get_state(RecordForm)
        await form.refresh()
        await self._read()
        await say(self, done, way=way)

    async def _look(self) -> None:
        """What the plan would break, without storing it."""
        self.dirty, self.problem = True, ""
        if self.route:
            seen = await self._seen()
            await self._try(self._rearranged(seen))
        elif self.stops or self.crew:
            plan = self._plan({})
            await self._try(lambda one, who: one.create(who, plan))
        else:
            self.warnings = []

    async def _try(self, act: route_desk.Act) -> None:
        try:
            tour = await route_desk.tried(self, act)
        except FleetError as error:
            self.warnings, self.problem = [], told(error)
            return
        self.warnings, self.fetching = warned(tour, self.units), pickups_of(tour)

    def _rearranged(self, seen: int) -> route_desk.Act:
        """The change to the stops as they stand, of the version that was `seen`."""
        ids = [stop["id"] for stop in self.stops]
        return lambda one, who: one.change_stops(who, self.route, ids, version=seen)

    def _plan(self, form: dict[str, Any]) -> RoutePlan:
        return plan_of(form, self.stops, self.crew, (self.day, self.zone, self.fleet))

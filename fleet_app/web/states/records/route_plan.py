"""Planning one route by hand: who drives, which deliveries, in which order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

import reflex as rx
from reflex.event import EventSpec
from sqlmodel import col, select

from fleet_app.bootstrap import get_container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.delivery.models import Delivery
from fleet_app.delivery.planning import WarningCode
from fleet_app.delivery.routes import MOST_STOPS, RoutePlan, RouteService
from fleet_app.delivery.tours import Tour, Tours, day_in
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import FleetError
from fleet_app.kernel.units import Ruler, Units
from fleet_app.records.listing import visible
from fleet_app.web.gate import current_actor, requires
from fleet_app.web.states.records.form import RecordForm
from fleet_app.web.states.records.free_deliveries import FreeDeliveries
from fleet_app.web.states.records.measures import units_of
from fleet_app.web.states.records.opening import marked, named_fleet, switched
from fleet_app.web.states.records.plan_parts import (
    asked,
    is_id,
    is_placed,
    order_of,
    plan_of,
    told,
    unplaced,
)
from fleet_app.web.states.records.planned_stops import PlannedStop, planned_stop
from fleet_app.web.states.records.reading import house_style, labels_of
from fleet_app.web.states.records.route_days import day_of, other_day
from fleet_app.web.states.records.steps_back import published_back
from fleet_app.web.states.records.toasts import Way, say, way_of
from fleet_app.web.states.session import shown_fleet

CREW = ("vehicle_id", "driver_id", "depot_id")
ACTS = {
    "publish": "Published", "recall": "Taken back to a draft", "start": "Started",
    "complete": "Completed",
}  # fmt: skip
_NEXT = {"draft": "publish", "published": "start", "started": "complete"}


class _Looked(Exception):
    def __init__(self, tour: Tour) -> None:
        super().__init__()
        self.tour = tour


class RoutePlanner(rx.State):
    """The stops of one route, new or stored, as somebody arranges them."""

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
    can_arrange: bool = True
    next_act: str = ""
    version: int = 0
    """A counter: the list of free deliveries reads again."""
    _here: list[int] = []
    _known: int = 0
    """The route's version whose stops this screen began with."""
    _order: list[int] = []
    """Those stops, as they were stored."""

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
        wanted = set(ids)
        kept = [stop for stop in self.stops if stop["id"] in wanted or stop["id"] in self._here]
        known = {stop["id"] for stop in kept}
        fresh = [one for one in ids if one not in known][: MOST_STOPS - len(kept)]
        found = await self._found(fresh)
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
        places = [stop["id"] for stop in self.stops]
        if number not in places:
            return
        here = places.index(number)
        there = min(max(here + int(by), 0), len(places) - 1)
        stops = list(self.stops)
        stops.insert(there, stops.pop(here))
        self.stops = stops
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
            tour = await self._done(lambda routes, actor: routes.create(actor, plan))
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
            await self._done(
                lambda one, who: one.change_stops(who, self.route, self._ids(), version=seen)
            )
        except FleetError as error:
            self.problem = told(error)
            return
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
            tour = await self._done(
                lambda one, who: getattr(one, act)(who, self.route, version=seen)
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

    async def _done(self, act: Callable[[RouteService, Any], Awaitable[Tour]]) -> Tour:
        actor, container = await current_actor(self), get_container()
        async with container.work(container.patience) as session:
            return await act(RouteService(session), actor)

    async def _look(self) -> None:
        """What the plan would break, without storing it."""
        self.dirty, self.problem = True, ""
        if self.route:
            seen = await self._seen()
            await self._try(
                lambda one, who: one.change_stops(who, self.route, self._ids(), version=seen)
            )
        elif self.stops or self.crew:
            plan = self._plan({})
            await self._try(lambda one, who: one.create(who, plan))
        else:
            self.warnings = []

    async def _try(self, act: Callable[[RouteService, Any], Awaitable[Tour]]) -> None:
        actor, container = await current_actor(self), get_container()
        try:
            async with container.work(container.patience) as session:
                raise _Looked(await act(RouteService(session), actor))
        except _Looked as looked:
            self.warnings = self._warned(looked.tour)
        except FleetError as error:
            self.warnings, self.problem = [], told(error)

    async def _seen(self) -> int:
        """The version that the screen shows.

        The form beside the stops may have stored, or taken over, a newer one: it counts as long
        as the stops are still those that this plan began with.
        """
        form = await self.get_state(RecordForm)
        if form.number == self.route and form.version > self._known:
            with suppress(FleetError):  # whoever acts next hears of it
                tour = await self._stored()
                if tour.route.version == form.version and order_of(tour) == self._order:
                    self._known = form.version
        return self._known

    async def _stored(self) -> Tour:
        actor = await current_actor(self)
        async with get_container().work() as session:
            return await Tours(session).tour(actor, self.route)

    async def _read(self) -> None:
        try:
            tour = await self._stored()
        except FleetError as error:
            self.problem = error.message
            return
        here = [one.delivery for one in tour.stops if one.delivery and not one.moved_on]
        self.stops = [planned_stop(one, self.units) for one in here]
        self._here = [one.id or 0 for one in here]
        self._known, self._order = tour.route.version, order_of(tour)
        self.warnings = self._warned(tour)
        off = [one.message for one in tour.warnings if one.code == WarningCode.VEHICLE_UNUSABLE]
        self.unusable = f"{off[0]}. Give the route another vehicle." if off else ""
        self.dirty, self.version = False, self.version + 1
        status = str(tour.route.status.value)
        self.can_arrange, self.next_act = status != "completed", _NEXT.get(status, "")

    async def _found(self, ids: Sequence[int]) -> list[Delivery]:
        """Deliveries the person may see, in the order of the ids."""
        if not ids:
            return []
        actor = await current_actor(self)
        conditions = visible(actor.principal, KINDS["deliveries"], self.fleet or None)
        query = select(Delivery).where(col(Delivery.id).in_(ids), *conditions)
        async with get_container().work() as session:
            found = {one.id: one for one in (await session.exec(query)).all()}
        return [found[one] for one in ids if one in found]

    def _warned(self, tour: Tour) -> list[str]:
        ruler = Ruler.named(self.units)
        return [ruler.retold(one.message) for one in tour.warnings]

    def _ids(self) -> list[int]:
        return [stop["id"] for stop in self.stops]

    def _plan(self, form: dict[str, Any]) -> RoutePlan:
        return plan_of(form, self.stops, self.crew, (self.day, self.zone, self.fleet))

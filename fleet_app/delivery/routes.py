"""Planning routes by hand: making, rearranging, publishing, starting, completing, deleting them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import Scope, authorize, fleet_of_new
from fleet_app.audit.trail import note
from fleet_app.delivery import life
from fleet_app.delivery.arranging import arranged, stops_for
from fleet_app.delivery.crews import tell_crew
from fleet_app.delivery.errors import IllegalChange
from fleet_app.delivery.event_names import RouteNews
from fleet_app.delivery.models import Delivery, DeliveryStatus, Route, RouteStatus
from fleet_app.delivery.planning import problems_of
from fleet_app.delivery.repository import DeliveryRepository, touch
from fleet_app.delivery.service import DeliveryLife, is_own
from fleet_app.delivery.tours import Tour, Tours, open_deliveries
from fleet_app.fleet.maintenance.blocking import require_usable
from fleet_app.fleet.models import DriverStatus
from fleet_app.kernel.clock import Clock, utc_now
from fleet_app.kernel.errors import Conflict, NotFound
from fleet_app.kernel.events import DomainEvent, publish
from fleet_app.outbox.changes import What, changed
from fleet_app.records.errors import Stale, Taken
from fleet_app.records.problems import invalid

MOST_STOPS = 500
FIRST_DAY, LAST_DAY = dt.date(2000, 1, 1), dt.date(2099, 12, 31)
"""The days for which routes are planned."""
RUN = "routes.run"
LEGAL: Mapping[RouteStatus, tuple[RouteStatus, ...]] = {
    RouteStatus.DRAFT: (RouteStatus.PUBLISHED,),
    RouteStatus.PUBLISHED: (RouteStatus.STARTED, RouteStatus.DRAFT),
    RouteStatus.STARTED: (RouteStatus.COMPLETED,),
    RouteStatus.COMPLETED: (),
}


_CREW = ("vehicle_id", "driver_id")
_FIXED_BY_START = frozenset({*_CREW, "date", "depot_id", "starts_at"})


class RoutePlan(msgspec.Struct, frozen=True, kw_only=True):
    """A route to be made; deliveries in driving order. `fleet_id` is for administrators."""

    date: dt.date
    vehicle_id: int | None = None
    driver_id: int | None = None
    depot_id: int | None = None
    name: str = ""
    starts_at: dt.datetime | None = None
    note: str = ""
    external_reference: str | None = None
    delivery_ids: Sequence[int] = ()
    fleet_id: int | None = None


class RouteService:
    """Routes, in the caller's transaction. The caller commits."""

    def __init__(self, session: AsyncSession, clock: Clock = utc_now) -> None:
        self._session = session
        self._clock = clock
        self._repository = DeliveryRepository(session)
        self._life = DeliveryLife(session, clock)
        self._tours = Tours(session, clock)

    async def create(self, actor: Actor, plan: RoutePlan) -> Tour:
        """A new draft with its stops; the deliveries become assigned. Warnings come in the answer.

        Raises `Forbidden`, `NotFound` for the fleet, `InvalidInput` naming what cannot be part of
        it, `Conflict` for a vehicle or driver that cannot be used, `Taken`.
        """
        authorize(actor.principal, "routes.create")
        fleet_id = fleet_of_new(actor.principal, plan.fleet_id)
        if await self._repository.fleet(fleet_id) is None:
            raise NotFound("Fleet", fleet_id)
        _require_day(plan.date)
        deliveries = await self._wanted(fleet_id, plan.delivery_ids)
        route = Route(
            fleet_id=fleet_id, date=plan.date, vehicle_id=plan.vehicle_id,
            driver_id=plan.driver_id, depot_id=plan.depot_id, name=plan.name,
            starts_at=plan.starts_at, note=plan.note, external_reference=plan.external_reference,
        )  # fmt: skip
        await self._check_crew(route)
        await self._store(route)
        self._session.add_all(stops_for(route, plan.delivery_ids, deliveries))
        await self._life.together(actor, deliveries, DeliveryStatus.ASSIGNED, route)
        await self._session.flush()
        self._tell(actor, route, "create", {"stops": [0, len(deliveries)]}, what="created")
        self._publish(route, RouteNews.PLANNED, len(deliveries))
        return await self._tours.of(route)

    async def change_stops(
        self,
        actor: Actor,
        route_id: int,
        delivery_ids: Sequence[int],
        *,
        version: int | None = None,
    ) -> Tour:
        """Give a route these deliveries in this order: new ones join, missing ones go free.

        Deliveries that are beyond `assigned` stay where somebody has been with them, so they must
        be named. Raises `NotFound`, `Stale`, `Conflict` for a completed route, `InvalidInput`.
        """
        route = await self._locked(actor, route_id, "routes.update", version)
        if route.status == RouteStatus.COMPLETED:
            why = "A completed route cannot be rearranged"
            raise IllegalChange(RouteStatus.COMPLETED, "rearranged", (), why=why)
        tour = await self._tours.of(route, warn=False)
        here = open_deliveries(tour, list(DeliveryStatus))
        found = await self._wanted(route.fleet_id, delivery_ids, here)
        gone = {id_: one for id_, one in found.items() if id_ not in set(delivery_ids)}
        _require_free(gone)
        joining = {id_: one for id_, one in found.items() if id_ not in here}
        await self._life.together(actor, gone, DeliveryStatus.CREATED, route)
        await self._life.together(actor, joining, DeliveryStatus.ASSIGNED, route)
        await self._repository.arrange(route, arranged(tour, delivery_ids, found))
        before = [stop.delivery.id for stop in tour.stops if stop.delivery]
        self._tell(actor, route, "change_stops", {"stops": [before, list(delivery_ids)]})
        return await self._tours.of(route)

    async def publish(self, actor: Actor, route_id: int, *, version: int | None = None) -> Tour:
        """Show a draft to its driver. Raises `Conflict` without a usable vehicle, driver, stops."""
        route = await self._locked(actor, route_id, "routes.update", version)
        self._require_next(route, RouteStatus.PUBLISHED)
        missing = [
            name for name in ("vehicle_id", "driver_id") if getattr(route, name) is None
        ]  # fmt: skip
        if missing:
            fields = dict.fromkeys(missing, "is missing")
            raise Conflict(
                "A route needs a vehicle and a driver before it is published", fields=fields
            )
        await self._check_crew(route)
        tour = await self._tours.of(route)
        if not tour.stops:
            problem = "has no stops yet"
            raise Conflict(f"The route {problem}", fields={"stops": problem})
        return await self._move(actor, route, RouteStatus.PUBLISHED)

    async def recall(self, actor: Actor, route_id: int, *, version: int | None = None) -> Tour:
        """Take a published route back to a draft, which its driver does not see.

        Raises `Conflict` unless it is published, and once something has happened on it.
        """
        route = await self._locked(actor, route_id, "routes.update", version)
        self._require_next(route, RouteStatus.DRAFT)
        tour = await self._tours.of(route, warn=False)
        begun = [
            stop.delivery.tracking_number for stop in tour.stops
            if stop.delivery and stop.delivery.status is not DeliveryStatus.ASSIGNED
        ]  # fmt: skip
        if begun:
            problem = f"has begun: something happened to {', '.join(begun[:20])}"
            raise Conflict(f"The route {problem}", fields={"status": problem})
        return await self._move(actor, route, RouteStatus.DRAFT)

    async def start(self, actor: Actor, route_id: int, *, version: int | None = None) -> Tour:
        """The vehicle leaves: everything assigned is out for delivery. Its driver may do this."""
        route = await self._locked(actor, route_id, RUN, version)
        self._require_next(route, RouteStatus.STARTED)
        await self._check_crew(route)
        tour = await self._tours.of(route, warn=False)
        waiting = open_deliveries(tour, {DeliveryStatus.ASSIGNED})
        locked = await self._repository.deliveries(list(waiting), lock=True)
        leaving = {
            id_: one for id_, one in locked.items()
            if one.status is DeliveryStatus.ASSIGNED and one.route_id == route.id
        }  # fmt: skip
        await self._life.together(actor, leaving, DeliveryStatus.OUT_FOR_DELIVERY, route)
        return await self._move(actor, route, RouteStatus.STARTED)

    async def complete(self, actor: Actor, route_id: int, *, version: int | None = None) -> Tour:
        """The vehicle is back. Raises `Conflict` while deliveries are still to be made."""
        route = await self._locked(actor, route_id, RUN, version)
        self._require_next(route, RouteStatus.COMPLETED)
        tour = await self._tours.of(route, warn=False)
        left = [
            stop.delivery.tracking_number for stop in tour.stops if stop.is_open and stop.delivery
        ]
        if left:
            noun = "1 delivery is" if len(left) == 1 else f"{len(left)} deliveries are"
            named = ", ".join(left[:20])
            raise Conflict(
                f"{noun} not done yet: {named}", fields={"stops": f"{noun} not done yet"}
            )
        return await self._move(actor, route, RouteStatus.COMPLETED)

    async def changing(self, route: Route, values: Mapping[str, Any]) -> None:
        """Look at new columns of a locked route before they are stored.

        Raises `Conflict` for what has begun or cannot be used, `InvalidInput` for unknown ids.
        """
        new = {name: one for name, one in values.items() if getattr(route, name) != one}
        if "date" in new:
            _require_day(new["date"])
        begun = route.status in (RouteStatus.STARTED, RouteStatus.COMPLETED)
        fixed = [name for name in new if name in _FIXED_BY_START] if begun else []
        if fixed:
            problem = f"cannot change: the route is {RouteStatus(route.status).value}"
            raise Conflict("This route has begun", fields=dict.fromkeys(fixed, problem))
        crew = {name: new[name] for name in _CREW if name in new}
        if None in crew.values() and route.status == RouteStatus.PUBLISHED:
            missing = [name for name, one in crew.items() if one is None]
            problem = "is needed: the driver knows of this route"
            raise Conflict("This route is published", fields=dict.fromkeys(missing, problem))
        await self._check_crew(Route(fleet_id=route.fleet_id, date=route.date, **crew))
        if "driver_id" in crew and route.status == RouteStatus.PUBLISHED:
            tell_crew(self._session, route, crew["driver_id"], self._clock())

    async def removing(self, actor: Actor, route: Route) -> list[int]:
        """Free the deliveries of a locked route that is about to be deleted; their ids in order.

        Raises `Conflict` once it has started: what happened on it stays.
        """
        if route.status not in (RouteStatus.DRAFT, RouteStatus.PUBLISHED):
            problem = f"is {RouteStatus(route.status).value}; only planned routes can be deleted"
            raise Conflict(f"The route {problem}", fields={"status": problem})
        tour = await self._tours.of(route, warn=False)
        here = open_deliveries(tour, list(DeliveryStatus))
        locked = await self._repository.deliveries(list(here), lock=True)
        _require_free(locked)
        await self._life.together(actor, locked, DeliveryStatus.CREATED, route)
        moved_on = [stop.stop for stop in tour.stops if stop.moved_on]
        await self._repository.arrange(route, moved_on)
        return list(here)

    async def returning(
        self, actor: Actor, route: Route, ids: Sequence[int]
    ) -> tuple[list[int], list[str]]:
        """Put deliveries back onto a locked route that is about to be restored.

        Returns the ids that are on it now, in order, and the names of those that cannot be: they
        have gone, are on another route or called off, or have no point any more.
        """
        found = await self._repository.deliveries(ids, lock=True, fleet_id=route.fleet_id)
        amiss = problems_of(ids, found)
        back = [id_ for place, id_ in enumerate(ids) if f"delivery_ids[{place}]" not in amiss]
        lost = [
            found[id_].tracking_number if id_ in found else f"Delivery {id_}"
            for id_ in ids
            if id_ not in back
        ]
        joining = {id_: found[id_] for id_ in back}
        await self._life.together(actor, joining, DeliveryStatus.ASSIGNED, route)
        tour = await self._tours.of(route, warn=False)
        await self._repository.arrange(route, arranged(tour, back, found))
        return back, lost

    async def _locked(
        self, actor: Actor, route_id: int, permission: str, version: int | None
    ) -> Route:
        scope = authorize(actor.principal, permission)
        mine = actor.principal.fleet_id
        route = (await self._repository.routes([route_id], lock=True, fleet_id=mine)).get(route_id)
        if route is None or not actor.principal.sees_fleet(route.fleet_id):
            raise NotFound("Route", route_id)
        if scope is Scope.OWN and not is_own(actor, route):
            raise NotFound("Route", route_id)
        if version is not None and version != route.version:
            raise Stale(_label(route), route.version)
        return route

    async def _wanted(
        self, fleet_id: int, ids: Sequence[int], staying: Mapping[int, Delivery] | None = None
    ) -> dict[int, Delivery]:
        """The deliveries, with those on the route already, locked.

        Raises `InvalidInput` naming those that cannot be had.
        """
        if len(ids) > MOST_STOPS:
            raise invalid({"delivery_ids": f"has too many entries: at most {MOST_STOPS}"})
        both = {*ids, *(staying or ())}
        found = {}
        if both:
            found = await self._repository.deliveries(both, lock=True, fleet_id=fleet_id)
        problems = problems_of(ids, found, staying or ())
        if problems:
            raise invalid(problems)
        return found

    async def _check_crew(self, route: Route) -> None:
        """Raises `InvalidInput` for what the fleet does not have, `Conflict` for what is unfit."""
        repository, fleet_id, problems = self._repository, route.fleet_id, {}
        if route.vehicle_id is not None and not await repository.vehicle(
            fleet_id, route.vehicle_id
        ):
            problems["vehicle_id"] = "there is no such vehicle"
        driver = None
        if route.driver_id is not None:
            driver = await repository.driver(fleet_id, route.driver_id)
            if driver is None:
                problems["driver_id"] = "there is no such driver"
        if route.depot_id is not None and not await repository.depot(fleet_id, route.depot_id):
            problems["depot_id"] = "there is no such depot"
        if problems:
            raise invalid(problems)
        if route.vehicle_id is not None:
            await require_usable(self._session, route.vehicle_id)
        if driver is not None and driver.status == DriverStatus.INACTIVE:
            problem = "is not working for the fleet at present"
            raise Conflict(f"{driver.name} {problem}", fields={"driver_id": problem})

    async def _store(self, route: Route) -> None:
        try:
            async with self._session.begin_nested():
                self._session.add(route)
                await self._session.flush()
        except IntegrityError as error:
            if "external_reference" not in str(error.orig):
                raise
            raise Taken("external_reference", "this external reference is in use") from None

    def _require_next(self, route: Route, to: RouteStatus) -> None:
        status = RouteStatus(route.status)
        if to not in LEGAL[status]:
            raise IllegalChange(status, to, LEGAL[status])

    async def _move(self, actor: Actor, route: Route, to: RouteStatus) -> Tour:
        before, route.status = RouteStatus(route.status), to
        if RouteStatus.DRAFT in (before, to):
            tell_crew(self._session, route, route.driver_id, self._clock())
        touch(route)
        self._session.add(route)
        await self._session.flush()
        tour = await self._tours.of(route)
        self._tell(actor, route, "set_status", {"status": [before, to]})
        self._publish(route, RouteNews.of(to), len(tour.stops))
        return tour

    def _tell(
        self,
        actor: Actor,
        route: Route,
        action: str,
        changes: Mapping[str, Sequence[object]],
        *,
        what: What = "updated",
    ) -> None:
        note(
            self._session, actor, action, kind="route", object_id=route.id,
            label=_label(route), fleet_id=route.fleet_id, changes=changes,
        )  # fmt: skip
        changed(self._session, route.fleet_id, "routes", [route.id or 0], what=what)

    def _publish(self, route: Route, news: RouteNews, stops: int) -> None:
        data = {
            "route_id": route.id, "name": route.name, "date": route.date.isoformat(),
            "status": RouteStatus(route.status).value, "vehicle_id": route.vehicle_id,
            "driver_id": route.driver_id, "stops": stops,
        }  # fmt: skip
        now, subject = self._clock(), f"route:{route.id}"
        event = DomainEvent(
            type=news.value, fleet_id=route.fleet_id, subject=subject, data=data, occurred_at=now,
            received_at=now,
        )  # fmt: skip
        publish(self._session, event)


def _require_day(day: dt.date) -> None:
    """Raises `InvalidInput` for a day that can only be a mistake."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise invalid({"date": f"must be a day from {FIRST_DAY} to {LAST_DAY}"})


def _label(route: Route) -> str:
    return route.name or f"Route {route.id}"


def _require_free(gone: Mapping[int, Delivery]) -> None:
    """Raises `InvalidInput` unless nothing has happened yet to what leaves a route."""
    kept = [
        f"{one.tracking_number} is {DeliveryStatus(one.status).value}"
        for one in gone.values()
        if DeliveryStatus.CREATED not in life.LEGAL[one.status]
    ]
    if kept:
        raise invalid({"delivery_ids": f"cannot leave the route: {'; '.join(kept)}"})

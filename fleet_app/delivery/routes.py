"""Planning routes by hand: making, rearranging, publishing, starting and completing them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import authorize, fleet_of_new
from fleet_app.delivery.arranging import arranged, stops_for, with_pickups
from fleet_app.delivery.crew_checks import require_crew
from fleet_app.delivery.crews import tell_crew
from fleet_app.delivery.errors import IllegalChange
from fleet_app.delivery.event_names import RouteNews
from fleet_app.delivery.models import DeliveryStatus, Route, RouteStatus
from fleet_app.delivery.repository import DeliveryRepository, touch
from fleet_app.delivery.route_bounds import require_day
from fleet_app.delivery.route_locks import locked_route, require_free, wanted_deliveries
from fleet_app.delivery.route_news import note_route, publish_route
from fleet_app.delivery.service import DeliveryLife
from fleet_app.delivery.stop_refs import StopRef
from fleet_app.delivery.tours import Stop, Tour, Tours, open_deliveries
from fleet_app.kernel.clock import Clock, utc_now
from fleet_app.kernel.errors import Conflict, NotFound
from fleet_app.records.errors import Taken

RUN = "routes.run"
LEGAL: Mapping[RouteStatus, tuple[RouteStatus, ...]] = {
    RouteStatus.DRAFT: (RouteStatus.PUBLISHED,),
    RouteStatus.PUBLISHED: (RouteStatus.STARTED, RouteStatus.DRAFT),
    RouteStatus.STARTED: (RouteStatus.COMPLETED,),
    RouteStatus.COMPLETED: (),
}


class RoutePlan(msgspec.Struct, frozen=True, kw_only=True):
    """A route to be made; deliveries in driving order. `fleet_id` is for administrators.

    `order` says where among them pickups come; by default each is right before its delivery.
    """

    date: dt.date
    vehicle_id: int | None = None
    driver_id: int | None = None
    depot_id: int | None = None
    name: str = ""
    starts_at: dt.datetime | None = None
    note: str = ""
    external_reference: str | None = None
    delivery_ids: Sequence[int] = ()
    order: Sequence[StopRef] = ()
    fleet_id: int | None = None


class RouteService:
    """Routes, in the caller's transaction. The caller commits."""

    def __init__(self, session: AsyncSession, clock: Clock = utc_now) -> None:
        self._session = session
        self._clock = clock
        self._repository = DeliveryRepository(session)
        self._life = DeliveryLife(session, clock)
        self._tours = Tours(session, clock)

    async def create(self, actor: Actor, plan: RoutePlan, *, warn: bool = True) -> Tour:
        """A new draft with its stops; the deliveries become assigned. Warnings come in the answer,
        unless nobody asks for them.

        Raises `Forbidden`, `NotFound` for the fleet, `InvalidInput` naming what cannot be part of
        it, `Conflict` for a vehicle or driver that cannot be used, `Taken`.
        """
        authorize(actor.principal, "routes.create")
        fleet_id = fleet_of_new(actor.principal, plan.fleet_id)
        if await self._repository.fleet(fleet_id) is None:
            raise NotFound("Fleet", fleet_id)
        require_day(plan.date)
        deliveries = await wanted_deliveries(self._repository, fleet_id, plan.delivery_ids)
        route = Route(
            fleet_id=fleet_id, date=plan.date, vehicle_id=plan.vehicle_id,
            driver_id=plan.driver_id, depot_id=plan.depot_id, name=plan.name,
            starts_at=plan.starts_at, note=plan.note, external_reference=plan.external_reference,
        )  # fmt: skip
        await require_crew(self._session, self._repository, route)
        await self._store(route)
        pickups = await self._repository.pickups(fleet_id, deliveries.values())
        refs = with_pickups(plan.delivery_ids, set(pickups), plan.order)
        self._session.add_all(stops_for(route, refs, deliveries, pickups))
        await self._life.together(actor, deliveries, DeliveryStatus.ASSIGNED, route)
        await self._session.flush()
        changes = {"stops": [0, len(deliveries)]}
        note_route(self._session, actor, route, "create", changes, what="created")
        self._publish(route, RouteNews.PLANNED, len(deliveries))
        return await self._tours.of(route, warn=warn)

    async def change_stops(
        self,
        actor: Actor,
        route_id: int,
        delivery_ids: Sequence[int],
        *,
        version: int | None = None,
        order: Sequence[StopRef] = (),
    ) -> Tour:
        """Give a route these deliveries in this order: new ones join, missing ones go free.

        Pickups go with their deliveries: they come where `order` has them, or else stay where they
        were, and always before their deliveries. What joins a route that has left is out for
        delivery at once. Deliveries that are beyond `assigned` stay where somebody has been with
        them, so they must be named.

        Raises `NotFound`, `Stale`, `Conflict` for a completed route, `InvalidInput`.
        """
        route = await locked_route(self._repository, actor, route_id, "routes.update", version)
        if route.status == RouteStatus.COMPLETED:
            why = "A completed route cannot be rearranged"
            raise IllegalChange(RouteStatus.COMPLETED, "rearranged", (), why=why)
        tour = await self._tours.of(route, warn=False)
        here = open_deliveries(tour, list(DeliveryStatus))
        found = await wanted_deliveries(self._repository, route.fleet_id, delivery_ids, here)
        gone = {id_: one for id_, one in found.items() if id_ not in set(delivery_ids)}
        require_free(gone)
        joining = {id_: one for id_, one in found.items() if id_ not in here}
        await self._life.together(actor, gone, DeliveryStatus.CREATED, route)
        await self._life.together(actor, joining, DeliveryStatus.ASSIGNED, route)
        pickups = await self._repository.pickups(route.fleet_id, found.values())
        await self._repository.arrange(route, arranged(tour, delivery_ids, found, pickups, order))
        if route.status is RouteStatus.STARTED:
            await self._life.together(actor, joining, DeliveryStatus.OUT_FOR_DELIVERY, route)
        before = [stop.delivery.id for stop in tour.drops if stop.delivery]
        note_route(
            self._session, actor, route, "change_stops", {"stops": [before, list(delivery_ids)]}
        )
        return await self._tours.of(route)

    async def publish(
        self, actor: Actor, route_id: int, *, version: int | None = None, warn: bool = True
    ) -> Tour:
        """Show a draft to its driver. Raises `Conflict` without a usable vehicle, driver, stops."""
        route = await locked_route(self._repository, actor, route_id, "routes.update", version)
        self._require_next(route, RouteStatus.PUBLISHED)
        missing = [
            name for name in ("vehicle_id", "driver_id") if getattr(route, name) is None
        ]  # fmt: skip
        if missing:
            fields = dict.fromkeys(missing, "is missing")
            raise Conflict(
                "A route needs a vehicle and a driver before it is published", fields=fields
            )
        await require_crew(self._session, self._repository, route)
        tour = await self._tours.of(route, warn=False)
        if not tour.drops:
            problem = "has no stops yet"
            raise Conflict(f"The route {problem}", fields={"stops": problem})
        return await self._move(actor, route, RouteStatus.PUBLISHED, warn=warn)

    async def recall(self, actor: Actor, route_id: int, *, version: int | None = None) -> Tour:
        """Take a published route back to a draft, which its driver does not see.

        Raises `Conflict` unless it is published, and once something has happened on it.
        """
        route = await locked_route(self._repository, actor, route_id, "routes.update", version)
        self._require_next(route, RouteStatus.DRAFT)
        tour = await self._tours.of(route, warn=False)
        begun = [
            stop.delivery.tracking_number for stop in tour.stops if stop.delivery and _begun(stop)
        ]
        if begun:
            problem = f"has begun: something happened to {', '.join(begun[:20])}"
            raise Conflict(f"The route {problem}", fields={"status": problem})
        return await self._move(actor, route, RouteStatus.DRAFT)

    async def start(self, actor: Actor, route_id: int, *, version: int | None = None) -> Tour:
        """The vehicle leaves: everything assigned is out for delivery. Its driver may do this."""
        route = await locked_route(self._repository, actor, route_id, RUN, version)
        self._require_next(route, RouteStatus.STARTED)
        await require_crew(self._session, self._repository, route)
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
        route = await locked_route(self._repository, actor, route_id, RUN, version)
        self._require_next(route, RouteStatus.COMPLETED)
        tour = await self._tours.of(route, warn=False)
        left = [
            stop.delivery.tracking_number for stop in tour.drops if stop.is_open and stop.delivery
        ]
        if left:
            noun = "1 delivery is" if len(left) == 1 else f"{len(left)} deliveries are"
            named = ", ".join(left[:20])
            raise Conflict(
                f"{noun} not done yet: {named}", fields={"stops": f"{noun} not done yet"}
            )
        return await self._move(actor, route, RouteStatus.COMPLETED)

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

    async def _move(
        self, actor: Actor, route: Route, to: RouteStatus, *, warn: bool = True
    ) -> Tour:
        before, route.status = RouteStatus(route.status), to
        if RouteStatus.DRAFT in (before, to):
            tell_crew(self._session, route, route.driver_id, self._clock())
        touch(route)
        self._session.add(route)
        await self._session.flush()
        tour = await self._tours.of(route, warn=warn)
        note_route(self._session, actor, route, "set_status", {"status": [before, to]})
        self._publish(route, RouteNews.of(to), len(tour.drops))
        return tour

    def _publish(self, route: Route, news: RouteNews, stops: int) -> None:
        publish_route(self._session, route, news, {"stops": stops}, self._clock())


def _begun(stop: Stop) -> bool:
    """Whether something has happened at a stop."""
    if stop.is_pickup:
        return stop.is_done
    return stop.delivery is not None and stop.delivery.status is not DeliveryStatus.ASSIGNED

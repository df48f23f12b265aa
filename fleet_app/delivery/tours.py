"""Routes as they are looked at: stops in driving order, what is done, what comes next."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import Scope, authorize
from fleet_app.delivery.life import UNDER_WAY
from fleet_app.delivery.models import Delivery, DeliveryStatus, Route, RouteStop, StopKind
from fleet_app.delivery.pickups import address_of, is_to_fetch
from fleet_app.delivery.planning import Crew, PlanWarning, warnings_of
from fleet_app.delivery.repository import DeliveryRepository
from fleet_app.delivery.service import is_own
from fleet_app.fleet.models import Depot, Driver
from fleet_app.kernel.clock import Clock, utc_now, zone_of
from fleet_app.kernel.errors import NotFound

TO_DO = UNDER_WAY | {DeliveryStatus.ASSIGNED}


class Stop(msgspec.Struct, frozen=True):
    """A stop and what is to be delivered, or fetched, there; no delivery at a place that is only
    passed.

    `moved_on`: it was tried here and is not part of this route any more. `address`: of the stop.
    """

    stop: RouteStop
    delivery: Delivery | None
    moved_on: bool
    address: str = ""

    @property
    def is_pickup(self) -> bool:
        """Whether goods are fetched here rather than delivered."""
        return self.stop.kind is StopKind.PICKUP

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to go there."""
        if self.delivery is None or self.moved_on:
            return False
        return is_to_fetch(self.delivery) if self.is_pickup else self.delivery.status in TO_DO

    @property
    def is_done(self) -> bool:
        """Whether the delivery was made here, or its goods were fetched."""
        if self.delivery is None or self.moved_on:
            return False
        if self.is_pickup and self.delivery.picked_up_at is not None:
            return True
        return self.delivery.status is DeliveryStatus.COMPLETED


class Progress(msgspec.Struct, frozen=True):
    """How far a route is, in deliveries: pickups are not counted. `failed` ones are not `done`."""

    total: int
    done: int
    failed: int
    left: int


class Tour(msgspec.Struct, frozen=True):
    """A route with its stops; `next_stop` is the first one still to go to."""

    route: Route
    stops: Sequence[Stop]
    progress: Progress
    next_stop: Stop | None
    warnings: Sequence[PlanWarning] = ()

    @property
    def drops(self) -> list[Stop]:
        """The stops without the pickups: every delivery once."""
        return [stop for stop in self.stops if not stop.is_pickup]


class Assignments(msgspec.Struct, frozen=True):
    """A driver's routes of one day, maybe with those that are driven since the days before."""

    driver: Driver
    date: date
    tours: Sequence[Tour]


class Tours:
    """Looking at routes, in the caller's transaction."""

    def __init__(self, session: AsyncSession, clock: Clock = utc_now) -> None:
        self._repository = DeliveryRepository(session)
        self._clock = clock

    async def tour(self, actor: Actor, route_id: int) -> Tour:
        """One route. Raises `NotFound`, `Forbidden`."""
        scope = authorize(actor.principal, "routes.read")
        route = (await self._repository.routes([route_id])).get(route_id)
        if route is None or not actor.principal.sees_fleet(route.fleet_id):
            raise NotFound("Route", route_id)
        if scope is Scope.OWN and not is_own(actor, route):
            raise NotFound("Route", route_id)
        return await self.of(route, warn=scope is not Scope.OWN)

    async def of(self, route: Route, *, warn: bool = True) -> Tour:
        """A route that the caller has checked."""
        (tour,) = await self._all([route])
        if not warn:
            return tour
        carried = [stop.delivery for stop in tour.drops if stop.delivery and not stop.moved_on]
        warnings = warnings_of(route, carried, await self._crew(route))
        return msgspec.structs.replace(tour, warnings=warnings)

    async def assignments(
        self, actor: Actor, driver_id: int, day: date | None = None
    ) -> Assignments:
        """A driver's routes of a day, by default today where the fleet is, and then also those of
        the days before that are still driven.

        Drivers see their own, once they are published. Raises `NotFound`, `Forbidden`.
        """
        scope = authorize(actor.principal, "assignments.read")
        driver = await self._repository.any_driver(driver_id)
        if driver is None or not actor.principal.sees_fleet(driver.fleet_id):
            raise NotFound("Driver", driver_id)
        if scope is Scope.OWN and actor.principal.driver_id != driver_id:
            raise NotFound("Driver", driver_id)
        chosen = day or await self._today(driver.fleet_id)
        routes = await self._repository.tours(
            driver_id, chosen, drafts=scope is not Scope.OWN,
            now=self._clock() if day is None else None,
        )  # fmt: skip
        return Assignments(driver, chosen, await self._all(routes))

    async def _today(self, fleet_id: int) -> date:
        fleet = await self._repository.fleet(fleet_id)
        return day_in(fleet.time_zone if fleet else "UTC", self._clock())

    async def _all(self, routes: Sequence[Route]) -> list[Tour]:
        stops = await self._repository.stops([route.id or 0 for route in routes])
        wanted = {stop.delivery_id for own in stops.values() for stop in own if stop.delivery_id}
        deliveries = await self._repository.deliveries(wanted) if wanted else {}
        fetched = {
            deliveries[stop.delivery_id].pickup_depot_id
            for own in stops.values() for stop in own
            if stop.kind is StopKind.PICKUP and stop.delivery_id in deliveries
        }  # fmt: skip
        depots = await self._repository.depots({one for one in fetched if one is not None})
        return [_tour(route, stops.get(route.id or 0, []), deliveries, depots) for route in routes]

    async def _crew(self, route: Route) -> Crew:
        repository = self._repository
        vehicle = driver = None
        if route.vehicle_id is not None:
            vehicle = await repository.vehicle(route.fleet_id, route.vehicle_id)
        if route.driver_id is not None:
            driver = await repository.driver(route.fleet_id, route.driver_id)
        return Crew(vehicle, driver, await repository.others_of_day(route))


def day_in(time_zone: str, moment: datetime) -> date:
    """Which day it is there. UTC where the name is none."""
    return moment.astimezone(zone_of(time_zone)).date()


def open_deliveries(tour: Tour, statuses: Collection[DeliveryStatus]) -> dict[int, Delivery]:
    """The deliveries that are on the route and have one of these statuses, by id."""
    return {
        stop.delivery.id or 0: stop.delivery
        for stop in tour.drops
        if stop.delivery and not stop.moved_on and stop.delivery.status in statuses
    }


def _tour(
    route: Route,
    stops: Sequence[RouteStop],
    deliveries: Mapping[int, Delivery],
    depots: Mapping[int, Depot],
) -> Tour:
    made = (_stop(route, stop, deliveries, depots) for stop in stops)
    shown = [stop for stop in made if stop is not None]
    following = next((stop for stop in shown if stop.is_open), None)
    return Tour(route, shown, _progress([stop for stop in shown if not stop.is_pickup]), following)


def _progress(drops: Sequence[Stop]) -> Progress:
    left, done = sum(stop.is_open for stop in drops), sum(stop.is_done for stop in drops)
    # Whatever was tried here and moved on, went back or was called off, did not work out here.
    failed = sum(not (stop.is_open or stop.is_done) for stop in drops if stop.delivery)
    return Progress(len(drops), done, failed, left)


def _stop(
    route: Route,
    stop: RouteStop,
    deliveries: Mapping[int, Delivery],
    depots: Mapping[int, Depot],
) -> Stop | None:
    """None for a stop whose delivery has been deleted."""
    if stop.delivery_id is None:
        return Stop(stop, None, False)
    delivery = deliveries.get(stop.delivery_id)
    if delivery is None:
        return None
    is_pickup = stop.kind is StopKind.PICKUP
    address = address_of(delivery, depots) if is_pickup else delivery.address
    return Stop(stop, delivery, delivery.route_id != route.id, address)

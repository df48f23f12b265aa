"""The best order of one route and its times, without a plan around it."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from contextlib import suppress

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import authorize
from fleet_app.delivery.errors import IllegalChange
from fleet_app.delivery.models import Route, RouteStatus
from fleet_app.delivery.replanning import Replanning
from fleet_app.delivery.routes import RouteService
from fleet_app.delivery.stop_refs import StopRef
from fleet_app.delivery.tours import Tour, Tours
from fleet_app.kernel.clock import Clock
from fleet_app.kernel.errors import FleetError
from fleet_app.planning.by_hand.ordering import Orders
from fleet_app.planning.document import Document, PlanRow, PlanStop, stop_of
from fleet_app.planning.picture.looking import Looker
from fleet_app.planning.ports import Work
from fleet_app.planning.problem.alone import times_of
from fleet_app.planning.publication.publishing import planned_of
from fleet_app.planning.routes.differing import in_order, stops_in_order
from fleet_app.planning.routes.healing import Healed
from fleet_app.planning.workday.day import Day, read_day
from fleet_app.planning.workday.pickups import with_pickups
from fleet_app.records.errors import Stale
from fleet_app.routing.optimiser.scheduling import schedule

log = logging.getLogger(__name__)
KEY = "1"
PATIENCE_S = 5.0
"""How long somebody who changed a route by hand waits for its times."""
TRIES = 3
"""How often a route is timed again that others change meanwhile."""


class RouteOptimiser:
    """Puts the stops of a route into their best order, those that are not done, and times them."""

    def __init__(self, work: Work, looker: Looker, clock: Clock, orders: Orders) -> None:
        self._work, self._looker, self._clock, self._orders = work, looker, clock, orders

    async def optimise(self, actor: Actor, route_id: int, version: int | None = None) -> Tour:
        """The route in its best order, with its times.

        Raises `Forbidden`, `NotFound`, `Stale`, `IllegalChange` for one that is completed, and
        `Busy` while others have theirs put into order.
        """
        authorize(actor.principal, "routes.update")
        async with self._work() as session:
            tour = await Tours(session, self._clock).tour(actor, route_id)
            route = tour.route
            _require_open(route, version)
            day = await read_day(
                session, route.fleet_id, route.date, self._clock(), route_ids=[route_id]
            )
        if len(tour.stops) < 2:
            return tour
        full = day
        day, state = alone(day, route)
        _, rows = await self._looker.alone(day, state)
        best = await self._orders.best(rows[KEY]) if KEY in rows else ()
        tours = schedule(rows[KEY].problem, {KEY: best}).tours if best else ()
        row = state.document.rows[0]
        made = [stop.ref for stop in row.stops if day.is_made(stop)]
        nowhere = [id_ for id_ in in_order(full, route) if id_ not in row.delivery_ids]
        order = [*made, *(stop_of(one).ref for one in best), *map(StopRef, nowhere)]
        ids = [one.delivery_id for one in order if not one.is_pickup]
        async with self._work() as session:
            replanning = Replanning(session, self._clock)
            is_other = order != stops_in_order(full, route)
            if is_other:
                service = RouteService(session, self._clock)
                await service.change_stops(actor, route_id, ids, version=route.version, order=order)
            else:
                await replanning.require_same(route)
            for timed in tours:
                planned = planned_of(day, timed)
                if is_other:
                    await replanning.keep_times(route_id, planned)
                else:
                    await replanning.fill_times(route_id, planned)
            return await Tours(session, self._clock).tour(actor, route_id)

    async def retime(self, actor: Actor, route_id: int) -> Tour | None:
        """Times for what somebody put on a planned route, or put elsewhere on it, by hand; None
        where there is nothing to plan, or nobody can say now what driving takes: the route is as it
        was wanted without. Raises `Forbidden`."""
        authorize(actor.principal, "routes.update")
        try:
            async with asyncio.timeout(PATIENCE_S):
                for _ in range(TRIES):
                    with suppress(Stale):
                        return await self._retimed(actor, route_id)
        except (FleetError, TimeoutError) as error:
            log.warning("route %s has no new times: %s", route_id, error)
        return None

    async def _retimed(self, actor: Actor, route_id: int) -> Tour | None:
        """Times for the route as it is. Raises `Stale` where they would be those of another order,
        or of a route that had not left."""
        async with self._work() as session:
            tour = await Tours(session, self._clock).tour(actor, route_id)
            route = tour.route
            if not _is_planned(route) or not tour.stops:
                return None
            day = await read_day(
                session, route.fleet_id, route.date, self._clock(), route_ids=[route_id]
            )
        day, state = alone(day, route)
        question, rows = await self._looker.alone(day, state)
        times = times_of(question, rows)
        async with self._work() as session:
            replanning = Replanning(session, self._clock)
            await replanning.require_same(route)
            for timed in times.tours:
                planned = planned_of(day, timed)
                if route.status is RouteStatus.STARTED:
                    await replanning.fill_times(route_id, planned)
                else:
                    await replanning.keep_times(route_id, planned)
            return await Tours(session, self._clock).tour(actor, route_id)


def alone(day: Day, route: Route) -> tuple[Day, Healed]:
    """A day on which there is nothing but this route, and a plan of it."""
    ids = in_order(day, route)
    row = PlanRow(
        key=KEY, vehicle_id=route.vehicle_id, driver_id=route.driver_id,
        depot_id=route.depot_id, departs_at=route.starts_at,
        stops=tuple(
            PlanStop(one.delivery_id, pickup=one.is_pickup)
            for one in stops_in_order(day, route)
            if day.deliveries[one.delivery_id].lat is not None
        ),
    )  # fmt: skip
    mine = {id_: day.deliveries[id_] for id_ in ids}
    only = dataclasses.replace(day, deliveries=mine, routes={route.id or 0: route})
    document = Document(rows=(with_pickups(only, row),), next_key=2)
    return only, Healed(document, {KEY: route.id or 0})


def _is_planned(route: Route) -> bool:
    """Whether its drive is measured against a plan: a draft that nobody timed is not."""
    if route.status is RouteStatus.COMPLETED:
        return False
    return route.status is RouteStatus.STARTED or route.planned_departure is not None


def _require_open(route: Route, version: int | None) -> None:
    if version is not None and version != route.version:
        raise Stale(route.name or f"Route {route.id}", route.version)
    if route.status == RouteStatus.COMPLETED:
        why = "A completed route cannot be rearranged"
        raise IllegalChange(RouteStatus.COMPLETED, "rearranged", (), why=why)

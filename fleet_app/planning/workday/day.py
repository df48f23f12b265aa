"""A fleet's day as records tell it: everything that a plan is about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.life import ASSIGNABLE
from fleet_app.delivery.models import (
    Delivery,
    DeliveryStatus,
    Route,
    RouteStatus,
    RouteStop,
    StopKind,
)
from fleet_app.delivery.pickups import is_fetched
from fleet_app.delivery.tours import day_in
from fleet_app.fleet.models import Depot, Driver, Fleet, Vehicle
from fleet_app.kernel.clock import zone_of
from fleet_app.kernel.errors import NotFound
from fleet_app.planning.document import PlanStop
from fleet_app.planning.workday.clock import DayClock
from fleet_app.planning.workday.hours import work_ends
from fleet_app.planning.workday.pacing import pace_of
from fleet_app.planning.workday.past import Past, past_before
from fleet_app.planning.workday.rows import DayRows
from fleet_app.planning.workday.whereabouts import Seen, Stood, seen_of, stood_of
from fleet_app.routing.roads.pace import HourlyPace
from fleet_app.routing.roads.ports import LatLon

DONE = frozenset({DeliveryStatus.COMPLETED, DeliveryStatus.FAILED, DeliveryStatus.RETURNED})
"""Somebody has been there for it."""


@dataclass(frozen=True)
class Day:
    """The fleet, who and what can work, the day's routes, and every delivery that matters to it."""

    fleet: Fleet
    date: dt.date
    now: datetime
    vehicles: Mapping[int, Vehicle]
    drivers: Mapping[int, Driver]
    depots: Mapping[int, Depot]
    deliveries: Mapping[int, Delivery]
    customers: Mapping[int, str] = field(default_factory=dict)
    routes: Mapping[int, Route] = field(default_factory=dict)
    stops: Mapping[int, Sequence[RouteStop]] = field(default_factory=dict)
    """Of each route in driving order."""
    elsewhere: Mapping[int, LatLon] = field(default_factory=dict)
    """Deliveries that are in a vehicle which does not bring them, and where that one stands."""
    seen: Mapping[int, Seen] = field(default_factory=dict)
    """Where the vehicles that are on their way were last, by vehicle."""
    stood: Mapping[int, Sequence[Stood]] = field(default_factory=dict)
    """When they stood since they left."""
    past: Past = field(default_factory=Past)
    """What the drivers did before that day."""
    pace: HourlyPace = HourlyPace.usual
    """How fast the fleet drives at which hour."""
    more: int = 0
    """How many wait for that day that are not among `deliveries`, where there are too many."""

    @property
    def zone(self) -> ZoneInfo:
        """Where the fleet is."""
        return zone_of(self.fleet.time_zone)

    @property
    def begins(self) -> datetime:
        """Midnight, the zero of the problem."""
        return midnight(self.date, self.zone)

    @property
    def ends(self) -> datetime:
        """The next midnight."""
        return midnight(self.date + timedelta(days=1), self.zone)

    @property
    def is_over(self) -> bool:
        """Whether the day has passed."""
        return self.now >= self.ends

    def seconds(self, moment: datetime) -> int:
        """Since the zero."""
        return round((moment - self.begins).total_seconds())

    def moment(self, seconds: int) -> datetime:
        """The other way round."""
        return self.begins + timedelta(seconds=seconds)

    @property
    def clock(self) -> DayClock:
        """How times are said."""
        return DayClock(self.date, self.begins, self.zone)

    def said(self, moment: datetime) -> str:
        """A time as people of the fleet say it, with the day where it is another one."""
        return self.clock.said(moment)

    def carried(self, route_id: int) -> list[int]:
        """The deliveries that a route has, in driving order; those that moved on are not."""
        named = [
            stop.delivery_id or 0
            for stop in self.stops.get(route_id, ())
            if stop.kind is StopKind.DELIVERY
        ]
        return [
            id_
            for id_ in named
            if id_ in self.deliveries and self.deliveries[id_].route_id == route_id
        ]

    def pickup_stop(self, delivery_id: int) -> RouteStop | None:
        """Where a delivery is fetched on the route that it is on."""
        stops = self.stops.get(self.deliveries[delivery_id].route_id or 0, ())
        return next(
            (
                stop
                for stop in stops
                if stop.kind is StopKind.PICKUP and stop.delivery_id == delivery_id
            ),
            None,
        )

    def is_made(self, stop: PlanStop) -> bool:
        """Whether nobody has to go to a stop any more."""
        if self.is_done(stop.delivery_id):
            return True
        fetched = is_fetched(self.deliveries[stop.delivery_id])
        return stop.pickup and fetched and stop.delivery_id not in self.elsewhere

    def is_done(self, delivery_id: int) -> bool:
        """Whether somebody has been there for it."""
        return self.deliveries[delivery_id].status in DONE

    def waits(self, delivery_id: int, off: Collection[int]) -> bool:
        """Whether a delivery that is on no row could be on one; those in `off` were taken off
        theirs, and their routes still have them."""
        one = self.deliveries.get(delivery_id)
        if one is None or one.deleted_at is not None:
            return False
        return one.status in ASSIGNABLE if one.route_id is None else delivery_id in off


def midnight(day: dt.date, zone: ZoneInfo) -> datetime:
    """When a day begins there, in UTC."""
    return datetime.combine(day, dt.time(), zone).astimezone(UTC)


async def read_day(
    session: AsyncSession,
    fleet_id: int,
    date: dt.date,
    now: datetime,
    *,
    delivery_ids: Iterable[int] = (),
    route_ids: Iterable[int] = (),
    vehicle_ids: Iterable[int] = (),
    driver_ids: Iterable[int] = (),
) -> Day:
    """What there is to know of a day; the ids are of what a plan has already, deleted or not.

    Raises `NotFound`.
    """
    fleet = await session.get(Fleet, fleet_id)
    if fleet is None or fleet.deleted_at is not None:
        raise NotFound("Fleet", fleet_id)
    rows = DayRows(session, fleet, date, day_in(fleet.time_zone, now))
    routes = await rows.routes(set(route_ids))
    stops = await rows.stops(list(routes))
    crew = list(routes.values())
    day = Day(
        fleet=fleet,
        date=date,
        now=now,
        vehicles=await rows.vehicles({*vehicle_ids, *(one.vehicle_id or 0 for one in crew)}),
        drivers=await rows.drivers({*driver_ids, *(one.driver_id or 0 for one in crew)}),
        depots=await rows.depots(),
        deliveries={},
        routes=routes,
        stops=stops,
    )
    carried = {stop.delivery_id for own in stops.values() for stop in own if stop.delivery_id}
    wanted, until = {*delivery_ids, *carried}, work_ends(day)
    deliveries, more = await rows.deliveries(wanted, day.begins, day.ends, until)
    left = {one.vehicle_id: left_at(one, now) for one in crew if one.vehicle_id and is_going(one)}
    return replace(
        day,
        deliveries=deliveries,
        customers=await rows.customers(deliveries.values()),
        seen=await seen_of(session, left),
        stood=await stood_of(session, left),
        past=await past_before(session, fleet_id, date),
        pace=await pace_of(session, fleet_id),
        more=more,
    )


def left_at(route: Route, now: datetime) -> datetime:
    """When a vehicle that has left did, as far as anybody knows."""
    known = route.actual_departure or route.starts_at or route.planned_departure or now
    return min(known, now)


def is_under_way(route: Route | None) -> bool:
    """Whether the vehicle has left."""
    return route is not None and route.status in (RouteStatus.STARTED, RouteStatus.COMPLETED)


def is_going(route: Route) -> bool:
    """Whether the vehicle has left and is not back yet."""
    return route.status is RouteStatus.STARTED

"""Whether a row still is what its route is. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fleet_app.delivery.models import Route, StopKind
from fleet_app.delivery.stop_refs import StopRef
from fleet_app.planning.document import PlanRow
from fleet_app.planning.routes.driving import route_stops
from fleet_app.planning.routes.healing import made_first
from fleet_app.planning.workday.crews import depot_of
from fleet_app.planning.workday.day import Day, is_under_way
from fleet_app.routing.optimiser.plan import Tour

OTHER_TIME_S = 300
"""A time that is another one by less is the same to a driver."""


def differs(
    day: Day,
    row: PlanRow,
    route: Route | None,
    tour: Tour | None = None,
    ids: Sequence[int] | None = None,
) -> bool:
    """Whether publishing would change anything about the route but its status. `tour` are the
    row's times, `ids` what it delivers, if that is something else than its stops say."""
    wanted = row.delivery_ids if ids is None else list(ids)
    if route is None:
        return bool(wanted)
    if (row.vehicle_id, row.driver_id) != (route.vehicle_id, route.driver_id):
        return True
    carried = in_order(day, route)
    if ids is None:  # a plan has no place for what has no point; the route keeps it
        known = set(wanted)
        carried = [id_ for id_ in carried if id_ in known or day.deliveries[id_].lat is not None]
    if wanted != carried or fetches_otherwise(day, row, route, wanted):
        return True
    return not is_under_way(route) and bool(wanted) and _starts_otherwise(day, row, route, tour)


def fetches_otherwise(day: Day, row: PlanRow, route: Route, wanted: Sequence[int]) -> bool:
    """Whether goods are fetched at other places in the order. What is made is as it was made."""
    mine = set(row.delivery_ids) & set(wanted)
    meant = [stop for stop in row.stops if stop.delivery_id in mine and not day.is_made(stop)]
    told = [stop for stop in route_stops(day, route.id or 0, mine) if not day.is_made(stop)]
    return [stop.ref for stop in meant] != [stop.ref for stop in told]


def _starts_otherwise(day: Day, row: PlanRow, route: Route, tour: Tour | None) -> bool:
    if row.departs_at is not None and row.departs_at != route.starts_at:
        return True
    depot = depot_of(day, row)
    if depot is not None and route.depot_id is not None and depot.id != route.depot_id:
        return True
    return is_other_time(day, row, route, tour) or bool(retimed(day, route, tour))


def leaves(day: Day, row: PlanRow, tour: Tour | None) -> datetime | None:
    """When the row leaves."""
    if row.departs_at is not None:
        return row.departs_at
    return day.moment(tour.start) if tour else None


def is_other_time(day: Day, row: PlanRow, route: Route, tour: Tour | None) -> bool:
    """Whether the row leaves at another time than was planned when it was published. What should
    have left by now has no better time."""
    told, now = route.planned_departure, leaves(day, row, tour)
    if told is None or now is None or told <= day.now:
        return False
    return abs((now - told).total_seconds()) >= OTHER_TIME_S


def retimed(day: Day, route: Route, tour: Tour | None) -> int:
    """How many stops will be made at another time than was planned when they were published."""
    if tour is None or route.planned_departure is None or route.planned_departure <= day.now:
        return 0
    told = {
        one.delivery_id: one.planned_arrival
        for one in day.stops.get(route.id or 0, ())
        if one.kind is StopKind.DELIVERY
    }
    count = 0
    for visit in tour.visits:
        was = None if visit.stop.startswith("p") else told.get(int(visit.stop))
        if was is not None:
            moved = abs((day.moment(visit.arrival) - was).total_seconds())
            count += moved >= OTHER_TIME_S
    return count


def stops_in_order(day: Day, route: Route) -> list[StopRef]:
    """All stops of a route with what is made first, as a plan shows them."""
    route_id = route.id or 0
    stops = route_stops(day, route_id, day.carried(route_id))
    return [stop.ref for stop in made_first(day, stops)]


def in_order(day: Day, route: Route) -> list[int]:
    """What a route carries, as a plan shows it: once the vehicle has left, what is done first."""
    carried = day.carried(route.id or 0)
    done = sorted(
        (id_ for id_ in carried if day.is_done(id_)), key=lambda id_: day.deliveries[id_].status_at
    )
    return [*done, *(id_ for id_ in carried if not day.is_done(id_))]

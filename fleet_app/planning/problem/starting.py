"""Where and when a row of a plan starts, and until when it may be on its way. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from fleet_app.delivery.models import Delivery
from fleet_app.planning.document import PlanRow
from fleet_app.planning.routes.healing import Healed
from fleet_app.planning.workday.crews import depot_of, hours_of
from fleet_app.planning.workday.day import Day, is_going, is_under_way, left_at
from fleet_app.planning.workday.hours import Spans
from fleet_app.routing.optimiser.problem import Window
from fleet_app.routing.roads.ports import LatLon

FRESH = timedelta(minutes=10)
"""Where a vehicle was seen longer ago says less than where it made its last stop."""
DECIMALS = 4
"""Ten metres: of a vehicle that creeps along, driving is not asked for again and again."""


def ends_of(day: Day, plan: Healed, row: PlanRow) -> tuple[LatLon | None, LatLon | None]:
    """Where it starts and ends; what has left starts where it is now, and where routes are open,
    it ends at its last stop."""
    home = home_of(day, row)
    return place_of(day, plan, row) or home, None if day.fleet.open_routes else home


def home_of(day: Day, row: PlanRow) -> LatLon | None:
    """Where its depot is."""
    depot = depot_of(day, row)
    if depot is None or depot.lat is None or depot.lon is None:
        return None
    return depot.lat, depot.lon


def place_of(day: Day, plan: Healed, row: PlanRow) -> LatLon | None:
    """Where a vehicle that has left is: where it was just seen, else where it made its last stop;
    None where neither is known."""
    if not has_left(day, plan, row):
        return None
    seen, last = day.seen.get(row.vehicle_id or 0), last_done(day, plan, row)
    is_fresh = seen is not None and day.now - seen.at <= FRESH
    if seen is not None and is_fresh and (last is None or seen.at >= last.status_at):
        return round(seen.lat, DECIMALS), round(seen.lon, DECIMALS)
    if last is None or last.lat is None or last.lon is None:
        return None
    return last.lat, last.lon


def place_before(day: Day, plan: Healed, row: PlanRow) -> LatLon | None:
    """Where a vehicle that has left was for sure, should no road lead on from where it was seen."""
    last = last_done(day, plan, row)
    if last is None or last.lat is None or last.lon is None:
        return home_of(day, row)
    return last.lat, last.lon


def shift_of_row(day: Day, plan: Healed, row: PlanRow) -> Window:
    """From when to when it may be on its way: never before now, on the day itself."""
    spans = hours_of_row(day, plan, row)
    start, end = spans[0][0], max(end for _, end in spans)
    if row.departs_at is not None:
        start = row.departs_at
    if has_left(day, plan, row):
        start = day.now
    elif day.begins <= day.now < max(day.ends, end):
        start = max(start, day.now)
    if not departs(day, plan, row):  # nobody sets off while the shift is interrupted
        later = (begins for begins, ends in spans if start < ends)
        start = max(start, next(later, start))
    return Window(day.seconds(start), max(day.seconds(start), day.seconds(end)))


def hours_of_row(day: Day, plan: Healed, row: PlanRow) -> Spans:
    """When its driver works: on the day of its route, which may be the one before."""
    route = plan.route_of(day, row)
    return hours_of(day if route is None else replace(day, date=route.date), row)


def departs(day: Day, plan: Healed, row: PlanRow) -> bool:
    """Whether it leaves at a moment that is known, and not whenever suits its stops."""
    return row.departs_at is not None or has_left(day, plan, row)


def has_left(day: Day, plan: Healed, row: PlanRow) -> bool:
    """Whether its vehicle is on its way now."""
    route = plan.route_of(day, row)
    return route is not None and is_going(route)


def left_when(day: Day, plan: Healed, row: PlanRow) -> datetime | None:
    """When a vehicle that has left did; None for one that has not."""
    route = plan.route_of(day, row)
    if route is None or not is_going(route):
        return None
    done = [day.deliveries[id_].status_at for id_ in row.delivery_ids if day.is_done(id_)]
    return min([left_at(route, day.now), *done])


def last_done(day: Day, plan: Healed, row: PlanRow) -> Delivery | None:
    """The delivery that a vehicle that has left made, or tried, last."""
    if not is_under_way(plan.route_of(day, row)):
        return None
    done = [day.deliveries[id_] for id_ in row.delivery_ids if day.is_done(id_)]
    return max(done, key=lambda one: one.status_at, default=None)

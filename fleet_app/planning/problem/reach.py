"""How far the vehicle of a row can drive: its range, less what it drove that day before. Pure."""

from __future__ import annotations

from fleet_app.delivery.models import Route, RouteStop, StopKind
from fleet_app.kernel.geo import distance_m
from fleet_app.planning.document import PlanRow, PlanStop
from fleet_app.planning.problem.starting import has_left, place_before, place_of
from fleet_app.planning.routes.healing import Healed
from fleet_app.planning.workday.crews import vehicle_of
from fleet_app.planning.workday.day import Day, is_under_way

DETOUR = 1.3
"""How much longer a way by road is than the straight line, about."""


def range_of(day: Day, row: PlanRow) -> int | None:
    """The metres that its vehicle drives in a day at most; None for any distance."""
    vehicle = vehicle_of(day, row)
    if vehicle is None or vehicle.max_distance_km is None:
        return None
    return round(vehicle.max_distance_km * 1000)


def reach_of(day: Day, plan: Healed, row: PlanRow) -> int | None:
    """The metres that it can still drive."""
    most = range_of(day, row)
    return None if most is None else max(0, most - driven(day, plan, row))


def driven(day: Day, plan: Healed, row: PlanRow) -> int:
    """The metres that its vehicle has behind it: what other routes of the day that have left take,
    and its own way so far."""
    own = plan.route_of(day, row)
    others = (
        route
        for route in day.routes.values()
        if route.vehicle_id == row.vehicle_id and route.date == day.date and is_under_way(route)
    )
    metres = sum(_whole(route) for route in others if own is None or route.id != own.id)
    return metres + (_so_far(day, plan, row) if has_left(day, plan, row) else 0)


def _whole(route: Route) -> int:
    """What was driven counts once it is over: until then a part may be known."""
    known = route.actual_distance_m if route.actual_arrival is not None else None
    return (route.planned_distance_m if known is None else known) or 0


def _so_far(day: Day, plan: Healed, row: PlanRow) -> int:
    """The ways to the stops that are made, and from the last one to where it is now."""
    stops = day.stops.get(plan.links.get(row.key, 0), ())
    metres = sum(_way(stop) for stop in stops if _is_made(day, stop))
    here, before = place_of(day, plan, row), place_before(day, plan, row)
    if here is None or before is None:
        return metres
    return metres + round(distance_m(*before, *here) * DETOUR)


def _way(stop: RouteStop) -> int:
    known = stop.actual_distance_m
    return (stop.planned_distance_m if known is None else known) or 0


def _is_made(day: Day, stop: RouteStop) -> bool:
    id_ = stop.delivery_id
    if id_ is None or id_ not in day.deliveries:
        return False
    return day.is_made(PlanStop(id_, pickup=stop.kind is StopKind.PICKUP))

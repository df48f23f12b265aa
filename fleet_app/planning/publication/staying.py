"""What publishing leaves as it is: rows that nobody can drive, deliveries that cannot leave their
route. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fleet_app.delivery.life import LEGAL
from fleet_app.delivery.models import DeliveryStatus, Route, RouteStatus
from fleet_app.planning.document import PlanRow
from fleet_app.planning.routes.healing import Healed
from fleet_app.planning.workday.crews import (
    can_drive,
    can_work,
    driver_of,
    names_of,
    vehicle_of,
)
from fleet_app.planning.workday.day import Day, is_under_way

S = DeliveryStatus


def refused(day: Day, plan: Healed) -> dict[str, str]:
    """Rows that nobody can drive as they are, and why."""
    found = {}
    for row in plan.document.rows:
        if not row.stops or is_under_way(plan.route_of(day, row)):
            continue
        if not can_drive(vehicle_of(day, row)):
            found[row.key] = "needs a vehicle that can be used"
        elif not can_work(driver_of(day, row)):
            found[row.key] = "needs a driver"
    return found


def staying(day: Day, plan: Healed, behind: Mapping[str, str]) -> dict[int, str]:
    """Deliveries that stay on their route though it is not where the plan has them, and why;
    `behind` are the rows that are refused. "" goes without saying."""
    row_of = {id_: row for row in plan.document.rows for id_ in row.delivery_ids}
    found = {}
    for key, route_id in plan.links.items():
        carried = [] if is_over(day.routes[route_id]) else day.carried(route_id)
        lost = _lost(day, plan, key)
        for id_ in carried:
            row = row_of.get(id_)
            if row is not None and row.key == key:
                continue
            wanted = lost(id_) if row is None else _not_taken(day, plan, row, behind)
            why = "" if day.is_done(id_) else _held(day, id_) or wanted
            if why or day.is_done(id_):
                found[id_] = why
    return found


def is_over(route: Route | None) -> bool:
    """Whether nothing can change on it any more."""
    return route is not None and route.status is RouteStatus.COMPLETED


def _held(day: Day, delivery_id: int) -> str:
    """Why nobody else can have it: whoever stands at the door keeps it."""
    delivery = day.deliveries[delivery_id]
    status = S(delivery.status)
    can_go = not {S.CREATED, S.ASSIGNED}.isdisjoint(LEGAL[status])
    return "" if can_go else f"{delivery.tracking_number} is {status.value}"


def _lost(day: Day, plan: Healed, key: str) -> Callable[[int], str]:
    """Why a delivery that nobody took off this row is not on it."""
    gone = plan.document.row(key) is None

    def why(delivery_id: int) -> str:
        delivery = day.deliveries[delivery_id]
        is_meant = gone or delivery_id in plan.document.off or delivery.lat is not None
        return "" if is_meant else f"{delivery.tracking_number} has no point on the map"

    return why


def _not_taken(day: Day, plan: Healed, row: PlanRow, behind: Mapping[str, str]) -> str:
    """Why the row that is to have a delivery does not take it."""
    name = names_of(day, row)[0]
    if is_over(plan.route_of(day, row)):
        return f"the route of {name} is completed"
    return f"{name} {behind[row.key]}" if row.key in behind else ""

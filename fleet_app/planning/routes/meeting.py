"""Goods that go from one vehicle that drives on to another: nobody waits where they were seen last,
so their drivers have to agree on a place. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from fleet_app.delivery.pickups import is_at_the_door, left_in
from fleet_app.fleet.models import VehicleStatus
from fleet_app.planning.board import Problem
from fleet_app.planning.document import PlanRow
from fleet_app.planning.routes.healing import Healed
from fleet_app.planning.workday.crews import names_of
from fleet_app.planning.workday.day import Day, is_going
from fleet_app.planning.workday.pickups import is_aboard

MEETING = "meeting"
"""The code of goods that are fetched from a vehicle which does not stand there."""
AGREE = "agree on a place"


def driving_on(day: Day, plan: Healed) -> set[int]:
    """The vehicles that have left, and have stops to make yet."""
    found = set()
    for row in plan.document.rows:
        vehicle, route = day.vehicles.get(row.vehicle_id or 0), plan.route_of(day, row)
        if vehicle is None or vehicle.status is not VehicleStatus.ACTIVE or route is None:
            continue
        if is_going(route) and any(_is_ahead(day, id_) for id_ in row.delivery_ids):
            found.add(vehicle.id or 0)
    return found


def meetings(day: Day, plan: Healed, row: PlanRow) -> Iterator[Problem]:
    """The row's pickups at vehicles that drive on."""
    pickups = [stop.delivery_id for stop in row.stops if stop.pickup and not day.is_made(stop)]
    driving = driving_on(day, plan) - {row.vehicle_id} if pickups else set()
    for id_ in pickups:
        holder = _holder(day, id_)
        if holder in driving:
            number = day.deliveries[id_].tracking_number
            words = f"{day.vehicles[holder].name} drives on: {AGREE} where {number} is handed over"
            yield Problem(MEETING, words, id_)


def handed(
    day: Day, plan: Healed, leaving: Iterable[int], row_of: Mapping[int, PlanRow], giver: int | None
) -> list[str]:
    """`hands 2 orders to Van 7 (agree on a place)`, of what is in the giver and leaves its
    route."""
    takers = [
        names_of(day, row_of[id_])[0]
        for id_ in leaving
        if id_ in row_of and row_of[id_].vehicle_id != giver and is_aboard(day, day.deliveries[id_])
    ]
    more = f" ({AGREE})" if giver in driving_on(day, plan) else ""
    return [
        f"hands {'1 order' if count == 1 else f'{count} orders'} to {taker}{more}"
        for taker, count in sorted(Counter(takers).items())
    ]


def _is_ahead(day: Day, delivery_id: int) -> bool:
    delivery = day.deliveries.get(delivery_id)
    return delivery is not None and not day.is_done(delivery_id) and not is_at_the_door(delivery)


def _holder(day: Day, delivery_id: int) -> int | None:
    """The vehicle that goods have to be fetched from."""
    delivery = day.deliveries[delivery_id]
    if (place := left_in(delivery)) is not None:
        return place.vehicle_id
    route = day.routes.get(delivery.route_id or 0)
    return route.vehicle_id if route is not None and delivery_id in day.elsewhere else None

"""Goods that are not at the vehicle's depot: where they are fetched. Pure."""

from __future__ import annotations

import msgspec

from fleet_app.delivery.life import UNDER_WAY
from fleet_app.delivery.models import Delivery
from fleet_app.delivery.pickups import is_fetched, pickup_point
from fleet_app.fleet.models import Depot
from fleet_app.planning.document import PlanRow, PlanStop
from fleet_app.planning.workday.crews import depot_of, skills_of
from fleet_app.planning.workday.day import Day
from fleet_app.routing.roads.ports import LatLon


def pickup_of(day: Day, delivery: Delivery) -> LatLon | None:
    """Where a delivery's goods have yet to be fetched: at the vehicle that they are in, else where
    its route says, else where somebody said, if no vehicle starts there."""
    id_ = delivery.id or 0
    if id_ not in day.elsewhere and is_fetched(delivery):
        return None
    return pickup_place(day, delivery)


def pickup_place(day: Day, delivery: Delivery) -> LatLon | None:
    """Where its goods are fetched, or were."""
    id_ = delivery.id or 0
    if id_ in day.elsewhere:
        return day.elsewhere[id_]
    if (stop := day.pickup_stop(id_)) is not None:
        return stop.lat, stop.lon
    return pickup_point(delivery, day.depots, lambda depot: _is_start(day, depot))


def is_aboard(day: Day, delivery: Delivery) -> bool:
    """Whether its goods are in a vehicle that has left: whatever waits on the way is not."""
    if delivery.status not in UNDER_WAY:
        return False
    return is_fetched(delivery) or day.pickup_stop(delivery.id or 0) is None


def stock_of(day: Day, delivery: Delivery) -> Depot | None:
    """The depot where a delivery's goods wait: whoever takes them starts there. None where it does
    not matter: nobody said, there is but one, or they are fetched on the way."""
    depot = day.depots.get(delivery.pickup_depot_id or 0)
    if depot is None or len(day.depots) == 1 or is_fetched(delivery):
        return None
    if pickup_of(day, delivery) is not None:
        return None
    return depot


def _is_start(day: Day, depot: Depot) -> bool:
    if len(day.depots) == 1:
        return True
    living = (one for one in day.vehicles.values() if one.deleted_at is None)
    return any(one.depot_id == depot.id for one in living)


def needs_of(day: Day, delivery: Delivery) -> frozenset[str]:
    """What a row must have to make a delivery: skills, and a start where its goods wait."""
    depot = stock_of(day, delivery)
    return frozenset({*delivery.required_skills, *_from(depot)})


def has_of(day: Day, row: PlanRow) -> frozenset[str]:
    """What a row has of that: its skills, and the goods that wait where it starts."""
    return skills_of(day, row) | _from(depot_of(day, row))


def _from(depot: Depot | None) -> frozenset[str]:
    return frozenset() if depot is None else frozenset({f"goods from {depot.name}"})


def with_pickups(day: Day, row: PlanRow) -> PlanRow:
    """With a pickup before each delivery that needs one and has none, and no other pickups than
    those that are made."""
    have = {stop.delivery_id for stop in row.stops if stop.pickup}
    want = {
        stop.delivery_id
        for stop in row.stops
        if not stop.pickup and _fetched(day, stop.delivery_id)
    }
    made = {stop.delivery_id for stop in row.stops if stop.pickup and day.is_made(stop)}
    if have == want | made:
        return row
    stops: list[PlanStop] = []
    for stop in row.stops:
        if not stop.pickup and stop.delivery_id in want - have:
            stops.append(PlanStop(stop.delivery_id, pickup=True))
        if not stop.pickup or stop.delivery_id in want | made:
            stops.append(stop)
    return msgspec.structs.replace(row, stops=tuple(stops))


def _fetched(day: Day, delivery_id: int) -> bool:
    delivery = day.deliveries.get(delivery_id)
    return delivery is not None and pickup_of(day, delivery) is not None

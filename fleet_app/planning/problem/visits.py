"""A delivery as the optimiser's stops: where it goes, and where its goods are fetched. Pure."""

from __future__ import annotations

from collections.abc import Callable

from fleet_app.delivery.life import UNDER_WAY
from fleet_app.delivery.models import Delivery
from fleet_app.delivery.pickups import left_in
from fleet_app.delivery.windows import windows_of as times_of
from fleet_app.planning.document import PlanRow, PlanStop, stop_id
from fleet_app.planning.routes.healing import Healed
from fleet_app.planning.workday import costs
from fleet_app.planning.workday.day import Day
from fleet_app.planning.workday.pickups import needs_of, pickup_of
from fleet_app.planning.workday.wanting import amounts_of, may_be_late, service_of, windows_of
from fleet_app.routing.optimiser.problem import Pair, Stop
from fleet_app.routing.roads.ports import LatLon

HAND_OVER_S = 60
"""What it takes to carry one order from vehicle to vehicle."""


def stops_for(
    day: Day, delivery: Delivery, held: str | None, place: Callable[[LatLon], int]
) -> tuple[list[Stop], Pair | None]:
    """The stops of a delivery, and what binds them where there are two; `held` is the only row that
    may have it, `place` numbers places."""
    id_, pickup = delivery.id or 0, pickup_of(day, delivery)
    amounts = amounts_of(delivery)
    brought = Stop(
        id=stop_id(id_),
        place=place((delivery.lat or 0.0, delivery.lon or 0.0)),
        service=service_of(day, delivery),
        windows=windows_of(day, delivery),
        delivers=amounts if pickup is None else (),
        skills=needs_of(day, delivery),
        skip_cost=costs.skip_cost(delivery.priority),
        late_cost=_late_cost(day, delivery),
        vehicle=held,
    )
    if pickup is None:
        return [brought], None
    fetched = Stop(
        id=stop_id(id_, pickup=True),
        place=place(pickup),
        service=HAND_OVER_S if _is_handed(day, delivery) else service_of(day, delivery),
        skip_cost=costs.skip_cost(delivery.priority),
        vehicle=held,
    )
    return [brought, fetched], Pair(fetched.id, brought.id, amounts)


def _late_cost(day: Day, delivery: Delivery) -> int | None:
    """None where nothing can be late: what is soft takes the optimiser longer."""
    windows = times_of(delivery)
    if not windows or windows[-1][1] is None or not may_be_late(day):
        return None
    return costs.late_cost(delivery.priority)


def _is_handed(day: Day, delivery: Delivery) -> bool:
    return (delivery.id or 0) in day.elsewhere or left_in(delivery) is not None


def held_to(plan: Healed, delivery: Delivery, row: PlanRow, placed: PlanStop) -> str | None:
    """The only row that may have a stop: as somebody locked it, or because it is aboard."""
    if delivery.status in UNDER_WAY:
        return aboard(plan, delivery)
    return row.key if placed.locked or row.lock == "order" else None


def aboard(plan: Healed, delivery: Delivery) -> str | None:
    """The row whose vehicle has a parcel in it, which has left."""
    if delivery.status not in UNDER_WAY:
        return None
    return next((key for key, id_ in plan.links.items() if id_ == delivery.route_id), None)

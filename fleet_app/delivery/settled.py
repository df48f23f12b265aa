"""What stays as it was: deliveries that were tried or made are neither deleted nor rewritten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.models import Delivery, DeliveryStatus, Route, RouteStatus, RouteStop
from fleet_app.kernel.errors import Conflict

STILL_OPEN = frozenset({"instructions", "external_reference", "contact_phone", "contact_email"})
"""What may change after a delivery was made: notes, and how to reach people."""
_DRIVEN = (RouteStatus.STARTED, RouteStatus.COMPLETED)
_WHY = {
    DeliveryStatus.COMPLETED: "was delivered, which stays on record",
    DeliveryStatus.FAILED: "has failed and may still be in the vehicle: reschedule or return it",
}


async def require_deletable(session: AsyncSession, delivery: Delivery) -> None:
    """Raises `Conflict` for a delivery that was made or tried, or that is on a route that left."""
    number, status = delivery.tracking_number, DeliveryStatus(delivery.status)
    if status in _WHY:
        problem = f"{_WHY[status]}; it cannot be deleted"
        raise Conflict(f"{number} {problem}", fields={"status": problem})
    query = select(Route).join(RouteStop, col(RouteStop.route_id) == col(Route.id))
    query = query.where(col(RouteStop.delivery_id) == delivery.id, col(Route.status).in_(_DRIVEN))
    route = (await session.exec(query.order_by(col(Route.id)).limit(1))).first()
    if route is not None:
        name, word = route.name or f"Route {route.id}", RouteStatus(route.status).value
        problem = f"is part of {name}, which is {word}; it cannot be deleted"
        raise Conflict(f"{number} {problem}", fields={"status": problem})


def require_open(delivery: Delivery, before: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Raises `Conflict` for new values of what was shown to be delivered."""
    if delivery.status != DeliveryStatus.COMPLETED:
        return
    fixed = [
        name for name, value in values.items()
        if name not in STILL_OPEN and value != before.get(name, getattr(delivery, name, None))
    ]  # fmt: skip
    if fixed:
        problem = "cannot change: the delivery was made as it is written here"
        message = f"{delivery.tracking_number} is completed. Instructions can still change"
        raise Conflict(message, fields=dict.fromkeys(fixed, problem))

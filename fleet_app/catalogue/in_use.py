"""What is at work cannot be deleted: vehicles and drivers whose routes or repairs are under way."""

from __future__ import annotations

from typing import Any

from sqlmodel import col, select

from fleet_app.delivery.models import Route, RouteStatus
from fleet_app.fleet.maintenance.models import WorkOrder, WorkOrderStatus
from fleet_app.kernel.errors import Conflict
from fleet_app.records.kinds import Write

_KNOWN = (RouteStatus.PUBLISHED, RouteStatus.STARTED)
"""Routes that a driver knows of and has not finished."""


async def keep_vehicle(write: Write) -> None:
    """Raises `Conflict` for a vehicle on a planned or driven route, or in the workshop's hands."""
    await _require_no_route(write, col(Route.vehicle_id))
    query = select(WorkOrder).where(
        WorkOrder.vehicle_id == write.row.id,
        WorkOrder.status == WorkOrderStatus.IN_PROGRESS,
        col(WorkOrder.deleted_at).is_(None),
    )
    order = (await write.session.exec(query.limit(1))).first()
    if order is not None:
        raise Conflict(f"{write.row.name} is being worked on: {order.title}. Finish that first")


async def keep_driver(write: Write) -> None:
    """Raises `Conflict` for a driver on a planned or driven route."""
    await _require_no_route(write, col(Route.driver_id))


async def _require_no_route(write: Write, column: Any) -> None:
    query = select(Route).where(
        column == write.row.id,
        col(Route.status).in_(_KNOWN),
        col(Route.deleted_at).is_(None),
    )
    route = (await write.session.exec(query.order_by(col(Route.id)).limit(1))).first()
    if route is not None:
        name = route.name or f"Route {route.id}"
        status = RouteStatus(route.status).value
        raise Conflict(f"{write.row.name} is on {name}, which is {status}. Change that route first")

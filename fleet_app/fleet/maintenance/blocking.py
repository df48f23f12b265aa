"""Whether a vehicle may be used: work in progress keeps it in the workshop."""

from __future__ import annotations

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.fleet.maintenance.changes import change
from fleet_app.fleet.maintenance.errors import VehicleUnusable
from fleet_app.fleet.maintenance.models import WorkOrder, WorkOrderStatus
from fleet_app.fleet.models import Vehicle, VehicleStatus
from fleet_app.fleet.service_status import announce_service
from fleet_app.kernel.errors import NotFound

_WHY = {
    VehicleStatus.WORKSHOP: "is in the workshop; choose another one, or finish its work order",
    VehicleStatus.RETIRED: "is retired; choose another one",
}


async def require_usable(session: AsyncSession, vehicle_id: int) -> None:
    """Raises `VehicleUnusable` for a vehicle that cannot take a route, `NotFound` without one.

    The vehicle stays as it is until the end of the transaction: it cannot enter the workshop
    between this look and the commit of whatever relies on it.
    """
    query = select(Vehicle).where(col(Vehicle.id) == vehicle_id, col(Vehicle.deleted_at).is_(None))
    query = query.with_for_update(read=True).execution_options(populate_existing=True)
    vehicle = (await session.exec(query)).first()
    if vehicle is None:
        raise NotFound("Vehicle", vehicle_id)
    if vehicle.status in _WHY:
        why = _WHY[vehicle.status]
        raise VehicleUnusable(f"{vehicle.name} {why}", fields={"vehicle_id": why})


async def settle(
    session: AsyncSession, actor: Actor, vehicle: Vehicle, *, was_blocked: bool
) -> None:
    """Bring a locked vehicle's status in line with its work orders, which are flushed.

    `was_blocked`: an order that kept the vehicle has just let go of it. A vehicle that somebody
    put into the workshop by hand stays there otherwise.
    """
    before, blocked = vehicle.status, await _is_blocked(session, vehicle.id or 0)
    if blocked and vehicle.status is VehicleStatus.ACTIVE:
        change(session, actor, vehicle, {"status": VehicleStatus.WORKSHOP})
    elif not blocked and was_blocked and vehicle.status is VehicleStatus.WORKSHOP:
        change(session, actor, vehicle, {"status": VehicleStatus.ACTIVE})
    announce_service(session, vehicle, before)


async def _is_blocked(session: AsyncSession, vehicle_id: int) -> bool:
    query = select(col(WorkOrder.id)).where(
        col(WorkOrder.vehicle_id) == vehicle_id,
        col(WorkOrder.status) == WorkOrderStatus.IN_PROGRESS,
        col(WorkOrder.blocks_vehicle).is_(True),
        col(WorkOrder.deleted_at).is_(None),
    )
    return (await session.exec(query.limit(1))).first() is not None

"""What must hold when people write schedules and work orders, and what follows from it."""

from __future__ import annotations

from sqlmodel import col, select

from fleet_app.fleet.maintenance.announcing import announce_due
from fleet_app.fleet.maintenance.models import MaintenanceSchedule, WorkOrderStatus
from fleet_app.kernel.errors import Conflict
from fleet_app.records.kinds import Write
from fleet_app.records.problems import invalid

_FIXED = {
    "vehicle_id": "cannot change while the work is under way",
    "blocks_vehicle": "cannot change while the work is under way",
}


async def announce_schedule(write: Write) -> None:
    """A changed schedule may be due at once. `after_save` of schedules."""
    await announce_due(write.session, vehicle_id=write.row.vehicle_id)


async def check_order(write: Write) -> None:
    """`before_save` of work orders. Raises `Conflict` or `InvalidInput`.

    Work under way keeps the vehicle that it has put into the workshop, so that finishing it lets
    go of the same one; a schedule is one of the order's own vehicle.
    """
    row, values = write.row, write.values
    if not write.is_new and row.status is WorkOrderStatus.IN_PROGRESS:
        moved = {name: why for name, why in _FIXED.items()
                 if name in values and values[name] != getattr(row, name)}  # fmt: skip
        if moved:
            raise Conflict("The work is under way; finish or cancel it first", fields=moved)
    schedule_id = values.get("schedule_id", row.schedule_id)
    vehicle_id = values.get("vehicle_id", row.vehicle_id)
    if schedule_id is not None and {"schedule_id", "vehicle_id"} & values.keys():
        query = select(col(MaintenanceSchedule.vehicle_id)).where(
            col(MaintenanceSchedule.id) == schedule_id
        )
        if (await write.session.exec(query)).first() != vehicle_id:
            raise invalid({"schedule_id": "belongs to another vehicle"})


async def check_order_deletion(write: Write) -> None:
    """`before_delete` of work orders: nobody would let go of the vehicle. Raises `Conflict`."""
    if write.row.status is WorkOrderStatus.IN_PROGRESS:
        raise Conflict("The work is under way; finish or cancel it first")

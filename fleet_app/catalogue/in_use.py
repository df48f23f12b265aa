"""What is at work stays: vehicles and drivers whose routes or repairs are under way."""

from __future__ import annotations

from typing import Any

from sqlmodel import col, select

from fleet_app.audit.trail import note
from fleet_app.catalogue.vehicles import VEHICLES
from fleet_app.delivery.models import Route, RouteStatus
from fleet_app.fleet.maintenance.models import WorkOrder, WorkOrderStatus
from fleet_app.fleet.models import Driver, VehicleStatus
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import Conflict
from fleet_app.outbox.changes import changed
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


async def let_go_of_vehicle(write: Write) -> None:
    """`keep_vehicle`; nobody drives a vehicle that is deleted, so its drivers have none then.

    Raises `Conflict` also while somebody else changes one of them: waiting could wait for ever.
    """
    await keep_vehicle(write)
    session, vehicle = write.session, write.row
    query = select(Driver).where(
        col(Driver.vehicle_id) == vehicle.id, col(Driver.deleted_at).is_(None)
    )
    query = query.order_by(col(Driver.id))
    known = {one.id for one in await session.exec(query)}
    locked = query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    drivers = list(await session.exec(locked))
    if not known <= {one.id for one in drivers}:
        raise Conflict(f"Somebody is changing a driver of {vehicle.name}. Please try again")
    for driver in drivers:
        driver.vehicle_id, driver.updated_at = None, utc_now()
        driver.version += 1
        session.add(driver)
        note(
            session, write.actor, "update", kind="driver", object_id=driver.id, label=driver.name,
            fleet_id=driver.fleet_id, changes={"vehicle_id": [vehicle.id, None]},
        )  # fmt: skip
        changed(session, driver.fleet_id, "drivers", [driver.id or 0])


async def store_vehicle(write: Write) -> None:
    """Raises `Conflict` for retiring a vehicle that is on a planned or driven route."""
    retired = write.values.get("status") == VehicleStatus.RETIRED
    if retired and not write.is_new and write.row.status != VehicleStatus.RETIRED:
        await _require_no_route(write, col(Route.vehicle_id))
    await VEHICLES.before_save(write)


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

"""Whether a route's vehicle, driver and depot are there and can be used."""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.models import Route
from fleet_app.delivery.repository import DeliveryRepository
from fleet_app.fleet.maintenance.blocking import require_usable
from fleet_app.fleet.models import DriverStatus
from fleet_app.kernel.errors import Conflict
from fleet_app.records.problems import invalid


async def require_crew(session: AsyncSession, repository: DeliveryRepository, route: Route) -> None:
    """Raises `InvalidInput` for what the fleet does not have, `Conflict` for what is unfit."""
    fleet_id, problems = route.fleet_id, {}
    if route.vehicle_id is not None and not await repository.vehicle(fleet_id, route.vehicle_id):
        problems["vehicle_id"] = "there is no such vehicle"
    driver = None
    if route.driver_id is not None:
        driver = await repository.driver(fleet_id, route.driver_id)
        if driver is None:
            problems["driver_id"] = "there is no such driver"
    if route.depot_id is not None and not await repository.depot(fleet_id, route.depot_id):
        problems["depot_id"] = "there is no such depot"
    if problems:
        raise invalid(problems)
    if route.vehicle_id is not None:
        await require_usable(session, route.vehicle_id)
    if driver is not None and driver.status == DriverStatus.INACTIVE:
        problem = "is not working for the fleet at present"
        raise Conflict(f"{driver.name} {problem}", fields={"driver_id": problem})

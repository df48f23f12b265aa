"""Who can drive what on a day, and from where. Pure."""

from __future__ import annotations

from fleet_app.fleet.models import Depot, Driver, DriverStatus, Vehicle, VehicleStatus
from fleet_app.planning.document import PlanRow
from fleet_app.planning.workday.day import Day
from fleet_app.planning.workday.hours import Spans, shift_of


def vehicle_of(day: Day, row: PlanRow) -> Vehicle | None:
    """What drives."""
    return day.vehicles.get(row.vehicle_id or 0)


def driver_of(day: Day, row: PlanRow) -> Driver | None:
    """Who drives."""
    return day.drivers.get(row.driver_id or 0)


def can_drive(vehicle: Vehicle | None) -> bool:
    """Whether it is there and in use."""
    if vehicle is None or vehicle.deleted_at is not None:
        return False
    return vehicle.status is VehicleStatus.ACTIVE


def can_work(driver: Driver | None) -> bool:
    """Whether it is somebody who works for the fleet now."""
    if driver is None or driver.deleted_at is not None:
        return False
    return driver.status is not DriverStatus.INACTIVE


def depot_of(day: Day, row: PlanRow) -> Depot | None:
    """Where it starts and ends: as planned, else the vehicle's depot, the driver's, the only one;
    None for one without a point."""
    vehicle, driver = vehicle_of(day, row), driver_of(day, row)
    named = (
        row.depot_id,
        vehicle.depot_id if vehicle else None,
        driver.depot_id if driver else None,
    )
    found = next((day.depots[one] for one in named if one and one in day.depots), None)
    if found is None and len(day.depots) == 1:
        found = next(iter(day.depots.values()))
    return found if found is not None and found.lat is not None else None


def skills_of(day: Day, row: PlanRow) -> frozenset[str]:
    """What its vehicle, the equipment in it and its driver have together."""
    vehicle, driver = vehicle_of(day, row), driver_of(day, row)
    known = (*vehicle.skills, *vehicle.equipment) if vehicle is not None else ()
    return frozenset({*known, *(driver.skills if driver is not None else ())})


def hours_of(day: Day, row: PlanRow) -> Spans:
    """When the row's driver works that day."""
    return shift_of(day, driver_of(day, row), depot_of(day, row))


def row_name(day: Day, row: PlanRow) -> str:
    """What a row is called, as screens do: who drives, else what."""
    vehicle, driver = names_of(day, row)
    return driver or vehicle


def names_of(day: Day, row: PlanRow) -> tuple[str, str]:
    """What vehicle and driver are called."""
    vehicle, driver = vehicle_of(day, row), driver_of(day, row)
    return vehicle.name if vehicle else "No vehicle", driver.name if driver else ""

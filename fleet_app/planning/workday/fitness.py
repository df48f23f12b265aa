"""Drivers and vehicles as the assignment of crews sees them: licences, hours, rests. Pure."""

from __future__ import annotations

from fleet_app.fleet.models import Driver, Vehicle
from fleet_app.planning.document import PlanRow
from fleet_app.planning.workday.crews import hours_of
from fleet_app.planning.workday.day import Day
from fleet_app.planning.workday.past import Past
from fleet_app.routing.optimiser import crews
from fleet_app.routing.optimiser.crew_facts import LICENCES, Car
from fleet_app.routing.optimiser.problem import Window


def as_car(vehicle: Vehicle, name: str) -> Car:
    """A vehicle, and who may drive it."""
    return Car(
        id=name,
        classes=LICENCES.get(vehicle.type.value, frozenset()),
        skills=frozenset(vehicle.skills + vehicle.equipment),
    )


def as_driver(day: Day, driver: Driver, past: Past, usual: str | None = None) -> crews.Driver:
    """A driver on that day; `usual` is the vehicle that is normally theirs."""
    id_ = driver.id or 0
    spans = hours_of(day, PlanRow(key="", driver_id=id_))
    shift = Window(day.seconds(spans[0][0]), day.seconds(max(end for _, end in spans)))
    rested, expires = past.rested_at(id_), driver.license_expires_on
    return crews.Driver(
        id=str(id_),
        shift=shift,
        classes=frozenset(one.strip().upper() for one in driver.license_classes),
        licensed=expires is None or expires >= day.date,
        skills=frozenset(driver.skills),
        rested_at=None if rested is None else day.seconds(rested),
        worked=past.worked[id_],
        usual=usual,
    )

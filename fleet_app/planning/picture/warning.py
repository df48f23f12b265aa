"""What records say against a row, beside what the optimiser knows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from fleet_app.delivery.planning import WarningCode
from fleet_app.fleet.models import Driver, DriverStatus, Vehicle, VehicleStatus
from fleet_app.kernel.units import quantity
from fleet_app.planning.board import Problem
from fleet_app.planning.document import PlanRow
from fleet_app.planning.problem.breaks import overdue_since
from fleet_app.planning.problem.reach import driven, range_of
from fleet_app.planning.routes.healing import Healed
from fleet_app.planning.routes.meeting import meetings
from fleet_app.planning.workday.crews import driver_of, hours_of, vehicle_of
from fleet_app.planning.workday.day import Day, is_under_way
from fleet_app.planning.workday.fitness import as_car, as_driver
from fleet_app.planning.workday.hours import works_on
from fleet_app.planning.workday.past import REST
from fleet_app.planning.workday.wanting import GRAMS, LITRES
from fleet_app.routing.optimiser.crew_facts import may_drive
from fleet_app.routing.optimiser.plan import Broken
from fleet_app.routing.optimiser.saying import length, span

Spans = Mapping[str, tuple[int, int]]
"""From when to when rows are on their way, by their keys, in seconds since the zero."""
NO_CREW = "no_crew"
"""The code of a row that nobody can drive as it is."""


def warnings_of(day: Day, plan: Healed, row: PlanRow, spans: Spans) -> Iterable[Problem]:
    """Whoever cannot drive, what cannot be driven, and deliveries of another day or
    of vehicles that drive on; `spans` are from
    when to when rows are on their way."""
    if not row.stops:
        return
    yield from _vehicle(day, plan, row, spans)
    yield from _driver(day, plan, row, spans)
    yield from meetings(day, plan, row)
    for id_ in row.delivery_ids:
        delivery = day.deliveries[id_]
        if delivery.due_on is not None and delivery.due_on != day.date and not day.is_done(id_):
            words = f"{delivery.tracking_number} is due on {delivery.due_on:%-d %b}"
            yield Problem(WarningCode.OTHER_DAY.value, words, id_)


def capacity_words(
    vehicle: str, peaks: Sequence[int], rooms: Sequence[int | None]
) -> Iterable[Problem]:
    """What does not fit, in kg, m³ and parcels."""
    kinds = (("kg", GRAMS), ("m³", LITRES), ("parcels", 1))
    for (unit, scale), peak, room in zip(kinds, peaks, rooms, strict=False):
        if room is None or peak <= room:
            continue
        much, takes = _amount(peak / scale, unit), _amount(room / scale, unit)
        words = f"{much} do not fit into {vehicle}, which takes {takes}"
        yield Problem(Broken.CAPACITY.value, words)


def range_words(
    day: Day, plan: Healed, row: PlanRow, metres: Mapping[str, int]
) -> Iterable[Problem]:
    """More than the vehicle can drive in a day, on all of its rows; `metres` are those ahead."""
    most, vehicle = range_of(day, row), vehicle_of(day, row)
    if most is None or vehicle is None:
        return
    whole = driven(day, plan, row) + metres.get(row.key, 0)
    for other in plan.document.rows:
        # what has left is in what was driven
        is_ahead = other.vehicle_id == row.vehicle_id and not is_under_way(
            plan.route_of(day, other)
        )
        whole += metres.get(other.key, 0) if is_ahead and other.key != row.key else 0
    if whole > most:
        words = f"{vehicle.name} drives {length(whole)} that day, {length(whole - most)} more than"
        limit = quantity(most / 1000, "km", 0 if most % 1000 == 0 else 1)
        yield Problem(Broken.DISTANCE.value, f"{words} its range of {limit}")


def _amount(value: float, unit: str) -> str:
    """`1,200 kg`, with the digits that there are; parcels are counted."""
    digits = len(f"{round(value, 3):.12g}".partition(".")[2])
    return f"{value:g} parcels" if unit == "parcels" else quantity(value, unit, digits)


def _vehicle(day: Day, plan: Healed, row: PlanRow, spans: Spans) -> Iterable[Problem]:
    vehicle = vehicle_of(day, row)
    if vehicle is None:
        yield Problem(NO_CREW, "There is no vehicle yet")
        return
    where = {VehicleStatus.WORKSHOP: "is in the workshop", VehicleStatus.RETIRED: "is retired"}
    why = "was deleted" if vehicle.deleted_at else where.get(vehicle.status, "")
    if why:
        yield Problem(WarningCode.VEHICLE_UNUSABLE.value, f"{vehicle.name} {why}")
    if _meets(plan, row, "vehicle_id", spans):
        words = f"{vehicle.name} is on another route at the same time"
        yield Problem(WarningCode.VEHICLE_BUSY.value, words)


def _driver(day: Day, plan: Healed, row: PlanRow, spans: Spans) -> Iterable[Problem]:
    driver = driver_of(day, row)
    if driver is None:
        yield Problem(NO_CREW, "There is no driver yet")
        return
    if driver.deleted_at or driver.status is DriverStatus.INACTIVE:
        yield Problem(NO_CREW, f"{driver.name} is not working for the fleet at present")
    elif not works_on(day, driver):
        words = f"{driver.name} does not work on this day"
        yield Problem(Broken.SHIFT.value, words)
    expires = driver.license_expires_on
    if expires is not None and expires < day.date:
        words = f"The licence of {driver.name} runs out on {expires:%-d %b %Y}"
        yield Problem(WarningCode.LICENCE_EXPIRED.value, words)
    vehicle = vehicle_of(day, row)
    if vehicle is not None:
        yield from _class(day, driver, vehicle)
    if _meets(plan, row, "driver_id", spans):
        words = f"{driver.name} is on another route at the same time"
        yield Problem(WarningCode.DRIVER_BUSY.value, words)
    since = overdue_since(day, plan, row)
    if since is not None:
        words = f"{driver.name} has had no break since {day.said(since)}"
        yield Problem(Broken.BREAK.value, words)
    if not is_under_way(plan.route_of(day, row)):
        yield from _leaving(day, row, driver, spans)


def _class(day: Day, driver: Driver, vehicle: Vehicle) -> Iterable[Problem]:
    """A licence that is not good for the vehicle, whether or not it has run out."""
    car, person = as_car(vehicle, ""), replace(as_driver(day, driver, day.past), licensed=True)
    if not may_drive(person, car):
        has = ", ".join(sorted(person.classes))
        words = f"{driver.name} has a licence of class {has}, not one for {vehicle.name}"
        yield Problem(WarningCode.LICENCE_CLASS.value, words)


def _leaving(day: Day, row: PlanRow, driver: Driver, spans: Spans) -> Iterable[Problem]:
    """Who leaves without having rested, or outside of the shift."""
    leaves = day.moment(spans[row.key][0]) if row.key in spans else row.departs_at
    rested = day.past.rested_at(driver.id or 0)
    if leaves is not None and rested is not None and leaves < rested:
        words = f"{driver.name} was back at {day.said(rested - REST)}, and has rested at"
        yield Problem(WarningCode.NOT_RESTED.value, f"{words} {day.said(rested)}")
    hours = hours_of(day, row)
    begins, ends = hours[0][0], max(end for _, end in hours)
    if row.departs_at is None:
        return
    words = ""
    if row.departs_at < begins:
        long = span(round((begins - row.departs_at).total_seconds()))
        words = f"Leaves {long} before the shift begins at {day.said(begins)}"
    elif row.departs_at >= ends:
        words = f"Leaves after the shift, which ends at {day.said(ends)}"
    elif not any(start <= row.departs_at < end for start, end in hours):
        words = f"Leaves at {day.said(row.departs_at)}, while the shift is interrupted"
    if words:
        yield Problem(Broken.SHIFT.value, words)


def _meets(plan: Healed, row: PlanRow, what: str, spans: Spans) -> bool:
    """Whether another row with the same vehicle or driver is on its way at the same time."""
    if row.key not in spans:
        return False
    start, end = spans[row.key]
    for other in plan.document.rows:
        if other.key == row.key or getattr(other, what) != getattr(row, what):
            continue
        if other.key in spans and start < spans[other.key][1] and spans[other.key][0] < end:
            return True
    return False

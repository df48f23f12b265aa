"""Who drives which vehicle on a plan's day: what records tell, as a question for `crews`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from fleet_app.delivery.models import Delivery, RouteStatus
from fleet_app.fleet.models import Driver, DriverStatus, Vehicle, VehicleStatus
from fleet_app.planning.document import Document, PlanRow
from fleet_app.planning.routes.healing import Healed
from fleet_app.planning.workday.crews import hours_of, skills_of
from fleet_app.planning.workday.day import Day
from fleet_app.planning.workday.fitness import as_car, as_driver
from fleet_app.planning.workday.hours import works_on
from fleet_app.planning.workday.past import Past
from fleet_app.planning.workday.wanting import service_of
from fleet_app.routing.optimiser import crews
from fleet_app.routing.optimiser.crews import Car, Demand, assign_crews
from fleet_app.routing.optimiser.problem import Window

DRIVE_S = 600
"""What a stop takes beside its service, as long as nobody has looked at roads."""
SECONDS = 1.0
"""How long may be thought about it, while somebody waits for the plan."""


def staffed_rows(day: Day, document: Document, past: Past) -> list[PlanRow]:
    """A row for each vehicle that can be given a driver who has none while it is on no other: first
    those whose skills the day's deliveries need, then everybody. Without a driver, where the fleet
    has no drivers at all."""
    if day.is_over:
        return []
    vehicles = _usable(day)
    if not any(one.deleted_at is None for one in day.drivers.values()):
        busy = {row.vehicle_id for row in document.rows}
        return [PlanRow(key="", vehicle_id=one.id) for one in vehicles if one.id not in busy]
    has_row = {row.driver_id for row in document.rows}
    drivers = [one for one in _working(day) if one.id not in has_row]
    found = _assigned(day, vehicles, drivers, past, _taken(day, document))
    names = {str(one.id): one.name for one in vehicles}
    found.sort(key=lambda one: (names[one.vehicle], int(one.vehicle), one.shift.start))
    rows = [
        PlanRow(key="", vehicle_id=int(one.vehicle), driver_id=int(one.driver)) for one in found
    ]
    return [row for row in rows if max(end for _, end in hours_of(day, row)) > day.now]


def restaffed(day: Day, plan: Healed, past: Past) -> dict[str, int]:
    """Other drivers for rows whose driver cannot, and where the day needs skills that nobody on the
    plan has: by row.

    Rows that somebody locked, or whose driver has been told, keep theirs. So do those that have
    stops which their driver can bring: with another one a plan that is planned already would begin
    with what does not fit any more. A vehicle of several shifts keeps who can drive in each.
    """
    able = {one.id for one in _working(day)}
    rows = [row for row in plan.document.rows if _may_change(day, plan, row)]
    lacking = _lacks_skills(day, plan, able)
    free = [row for row in rows if row.driver_id not in able or (lacking and not _brings(day, row))]
    free = [row for row in free if row.driver_id not in able or _is_alone(plan, row)]
    held = {row.driver_id for row in plan.document.rows} - {row.driver_id for row in free}
    drivers = [one for one in _working(day) if one.id not in held]
    alone = [row for row in free if _is_alone(plan, row)]
    found = _for_rows(day, alone, drivers, past)
    for row in free:
        if row not in alone:
            rest = [one for one in drivers if one.id not in found.values()]
            fitting = [one for one in rest if not _meets_another(day, plan, row, one)]
            found |= _for_rows(day, [row], fitting, past)
    before = {row.key: row.driver_id for row in free}
    return {key: driver for key, driver in found.items() if before[key] != driver}


def _for_rows(
    day: Day, rows: Sequence[PlanRow], drivers: Sequence[Driver], past: Past
) -> dict[str, int]:
    """The best driver of each row, by its key."""
    usual = {row.driver_id: row.key for row in rows if row.driver_id is not None}
    cars = [as_car(day.vehicles[row.vehicle_id or 0], row.key) for row in rows]
    people = [as_driver(day, one, past, usual.get(one.id or 0)) for one in drivers]
    found = _both(cars, people, _skilled(day, _waiting(day)), one_each=True)
    return {one.vehicle: int(one.driver) for one in found}


def _lacks_skills(day: Day, plan: Healed, able: Collection[int | None]) -> bool:
    """Whether the day needs skills for longer than those rows last that have them."""
    has = [
        (skills_of(day, row), _seconds(day, row))
        for row in plan.document.rows
        if row.driver_id in able
    ]
    return any(
        sum(lasts for skills, lasts in has if skills >= needed) < seconds
        for needed, seconds in _skilled(day, _waiting(day)).items()
    )


def _seconds(day: Day, row: PlanRow) -> float:
    return sum((end - start).total_seconds() for start, end in hours_of(day, row))


def _is_alone(plan: Healed, row: PlanRow) -> bool:
    """Whether its vehicle is on no other row."""
    return sum(one.vehicle_id == row.vehicle_id for one in plan.document.rows) == 1


def _meets_another(day: Day, plan: Healed, row: PlanRow, driver: Driver) -> bool:
    """Whether the vehicle of a row is on its way with somebody else in the hours of a driver."""
    mine = hours_of(day, msgspec.structs.replace(row, driver_id=driver.id))
    return any(
        start < ends and begins < end
        for other in plan.document.rows
        if other.vehicle_id == row.vehicle_id and other.key != row.key
        for start, end in mine
        for begins, ends in hours_of(day, other)
    )


def _may_change(day: Day, plan: Healed, row: PlanRow) -> bool:
    route = plan.route_of(day, row)
    is_told = route is not None and route.status is not RouteStatus.DRAFT
    return row.vehicle_id in day.vehicles and not row.lock and not is_told


def _brings(day: Day, row: PlanRow) -> bool:
    """Whether there is something on the row, and its driver and vehicle have every skill for it."""
    has = skills_of(day, row)
    needs = [day.deliveries[id_].required_skills for id_ in row.delivery_ids]
    return bool(needs) and all(has.issuperset(one) for one in needs)


def _taken(day: Day, document: Document) -> list[crews.Crew]:
    """Who has the vehicles already, and when."""
    return [
        crews.Crew(str(row.vehicle_id), "", Window(day.seconds(start), day.seconds(end)))
        for row in document.rows
        if row.vehicle_id is not None
        for start, end in hours_of(day, row)
    ]


def _assigned(
    day: Day,
    vehicles: Iterable[Vehicle],
    drivers: Iterable[Driver],
    past: Past,
    taken: Sequence[crews.Crew],
) -> list[crews.Crew]:
    cars = [as_car(one, str(one.id)) for one in vehicles]
    usual = {one.id: str(one.vehicle_id) for one in drivers if one.vehicle_id}
    people = [as_driver(day, one, past, usual.get(one.id)) for one in drivers]
    return _both(cars, people, _skilled(day, _waiting(day)), taken=taken)


def _both(
    cars: list[Car],
    people: list[crews.Driver],
    skilled: Mapping[frozenset[str], int],
    *,
    taken: Sequence[crews.Crew] = (),
    one_each: bool = False,
) -> list[crews.Crew]:
    """Those whom the day needs for their skills, then as many others as there can be."""
    first: tuple[crews.Crew, ...] = ()
    if skilled:
        wanted = Demand(skilled=skilled)
        first = assign_crews(
            cars, people, wanted, taken=taken, one_each=one_each, seconds=SECONDS
        ).crews
    used, busy = {one.vehicle for one in first}, {one.driver for one in first}
    rest = assign_crews(
        [one for one in cars if not one_each or one.id not in used],
        [one for one in people if one.id not in busy],
        taken=[*taken, *first],
        one_each=one_each,
        seconds=SECONDS,
    )
    return [*first, *rest.crews]


def _usable(day: Day) -> list[Vehicle]:
    found = [
        one
        for one in day.vehicles.values()
        if one.status is VehicleStatus.ACTIVE and one.deleted_at is None
    ]
    return sorted(found, key=lambda one: (one.name, one.id or 0))


def _working(day: Day) -> list[Driver]:
    found = [
        one
        for one in day.drivers.values()
        if one.status is not DriverStatus.INACTIVE and one.deleted_at is None
        and works_on(day, one)
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.id or 0)


def _waiting(day: Day) -> list[Delivery]:
    return [
        one
        for id_, one in day.deliveries.items()
        if one.deleted_at is None and not day.is_done(id_)
    ]


def _skilled(day: Day, deliveries: Collection[Delivery]) -> dict[frozenset[str], int]:
    """Seconds of work by the skills that it needs all together."""
    found: Counter[frozenset[str]] = Counter()
    for one in deliveries:
        if one.required_skills:
            found[frozenset(one.required_skills)] += service_of(day, one) + DRIVE_S
    return dict(found)

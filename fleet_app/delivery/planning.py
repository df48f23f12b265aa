"""What a plan must respect and what it should: refusals and warnings about a route."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

import msgspec

from fleet_app.delivery.life import ASSIGNABLE
from fleet_app.delivery.models import Delivery, DeliveryStatus, Route, RouteStatus
from fleet_app.fleet.models import Driver, Vehicle, VehicleStatus
from fleet_app.kernel.units import quantity


class WarningCode(StrEnum):
    """What a route asks too much of."""

    VEHICLE_BUSY = "vehicle_busy"
    DRIVER_BUSY = "driver_busy"
    LICENCE_EXPIRED = "licence_expired"
    LICENCE_CLASS = "licence_class"
    NOT_RESTED = "not_rested"
    OVER_WEIGHT = "over_weight"
    OVER_VOLUME = "over_volume"
    OVER_PARCELS = "over_parcels"
    MISSING_SKILLS = "missing_skills"
    OTHER_DAY = "other_day"
    VEHICLE_UNUSABLE = "vehicle_unusable"
    VEHICLE_NEEDED = "vehicle_needed"


class PlanWarning(msgspec.Struct, frozen=True):
    """A constraint that the plan breaks; it stands all the same."""

    code: WarningCode
    message: str
    delivery_ids: tuple[int, ...] = ()


class Crew(msgspec.Struct, frozen=True):
    """Who drives a route in what, and what else these two do that day."""

    vehicle: Vehicle | None
    driver: Driver | None
    others: Sequence[Route] = ()


def problems_of(
    wanted: Sequence[int], found: Mapping[int, Delivery], staying: Iterable[int] = ()
) -> dict[str, str]:
    """Why deliveries cannot be on a route, as `delivery_ids[3]` -> problem.

    `staying` are on the route already: they need not be free for it, and keep their place when
    their point is lost.
    """
    known, seen, problems = set(staying), set[int](), {}
    for index, id_ in enumerate(wanted):
        problem = "is there twice" if id_ in seen else _problem(id_, found, id_ in known)
        if problem:
            problems[f"delivery_ids[{index}]"] = problem
        seen.add(id_)
    return problems


def _problem(id_: int, found: Mapping[int, Delivery], stays: bool) -> str:
    delivery = found.get(id_)
    if delivery is None:
        return f"delivery {id_} does not exist"
    number = delivery.tracking_number
    status = DeliveryStatus(delivery.status)
    if status not in ASSIGNABLE and not stays:
        where = f" on route {delivery.route_id}" if delivery.route_id else ""
        return f"{number} is {status}{where}; only created or rescheduled ones can be added"
    if not stays and (delivery.lat is None or delivery.lon is None):
        return f"{number} has no point on the map; give its address one first"
    return ""


def warnings_of(route: Route, deliveries: Sequence[Delivery], crew: Crew) -> list[PlanWarning]:
    """What the plan breaks. Capacities and days that nobody gave break nothing."""
    return [
        *_unusable(route, crew.vehicle),
        *_busy(route, crew),
        *_licence(route, crew.driver),
        *_loads(deliveries, crew.vehicle),
        *_skills(deliveries, crew),
        *_days(route, deliveries),
    ]


def _unusable(route: Route, vehicle: Vehicle | None) -> Iterable[PlanWarning]:
    """A vehicle can go into the workshop when it is on a route already."""
    words = {VehicleStatus.WORKSHOP: "is in the workshop", VehicleStatus.RETIRED: "is retired"}
    if vehicle is not None and route.status != RouteStatus.COMPLETED and vehicle.status in words:
        message = f"{vehicle.name} {words[vehicle.status]}"
        yield PlanWarning(WarningCode.VEHICLE_UNUSABLE, message)


def _busy(route: Route, crew: Crew) -> Iterable[PlanWarning]:
    for other in crew.others:
        name = other.name or f"route {other.id}"
        if crew.vehicle is not None and other.vehicle_id == route.vehicle_id:
            message = f"{crew.vehicle.name} drives {name} on the same day"
            yield PlanWarning(WarningCode.VEHICLE_BUSY, message)
        if crew.driver is not None and other.driver_id == route.driver_id:
            message = f"{crew.driver.name} drives {name} on the same day"
            yield PlanWarning(WarningCode.DRIVER_BUSY, message)


def _licence(route: Route, driver: Driver | None) -> Iterable[PlanWarning]:
    if driver is None or driver.license_expires_on is None:
        return
    if driver.license_expires_on < route.date:
        message = f"The licence of {driver.name} runs out on {driver.license_expires_on}"
        yield PlanWarning(WarningCode.LICENCE_EXPIRED, message)


def _loads(deliveries: Sequence[Delivery], vehicle: Vehicle | None) -> Iterable[PlanWarning]:
    if vehicle is None:
        return
    loads = (
        (WarningCode.OVER_WEIGHT, "kg", vehicle.capacity_kg, [d.weight_kg for d in deliveries]),
        (WarningCode.OVER_VOLUME, "m³", vehicle.capacity_m3, [d.volume_m3 for d in deliveries]),
        (WarningCode.OVER_PARCELS, "parcels", vehicle.capacity_parcels,
         [float(d.parcels) for d in deliveries]),
    )  # fmt: skip
    for code, unit, room, each in loads:
        load = sum(one or 0 for one in each)
        if room is not None and load > room:
            much, takes = (_amount(one, unit) for one in (load, room))
            message = f"{much} do not fit into {vehicle.name}, which takes {takes}"
            yield PlanWarning(code, message)


def _amount(value: float, unit: str) -> str:
    """`1,200 kg`, with the digits that there are; parcels are counted."""
    digits = len(f"{round(value, 3):.12g}".partition(".")[2])
    return f"{value:g} parcels" if unit == "parcels" else quantity(value, unit, digits)


def _skills(deliveries: Sequence[Delivery], crew: Crew) -> Iterable[PlanWarning]:
    there = {
        *(crew.vehicle.skills + crew.vehicle.equipment if crew.vehicle else ()),
        *(crew.driver.skills if crew.driver else ()),
    }
    lacking = {
        delivery.id or 0: missing
        for delivery in deliveries
        if (missing := set(delivery.required_skills) - there)
    }
    if lacking:
        words = ", ".join(sorted(set().union(*lacking.values())))
        message = f"Neither vehicle nor driver has: {words}"
        yield PlanWarning(WarningCode.MISSING_SKILLS, message, tuple(lacking))


def _days(route: Route, deliveries: Sequence[Delivery]) -> Iterable[PlanWarning]:
    other = tuple(
        delivery.id or 0
        for delivery in deliveries
        if delivery.due_on is not None and delivery.due_on != route.date
    )
    if other:
        noun = "1 delivery is" if len(other) == 1 else f"{len(other)} deliveries are"
        yield PlanWarning(WarningCode.OTHER_DAY, f"{noun} due on another day", other)

"""Which deliveries a plan offers, and the plan as the forms give it. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from fleet_app.catalogue.kinds import KINDS
from fleet_app.delivery.models import Delivery
from fleet_app.delivery.planning import WarningCode
from fleet_app.delivery.routes import RoutePlan
from fleet_app.delivery.tours import Tour
from fleet_app.kernel.clock import zone_of
from fleet_app.kernel.errors import FleetError, InvalidInput
from fleet_app.kernel.units import Ruler
from fleet_app.web.states.records.planned_stops import PlannedStop
from fleet_app.web.states.records.texts import value_of


def warned(tour: Tour, units: str) -> list[str]:
    """What a plan breaks, in the fleet's units."""
    ruler = Ruler.named(units)
    return [ruler.retold(one.message) for one in tour.warnings]


def unusable(tour: Tour) -> str:
    """Why the route's vehicle cannot be used; empty when it can."""
    off = [one.message for one in tour.warnings if one.code == WarningCode.VEHICLE_UNUSABLE]
    return f"{off[0]}. Give the route another vehicle." if off else ""


def asked(fleet: int, day: str) -> str:
    """The question for the free deliveries: of one day, or of every day without one."""
    query = "status=created,rescheduled"
    if fleet:  # none is known before the page is open
        query += f"&fleet_id={fleet}"
    return f"{query}&due_on.from={day}&due_on.to={day}" if day else query


def split_by(
    stops: Sequence[PlannedStop], ids: Sequence[int], here: Sequence[int]
) -> tuple[list[PlannedStop], list[int]]:
    """What stays when `ids` are ticked, and which of them are new; what is stored `here` stays."""
    staying = {*ids, *here}
    kept = [stop for stop in stops if stop["id"] in staying]
    known = {stop["id"] for stop in kept}
    return kept, [one for one in ids if one not in known]


def is_placed(delivery: Delivery) -> bool:
    """Whether a vehicle can be sent there."""
    return delivery.lat is not None and delivery.lon is not None


def unplaced(deliveries: Sequence[Delivery]) -> str:
    """Why some of the deliveries cannot be added; empty when all can."""
    off = [one.tracking_number for one in deliveries if not is_placed(one)]
    if not off:
        return ""
    which = f"{', '.join(off[:3])} and {len(off) - 3} more" if len(off) > 3 else ", ".join(off)
    have = "has" if len(off) == 1 else "have"
    return f"{which} {have} no point on the map; give the address one first"


def plan_of(
    form: Mapping[str, Any],
    stops: Sequence[PlannedStop],
    crew: Mapping[str, int],
    where: tuple[str, str, int],
) -> RoutePlan:
    """The plan as it stands; `where` is its day, time zone and fleet. Raises `InvalidInput`."""
    kind, (day, zone, fleet) = KINDS["routes"], where
    starts = str(form.get("starts_at") or "")
    try:
        begin = value_of(kind, kind.by_name["starts_at"], starts, zone_of(zone))
        date = dt.date.fromisoformat(day)
    except ValueError as error:
        raise InvalidInput(str(error)) from None
    name = str(form.get("name") or "").strip()[:120]
    if not name.isprintable():
        raise InvalidInput("The name must be one line of text")
    return RoutePlan(
        date=date,
        name=name,
        starts_at=dt.datetime.fromisoformat(begin) if begin else None,
        delivery_ids=[stop["id"] for stop in stops],
        fleet_id=fleet or None,
        vehicle_id=crew.get("vehicle_id"),
        driver_id=crew.get("driver_id"),
        depot_id=crew.get("depot_id"),
    )


def order_of(tour: Tour) -> list[int]:
    """The stops of a route as they are stored."""
    return [one.stop.delivery_id or 0 for one in tour.drops if not one.moved_on]


def is_id(number: int) -> bool:
    """Whether the database could know a record by this number."""
    return 0 < number < 2**63


def told(error: FleetError) -> str:
    """The message, with what it says about single deliveries."""
    more = [text for name, text in error.fields.items() if name.startswith("delivery_ids")]
    return ". ".join([error.message, *more[:3]])

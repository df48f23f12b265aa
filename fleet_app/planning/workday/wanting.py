"""What a delivery asks of a plan, or why it can be part of none. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from fleet_app.delivery.models import Delivery
from fleet_app.delivery.windows import windows_of as times_of
from fleet_app.fleet.kinds.plan_rules import SERVICE_MINUTES
from fleet_app.fleet.models import LateDeliveries
from fleet_app.planning.workday.day import Day
from fleet_app.planning.workday.pickups import pickup_of
from fleet_app.routing.optimiser.plan import Why
from fleet_app.routing.optimiser.problem import Window
from fleet_app.routing.roads.ports import LatLon

LITRES, GRAMS = 1000, 1000
FAR = 3 * 86_400
"""A window without an end closes then, in seconds since the zero."""
Amounts = tuple[int, ...]


def why_refused(day: Day, delivery: Delivery) -> tuple[str, str] | None:
    """Why a delivery cannot be planned that day at all, as a code and in words."""
    if delivery.lat is None or delivery.lon is None:
        words = "It has no point on the map; give its address one first"
        return Why.UNREACHABLE.value, words
    windows = times_of(delivery)
    what = "Its last time window" if len(windows) > 1 else "Its time window"
    _, closes = windows[-1] if windows else (None, None)
    is_over = closes is not None and closes < min(day.now, day.ends) and not day.is_over
    if closes is not None and is_over and not may_be_late(day):
        return Why.PAST.value, f"{what} ended at {_date(day, closes)}; give it a new one"
    if closes is not None and closes < day.begins:
        return Why.PAST.value, f"{what} ended at {_date(day, closes)}, before this day"
    opens = next((opens for opens, ends in windows if ends is None or ends >= day.begins), None)
    if opens is not None and opens >= day.ends + timedelta(hours=12):
        return Why.WINDOW.value, f"Its time window begins at {_date(day, opens)}, after this day"
    return None


def may_be_late(day: Day) -> bool:
    """Whether a plan may bring something after its time window, at a cost."""
    return day.fleet.late_deliveries == LateDeliveries.AT_A_COST


def _date(day: Day, moment: datetime) -> str:
    return f"{moment.astimezone(day.zone):%H:%M on %-d %b}"


def points_of(day: Day, delivery: Delivery) -> set[LatLon]:
    """Where a delivery leads."""
    pickup = pickup_of(day, delivery)
    found = set() if pickup is None else {pickup}
    if delivery.lat is not None and delivery.lon is not None:
        found.add((delivery.lat, delivery.lon))
    return found


def windows_of(day: Day, delivery: Delivery) -> tuple[Window, ...]:
    """When service may begin; () for any time."""
    return tuple(_window(day, opens, closes) for opens, closes in times_of(delivery))


def _window(day: Day, opens: datetime | None, closes: datetime | None) -> Window:
    start = 0 if opens is None else day.seconds(opens)
    end = max(start, 0) + FAR if closes is None else day.seconds(closes)
    return Window(min(start, end), end)


def service_of(day: Day, delivery: Delivery) -> int:
    """Seconds at the door."""
    usual = day.fleet.service_minutes
    minutes = delivery.service_minutes
    if minutes is None:
        minutes = SERVICE_MINUTES if usual is None else usual
    return round(minutes * 60)


def amounts_of(delivery: Delivery) -> Amounts:
    """Grams, litres and parcels."""
    weight, volume = delivery.weight_kg or 0.0, delivery.volume_m3 or 0.0
    return round(weight * GRAMS), round(volume * LITRES), delivery.parcels

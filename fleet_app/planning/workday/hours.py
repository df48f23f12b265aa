"""When somebody works on a day: the driver's shift, else the fleet's hours, else usual ones."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from fleet_app.fleet.models import Depot, Driver
from fleet_app.kernel.clock import from_ms, to_ms
from fleet_app.location.zones.hours import WeeklyHours

if TYPE_CHECKING:  # a day is read up to the end of the work on it
    from fleet_app.planning.workday.day import Day

USUAL = "Mon-Sun 08:00-18:00"
"""Where neither driver nor fleet says anything."""
LATEST = timedelta(hours=12)
"""What is wanted so long after midnight is nothing for the night before."""
Spans = list[tuple[datetime, datetime]]
_WHOLE_DAYS = timedelta(hours=24)


def works_on(day: Day, driver: Driver) -> bool:
    """Whether the driver has a shift that day."""
    return bool(_on(day, driver.shift)) if driver.shift else True


def shift_of(day: Day, driver: Driver | None, depot: Depot | None) -> Spans:
    """From when to when the driver works that day, cut to the depot's opening hours where they
    overlap at all; the fleet's hours for a driver who does not work that day."""
    told = driver.shift if driver is not None else ""
    spans = _on(day, told) or _on(day, day.fleet.working_hours) or _on(day, USUAL)
    opened = _on(day, depot.opening_hours) if depot is not None else []
    both = [
        (max(start, opens), min(end, closes))
        for start, end in spans
        for opens, closes in opened
        if max(start, opens) < min(end, closes)
    ]
    return both or spans


def gaps_of(day: Day, spans: Spans) -> Spans:
    """When there is no work within the plan's day."""
    found, last = [], day.begins
    for start, end in spans:
        if start > last:
            found.append((last, start))
        last = max(last, end)
    return [*found, (last, day.ends)] if last < day.ends else found


def work_ends(day: Day) -> datetime:
    """When the last of those who work that day is done: midnight, or later in the night."""
    told = {one.shift for one in day.drivers.values() if one.deleted_at is None}
    ends = [end for text in {*told, day.fleet.working_hours} for _, end in _on(day, text)]
    return min(max([day.ends, *ends]), day.ends + LATEST)


def _on(day: Day, text: str) -> Spans:
    """The hours that begin that day; of hours without an end those within the day."""
    hours = _hours(text, day.fleet.time_zone) if text else None
    if hours is None or hours.always:
        return []
    found: Spans = []
    for from_, to in hours.windows(to_ms(day.begins), to_ms(day.ends) - 1):
        start, end = from_ms(from_), from_ms(to)
        if end - start >= _WHOLE_DAYS:
            start, end = max(start, day.begins), min(end, day.ends)
        if day.begins <= start < day.ends:
            found.append((start, end))
    return found


@lru_cache(maxsize=1024)
def _hours(text: str, time_zone: str) -> WeeklyHours | None:
    try:
        return WeeklyHours(text, time_zone)
    except (ValueError, KeyError):
        return None

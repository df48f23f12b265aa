"""Days that are over can be looked at, and nothing on them can be done any more. Pure."""

from __future__ import annotations

from fleet_app.kernel.errors import InvalidInput
from fleet_app.planning.workday.day import Day
from fleet_app.planning.workday.hours import work_ends


def require_ahead(day: Day) -> None:
    """Raises `InvalidInput` once the work of a day has ended: at midnight, or with the last shift
    of its night."""
    if day.now >= work_ends(day):
        raise InvalidInput("This day is over: it can be looked at, but not planned or published.")

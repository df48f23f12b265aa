"""How long a route may be, and the days for which routes are planned."""

from __future__ import annotations

import datetime as dt

from fleet_app.records.problems import invalid

MOST_STOPS = 500
FIRST_DAY, LAST_DAY = dt.date(2000, 1, 1), dt.date(2099, 12, 31)
"""The days for which routes are planned."""


def require_day(day: dt.date) -> None:
    """Raises `InvalidInput` for a day that can only be a mistake."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise invalid({"date": f"must be a day from {FIRST_DAY} to {LAST_DAY}"})

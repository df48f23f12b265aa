"""The day of a route, as people and addresses name it."""

from __future__ import annotations

import datetime as dt

from fleet_app.delivery.tours import day_in
from fleet_app.kernel.clock import utc_now


def other_day(day: str, zone: str) -> str:
    """What to say before a route starts on another day than its own."""
    today = day_in(zone, utc_now())
    if not day or day == today.isoformat():
        return ""
    return f"This route is for {dt.date.fromisoformat(day):%A, %-d %b %Y}, which is not today."


def day_of(text: str) -> str:
    """A day as it is written in addresses; empty for what is none."""
    try:
        return dt.date.fromisoformat(str(text)).isoformat()
    except ValueError:
        return ""

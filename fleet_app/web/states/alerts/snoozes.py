"""Until when an alert is to be quiet, as people choose it. Pure."""

from __future__ import annotations

import datetime as dt
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from fleet_app.kernel.errors import InvalidInput

CHOICES = (("15", "15 minutes"), ("60", "1 hour"), ("tomorrow", "Until tomorrow"))
"""What is offered, and in which words; anything else is a moment."""
MORNING = dt.time(8)
"""When tomorrow begins."""


def until(choice: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The moment that a choice means by the clocks of a zone. Raises `InvalidInput`."""
    choice = choice.strip()
    if choice == "tomorrow":
        tomorrow = now.astimezone(zone).date() + dt.timedelta(days=1)
        return datetime.combine(tomorrow, MORNING, zone).astimezone(UTC)
    if choice in {minutes for minutes, _ in CHOICES}:
        return now + dt.timedelta(minutes=int(choice))
    try:
        asked = datetime.fromisoformat(choice)
        return (asked if asked.tzinfo else asked.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        problem = {"until": "is not a day and a time"}
        raise InvalidInput("Say until when it is to be quiet", fields=problem) from None

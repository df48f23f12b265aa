"""Time by the days of a calendar: local midnights, so that a day may have 23 or 25 hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def midnight_ms(day: date, zone: ZoneInfo) -> int:
    """When the day begins there; where midnight is left out, the moment of the change."""
    return round(datetime.combine(day, time.min, zone).timestamp() * 1000)


def day_ms(day: date, zone: ZoneInfo) -> int:
    """How long the day lasts there."""
    return midnight_ms(day + timedelta(days=1), zone) - midnight_ms(day, zone)


def by_day(started_ms: int, ended_ms: int, zone: ZoneInfo) -> dict[date, int]:
    """The milliseconds from one moment to another that fall on each local day."""
    day = datetime.fromtimestamp(started_ms / 1000, UTC).astimezone(zone).date()
    shares: dict[date, int] = {}
    begun = started_ms
    while begun < ended_ms:
        over = min(midnight_ms(day + timedelta(days=1), zone), ended_ms)
        if over > begun:
            shares[day] = over - begun
        begun, day = max(begun, over), day + timedelta(days=1)
    return shares

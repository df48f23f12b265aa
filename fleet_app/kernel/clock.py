"""Time as a value that tests can set."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Clock = Callable[[], datetime]
"""Returns the present moment as an aware UTC datetime."""


CALENDAR_MS = (-62_135_596_800_000, 253_402_214_400_000)
"""The first and the last day of the years 1 to 9999, epoch milliseconds: what both Python and a
timestamp column can hold."""


def utc_now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def from_ms(epoch_ms: int) -> datetime:
    """The UTC moment `epoch_ms` milliseconds after 1970."""
    return datetime.fromtimestamp(epoch_ms / 1000, UTC)


def clamped_ms(epoch_ms: int) -> int:
    """The moment, or the end of the calendar that is nearer to it."""
    return min(max(epoch_ms, CALENDAR_MS[0]), CALENDAR_MS[1])


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970 of an aware datetime."""
    return round(moment.timestamp() * 1000)


def zone_of(name: str) -> ZoneInfo:
    """The time zone of this name; UTC where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")

"""What the HTTP answers of providers mean for a message."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from fleet_app.kernel.clock import utc_now
from fleet_app.notification.channels.ports import NotNow, NotSent, Refused

LONGEST_SECONDS = 6 * 3600.0
"""However long a provider asks us to wait, we look again after this."""
_PASSING = frozenset({408, 409, 421, 425, 429})
MOST_CHARACTERS = 300


def unanswered(who: str, error: Exception) -> NotNow:
    """For a provider that could not be reached, or broke off."""
    slow = isinstance(error, httpx.TimeoutException | TimeoutError)
    return NotNow(f"{who} {'did not answer in time' if slow else 'could not be reached'}.")


def refusal(who: str, status: int, headers: Mapping[str, str], said: str = "") -> NotSent:
    """For an answer that is not a success."""
    reason = f"{who} answered {status}"
    reason += f": {' '.join(said.split())[:MOST_CHARACTERS]}" if said.strip() else "."
    if status >= 500 or status in _PASSING:
        return NotNow(reason, retry_after(headers))
    if 300 <= status < 400:
        return Refused(f"{who} answered with a redirect ({status}), which is not followed.")
    return Refused(reason)


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """The seconds a provider asks to wait, given as a number or as a date; None without."""
    given = headers.get("Retry-After", headers.get("retry-after", "")).strip()
    if not given:
        return None
    try:
        seconds = float(given) if given.isascii() else math.nan
    except ValueError:
        seconds = _until(given, now or utc_now())
    return min(max(seconds, 0.0), LONGEST_SECONDS) if math.isfinite(seconds) else None


def _until(date: str, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, TypeError, IndexError, OverflowError):
        return math.nan
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - now).total_seconds()

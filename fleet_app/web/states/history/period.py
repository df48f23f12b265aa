"""Which time the history page shows: a day of the fleet's time zone, or from one moment to another.

Pure. A day lasts from midnight to midnight by the clocks of the zone, 23 or 25 hours where they
change.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from fleet_app.kernel.clock import to_ms
from fleet_app.kernel.errors import InvalidInput

LONGEST_DAYS = 31
_WRONG = "This time cannot be shown"
_FORMAT = "%Y-%m-%dT%H:%M"
_YEARS = range(2000, 2200)
_USUAL_HOURS = 24


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` until just before `until`, both UTC; `day` when it is exactly that day."""

    since: datetime
    until: datetime
    day: dt.date | None = None

    @property
    def milliseconds(self) -> tuple[int, int]:
        """Both ends as epoch milliseconds."""
        return to_ms(self.since), to_ms(self.until)

    def inputs(self, zone: ZoneInfo) -> tuple[str, str]:
        """Both ends as inputs for local times show them."""
        since, until = (one.astimezone(zone) for one in (self.since, self.until))
        return since.strftime(_FORMAT), until.strftime(_FORMAT)

    def parameters(self, zone: ZoneInfo) -> dict[str, str]:
        """The period in the address of the page. Local times say how far they are from UTC, since
        an hour may come twice."""
        if self.day is not None:
            return {"day": self.day.isoformat()}
        ends = (one.astimezone(zone) for one in (self.since, self.until))
        since, until = (one.isoformat(timespec="minutes") for one in ends)
        return {"from": since, "to": until}

    def label(self, zone: ZoneInfo) -> str:
        """What people call it."""
        if self.day is not None:
            hours = (self.until - self.since).total_seconds() / 3600
            unusual = "" if hours == _USUAL_HOURS else f" · {hours:g} hours, the clocks change"
            return f"{self.day:%A %-d %B %Y}{unusual}"
        since, until = (one.astimezone(zone) for one in (self.since, self.until))
        end = f"{until:%H:%M}" if until.date() == since.date() else f"{until:%-d %b %Y %H:%M}"
        return f"{since:%-d %b %Y %H:%M} – {end}"


def day_period(day: dt.date, zone: ZoneInfo) -> Period:
    """A whole day by the clocks of a zone."""
    starts = (datetime.combine(one, dt.time(), zone) for one in (day, day + dt.timedelta(days=1)))
    since, until = (one.astimezone(UTC) for one in starts)
    return Period(since, until, day)


def today(zone: ZoneInfo, now: datetime) -> dt.date:
    """The day it is in a zone."""
    return now.astimezone(zone).date()


def day_of(text: str) -> dt.date:
    """A day as its input writes it. Raises `InvalidInput`."""
    try:
        day = dt.date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput(_WRONG, fields={"day": "is not a day"}) from None
    if day.year not in _YEARS:
        raise InvalidInput(_WRONG, fields={"day": "is too far away"})
    return day


def between(since: str, until: str, zone: ZoneInfo) -> Period:
    """From one moment to another, by the clocks of the zone unless they say. Raises
    `InvalidInput` with fields `from` and `to`."""
    first, last = _moment("from", since, zone), _moment("to", until, zone)
    if last <= first:
        raise InvalidInput(_WRONG, fields={"to": "must be later than the start"})
    # A day more for months whose clocks change.
    if last - first > dt.timedelta(days=LONGEST_DAYS, hours=1):
        raise InvalidInput(_WRONG, fields={"to": f"must be within {LONGEST_DAYS} days"})
    return Period(first, last)


def asked(parameters: Mapping[str, str], zone: ZoneInfo, now: datetime) -> Period:
    """The period that an address asks for; today where it says nothing that can be understood."""
    try:
        if parameters.get("from"):
            return between(parameters["from"], parameters.get("to", ""), zone)
        if parameters.get("day"):
            return day_period(day_of(parameters["day"]), zone)
        if parameters.get("at"):
            return day_period(today(zone, _moment("at", parameters["at"], zone)), zone)
    except InvalidInput:
        pass
    return day_period(today(zone, now), zone)


def moment_of(text: str, zone: ZoneInfo) -> int:
    """A moment of an address in epoch milliseconds; 0 where it says none."""
    try:
        return to_ms(_moment("at", text, zone)) if text else 0
    except InvalidInput:
        return 0


def _moment(name: str, text: str, zone: ZoneInfo) -> datetime:
    # In an address a plus means a space.
    try:
        found = datetime.fromisoformat(text.strip().replace(" ", "+"))
        at = (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInput(_WRONG, fields={name: "is not a day and a time"}) from None
    if at.year not in _YEARS:
        raise InvalidInput(_WRONG, fields={name: "is too far away"})
    return at

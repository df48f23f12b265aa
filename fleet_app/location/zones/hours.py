"""When a zone counts: weekly hours on the clock of the fleet, through changes of that clock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from fleet_app.kernel.clock import clamped_ms, from_ms, to_ms
from fleet_app.records.types import DAYS, weekly_hours

Window = tuple[int, int]
"""From and to, epoch milliseconds; the end is no part of it."""
_PART = re.compile(r"(\w{3})(?:-(\w{3}))? (\d\d):(\d\d)-(\d\d):(\d\d)")
_Part = tuple[frozenset[int], int, int]
"""Days of the week from Monday, 0, and minutes of the day; an end past midnight is over 24 h."""


class WeeklyHours:
    """Weekly hours such as `Mon-Fri 22:00-06:00; Sat 10:00-14:00`; none means always."""

    def __init__(self, text: str, time_zone: str) -> None:
        """Raises ValueError for hours, and KeyError for a time zone, that are none."""
        self._parts = [_part(part) for part in weekly_hours(text).split("; ") if part]
        self._zone = ZoneInfo(time_zone)
        self._day = lru_cache(maxsize=64)(self._windows_of_day)

    @property
    def always(self) -> bool:
        """Whether there are no hours to keep to."""
        return not self._parts

    def active(self, at_ms: int) -> bool:
        """Whether the moment lies within the hours."""
        return self.always or any(start <= at_ms < end for start, end in self._near(at_ms, at_ms))

    def until(self, at_ms: int) -> int | None:
        """When the hours end that the moment lies in; None outside of them, and without an end."""
        week = 8 * 24 * 3_600_000  # a day longer: clocks change
        found = [] if self.always else self.windows(at_ms, at_ms + week)
        ends = [end for start, end in found if start <= at_ms]
        return ends[0] if ends and ends[0] <= at_ms + week else None

    def windows(self, from_ms: int, to_ms: int) -> list[Window]:
        """The hours that overlap a span, in order, whole and joined where they touch."""
        found: list[Window] = []
        for start, end in sorted(self._near(from_ms, to_ms)):
            if found and start <= found[-1][1]:
                found[-1] = (found[-1][0], max(end, found[-1][1]))
            else:
                found.append((start, end))
        return [(start, end) for start, end in found if start <= to_ms and end > from_ms]

    def _near(self, from_ms: int, to_ms: int) -> Iterator[Window]:
        day = self._date(from_ms) - timedelta(days=1)
        last = self._date(to_ms) + timedelta(days=1)
        while day <= last:
            yield from self._day(day)
            day += timedelta(days=1)

    def _date(self, at_ms: int) -> date:
        return from_ms(clamped_ms(at_ms)).astimezone(self._zone).date()

    def _windows_of_day(self, day: date) -> list[Window]:
        found = [
            (self._moment(day, start, fold=0), self._moment(day, end, fold=1))
            for days, start, end in self._parts
            if day.weekday() in days
        ]
        return [(start, end) for start, end in found if start < end]

    def _moment(self, day: date, minutes: int, *, fold: int) -> int:
        """Of a time that the clock shows twice the first begins, and the second ends, the hours.

        A time that the clock leaves out is the moment at which it leaves it out.
        """
        days, minutes = divmod(minutes, 24 * 60)
        at = datetime.combine(day + timedelta(days=days), datetime.min.time(), self._zone)
        at = at.replace(hour=minutes // 60, minute=minutes % 60)
        first, second = to_ms(at.replace(fold=0)), to_ms(at.replace(fold=1))
        if first <= second:
            return second if fold else first
        return self._change(second, first)

    def _change(self, before_ms: int, after_ms: int) -> int:
        """The moment between two at which the clock changes."""
        old = from_ms(before_ms).astimezone(self._zone).utcoffset()
        while after_ms - before_ms > 1:
            middle = (before_ms + after_ms) // 2
            if from_ms(middle).astimezone(self._zone).utcoffset() == old:
                before_ms = middle
            else:
                after_ms = middle
        return after_ms


def _part(text: str) -> _Part:
    found = _PART.fullmatch(text)
    assert found is not None, text  # its one spelling
    first, last, *clock = found.groups()
    begin, length = DAYS.index(first), (DAYS.index(last or first) - DAYS.index(first)) % 7
    days = frozenset((begin + n) % 7 for n in range(length + 1))
    start, end = (int(clock[i]) * 60 + int(clock[i + 1]) for i in (0, 2))
    return days, start, end if end > start else end + 24 * 60

"""Times of a plan's day as people of the fleet say them, also in another process. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class DayClock:
    """Says a moment of the optimiser's problem, with the day where that is another one. On the days
    when clocks change, that is not so many hours since midnight."""

    date: dt.date
    zero: dt.datetime
    zone: ZoneInfo

    def __call__(self, seconds: int) -> str:
        """`10:00`, or `25 Oct 01:00`."""
        return self.said(self.zero + dt.timedelta(seconds=seconds))

    def said(self, moment: dt.datetime) -> str:
        """The same of any moment."""
        local = moment.astimezone(self.zone)
        return f"{local:%H:%M}" if local.date() == self.date else f"{local:%-d %b %H:%M}"

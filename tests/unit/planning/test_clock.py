"""Times of a plan's day as people say them."""

from __future__ import annotations

import datetime as dt
import pickle
from zoneinfo import ZoneInfo

import pytest

from fleet_app.planning.workday.clock import DayClock
from fleet_app.planning.workday.day import midnight

HELSINKI = ZoneInfo("Europe/Helsinki")
HOUR = 3600


@pytest.mark.parametrize(
    ("date", "hours", "said"),
    [
        ((2026, 11, 24), 10, "10:00"),
        ((2026, 11, 24), 25.5, "25 Nov 01:30"),
        ((2026, 11, 24), -1, "23 Nov 23:00"),
        ((2026, 3, 29), 2, "02:00"),
        ((2026, 3, 29), 10, "11:00"),
        ((2026, 3, 29), 23, "30 Mar 00:00"),
        ((2026, 10, 25), 10, "09:00"),
        ((2026, 10, 25), 24.5, "23:30"),
    ],
)
def test_it_says_the_fleets_time_also_when_clocks_change(
    date: tuple[int, int, int], hours: float, said: str
) -> None:
    day = dt.date(*date)
    clock = DayClock(day, midnight(day, HELSINKI), HELSINKI)
    assert clock(round(hours * HOUR)) == said
    assert pickle.loads(pickle.dumps(clock))(round(hours * HOUR)) == said

"""Weekly hours on a clock that changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.location.zones.hours import WeeklyHours


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def length_h(text: str, day: str, zone: str = "America/Chicago") -> list[float]:
    """The lengths of all windows that begin on a day."""
    start = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))
    windows = WeeklyHours(text, zone).windows(
        round(start.timestamp() * 1000), round((start + timedelta(days=1)).timestamp() * 1000) - 1
    )
    return [(b - a) / 3.6e6 for a, b in windows if a >= start.timestamp() * 1000]


@pytest.mark.parametrize(
    ("text", "day", "hours"),
    [
        ("Sun 01:00-05:00", "2015-03-01", [4.0]),
        ("Sun 01:00-05:00", "2015-03-08", [3.0]),  # the clock leaves out 02:00 to 03:00
        ("Sun 02:30-05:00", "2015-03-08", [2.0]),  # begins when 03:00 does
        ("Sun 01:00-02:30", "2015-03-08", [1.0]),
        ("Sun 02:15-02:45", "2015-03-08", []),  # not on that day
        ("Sun 01:00-05:00", "2015-11-01", [5.0]),  # 01:00 to 02:00 comes twice
        ("Sun 01:15-01:45", "2015-11-01", [1.5]),
        ("Sun 00:00-24:00", "2015-11-01", [25.0]),
        ("Sat 22:00-06:00", "2015-03-07", [7.0]),  # past midnight
        ("Fri-Mon 10:00-11:00", "2015-03-08", [1.0]),  # around the end of the week
        ("Tue 10:00-11:00", "2015-03-08", []),
    ],
)
def test_lengths(text, day, hours):
    assert length_h(text, day) == hours


def test_edges_belong_to_the_beginning():
    hours = WeeklyHours("Mon 08:00-16:00", "Europe/Helsinki")
    assert hours.active(ms("2026-11-23T08:00:00+02:00"))
    assert not hours.active(ms("2026-11-23T07:59:59.999+02:00"))
    assert not hours.active(ms("2026-11-23T16:00:00+02:00"))
    assert hours.active(ms("2026-11-23T15:59:59.999+02:00"))


@pytest.mark.parametrize(
    ("text", "at", "end"),
    [
        ("Mon-Fri 22:00-06:00", "2026-11-23T23:00:00+00:00", "2026-11-24T06:00:00+00:00"),
        ("Mon-Fri 22:00-06:00", "2026-11-24T05:59:59+00:00", "2026-11-24T06:00:00+00:00"),
        ("Mon-Fri 22:00-06:00", "2026-11-24T06:00:00+00:00", None),
        ("Sat-Sun 00:00-24:00; Mon 00:00-07:00", "2026-11-21T10:00:00Z", "2026-11-23T07:00:00Z"),
        ("Mon-Sat 00:00-24:00", "2026-11-23T00:00:00+00:00", "2026-11-29T00:00:00+00:00"),
        ("Mon-Sun 00:00-24:00", "2026-11-23T00:00:00+00:00", None),
        ("", "2026-11-23T00:00:00+00:00", None),
    ],
)
def test_hours_end_where_the_last_that_touch_do(text, at, end):
    assert WeeklyHours(text, "UTC").until(ms(at)) == (None if end is None else ms(end))


def test_none_is_always_and_nonsense_is_refused():
    assert WeeklyHours("", "UTC").active(0)
    with pytest.raises(ValueError, match="write it like"):
        WeeklyHours("whenever", "UTC")


@given(
    st.datetimes(datetime(2014, 1, 1), datetime(2017, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(
        ["Mon-Fri 22:00-06:00", "Sun 01:30-02:30; Sun 02:30-04:00", "Sat-Sun 00:00-24:00"]
    ),
    st.sampled_from(["America/Chicago", "Australia/Lord_Howe", "UTC", "Pacific/Apia"]),
)
def test_active_is_inside_a_window(moment, text, zone):
    hours, at = WeeklyHours(text, zone), round(moment.timestamp() * 1000)
    windows = hours.windows(at - 86_400_000, at + 86_400_000)
    assert windows == sorted(windows)
    assert all(a[1] < b[0] for a, b in pairwise(windows))
    assert hours.active(at) == any(start <= at < end for start, end in windows)

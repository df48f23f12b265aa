"""When quiet hours end, on clocks of all kinds and on the days they are changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from fleet_app.notification.matching import Clock

ZONES = ("Europe/Helsinki", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu",
         "America/St_Johns", "Africa/Casablanca", "Pacific/Apia", "Nowhere/AtAll")  # fmt: skip
CHANGES = (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC),
           datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC),
           datetime(2026, 4, 4, tzinfo=UTC))  # fmt: skip
HOURS = ("Mon-Sun 22:00-06:00", "Mon-Sun 02:15-02:45", "Sat-Sun 00:00-24:00", "Sun 03:00-03:30",
         "Mon-Fri 18:00-07:00; Sat-Sun 00:00-24:00")  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(ZONES), st.sampled_from(CHANGES), st.sampled_from(HOURS),
       st.integers(-2880, 2880))  # fmt: skip
def test_they_last_without_a_gap_until_their_end_and_no_longer(
    zone: str, change: datetime, hours: str, minutes: int
) -> None:
    at = change + timedelta(minutes=minutes)
    clock = Clock(now=at, time_zone=zone)
    if not clock.within(hours, at):
        return
    end = clock.end_of(hours, at)
    assert end is not None
    assert end > at
    assert not clock.within(hours, end)
    assert all(clock.within(hours, at + (end - at) * part / 8) for part in range(8))


def test_the_night_that_the_clock_goes_forward_is_an_hour_shorter() -> None:
    at = datetime(2026, 3, 28, 20, 30, tzinfo=UTC)  # 22:30 in Helsinki
    end = Clock(now=at, time_zone="Europe/Helsinki").end_of("Mon-Sun 22:00-06:00", at)
    assert end == datetime(2026, 3, 29, 3, tzinfo=UTC)


def test_a_clock_that_nobody_knows_is_utc() -> None:
    at = datetime(2026, 7, 1, 23, tzinfo=UTC)
    clock = Clock(now=at, time_zone="Nowhere/AtAll")
    assert clock.within("Mon-Sun 22:00-24:00", at)

"""Days on which the clocks change: what lasts is counted in UTC, what is a day on the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.kernel.geo import destination
from fleet_app.location.journeys.days import by_day, day_ms, midnight_ms
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.journeys.fold import Folding
from fleet_app.location.models import Fix

HOUR_MS = 3_600_000
CHICAGO, BERLIN = ZoneInfo("America/Chicago"), ZoneInfo("Europe/Berlin")
CHANGES = [
    (CHICAGO, date(2015, 3, 8), 23), (CHICAGO, date(2015, 11, 1), 25),
    (BERLIN, date(2026, 3, 29), 23), (BERLIN, date(2026, 10, 25), 25),
    (ZoneInfo("Africa/Cairo"), date(2026, 4, 24), 23),
    (ZoneInfo("America/Havana"), date(2026, 11, 1), 25),
    (ZoneInfo("Australia/Lord_Howe"), date(2026, 4, 5), 24.5),
]  # fmt: skip


def a_night_drive(begin_ms: int, hours: float) -> list[Fix]:
    """Stands for ten minutes, drives on and on, stands for ten minutes; a fix every 30 s."""
    lat, lon, fixes = 30.2, -97.7, []
    seconds = round(hours * 3600)
    for second in range(0, seconds + 1200, 30):
        moves = 600 <= second < 600 + seconds
        fixes.append(Fix(recorded_at_ms=begin_ms + second * 1000, lat=lat, lon=lon,
                         speed=15.0 if moves else 0.0))  # fmt: skip
        if moves:
            lat, lon = destination(lat, lon, second / 40 % 360, 15.0 * 30)
    return fixes


@pytest.mark.parametrize(("zone", "day", "hours"), CHANGES)
def test_the_day_of_the_change_is_as_long_as_it_is(zone: ZoneInfo, day: date, hours: float):
    assert day_ms(day, zone) == hours * HOUR_MS


@pytest.mark.parametrize(("zone", "day", "hours"), CHANGES)
def test_a_trip_over_the_change_lasts_as_long_as_it_took(zone: ZoneInfo, day: date, hours: float):
    begin = midnight_ms(day, zone) - 2 * HOUR_MS
    facts = Folding().fold(a_night_drive(begin, 30.0))
    (trip,) = [fact for fact in facts if fact.kind is FactKind.TRIP]
    assert trip.ended_ms is not None
    lasted = trip.ended_ms - trip.started_ms
    assert lasted == pytest.approx(30 * HOUR_MS, abs=60_000)
    shares = by_day(trip.started_ms, trip.ended_ms, zone)
    assert sum(shares.values()) == lasted
    assert shares[day] == hours * HOUR_MS
    assert len(shares) == 3


def test_no_fix_of_the_morning_in_spring_has_a_local_time_that_was_left_out():
    begin = round(datetime(2015, 3, 8, 7, 0, tzinfo=UTC).timestamp() * 1000)
    hours = [
        datetime.fromtimestamp(fix.recorded_at_ms / 1000, UTC).astimezone(CHICAGO).hour
        for fix in a_night_drive(begin, 3.0)
    ]
    assert set(hours) == {1, 3, 4, 5}


@given(
    st.sampled_from([zone for zone, _, _ in CHANGES]),
    st.integers(1_400_000_000_000, 1_900_000_000_000),
    st.integers(0, 400 * HOUR_MS),
)
def test_days_sum_up_and_none_is_longer_than_itself(zone: ZoneInfo, begin: int, lasts: int):
    shares = by_day(begin, begin + lasts, zone)
    assert sum(shares.values()) == lasts
    assert all(0 < share <= day_ms(day, zone) for day, share in shares.items())
    assert list(shares) == sorted(shares)

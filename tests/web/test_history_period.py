"""Which time the history page shows: days with the hours that their clocks give them."""

from __future__ import annotations

import datetime as dt
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.kernel.errors import InvalidInput
from fleet_app.web.states.history.period import asked, between, day_of, day_period, today

AUSTIN, HELSINKI = ZoneInfo("America/Chicago"), ZoneInfo("Europe/Helsinki")
NOW = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
ZONES = [AUSTIN, HELSINKI, *map(ZoneInfo, ("UTC", "Asia/Beirut", "Australia/Lord_Howe"))]
"""In Beirut the clocks change at midnight, on Lord Howe by half an hour."""


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        ("2015-03-08", AUSTIN, 23),
        ("2015-11-01", AUSTIN, 25),
        ("2015-03-09", AUSTIN, 24),
        ("2026-03-29", HELSINKI, 23),
        ("2026-10-04", ZoneInfo("Australia/Lord_Howe"), 23.5),
    ],
)
def test_a_day_has_the_hours_that_its_clocks_give_it(day: str, zone: ZoneInfo, hours: float):
    period = day_period(day_of(day), zone)
    assert period.until - period.since == timedelta(hours=hours)
    assert (f"{hours:g} hours" in period.label(zone)) is (hours != 24)


@given(st.dates(dt.date(2001, 1, 2), dt.date(2199, 12, 30)), st.sampled_from(ZONES))
def test_days_follow_each_other_without_a_gap(day: dt.date, zone: ZoneInfo):
    this, following = day_period(day, zone), day_period(day + timedelta(days=1), zone)
    assert this.until == following.since
    assert this.since < this.until
    assert (this.until - timedelta(seconds=1)).astimezone(zone).date() == day


def test_today_is_the_day_in_the_zone_of_the_fleet():
    assert today(HELSINKI, NOW) == dt.date(2026, 11, 23)
    assert today(AUSTIN, NOW) == dt.date(2026, 11, 22)


@given(
    st.datetimes(datetime(2001, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC)),
    st.integers(1, 31 * 24 * 60),
    st.sampled_from(ZONES),
)
def test_an_address_shows_the_same_period_again(since: datetime, minutes: int, zone: ZoneInfo):
    since = since.replace(second=0, microsecond=0)
    ends = (since, since + timedelta(minutes=minutes))
    period = between(*(one.isoformat() for one in ends), zone)
    assert asked(period.parameters(zone), zone, NOW) == period
    # Whole minutes fit everywhere; so does every day.
    day = day_period(since.date(), zone)
    assert asked(day.parameters(zone), zone, NOW) == day


def test_times_without_a_zone_are_those_of_the_fleet():
    period = between("2015-03-08T01:30", "2015-03-08T06:00", AUSTIN)
    assert period.since == datetime(2015, 3, 8, 7, 30, tzinfo=UTC)
    assert period.until - period.since == timedelta(hours=3, minutes=30)
    assert period.inputs(AUSTIN) == ("2015-03-08T01:30", "2015-03-08T06:00")
    assert period.label(AUSTIN) == "8 Mar 2015 01:30 – 06:00"


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [
        ("", "2026-01-01T00:00", "from"),
        ("2026-01-01T00:00", "soon", "to"),
        ("2026-01-02T00:00", "2026-01-01T00:00", "to"),
        ("2026-01-02T00:00", "2026-01-02T00:00", "to"),
        ("2026-01-01T00:00", "2026-02-02T00:00", "to"),
        ("0001-01-01T00:00", "2026-02-02T00:00", "from"),
        ("1970-01-01T00:00", "1970-01-02T00:00", "from"),
        ("9999-12-31T23:59+00:00", "9999-12-31T23:59-23:00", "from"),
    ],
)
def test_what_is_no_period_is_refused_at_its_field(since: str, until: str, field: str):
    with pytest.raises(InvalidInput) as refused:
        between(since, until, HELSINKI)
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize("words", [{}, {"day": "yesterday"}, {"from": "x"}, {"day": "9999-12-31"}])
def test_an_address_that_says_nothing_means_today(words: dict[str, str]):
    assert asked(words, HELSINKI, NOW) == day_period(dt.date(2026, 11, 23), HELSINKI)

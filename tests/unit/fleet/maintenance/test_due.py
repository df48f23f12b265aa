"""When work is due: no clock, no database."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.fleet.maintenance.due import RANKS, Criterion, DueStatus, Reading, due_state
from fleet_app.fleet.maintenance.models import MaintenanceSchedule

TODAY = date(2026, 11, 22)
NOTHING = Reading(None, None)


def a_schedule(**said) -> MaintenanceSchedule:
    return MaintenanceSchedule(fleet_id=1, vehicle_id=1, name="Service", **said)


@pytest.mark.parametrize(
    ("km", "status"),
    [
        (20_000, DueStatus.OK),
        (28_999, DueStatus.OK),
        (29_000, DueStatus.DUE_SOON),
        (30_000, DueStatus.DUE_SOON),
        (30_000.1, DueStatus.OVERDUE),
    ],
)
def test_kilometres_are_due_soon_within_the_warning_and_overdue_beyond(km, status):
    schedule = a_schedule(every_km=20_000, last_km=10_000, warn_km=1_000)
    state = due_state(schedule, Reading(km, None), TODAY)
    assert state.status is status
    assert state.remaining_km == 30_000 - km
    assert state.criterion is Criterion.KM


@pytest.mark.parametrize(
    ("ago", "status"),
    [(100, DueStatus.OK), (351, DueStatus.DUE_SOON), (365, DueStatus.DUE_SOON),
     (366, DueStatus.OVERDUE)],
)  # fmt: skip
def test_the_day_itself_is_not_overdue_yet(ago, status):
    schedule = a_schedule(every_days=365, last_on=TODAY - timedelta(days=ago))
    state = due_state(schedule, NOTHING, TODAY)
    assert (state.status, state.remaining_days) == (status, 365 - ago)


def test_whichever_comes_first_decides():
    schedule = a_schedule(
        every_km=20_000, last_km=0.0, every_hours=500, last_hours=0.0, every_days=365,
        last_on=TODAY,
    )  # fmt: skip
    state = due_state(schedule, Reading(19_500, 510), TODAY)
    assert (state.status, state.criterion) == (DueStatus.OVERDUE, Criterion.HOURS)
    assert (state.remaining_km, state.remaining_hours, state.remaining_days) == (500, -10, 365)
    assert due_state(schedule, Reading(19_500, 10), TODAY).criterion is Criterion.KM


def test_what_was_never_done_is_unknown_unless_something_else_is_due():
    never = a_schedule(every_km=20_000, every_days=365, last_on=TODAY - timedelta(days=10))
    state = due_state(never, Reading(5_000, None), TODAY)
    assert (state.status, state.criterion, state.remaining_days) == (DueStatus.UNKNOWN, None, 355)
    never.last_on = TODAY - timedelta(days=400)
    assert due_state(never, Reading(5_000, None), TODAY).status is DueStatus.OVERDUE


def test_without_a_reading_nothing_is_known():
    schedule = a_schedule(every_km=20_000, last_km=0.0)
    assert due_state(schedule, NOTHING, TODAY).status is DueStatus.UNKNOWN
    assert due_state(a_schedule(), Reading(1, 1), TODAY).status is DueStatus.UNKNOWN


amounts = st.none() | st.floats(0, 1e6)
schedules = st.builds(
    a_schedule,
    every_km=st.none() | st.floats(1, 1e6),
    every_hours=st.none() | st.floats(1, 1e5),
    every_days=st.none() | st.integers(1, 10_000),
    last_on=st.none() | st.dates(date(2000, 1, 1), date(2027, 1, 1)),
    last_km=amounts,
    last_hours=amounts,
    warn_km=st.floats(0, 1e5),
    warn_hours=st.floats(0, 1e4),
    warn_days=st.integers(0, 400),
)
readings = st.builds(Reading, amounts, amounts)
days = st.dates(date(2020, 1, 1), date(2030, 1, 1))


@given(schedules, readings, days, st.floats(0, 1e6), st.floats(0, 1e5), st.integers(0, 4_000))
def test_work_only_becomes_more_pressing_with_use_and_time(schedule, reading, today, km, hours, on):
    later = Reading(
        None if reading.odometer_km is None else reading.odometer_km + km,
        None if reading.engine_hours is None else reading.engine_hours + hours,
    )
    before = due_state(schedule, reading, today)
    after = due_state(schedule, later, today + timedelta(days=on))
    assert RANKS[after.status] <= RANKS[before.status]
    if before.urgency is not None:
        assert after.urgency <= before.urgency


@given(schedules, readings, days)
def test_the_state_says_what_its_numbers_say(schedule, reading, today):
    state = due_state(schedule, reading, today)
    left = [
        (state.remaining_km, schedule.warn_km, Criterion.KM),
        (state.remaining_hours, schedule.warn_hours, Criterion.HOURS),
        (state.remaining_days, schedule.warn_days, Criterion.DAYS),
    ]
    known = [(value, warn, criterion) for value, warn, criterion in left if value is not None]
    assert (state.status is DueStatus.OVERDUE) == any(value < 0 for value, _, _ in known)
    if state.status is DueStatus.DUE_SOON:
        assert any(value <= warn for value, warn, _ in known)
    if state.status is DueStatus.OK:
        assert known
        assert all(value > warn for value, warn, _ in known)
    if state.criterion is not None:
        assert state.criterion in [criterion for _, _, criterion in known]


@given(schedules, readings, days)
def test_work_done_today_is_not_overdue(schedule, reading, today):
    schedule.last_on = today
    schedule.last_km, schedule.last_hours = reading.odometer_km, reading.engine_hours
    assert due_state(schedule, reading, today).status is not DueStatus.OVERDUE

"""When stops will be reached: always forwards, never in the past, at the driver's own pace."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.planning.live.expecting import Standing, Traffic, expected, risk_of, worst
from fleet_app.planning.live.pace import Pace, at_hour, hour_of_week
from fleet_app.planning.live.sheet import Margins, Rest, Risk, Sheet, Stop
from tests.builders.rounds import LEG_S, NOON, START, a_sheet, on_street

moments = st.floats(-7_200, 7_200)
seconds = st.floats(0, 7_200)


def on_the_way(**said) -> Standing:
    lat, lon = START
    return Standing(
        **{"seen_at": NOON, "lat": lat, "lon": lon, "first": 1, "left_s": LEG_S, **said}
    )


@st.composite
def sheets(draw) -> Sheet:
    stops = []
    for number in range(1, draw(st.integers(1, 6)) + 1):
        lat, lon = on_street(draw(st.floats(0, 20_000)))
        windows = draw(st.lists(st.tuples(moments, seconds), max_size=2))
        stops.append(
            Stop(
                id=number, lat=lat, lon=lon, service_s=draw(seconds),
                windows=tuple((NOON + begin, NOON + begin + length) for begin, length in windows),
                planned_at=draw(st.none() | moments.map(lambda one: NOON + one)),
            )
        )  # fmt: skip
    legs = {(a.id, b.id): draw(seconds) for a in stops for b in stops[:3]}
    return Sheet(
        route_id=1, stops=tuple(stops), legs=legs, rests=(Rest(NOON + draw(moments), 1800),)
    )


@st.composite
def paces(draw) -> Pace:
    pace = Pace()
    for _ in range(draw(st.integers(0, 4))):
        pace.drove(draw(seconds), draw(seconds))
        pace.stood(draw(seconds), draw(seconds))
    return pace


@given(
    sheets(),
    paces(),
    seconds,
    st.none() | seconds,
    st.lists(st.floats(0.3, 3), min_size=168, max_size=168),
)
def test_stops_follow_each_other_and_none_is_in_the_past(sheet, pace, ago, left, hourly):
    here = on_the_way(seen_at=NOON - ago, left_s=left)
    found = expected(NOON, sheet, here, Traffic(pace, hourly, 7_200))
    clock = NOON
    for one in found:
        assert clock <= one.arrives <= one.begins <= one.departs
        clock = one.departs
    assert sorted(one.stop_id for one in found) == [stop.id for stop in sheet.stops]


@given(sheets(), seconds, st.floats(0, 3_600))
def test_a_vehicle_farther_away_arrives_no_sooner(sheet, left, more):
    near, far = (
        expected(NOON, sheet, on_the_way(left_s=one), Traffic()) for one in (left, left + more)
    )
    assert all(a.arrives <= b.arrives + 1e-6 for a, b in zip(near, far, strict=True))


def test_the_times_add_up():
    found = expected(NOON, a_sheet(3), on_the_way(), Traffic())
    assert [one.arrives - NOON for one in found] == pytest.approx([200, 520, 840])


def test_a_driver_who_was_slow_so_far_stays_slow_and_later_stops_feel_it_more():
    pace = Pace()
    for _ in range(60):
        pace.drove(60, 90)
    plain, slow = (expected(NOON, a_sheet(3), on_the_way(), Traffic(one)) for one in (Pace(), pace))
    delays = [b.arrives - a.arrives for a, b in zip(plain, slow, strict=True)]
    assert delays[0] == pytest.approx(0.4 * LEG_S, rel=0.25)
    assert delays == sorted(delays)


def test_little_driving_changes_little():
    pace = Pace()
    pace.drove(60, 180)
    assert 1.0 < pace.driving() < 1.25


def test_the_present_traffic_counts_less_the_farther_ahead():
    pace = Pace()
    for _ in range(100):
        pace.drove(60, 60)
    for _ in range(10):
        pace.drove(60, 150)
    assert pace.driving(0) > pace.driving(1_800) > pace.driving(7_200) > 1.0


def test_stops_that_took_twice_as_long_are_expected_to_take_longer():
    pace = Pace()
    for _ in range(8):
        pace.stood(120, 240)
    assert 1.5 < pace.serving() < 2.0


def test_it_waits_for_the_window_and_the_next_stop_is_later_by_that():
    first = msgspec.structs.replace(a_sheet(2).stops[0], windows=((NOON + 1_000, NOON + 2_000),))
    sheet = msgspec.structs.replace(a_sheet(2), stops=(first, a_sheet(2).stops[1]))
    found = expected(NOON, sheet, on_the_way(), Traffic())
    assert (found[0].arrives, found[0].begins) == pytest.approx((NOON + 200, NOON + 1_000))
    assert found[1].arrives == pytest.approx(NOON + 1_000 + 120 + LEG_S)


def test_between_two_windows_it_waits_and_is_late_after_the_last_one_only():
    windows = ((NOON - 500, NOON + 100), (NOON + 1_000, NOON + 2_000))
    sheet = a_sheet(1)
    stop = msgspec.structs.replace(sheet.stops[0], windows=windows)
    sheet = msgspec.structs.replace(sheet, stops=(stop,))
    (between,) = expected(NOON, sheet, on_the_way(), Traffic())
    assert (between.arrives, between.begins) == pytest.approx((NOON + 200, NOON + 1_000))
    assert (between.late_s, between.risk) == (pytest.approx(-1_800), Risk.ON_TIME)
    (late,) = expected(NOON, sheet, on_the_way(left_s=2_100), Traffic())
    assert late.begins == late.arrives
    assert (late.late_s, late.risk) == (pytest.approx(late.arrives - NOON - 2_000), Risk.LATE)


def test_a_break_is_taken_on_the_way_and_one_that_is_over_is_not():
    sheet = msgspec.structs.replace(
        a_sheet(3), rests=(Rest(NOON - 7_200, 600), Rest(NOON + 300, 900))
    )
    found = expected(NOON, sheet, on_the_way(), Traffic())
    assert [one.arrives - NOON for one in found] == pytest.approx([200, 520 + 900, 840 + 900])


def test_at_a_stop_the_rest_of_the_service_comes_first():
    here = on_the_way(there=1, since=NOON - 60, first=2, left_s=LEG_S)
    found = expected(NOON, a_sheet(2), here, Traffic())
    assert (found[0].arrives, found[0].departs) == (NOON - 60, NOON + 60)
    assert found[1].arrives == pytest.approx(NOON + 60 + LEG_S)
    late = expected(NOON + 3_600, a_sheet(2), here, Traffic())
    assert late[0].departs == NOON + 3_600 + 30  # it cannot be over already


def test_the_stop_that_comes_first_is_made_first():
    found = expected(NOON, a_sheet(3), on_the_way(first=3), Traffic())
    assert [one.stop_id for one in found] == [3, 1, 2]


@pytest.mark.parametrize(
    ("late", "risk"),
    [(None, "on_time"), (-601, "on_time"), (-600, "at_risk"), (0, "at_risk"), (1, "late")],
)
def test_what_is_late_is_up_to_the_fleet(late, risk):
    assert risk_of(late, Margins()) == risk
    assert risk_of(late, Margins(at_risk_s=0, late_s=900)) == (
        "at_risk" if late in {0, 1} else "on_time"
    )


def test_without_a_window_the_plan_counts_with_slack():
    sheet = a_sheet(2, planned_at=NOON)
    found = expected(NOON + 1_700, sheet, on_the_way(seen_at=NOON + 1_700), Traffic())
    assert [one.late_s for one in found] == pytest.approx([100, 420])
    assert worst(found) is Risk.LATE
    assert worst([]) is Risk.ON_TIME


def test_the_hours_of_the_week_begin_on_monday():
    assert (hour_of_week(NOON), hour_of_week(NOON - 12 * 3_600 - 1)) == (12, 167)
    hourly = [1.0] * 168
    hourly[12] = 2.0
    assert at_hour(hourly, NOON + 1_800) == 2.0
    assert at_hour(hourly, NOON) == pytest.approx(1.5)
    rushing = expected(NOON, a_sheet(1), on_the_way(), Traffic(hourly=hourly))
    assert rushing[0].arrives > NOON + 1.4 * LEG_S

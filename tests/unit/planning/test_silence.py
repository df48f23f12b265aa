"""What is known of a vehicle that is not heard of, and what is not learnt from its silence."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.planning.live.expecting import (
    Standing,
    Traffic,
    at_best,
    expected,
    is_silent,
)
from fleet_app.planning.live.following import Memory, follow
from fleet_app.planning.live.sheet import SILENT_S, Risk
from fleet_app.planning.live.telling import Told, ToldStop, certainties, news
from tests.builders.rounds import LEG_S, MPS, NOON, START, a_sheet, a_sight, way_to

TRAFFIC = Traffic()
DUE_S = 1_000.0
IN_TIME = ((NOON, NOON + DUE_S),)


def seen(ago: float, **said: float | bool) -> Standing:
    """On the way to the first stop, heard of so long ago."""
    lat, lon = START
    return Standing(seen_at=NOON - ago, lat=lat, lon=lon, first=1, left_s=LEG_S, **said)


def first_in(standing: Standing, **said: float) -> float:
    sheet = msgspec.structs.replace(a_sheet(2), **said)
    return expected(NOON, sheet, standing, TRAFFIC)[0].arrives - NOON


def test_driving_counts_from_when_it_was_seen_or_the_route_began():
    assert first_in(seen(50)) == pytest.approx(LEG_S - 50)
    assert first_in(seen(50), began=NOON - 20) == pytest.approx(LEG_S - 20)
    assert first_in(seen(50), began=NOON + 5) == pytest.approx(LEG_S)
    assert first_in(seen(50, is_still=True)) == pytest.approx(LEG_S)


def test_in_a_long_silence_nobody_comes_nearer():
    assert first_in(seen(SILENT_S)) == 0  # there by now
    assert first_in(seen(SILENT_S + 1)) == pytest.approx(LEG_S)
    assert first_in(seen(100), silent_s=60.0) == pytest.approx(LEG_S)


@given(st.floats(0, 20_000), st.floats(0, 3_000))
def test_what_is_late_at_best_is_late_by_whatever_is_expected(ago, due):
    sheet = a_sheet(3, windows=((NOON - 5_000, NOON - 3_000 + due),))
    stops = expected(NOON, sheet, seen(ago), TRAFFIC)
    for one, best in zip(stops, at_best(NOON, sheet, stops), strict=True):
        assert best.arrives <= NOON
        assert best.late_s <= one.late_s
        assert best.risk is not Risk.LATE or one.risk is Risk.LATE


def test_only_lateness_that_is_certain_is_told_and_once():
    sheet = a_sheet(2, windows=IN_TIME)
    told = Told({"1": ToldStop(NOON, Risk.ON_TIME, NOON)}, foretold=True)

    def at(seconds: float, before: Told):
        now = NOON + seconds
        stops = expected(now, sheet, seen(0), TRAFFIC)
        assert is_silent(now, sheet, seen(0))
        return certainties(before, sheet, at_best(now, sheet, stops), now)

    found, after = at(DUE_S - 1, told)
    assert (found.any, found.at_risk, after) == (False, 2, told)
    found, after = at(DUE_S + 1, told)
    assert [(one.stop.stop_id, one.eta) for one in found.stops] == [(1, None), (2, None)]
    assert (found.delayed, found.late) == (True, 2)
    found, again = at(DUE_S + 7_000, after)
    assert (found.any, again) == (False, after)
    assert after.stops["1"].eta is None


def test_who_is_heard_again_is_told_of_again():
    sheet = a_sheet(2, windows=IN_TIME)
    told = Told({str(one): ToldStop(None, Risk.LATE, NOON) for one in (1, 2)}, late=2, delay_s=0.0)
    stops = expected(NOON + 300, sheet, seen(-300), TRAFFIC)
    found, after = news(told, sheet, stops, False, NOON + 300)
    assert [one.eta for one in found.stops] == [one.arrives for one in stops]
    assert after.foretold
    assert not Told().foretold


@pytest.mark.parametrize(
    ("speed", "still"), [(0.5, True), (1.5, False), (None, True)], ids=["slow", "rolls", "unsaid"]
)
def test_who_does_not_move_stands_still_whether_speed_is_said_or_not(speed, still):
    memory = Memory()
    follow(memory, a_sheet(), None, a_sight(0, 0, speed=None), TRAFFIC)
    assert not memory.is_still
    follow(memory, a_sheet(), None, a_sight(60, 10, speed=speed), TRAFFIC)
    assert memory.is_still is still
    follow(memory, a_sheet(), None, a_sight(70, 110, speed=None), TRAFFIC)
    assert not memory.is_still


@pytest.mark.parametrize(("began", "speed"), [(NOON + 190, MPS), (0.0, 0.0)])
def test_waiting_for_the_start_is_no_slow_driving(began, speed):
    sheet, memory, ways = msgspec.structs.replace(a_sheet(), began=began), Memory(), way_to(1)
    follow(memory, sheet, None, a_sight(0, 0, speed=speed), TRAFFIC)
    memory.asked_at, memory.along = NOON, 0.0
    follow(memory, sheet, ways, a_sight(200, 100), TRAFFIC)
    assert memory.pace.driving() == pytest.approx(1.0, abs=0.001)
    follow(memory, sheet, ways, a_sight(300, 600), TRAFFIC)
    assert memory.pace.driving() > 1.0


def test_who_stood_beside_a_stop_before_the_start_came_for_it_only_then():
    sheet, memory = msgspec.structs.replace(a_sheet(), began=NOON), Memory()
    for after in (-7_200, 10):
        follow(memory, sheet, None, a_sight(after, 2_000, speed=0.0), TRAFFIC)
    assert memory.there is None
    follow(memory, sheet, None, a_sight(30, 2_000, speed=0.0), TRAFFIC)
    assert (memory.there, memory.there_since) == (1, NOON)

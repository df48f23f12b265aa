"""Distance and engine time as the tracker believes them: no clock, no database."""

from __future__ import annotations

from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.kernel.geo import destination
from fleet_app.location.models import Fix
from fleet_app.location.tracker import follow
from fleet_app.location.tracking import track
from fleet_app.location.tracking.jump import AGREEING, MAX_SPEED
from fleet_app.location.tracking.odometer import ENGINE_GAP_MS
from fleet_app.location.tracking.state import Memory, VehicleState
from fleet_app.simulation.noise import GpsNoise
from tests.builders.fixes import LAT, LON, NOON_MS, a_batch, a_fix


def after(*fixes: Fix) -> VehicleState:
    state = VehicleState(1)
    for fix in fixes:
        track(state, fix)
    return state


class TestDistance:
    def test_a_straight_drive_counts_its_length(self):
        state = after(*[a_fix(10 * i, 100 * i, speed=10.0) for i in range(31)])
        assert state.distance_m == pytest.approx(3_000, rel=1e-3)

    def test_slow_driving_adds_up(self):
        state = after(*[a_fix(i, 2.5 * i, speed=2.5) for i in range(401)])
        assert state.distance_m == pytest.approx(1_000, abs=26)

    def test_a_receiver_at_rest_may_wander(self):
        wander = [a_fix(10 * i, 40 * (-1) ** i, speed=0.0, accuracy=15.0) for i in range(500)]
        assert after(*wander).distance_m == 0.0

    def test_a_drive_between_two_rests_counts_once(self):
        drive = [a_fix(60 * i, 400 * i, speed=0.0) for i in range(11)]
        assert after(*drive).distance_m == pytest.approx(4_000, rel=1e-3)

    def test_poor_accuracy_makes_no_way(self):
        there = [a_fix(10 * i, 300 * (i % 2), speed=5.0, accuracy=300.0) for i in range(100)]
        assert after(*there).distance_m == 0.0

    def test_a_hop_that_no_vehicle_makes_in_the_time_counts_nothing(self):
        hops = [a_fix(i, 10 * i + 250 * (i % 2), speed=10.0) for i in range(3)]
        assert after(*hops).distance_m == 0.0

    def test_a_gap_counts_the_straight_line(self):
        state = after(a_fix(0, speed=10.0), a_fix(7_200, 50_000, speed=0.0))
        assert state.distance_m == pytest.approx(50_000, rel=1e-3)

    def test_a_held_jump_counts_nothing_there_and_back(self):
        state = after(
            a_fix(0, speed=10.0), a_fix(10, 50_000, speed=10.0), a_fix(20, 200, speed=10.0)
        )
        assert state.distance_m == pytest.approx(200, rel=1e-3)

    def test_a_leap_that_is_believed_in_the_end_is_not_driven(self):
        there = [a_fix(10 * i, 50_000 + 100 * i, speed=10.0) for i in range(1, AGREEING + 3)]
        state = after(a_fix(0, speed=10.0), *there)
        assert state.distance_m == pytest.approx(100 * (AGREEING + 1), rel=1e-3)

    def test_late_fixes_change_nothing(self):
        state = after(a_fix(0, speed=10.0), a_fix(100, 1_000, speed=10.0))
        before = state.copy()
        for late in (a_fix(50, 5_000, speed=10.0), a_fix(100, 2_000, speed=10.0)):
            track(state, late)
        assert state == before

    def test_a_vehicle_tracked_before_goes_on_from_its_last_place(self):
        known = after(a_fix(0, speed=10.0))
        known.memory = Memory()
        track(known, a_fix(10, 100, speed=10.0))
        assert known.distance_m == pytest.approx(100, rel=1e-3)


class TestEngine:
    def test_it_runs_while_moving_and_waiting_but_not_after_a_stop(self):
        fixes = [a_fix(10 * i, 100 * i, speed=10.0) for i in range(11)]
        fixes += [a_fix(100 + 10 * i, 1_000, speed=0.0) for i in range(1, 61)]
        assert after(*fixes).engine_s == pytest.approx(100 + 190)

    def test_the_ignition_knows_better(self):
        on, off = {"ignition": True}, {"ignition": False}
        state = after(
            a_fix(0, speed=0.0, attributes=off), a_fix(60, speed=0.0, attributes=on),
            a_fix(90, speed=0.0, attributes=on), a_fix(120, speed=0.0, attributes=off),
            a_fix(150, speed=0.0, attributes=off),
        )  # fmt: skip
        assert state.engine_s == 60.0

    def test_a_long_silence_does_not_count(self):
        gap = ENGINE_GAP_MS / 1000
        assert after(a_fix(0, speed=9.0), a_fix(gap, 2_000, speed=9.0)).engine_s == gap
        assert after(a_fix(0, speed=9.0), a_fix(gap + 1, 2_000, speed=9.0)).engine_s == 0.0


def noisy_tour(seed: int, every: int) -> tuple[list[Fix], float]:
    """Three hours through blocks of houses with stops, as a phone reports it, and its length."""
    random, noise = Random(seed), GpsNoise(Random(seed), sigma_m=4.0)
    lat, lon, heading, true, left, rest, speed = LAT, LON, 0.0, 0.0, 400.0, 0, 0.0
    fixes = []
    for second in range(3 * 3_600):
        rest = max(rest - 1, 0)
        speed = 0.0 if rest else min(speed + 1.5, 12.0)
        lat, lon = destination(lat, lon, heading, speed)
        true, left = true + speed, left - speed
        if left <= 0:
            heading, left = heading + random.choice((90, -90, 0)), random.uniform(100, 600)
            rest = random.choice((0, 0, 30, 90, 300))
        if second % every == 0:
            seen = noise.apply(lat, lon, every)
            said = max(0.0, speed + random.gauss(0, 0.3))
            moment = NOON_MS + second * 1000
            fixes.append(
                Fix(recorded_at_ms=moment, lat=seen[0], lon=seen[1], accuracy=seen[2], speed=said)
            )
    return fixes, true


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("every", "percent"), [(1, 2), (5, 4), (10, 5)])
def test_noise_costs_a_few_percent_at_most(seed: int, every: int, percent: float):
    fixes, true = noisy_tour(seed, every)
    assert after(*fixes).distance_m == pytest.approx(true, rel=percent / 100)


moments = st.integers(0, 60) | st.integers(0, 3_600)
places = st.floats(-500, 500) | st.floats(-200_000, 200_000)
speeds = st.none() | st.floats(0, 60)
accuracies = st.none() | st.floats(0, 500)
ignition = st.sampled_from([None, {"ignition": True}, {"ignition": False}])
posts = st.lists(st.tuples(moments, places, speeds, accuracies, ignition), max_size=40)


def fixes_of(posted) -> list[Fix]:
    return [
        a_fix(seconds, metres, speed=speed, accuracy=accuracy, attributes=attributes)
        for seconds, metres, speed, accuracy, attributes in posted
    ]


@given(posts)
def test_totals_never_shrink_and_never_outrun_time(posted):
    state, first = VehicleState(1), None
    for fix in fixes_of(posted):
        before = state.copy()
        track(state, fix)
        first = first if first is not None or not state.seen else state.recorded_at_ms
        assert state.distance_m >= before.distance_m >= 0.0
        assert state.engine_s >= before.engine_s >= 0.0
        if first is not None:
            elapsed = (state.recorded_at_ms - first) / 1000
            assert state.distance_m <= MAX_SPEED * elapsed
            assert state.engine_s <= elapsed + 1e-6


def in_order(posted):
    distinct = {row[0]: row for row in posted}
    return [distinct[moment] for moment in sorted(distinct)]


@given(posts.map(in_order), st.data())
def test_batches_may_be_split_and_delivered_again_by_another_reader(posted, data):
    """However the log hands them out, the totals are those of one reading."""
    fixes = fixes_of(posted)
    expected = follow({1: VehicleState(1)}, [a_batch(*fixes)]).states[1]
    state, handled = VehicleState(1), 0
    while handled < len(fixes):
        start = data.draw(st.integers(0, handled))
        handled = data.draw(st.integers(handled + 1, len(fixes)))
        batches = [a_batch(fix) for fix in fixes[start:handled]]
        if data.draw(st.booleans()):
            batches = [a_batch(*fixes[start:handled])]
        state = follow({1: state.copy()}, batches).states[1]
        kept = msgspec.json.encode(state.memory)  # what a restart leaves
        state.memory = msgspec.json.decode(kept, type=Memory)
    assert (state.distance_m, state.engine_s) == (expected.distance_m, expected.engine_s)


@given(posts)
def test_what_is_late_when_it_comes_again_counts_nothing(posted):
    fixes = fixes_of(posted)
    once = after(*fixes)
    state = once.copy()
    for fix in fixes:
        if fix.recorded_at_ms <= once.recorded_at_ms:
            track(state, fix)
    assert state == once

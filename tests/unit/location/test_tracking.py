"""The steps of the realtime path, fed by hand: no clock, no database."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fleet_app.kernel.geo import distance_m
from fleet_app.location.models import MotionStatus
from fleet_app.location.tracker import follow
from fleet_app.location.tracking import STEPS, track
from fleet_app.location.tracking.jump import AGREEING, MAX_SPEED
from fleet_app.location.tracking.motion import STOPPED_AFTER_MS
from fleet_app.location.tracking.state import VehicleState, Verdict
from tests.builders.fixes import LAT, LON, a_batch, a_fix


def after(*fixes):
    state = VehicleState(1)
    verdicts = [track(state, fix) for fix in fixes]
    return state, verdicts


def test_the_path_of_a_fix_is_this_list():
    assert [step.__name__ for step in STEPS] == [
        "stop_late_fix",
        "hold_impossible_jump",
        "follow_motion",
        "move_marker",
    ]


class TestOrder:
    def test_an_older_fix_is_late_and_does_not_move_the_marker(self):
        state, verdicts = after(a_fix(10, 100), a_fix(5, 50))
        assert verdicts == [Verdict.ON, Verdict.LATE]
        assert state.lat == a_fix(10, 100).lat

    def test_the_same_moment_again_is_late(self):
        assert after(a_fix(10, 100), a_fix(10, 120))[1][1] is Verdict.LATE


class TestJump:
    def test_a_place_out_of_reach_is_held_and_the_marker_stays(self):
        state, verdicts = after(a_fix(0), a_fix(10, 5_000))
        assert verdicts[1] is Verdict.JUMP
        assert (state.lat, state.lon) == (LAT, LON)

    def test_the_fastest_road_vehicle_is_not_held(self):
        fixes = [a_fix(t, t * (MAX_SPEED - 1)) for t in range(0, 300, 10)]
        assert set(after(*fixes)[1]) == {Verdict.ON}

    def test_poor_accuracy_excuses_a_distance(self):
        assert after(a_fix(0), a_fix(1, 1_000, accuracy=900.0))[1][1] is Verdict.ON

    def test_claimed_accuracy_does_not_switch_the_check_off(self):
        assert after(a_fix(0), a_fix(1, 50_000, accuracy=1e9))[1][1] is Verdict.JUMP

    def test_a_new_place_is_believed_when_enough_fixes_agree(self):
        there = [a_fix(10 * i, 50_000 + 10 * i) for i in range(1, AGREEING + 1)]
        state, verdicts = after(a_fix(0), *there)
        assert verdicts == [Verdict.ON, *[Verdict.JUMP] * (AGREEING - 1), Verdict.ON]
        assert state.lat == there[-1].lat
        assert state.redeemed_ms == tuple(fix.recorded_at_ms for fix in there[:-1])
        assert state.memory.held == ()

    def test_fixes_that_contradict_each_other_are_never_believed(self):
        wild = [a_fix(10 * i, (-1) ** i * 50_000) for i in range(1, 12)]
        state, verdicts = after(a_fix(0), *wild)
        assert set(verdicts[1:]) == {Verdict.JUMP}
        assert state.lat == LAT

    def test_the_same_fix_repeated_does_not_agree_with_itself(self):
        wild = a_fix(10, 50_000)
        assert set(after(a_fix(0), *[wild] * 10)[1][1:]) == {Verdict.JUMP}

    def test_a_good_fix_in_between_starts_the_count_afresh(self):
        far = [a_fix(t, 50_000) for t in (10, 20, 40, 50)]
        near = a_fix(30, 10)
        verdicts = after(a_fix(0), far[0], far[1], near, far[2], far[3])[1]
        assert verdicts == [Verdict.ON, Verdict.JUMP, Verdict.JUMP, Verdict.ON] + [Verdict.JUMP] * 2

    def test_the_sea_of_time_makes_far_places_reachable(self):
        assert after(a_fix(0), a_fix(7_200, 300_000))[1][1] is Verdict.ON


class TestMotion:
    def test_speed_sets_it_moving_and_a_red_light_leaves_it_idle(self):
        state, _ = after(a_fix(0, speed=8.0))
        assert state.status is MotionStatus.MOVING
        track(state, a_fix(10, 80, speed=0.2))
        assert state.status is MotionStatus.IDLE

    def test_a_long_rest_is_a_stop(self):
        rest = STOPPED_AFTER_MS / 1000
        state, _ = after(a_fix(0, speed=0.0), a_fix(rest - 1, speed=0.0))
        assert state.status is MotionStatus.IDLE
        track(state, a_fix(rest, speed=0.0))
        assert state.status is MotionStatus.STOPPED

    def test_between_the_thresholds_nothing_changes(self):
        state, _ = after(a_fix(0, speed=8.0), a_fix(10, 15, speed=1.5))
        assert state.status is MotionStatus.MOVING
        track(state, a_fix(20, 20, speed=0.5))
        track(state, a_fix(30, 35, speed=1.5))
        assert state.status is MotionStatus.IDLE

    def test_without_speed_leaving_a_circle_is_movement_and_staying_is_rest(self):
        state, _ = after(*[a_fix(t, 10 * t) for t in range(0, 60)])
        assert state.status is MotionStatus.MOVING
        for t in range(60, 200, 10):
            track(state, a_fix(t, 600 + t % 20))
        assert state.status is MotionStatus.IDLE

    def test_the_ignition_decides_between_idle_and_stopped(self):
        state, _ = after(a_fix(0, speed=0.0, attributes={"ignition": False}))
        assert state.status is MotionStatus.STOPPED
        track(state, a_fix(1_000, speed=0.0, attributes={"ignition": True}))
        assert state.status is MotionStatus.IDLE


class TestLive:
    def test_a_vehicle_at_rest_keeps_its_heading(self):
        state, _ = after(a_fix(0, speed=9.0, heading=45.0), a_fix(10, 80, speed=0.0))
        assert state.heading == 45.0

    def test_battery_is_remembered_speed_is_not(self):
        state, _ = after(a_fix(0, speed=9.0, battery=60.0), a_fix(10, 80))
        assert (state.battery, state.speed) == (60.0, None)


moments = st.integers(0, 3_600)
places = st.floats(-200_000, 200_000)
posts = st.lists(st.tuples(moments, places, st.none() | st.floats(0, 60)), max_size=40)


@given(posts)
def test_the_marker_never_goes_back_and_never_jumps_alone(posted):
    """Whatever is posted, in whatever order: time only grows, far moves need agreeing fixes."""
    state = VehicleState(1)
    for seconds, metres, speed in posted:
        before = state.copy()
        verdict = track(state, a_fix(seconds, metres, speed=speed))
        if verdict is not Verdict.ON:
            assert (state.recorded_at_ms, state.lat) == (before.recorded_at_ms, before.lat)
            continue
        assert state.recorded_at_ms > before.recorded_at_ms
        if before.seen and len(before.memory.held) < AGREEING - 1:
            moved = distance_m(before.lat, before.lon, state.lat, state.lon)
            seconds_between = (state.recorded_at_ms - before.recorded_at_ms) / 1000
            assert moved <= MAX_SPEED * max(1, seconds_between) + 300.001


@given(posts, st.integers(1, 5))
def test_handling_a_batch_again_changes_nothing_once_it_moved_the_marker(posted, times):
    batches = [a_batch(a_fix(s, m, speed=v)) for s, m, v in posted]
    once = follow({1: VehicleState(1)}, batches).states[1]
    state = once.copy()
    for _ in range(times):
        outcome = follow({1: state}, [b for b in batches if not _newer(b, once)])
        assert not outcome.moved
    assert state == once


def _newer(batch, state):
    return batch.fixes[0].recorded_at_ms > state.recorded_at_ms

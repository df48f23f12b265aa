"""What positions tell of a route: progress, arrivals, pace, and when it has been left."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.planning.live.expecting import Traffic, expected
from fleet_app.planning.live.following import Memory, Seen, Ways, follow, standing
from fleet_app.planning.live.sheet import Sheet
from fleet_app.planning.live.ways import Way
from tests.builders.rounds import APART_M, MPS, NOON, a_sheet, a_sight, on_street, way_to

TRAFFIC = Traffic()


def started(sheet: Sheet | None = None) -> Memory:
    """A vehicle that was just seen at the start and told its way."""
    memory = Memory()
    follow(memory, sheet or a_sheet(), None, a_sight(0, 0), TRAFFIC)
    memory.asked_at, memory.along = NOON, 0.0
    return memory


def eta(memory: Memory, sheet: Sheet, ways: Ways | None, now: float) -> float:
    here = standing(memory, sheet, ways)
    assert here is not None
    return expected(NOON + now, sheet, here, TRAFFIC)[0].arrives - NOON


def test_a_new_leg_asks_for_its_way_once():
    memory = Memory()
    assert follow(memory, a_sheet(), None, a_sight(0, 0), TRAFFIC).wants_way
    memory.asked_at = NOON
    assert not follow(memory, a_sheet(), None, a_sight(10, 100), TRAFFIC).wants_way
    assert follow(memory, a_sheet(), None, a_sight(25, 250), TRAFFIC).wants_way
    assert memory.first == 1


def test_what_is_left_of_the_way_is_what_it_takes():
    memory, ways = started(), way_to(1)
    follow(memory, a_sheet(), ways, a_sight(50, 500), TRAFFIC)
    assert abs(eta(memory, a_sheet(), ways, 50) - APART_M / MPS) < 1


@given(st.lists(st.tuples(st.integers(-300, 300), st.floats(0, APART_M)), min_size=1, max_size=20))
def test_fixes_that_come_late_change_nothing(late):
    memory, ways = started(), way_to(1)
    follow(memory, a_sheet(), ways, a_sight(100, 1_000), TRAFFIC)
    before = msgspec.json.encode(memory)
    for after, metres in late:
        if after <= 100:
            follow(memory, a_sheet(), ways, a_sight(after, metres), TRAFFIC)
    assert msgspec.json.encode(memory) == before


@given(st.lists(st.tuples(st.integers(1, 400), st.floats(-3_000, 9_000), st.floats(-900, 900),
                          st.sampled_from([None, 0.0, 10.0])), max_size=25))  # fmt: skip
def test_whatever_is_seen_the_memory_survives_a_restart(sights):
    sheet, memory, at = a_sheet(done=1), Memory(), 0
    for pause, metres, beside, speed in sights:
        at += pause
        ways = None if memory.asked_at is None else way_to(memory.first or 1)
        seen = follow(memory, sheet, ways, a_sight(at, metres, beside, speed=speed), TRAFFIC)
        if seen.wants_way:
            memory.asked_at, memory.along = NOON + at, 0.0
        kept = msgspec.json.decode(msgspec.json.encode(memory), type=Memory)
        assert kept == memory
        here = standing(memory, sheet, ways)
        assert here is not None
        arrivals = [one.arrives for one in expected(NOON + at, sheet, here, TRAFFIC)]
        assert arrivals == sorted(arrivals)
        assert len(arrivals) == 3


def test_somebody_who_drives_at_half_the_pace_is_noticed():
    memory, ways = started(), way_to(1)
    for tick in range(1, 30):
        follow(memory, a_sheet(), ways, a_sight(10 * tick, 50 * tick), TRAFFIC)
    assert memory.pace.driving() > 1.15
    assert memory.pace.day.taken > 1.9 * memory.pace.day.expected


def test_a_pause_on_the_way_is_no_pace_but_a_red_light_is():
    memory, ways = started(), way_to(1)
    for tick in range(1, 6):
        follow(memory, a_sheet(), ways, a_sight(10 * tick, 100 * tick), TRAFFIC)
    for tick in range(6, 12):
        follow(memory, a_sheet(), ways, a_sight(10 * tick, 500, speed=0.0), TRAFFIC)
    light = memory.pace.day.taken
    assert light > 100
    for tick in range(12, 400):
        follow(memory, a_sheet(), ways, a_sight(10 * tick, 500, speed=0.0), TRAFFIC)
    assert memory.pace.day.taken < light + 250


def at_stop(memory: Memory, sheet: Sheet, start: int, metres: float, seconds: int) -> list[Seen]:
    return [
        follow(memory, sheet, way_to(1), a_sight(start + tick, metres, speed=0.2), TRAFFIC)
        for tick in range(0, seconds, 10)
    ]


def test_standing_beside_the_next_stop_is_an_arrival_at_its_first_moment():
    memory = started()
    seen = at_stop(memory, a_sheet(), 200, APART_M - 20, 60)
    assert [one for each in seen for one in each.arrived] == [(1, NOON + 200)]
    assert (memory.there, memory.first) == (1, 2)


def test_passing_a_stop_or_waiting_at_a_light_beside_a_later_one_is_none():
    memory = started()
    follow(memory, a_sheet(), way_to(1), a_sight(200, APART_M, speed=10.0), TRAFFIC)
    assert memory.there is None
    at_stop(memory, a_sheet(), 210, 3 * APART_M, 60)
    assert memory.there is None
    at_stop(memory, a_sheet(), 270, 3 * APART_M, 30)
    assert memory.there == 3


def test_leaving_a_stop_that_was_made_tells_how_long_it_took():
    memory = started()
    at_stop(memory, a_sheet(), 200, APART_M, 300)
    done = a_sheet(done=1)
    seen = follow(memory, done, None, a_sight(560, APART_M + 400), TRAFFIC)
    assert seen.left == [(1, NOON + 200, NOON + 560)]
    assert memory.pace.serving() > 1.2
    assert (memory.first, seen.wants_way) == (2, True)


def test_standing_at_the_next_stop_until_that_is_noticed_is_no_slow_driving():
    memory, sheet, ways = started(), a_sheet(), way_to(1)
    for after in range(15, 210, 15):
        follow(memory, sheet, ways, a_sight(after, after * MPS), TRAFFIC)
    for after in (210, 225, 240):
        follow(memory, sheet, ways, a_sight(after, APART_M - 10, speed=0.0), TRAFFIC)
    assert memory.there == 1
    assert memory.pace.day.taken == pytest.approx(memory.pace.day.expected, abs=5)


@pytest.mark.parametrize("silent", [False, True])
def test_what_it_drove_before_it_was_gone_is_no_service(silent: bool):
    memory, sheet, ways = started(), a_sheet(), way_to(1)
    for after in (200, 230):
        follow(memory, sheet, ways, a_sight(after, APART_M, speed=0.0), TRAFFIC)
    made = a_sheet(done=1)
    for after in () if silent else range(245, 335, 15):
        follow(memory, made, None, a_sight(after, APART_M, speed=0.0), TRAFFIC)
    seen = follow(memory, made, None, a_sight(345, APART_M + 160), TRAFFIC)
    assert seen.left == [(1, NOON + 200, NOON + 345)]
    assert memory.pace.service.taken == pytest.approx(120, abs=10)


def test_a_stop_that_was_left_without_a_report_comes_last():
    memory = started()
    at_stop(memory, a_sheet(), 200, APART_M, 60)
    follow(memory, a_sheet(), None, a_sight(300, APART_M + 500), TRAFFIC)
    assert (memory.first, memory.visited) == (2, [1])
    assert memory.pace.served == 0
    at_stop(memory, a_sheet(done=0), 400, APART_M, 90)  # back again
    assert memory.there == 1


def test_a_stop_that_was_called_off_is_not_the_next_one():
    memory = started()
    follow(memory, a_sheet(done=1), way_to(1), a_sight(10, 100), TRAFFIC)
    assert memory.first == 2
    assert memory.asked_at is None


def aside(memory: Memory, ways: Ways, ticks: range, beside_mps: float, heading: bool) -> list[bool]:
    """Drive away from the street for so many 10 s, telling how far stop 1 is from there."""
    off = []
    for tick in ticks:
        beside = 300 + beside_mps * 10 * (tick - ticks.start)
        seen = follow(memory, a_sheet(), ways, a_sight(10 * tick, 500, beside), TRAFFIC)
        if seen.measures:
            gain = 8.0 if heading else -8.0
            memory.off.measure(NOON + 10 * tick, {1: 200 - gain * (tick - ticks.start)})
        off.append(memory.off.is_off)
    return off


def test_leaving_the_route_for_long_enough_is_told_and_coming_back_as_well():
    memory, ways = started(), way_to(1)
    off = aside(memory, ways, range(1, 20), 8.0, heading=False)
    assert off.index(True) == 12  # two minutes
    follow(memory, a_sheet(), ways, a_sight(210, 600, 150), TRAFFIC)
    assert memory.off.is_off  # nearer, not back yet
    follow(memory, a_sheet(), ways, a_sight(220, 600, 60), TRAFFIC)
    assert not memory.off.is_off


def test_another_road_to_the_next_stop_or_to_a_later_one_is_no_deviation():
    assert not any(aside(started(), way_to(1), range(1, 40), 8.0, heading=True))


def test_a_short_bypass_and_an_inaccurate_receiver_are_none():
    memory, ways = started(), way_to(1)
    assert not any(aside(memory, ways, range(1, 10), 2.0, heading=False))
    memory = started()
    for tick in range(1, 60):
        sight = a_sight(10 * tick, 500, 320, accuracy=200.0)
        assert not follow(memory, a_sheet(), ways, sight, TRAFFIC).measures


def test_a_way_that_crosses_itself_is_followed_in_its_order():
    loop = [on_street(0), on_street(1_000), on_street(1_000, 500), on_street(500, 500),
            on_street(500, -500)]  # fmt: skip
    way = Way(loop, [0.0, 100, 150, 200, 300])
    first, _ = way.find(*on_street(500), 450)
    second, _ = way.find(*on_street(500), 2_300)
    assert abs(first - 500) < 5
    assert abs(second - 2_500) < 10
    assert way.left(way.length) == 0

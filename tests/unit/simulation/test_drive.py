"""The driving model: physics that hold for every road, style and seed."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet_app.kernel.geo import bearing_deg, destination, distance_m
from fleet_app.simulation.drive import Road, Style, plan_drive, turn_deg, turn_speed


@st.composite
def roads(draw: st.DrawFn) -> Road:
    """Roads of 1 to 25 segments with any turns and any sensible limits."""
    points = [(60.17, 24.94)]
    bearing = draw(st.floats(0, 359))
    limits = []
    for _ in range(draw(st.integers(1, 25))):
        bearing += draw(st.floats(-170, 170))
        points.append(destination(*points[-1], bearing, draw(st.floats(1, 600))))
        limits.append(draw(st.floats(1, 33)))
    return Road(tuple(points), tuple(limits))


styles = st.builds(
    Style,
    top_speed=st.floats(3, 35),
    acceleration=st.floats(0.5, 3),
    braking=st.floats(0.5, 4),
    limit_factor=st.floats(0.5, 1.1),
    halt_chance=st.floats(0, 1),
)


def off_road_m(road: Road, lat: float, lon: float) -> float:
    """How far a point is from the nearest segment (by detour over its ends: zero when on it)."""
    return min(
        distance_m(*a, lat, lon) + distance_m(lat, lon, *b) - distance_m(*a, *b)
        for a, b in zip(road.points, road.points[1:], strict=False)
    )


@settings(max_examples=60, deadline=None)
@given(roads(), styles, st.integers(0, 1000))
def test_a_drive_stays_on_its_road_and_within_limit_and_style(
    road: Road, style: Style, seed: int
) -> None:
    drive = plan_drive(road, style, Random(seed))
    fastest = min(max(road.limits) * 1.1, style.top_speed) + 1e-6
    steps = [drive.duration * i / 200 for i in range(201)]
    for at in steps:
        state = drive.at(at)
        assert 0 <= state.speed <= fastest
        assert 0 <= state.heading < 360
        assert off_road_m(road, state.lat, state.lon) < 0.05


@settings(max_examples=60, deadline=None)
@given(roads(), styles, st.integers(0, 1000))
def test_a_drive_never_jumps(road: Road, style: Style, seed: int) -> None:
    drive = plan_drive(road, style, Random(seed))
    before = drive.at(0)
    for i in range(1, 201):
        state = drive.at(drive.duration * i / 200)
        passed = drive.duration / 200
        fastest = min(max(road.limits) * 1.1, style.top_speed)
        assert distance_m(before.lat, before.lon, state.lat, state.lon) <= fastest * passed + 0.01
        harshest = max(style.acceleration, style.braking) * passed
        assert abs(state.speed - before.speed) <= harshest + 1e-6
        before = state


@given(roads(), styles, st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_a_drive_starts_and_ends_standing_at_the_ends_of_the_road(
    road: Road, style: Style, seed: int
) -> None:
    drive = plan_drive(road, style, Random(seed))
    first, last = drive.at(0), drive.at(drive.duration)
    assert first.speed == last.speed == 0
    assert distance_m(first.lat, first.lon, *road.points[0]) < 0.6
    assert distance_m(last.lat, last.lon, *road.points[-1]) < 0.6
    assert drive.at(-5) == first
    assert drive.at(drive.duration + 5) == last


def test_the_same_seed_gives_the_same_drive() -> None:
    road = Road(((60.17, 24.94), (60.175, 24.94), (60.175, 24.95)), (10.0, 10.0))
    one, two = (plan_drive(road, Style(halt_chance=0.5), Random(7)) for _ in range(2))
    assert [one.at(t) for t in range(120)] == [two.at(t) for t in range(120)]


def test_a_vehicle_brakes_for_a_right_angle_and_speeds_up_after_it() -> None:
    corner = destination(60.17, 24.94, 0, 400)
    road = Road(((60.17, 24.94), corner, destination(*corner, 90, 400)), (13.9, 13.9))
    drive = plan_drive(road, Style(halt_chance=0), Random(1))
    speeds = [drive.at(t / 2).speed for t in range(int(drive.duration * 2))]
    assert max(speeds) == pytest.approx(13.9, abs=0.1)
    middle = speeds[len(speeds) // 3 : 2 * len(speeds) // 3]
    assert 3.5 < min(middle) < 6.0


def test_a_halt_at_a_turn_takes_time() -> None:
    corner = destination(60.17, 24.94, 0, 400)
    road = Road(((60.17, 24.94), corner, destination(*corner, 90, 400)), (13.9, 13.9))
    through = plan_drive(road, Style(halt_chance=0), Random(1))
    waiting = plan_drive(road, Style(halt_chance=1), Random(1))
    assert waiting.duration > through.duration + 4


def test_sharper_turns_are_slower() -> None:
    speeds = [turn_speed(angle) for angle in range(0, 181, 5)]
    assert speeds == sorted(speeds, reverse=True)
    assert turn_deg(350, 10) == turn_deg(10, 350) == 20


def test_a_road_says_what_is_wrong_with_it() -> None:
    with pytest.raises(ValueError, match="3 points need 2 limits"):
        Road(((0, 0), (0, 1), (0, 2)), (1.0,))
    with pytest.raises(ValueError, match="must be positive"):
        Road(((0, 0), (0, 1)), (0.0,))
    with pytest.raises(ValueError, match="no length"):
        plan_drive(Road(((0, 0), (0, 0)), (1.0,)), Style(), Random(1))
    with pytest.raises(ValueError, match="limit_factor"):
        Style(limit_factor=1.2)


def test_the_heading_follows_the_road() -> None:
    end = destination(60.17, 24.94, 123, 900)
    drive = plan_drive(Road(((60.17, 24.94), end), (10.0,)), Style(), Random(1))
    middle = drive.at(drive.duration / 2)
    assert middle.heading == pytest.approx(bearing_deg(60.17, 24.94, *end), abs=0.01)

"""A vehicle's day: rhythm of the fixes, noise, battery, network, stops."""

from __future__ import annotations

from itertools import islice, pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet_app.kernel.geo import destination, distance_m
from fleet_app.simulation.drive import Drive, Road, Style, plan_drive
from fleet_app.simulation.life import Activity, Habits, Sample, live
from fleet_app.simulation.noise import LARGEST_ERROR_M, GpsNoise

HOME = (60.17, 24.94)
AWAY = destination(*HOME, 45, 2500)


def there_and_back(leg: int) -> Drive:
    ends = (HOME, AWAY) if leg % 2 == 0 else (AWAY, HOME)
    return plan_drive(Road(ends, (13.9,)), Style(), Random(leg))


def day(seed: int, count: int = 3000, ahead: float = 0.0) -> list[Sample]:
    return list(islice(live(there_and_back, str(seed), ahead=ahead), count))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 4000))
def test_time_rises_in_steps_a_phone_would_make(seed: int, ahead: float) -> None:
    samples = day(seed, 800, ahead)
    assert samples[0].at >= 0
    for before, after in pairwise(samples):
        assert 0.4 < after.at - before.at <= 30.0
        if before.activity is after.activity is Activity.DRIVING:
            assert after.at - before.at <= 5.0


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_no_sample_is_further_off_the_road_than_the_noise_allows(seed: int) -> None:
    for sample in day(seed, 600):
        detour = (
            distance_m(*HOME, sample.lat, sample.lon)
            + distance_m(sample.lat, sample.lon, *AWAY)
            - distance_m(*HOME, *AWAY)
        )
        assert detour <= 2 * LARGEST_ERROR_M * 1.5
        assert 0 <= sample.speed <= 13.9 * 1.1
        assert 1 <= sample.battery <= 100
        assert sample.accuracy >= 3


def test_the_same_seed_gives_the_same_day_and_another_seed_another_one() -> None:
    assert day(5) == day(5)
    assert day(5) != day(6)


def test_a_day_that_is_joined_later_goes_on_where_it_would_have_been() -> None:
    whole = {round(sample.at): sample for sample in day(4, 2000)}
    later = day(4, 300, ahead=2000.0)
    compared = 0
    for sample in later:
        if same := whole.get(round(sample.at + 2000.0)):
            compared += 1
            apart = distance_m(same.lat, same.lon, sample.lat, sample.lon)
            assert apart < 13.9 + 4 * LARGEST_ERROR_M
    assert compared > 50


def test_a_long_day_has_trips_deliveries_idling_breaks_and_spells_without_network() -> None:
    samples = day(3, 12_000)
    assert {sample.activity for sample in samples} == set(Activity)
    offline = [sample for sample in samples if not sample.online]
    assert 0.02 < len(offline) / len(samples) < 0.3
    assert any(sample.speed > 12 for sample in samples)
    assert all(s.speed == 0 for s in samples if s.activity is not Activity.DRIVING)
    assert {s.ignition for s in samples} == {True, False}


def test_the_battery_drains_and_is_charged() -> None:
    levels = [sample.battery for sample in day(3, 12_000)]
    steps = {round(b - a, 6) > 0 for a, b in pairwise(levels) if a != b}
    assert steps == {True, False}


def test_noise_is_a_few_metres_and_changes_slowly() -> None:
    noise = GpsNoise(Random(1))
    fixes = [noise.apply(*HOME, 1.0)[:2] for _ in range(5000)]
    errors = [distance_m(*HOME, *fix) for fix in fixes]
    steps = [distance_m(*a, *b) for a, b in pairwise(fixes)]
    assert 2 < sum(errors) / len(errors) < 5
    assert max(errors) <= LARGEST_ERROR_M * 1.5
    assert sum(steps) / len(steps) < 1


def test_habits_say_what_is_wrong_with_them() -> None:
    with pytest.raises(ValueError, match="shortest first"):
        Habits(stop=(10.0, 5.0))

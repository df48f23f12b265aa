"""The benchmark of arrivals: its days have one truth, and errors are counted from it."""

from __future__ import annotations

from random import Random

import pytest

from bench._eta.days import Day, DayRoads, a_day, rush
from bench._eta.scoring import Errors, Learnt, follow_day
from bench.eta import Driven
from fleet_app.planning.live.ways import Way


@pytest.fixture(scope="module")
def day() -> Day:
    return a_day(1, 1)


def test_the_same_numbers_give_the_same_day(day: Day):
    assert a_day(1, 1) == day
    assert a_day(1, 2).arrivals != day.arrivals


def test_a_phone_is_where_the_vehicle_was(day: Day):
    sights = list(day.sights(Random(1)))
    assert [one.at for one in sights] == sorted(one.at for one in sights)
    assert sights[0].at == day.legs[0].passed[0]
    for leg, arrival in zip(day.legs, day.arrivals, strict=True):
        there = min(sights, key=lambda one: abs(one.at - arrival - 20))
        way = Way(leg.shape, leg.seconds)
        along, beside = way.find(there.lat, there.lon)
        assert beside < 40
        assert way.length - along < 60


async def test_the_network_tells_the_rest_of_a_leg_from_anywhere_on_it(day: Day):
    roads, leg, stop = DayRoads(day), day.legs[3], day.sheet.stops[3]
    whole = await roads.route((leg.shape[0], (stop.lat, stop.lon)))
    assert whole.duration_s == pytest.approx(leg.seconds[-1])
    rest = await roads.route((leg.shape[2], (stop.lat, stop.lon)))
    assert rest.duration_s == pytest.approx(leg.seconds[-1] - leg.seconds[2])
    assert Way.along(rest).duration == pytest.approx(rest.duration_s)
    before = day.sheet.stops[2]
    drives = await roads.matrix([(before.lat, before.lon)], targets=[(stop.lat, stop.lon)])
    assert drives.durations_s[0, 0] == round(leg.seconds[-1])


def test_rush_hours_are_slower_than_nights():
    assert rush(8.2 * 3_600) > 1.4
    assert rush(3 * 3_600) == pytest.approx(0.98)


async def test_errors_are_those_of_what_was_expected_so_long_before(day: Day):
    errors = Errors()
    learnt = await follow_day(Driven(day, "1"), Learnt(), errors)
    figures = errors.figures()
    assert 0 < figures["mae_s_15"] < figures["mae_s_60"]
    assert errors.ratios()["static_mae_vs_ours"] > 1
    taken = sum(taken for _, taken in learnt.hours.values())
    driven = sum(leg.passed[-1] - leg.passed[0] for leg in day.legs)
    assert taken == pytest.approx(driven, rel=0.1)

"""The days before a demo's first start: driven as the orders say, with a few mishaps."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from fleet_app.kernel.geo import distance_m
from fleet_app.simulation import mishaps
from fleet_app.simulation.diary import Call, Diary, Shift
from fleet_app.simulation.drive import Road, Style
from fleet_app.simulation.life import Activity, Sample
from fleet_app.simulation.past import Plan, samples
from fleet_app.simulation.streets import Sign, heeding, hurried
from fleet_app.simulation.tours import Area, Place
from fleet_app.simulation.wander import Wander

AREA = Area(60.15, 24.90, 60.20, 25.00)
DEPOT = (60.175, 24.95)
DAY = 86_400.0
NOISE_M = 40.0


def straight(begin: Place, end: Place) -> Road:
    return Road((begin, end), (10.0,))


def shift(day: int) -> Shift:
    begins = day * DAY + 8 * 3600.0
    calls = tuple(
        Call(
            (60.16 + n * 0.004, 24.92 + n * 0.01), begins + (n + 1) * 2400, begins + n * 2400 + 2640
        )
        for n in range(8)
    )
    return Shift(begins, begins + 8 * 3600.0, calls)


def diary(crew: int = 2) -> Diary:
    return Diary(crew, DEPOT, (shift(1), shift(2)))


def driven(of: Diary, until: float = 3 * DAY, **said: float) -> list[Sample]:
    calm = Wander(AREA, straight, Style(), "calm", of.depot)
    hasty = Wander(AREA, hurried(straight), Style(), "hasty", of.depot)
    ready = mishaps.prepared(of)
    plan = Plan(ready, calm, hasty, Random(1), mishaps.rushes(ready), **said)
    legs = list(plan.legs(DAY, until))
    return list(mishaps.told(ready, samples(of.crew, legs, DAY, until)))


def test_it_is_at_every_door_when_the_order_says_so() -> None:
    seen = driven(diary())
    for call in (call for day in (1, 2) for call in shift(day).calls):
        there = [one for one in seen if call.arrives + 5 < one.at < call.leaves - 5]
        assert there
        assert all(distance_m(*call.place, one.lat, one.lon) < NOISE_M for one in there)


def test_it_never_leaps_and_is_heard_of_all_the_time() -> None:
    seen = driven(diary())
    assert seen[0].at < DAY + 300
    for one, next_ in pairwise(seen):
        passed = next_.at - one.at
        assert 0 < passed < 300
        assert distance_m(one.lat, one.lon, next_.lat, next_.lon) < 16.0 * passed + NOISE_M


def test_nights_are_spent_at_the_depot() -> None:
    night = [one for one in driven(diary()) if DAY + 17 * 3600 < one.at < DAY * 2 + 7 * 3600]
    assert len(night) > 150
    assert all(distance_m(*DEPOT, one.lat, one.lon) < NOISE_M for one in night)


@pytest.mark.parametrize("minutes", [0.0, 61.0, 100.0, 700.0])
def test_it_ends_where_it_drives_on(minutes: float) -> None:
    now = shift(2).starts + minutes * 60
    last = driven(diary(), now)[-1]
    assert now - 300 < last.at < now
    assert distance_m(*diary().place_at(now), last.lat, last.lon) < NOISE_M


def test_the_mishaps_are_in_the_fixes() -> None:
    silences = {
        crew: max(b.at - a.at for a, b in pairwise(driven(diary(crew))))
        for crew in (2, mishaps.DEAD_PHONE, mishaps.TUNNEL)
    }
    assert silences[2] < 300 < 400 < silences[mishaps.TUNNEL] < 600
    assert 3600 <= silences[mishaps.DEAD_PHONE] < 4000
    assert min(one.battery for one in driven(diary(mishaps.FLAT))) < 10
    assert sum(one.harsh > 0 for one in driven(diary(mishaps.BRAKING))) == 1
    idle = [one.at for one in driven(diary(mishaps.IDLING)) if one.activity is Activity.IDLING]
    assert idle[-1] - idle[0] > 600
    assert (
        max(one.speed for one in driven(diary(mishaps.HASTY)))
        > 14
        > 11
        > max(one.speed for one in driven(diary()))
    )


def test_the_engine_may_run_at_the_end() -> None:
    seen = driven(diary(), 2 * DAY + 3600, idles_s=540.0)
    idle = [one.at for one in seen if one.activity is Activity.IDLING]
    assert idle[-1] - idle[0] > 400


def test_signs_hold_inside_their_outline_alone() -> None:
    sign = Sign(((24.94, 60.16), (24.95, 60.16), (24.95, 60.17), (24.94, 60.17)), 5.0)
    slow = heeding(straight, [sign])
    inside = slow((60.162, 24.945), (60.168, 24.945))
    outside = slow((60.162, 24.955), (60.168, 24.955))
    assert inside is not None
    assert outside is not None
    assert (inside.limits, outside.limits) == ((5.0,), (10.0,))

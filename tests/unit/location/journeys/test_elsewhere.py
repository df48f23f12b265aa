"""Standing elsewhere: a quick way is a trip, one that nobody saw is not made up, a leap is none."""

from __future__ import annotations

from itertools import pairwise

import pytest

from fleet_app.kernel.geo import destination, distance_m
from fleet_app.location.journeys.facts import Fact, FactKind
from fleet_app.location.journeys.fold import Folding
from fleet_app.location.models import Fix
from tests.builders.drives import Drive
from tests.builders.fixes import NOON_MS

DAY = (FactKind.TRIP, FactKind.STOP)


def told(fixes: list[Fix], *kinds: FactKind) -> list[Fact]:
    facts = {fact.key: fact for fact in Folding().fold(fixes) if fact.kind in (kinds or DAY)}
    return sorted(facts.values(), key=lambda fact: fact.started_ms)


def second(fix: Fix) -> float:
    return (fix.recorded_at_ms - NOON_MS) / 1000


def shifted(fix: Fix, metres: float) -> Fix:
    lat, lon = destination(fix.lat, fix.lon, 70.0, metres)
    return Fix(recorded_at_ms=fix.recorded_at_ms, lat=lat, lon=lon, speed=fix.speed)


def joined(facts: list[Fact]) -> bool:
    """Whether each fact begins when and where the one before ended."""
    return all(
        before.ended_ms == after.started_ms
        and distance_m(
            before.end_lat or before.lat, before.end_lon or before.lon, after.lat, after.lon
        )
        < 60
        for before, after in pairwise(facts)
    )


@pytest.mark.parametrize("every", [1, 3, 10])
@pytest.mark.parametrize("speeds", [True, False])
def test_a_quick_way_from_one_place_to_another_is_a_trip(every: int, speeds: bool) -> None:
    drive = Drive().rest(600).go(410, 15.0, None).rest(600)
    stop, trip, other = facts = told(drive.fixes(every, 2.0, speeds))
    assert [one.kind for one in facts] == [FactKind.STOP, FactKind.TRIP, FactKind.STOP]
    assert drive.arrivals[0] - drive.departures[0] < 60_000
    assert trip.distance_m == pytest.approx(410, rel=0.15)
    assert distance_m(stop.lat, stop.lon, other.lat, other.lon) == pytest.approx(410, abs=25)
    assert other.ended_ms is None
    assert joined(facts)


def test_shunting_in_a_yard_is_still_one_stop() -> None:
    drive = Drive().rest(600).go(120, 6.0, None).rest(900)
    assert [one.kind for one in told(drive.fixes(3, 2.0))] == [FactKind.STOP]


@pytest.mark.parametrize("speeds", [True, False])
def test_who_is_seen_standing_at_two_places_has_driven_between_them(speeds: bool) -> None:
    drive = Drive().rest(900)
    left = drive.second
    drive.go(450, 10.0, None).rest(1_800)
    fixes = [fix for fix in drive.fixes(5, 2.0, speeds) if not left <= second(fix) < left + 480]
    stop, trip, other = facts = told(fixes)
    assert [one.kind for one in facts] == [FactKind.STOP, FactKind.TRIP, FactKind.STOP]
    assert trip.values["unseen_s"] > 0, "nobody saw it drive"
    assert trip.values["gap_m"] == pytest.approx(450, abs=25)
    assert (stop.ended_ms, other.started_ms) == (trip.started_ms, trip.ended_ms)


@pytest.mark.parametrize("metres", [600, 2_400])
def test_where_a_moving_vehicle_went_unseen_for_hours_is_not_made_up(metres: float) -> None:
    drive = Drive().rest(600).go(6_000).go(metres, 10.0, None).rest(9_000).go(3_000).rest(600)
    lost, seen = drive.arrivals[0] // 1000 - NOON_MS // 1000 - 20, drive.departures[2]
    fixes = [
        fix for fix in drive.fixes(5, 2.0)
        if second(fix) <= lost or fix.recorded_at_ms >= seen + 20_000
    ]  # fmt: skip
    at = (seen - NOON_MS) // 1000
    last = max(second(fix) for fix in fixes if second(fix) <= lost)
    assert next(fix for fix in fixes if second(fix) == last).speed > 3
    _, before, after, _ = facts = told(fixes)
    assert [one.kind for one in facts] == [
        FactKind.STOP, FactKind.TRIP, FactKind.TRIP, FactKind.STOP,
    ]  # fmt: skip
    assert before.ended_ms == NOON_MS + last * 1000
    assert after.started_ms >= seen + 20_000
    gone = sum(one.speed for one in drive.moments if 0 <= one.second - at <= 20)
    assert after.distance_m == pytest.approx(3_000 - gone, rel=0.05)
    (gap,) = told(fixes, FactKind.GAP)
    assert (gap.started_ms, gap.ended_ms) == (before.ended_ms, after.started_ms)


def test_who_is_lost_near_where_it_parks_has_parked_there() -> None:
    drive = Drive().rest(600).go(3_000).rest(9_000).go(3_000).rest(600)
    lost = drive.arrivals[0] - 10_000
    fixes = [
        fix for fix in drive.fixes(5, 2.0)
        if fix.recorded_at_ms <= lost or fix.recorded_at_ms >= drive.departures[1] + 15_000
    ]  # fmt: skip
    kinds = [one.kind for one in told(fixes)]
    assert kinds == [FactKind.STOP, FactKind.TRIP, FactKind.STOP, FactKind.TRIP, FactKind.STOP]


@pytest.mark.parametrize("leap", [400.0, 930.0])
@pytest.mark.parametrize("speeds", [True, False])
def test_a_leap_on_the_way_is_no_distance(leap: float, speeds: bool) -> None:
    drive = Drive().rest(600).go(4_000).rest(600)
    plain = drive.fixes(3, 2.0, speeds)
    leaps_at = drive.departures[0] + 120_000
    leapt = [shifted(fix, leap) if fix.recorded_at_ms >= leaps_at else fix for fix in plain]
    (usual,), (trip,) = told(plain, FactKind.TRIP), told(leapt, FactKind.TRIP)
    assert trip.distance_m == pytest.approx(usual.distance_m, rel=0.04)


def test_a_receiver_that_leaps_all_the_time_fills_no_memory() -> None:
    drive = Drive().rest(600).go(60_000)
    fixes = [shifted(fix, 600.0 * (second(fix) // 3 % 2)) for fix in drive.fixes(1)]
    folding = Folding()
    folding.fold(fixes)
    assert len(folding.checkpoint()) < 40_000


def test_a_receiver_that_leaps_while_it_stands_has_not_driven() -> None:
    drive = Drive().rest(3_000)
    fixes = [
        shifted(fix, 600.0) if 900 <= second(fix) < 1_500 else fix for fix in drive.fixes(3, 2.0)
    ]
    assert [one.kind for one in told(fixes)] == [FactKind.STOP]

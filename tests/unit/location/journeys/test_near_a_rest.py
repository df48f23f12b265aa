"""What happens within the radius of a rest: wandering receivers, gates, traffic lights."""

from __future__ import annotations

import pytest

from fleet_app.kernel.geo import destination
from fleet_app.location.journeys.facts import Fact, FactKind
from fleet_app.location.journeys.fold import Folding
from fleet_app.location.models import Fix
from tests.builders.drives import Drive
from tests.builders.fixes import NOON_MS


def told(fixes: list[Fix], kind: FactKind) -> list[Fact]:
    facts = {fact.key: fact for fact in Folding().fold(fixes) if fact.kind is kind}
    return sorted(facts.values(), key=lambda fact: fact.started_ms)


def wandering(fixes: list[Fix], since_s: int, until_s: int, metres: float) -> list[Fix]:
    """The receiver is off by so many metres for a while, and tells no movement."""
    return [displaced(fix, metres) if since_s <= second(fix) < until_s else fix for fix in fixes]


def second(fix: Fix) -> float:
    return (fix.recorded_at_ms - NOON_MS) / 1000


def displaced(fix: Fix, metres: float) -> Fix:
    lat, lon = destination(fix.lat, fix.lon, 70.0, metres)
    return Fix(recorded_at_ms=fix.recorded_at_ms, lat=lat, lon=lon, speed=fix.speed)


@pytest.mark.parametrize("lasts_s", [1, 5, 20, 50])
@pytest.mark.parametrize("speeds", [True, False])
def test_a_receiver_that_wanders_off_for_seconds_does_not_part_a_stop(lasts_s: int, speeds: bool):
    drive = Drive().rest(600).go(3_000)
    arrived = drive.second
    drive.rest(250).go(3_000).rest(600)
    fixes = drive.fixes(1, 3.0, speeds)
    fixes = wandering(fixes, arrived + 120, arrived + 120 + lasts_s, 120.0)
    assert len(told(fixes, FactKind.TRIP)) == 2
    _, customer, _ = told(fixes, FactKind.STOP)
    assert customer.started_ms == pytest.approx(drive.arrivals[0], abs=15_000)
    assert customer.ended_ms == pytest.approx(drive.departures[1], abs=15_000)


def test_a_receiver_that_wanders_off_before_it_sleeps_does_not_hide_the_stop():
    drive = Drive().rest(600).go(3_000)
    arrived = drive.second
    drive.rest(700).go(3_000).rest(600)
    fixes = drive.fixes(1, 3.0)
    awake = [fix for fix in fixes if not arrived + 60 < second(fix) < arrived + 710]
    fixes = wandering(awake, arrived + 40, arrived + 61, 120.0)
    assert len(told(fixes, FactKind.TRIP)) == 2


@pytest.mark.parametrize("every", [1, 2, 5])
def test_waiting_at_the_gate_is_part_of_the_trip(every: int):
    drive = Drive().rest(600).go(38, 4.0, None).rest(40).go(3_000)
    drive.rest(40).go(38, 4.0, None).rest(600)
    (trip,) = told(drive.fixes(every, 2.0), FactKind.TRIP)
    assert trip.started_ms == pytest.approx(drive.departures[0], abs=6_000)
    assert trip.ended_ms == pytest.approx(drive.arrivals[-1], abs=6_000)


def test_who_moves_within_the_yard_and_waits_has_not_left():
    drive = Drive().rest(600).go(38, 4.0, None).rest(900).go(3_000).rest(600)
    (trip,) = told(drive.fixes(1, 2.0), FactKind.TRIP)
    assert trip.started_ms == pytest.approx(drive.departures[1], abs=6_000)


def test_who_sleeps_after_parking_has_not_left_since():
    drive = Drive().rest(600).go(3_000).rest(20).go(30, 4.0, None).rest(3_000).go(3_000).rest(600)
    parked = (drive.arrivals[1] - NOON_MS) / 1000
    left = (drive.departures[2] - NOON_MS) / 1000
    asleep = [fix for fix in drive.fixes(1, 2.0) if not parked - 2 < second(fix) < left + 8]
    _, later = told(asleep, FactKind.TRIP)
    assert later.started_ms == pytest.approx(drive.departures[2], abs=10_000)


def test_traffic_lights_do_not_shorten_the_way():
    drive = Drive().rest(300)
    for _ in range(12):
        drive.go(250, 12.0, None).rest(30)
    drive.rest(300)
    (trip,) = told(drive.fixes(1, 2.0), FactKind.TRIP)
    assert trip.distance_m == pytest.approx(drive.metres, rel=0.02)

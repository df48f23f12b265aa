"""What is told about known drives is what happened."""

from __future__ import annotations

from itertools import pairwise

import pytest

from fleet_app.location.journeys.facts import Fact, FactKind
from fleet_app.location.journeys.fold import Folding
from fleet_app.location.journeys.parameters import Parameters
from fleet_app.location.journeys.polyline import decode_path
from fleet_app.location.models import Fix
from tests.builders.drives import Drive, apart_m
from tests.builders.fixes import LAT, LON, NOON_MS, a_fix

HOUR = 3_600


def told(fixes: list[Fix], *kinds: FactKind, parameters: Parameters | None = None) -> list[Fact]:
    facts = Folding(parameters).fold(fixes)
    return sorted((f for f in facts if f.kind in kinds), key=lambda fact: fact.started_ms)


def trips(fixes: list[Fix]) -> list[Fact]:
    return told(fixes, FactKind.TRIP)


def stops(fixes: list[Fix]) -> list[Fact]:
    return told(fixes, FactKind.STOP)


@pytest.fixture(scope="module")
def round_trip() -> Drive:
    """A yard, six kilometres of town, a customer, a red light on the way back, the yard."""
    drive = Drive().rest(600).go(6_000).rest(900).go(9_000, 14.0, 450.0).rest(100).go(2_000)
    return drive.rest(1_200)


class TestTimes:
    @pytest.mark.parametrize("speeds", [True, False])
    @pytest.mark.parametrize(
        ("every", "noise_m", "within_s"),
        [(1, 0, 6), (1, 5, 15), (5, 5, 15), (10, 5, 15), (30, 5, 20)],
    )
    def test_a_trip_begins_and_ends_when_the_vehicle_did(
        self, round_trip: Drive, every: int, noise_m: float, within_s: int, speeds: bool
    ):
        first, second = trips(round_trip.fixes(every, noise_m, speeds))
        truth = round_trip.departures[0], round_trip.arrivals[0]
        assert (first.started_ms, first.ended_ms) == pytest.approx(truth, abs=within_s * 1000)
        truth = round_trip.departures[1], round_trip.arrivals[2]
        assert (second.started_ms, second.ended_ms) == pytest.approx(truth, abs=within_s * 1000)

    def test_two_minutes_between_fixes_still_give_both_trips(self, round_trip: Drive):
        for trip, departed in zip(trips(round_trip.fixes(120)), (0, 1), strict=True):
            assert trip.started_ms == pytest.approx(round_trip.departures[departed], abs=60_000)

    def test_stops_lie_between_the_trips_without_a_seam(self, round_trip: Drive):
        fixes = round_trip.fixes(5, 4.0)
        first, second = trips(fixes)
        yard, customer, home = stops(fixes)
        assert yard.started_ms == NOON_MS
        assert (yard.ended_ms, customer.started_ms) == (first.started_ms, first.ended_ms)
        assert (customer.ended_ms, home.started_ms) == (second.started_ms, second.ended_ms)
        assert home.ended_ms is None

    def test_a_phone_that_sleeps_at_rest_leaves_when_the_vehicle_did(self):
        drive = Drive().rest(60).go(3_000).rest(2 * HOUR).go(4_000).rest(600)
        asleep = [
            fix
            for fix, moment in zip(drive.fixes(10), drive.moments[::10], strict=True)
            if moment.speed > 0 or moment.second < 60
        ]
        first, second = trips(asleep)
        assert first.ended_ms == pytest.approx(drive.arrivals[0], abs=15_000)
        assert second.started_ms == pytest.approx(drive.departures[1], abs=15_000)


class TestStops:
    def test_the_place_is_the_middle_of_the_fixes_whatever_strays(self):
        drive = Drive().go(2_000).rest(1_800)
        fixes = drive.fixes(10, 8.0)
        fixes[-60:-50] = [a_fix(f.recorded_at_ms / 1000 - NOON_MS / 1000, lat=f.lat + 0.0004, lon=f.lon, speed=0.0) for f in fixes[-60:-50]]  # fmt: skip  # noqa: E501
        (stop,) = stops(fixes)
        assert apart_m(drive.lat, drive.lon, stop.lat, stop.lon) < 6

    def test_a_red_light_is_no_stop_but_idle_time(self, round_trip: Drive):
        _, second = trips(round_trip.fixes(5, 3.0))
        assert second.values["idle_s"] == pytest.approx(100, abs=12)

    def test_a_queue_that_creeps_is_no_stop(self):
        drive = Drive().rest(300).go(2_000)
        for _ in range(20):
            drive.rest(25).go(25, 3.0, None)
        fixes = drive.go(2_000).rest(300).fixes(5, 3.0)
        assert len(trips(fixes)) == 1

    def test_wandering_under_a_roof_is_no_trip(self):
        drive = Drive().rest(6 * HOUR)
        fixes = drive.fixes(30, 25.0, speeds=False, accuracy=30.0)
        assert trips(fixes) == []
        assert [stop.ended_ms for stop in stops(fixes)] == [None]

    def test_drifting_indoors_without_speed_is_no_trip(self):
        drift_m = [*range(0, 240, 15), *range(240, 0, -15)]
        fixes = [a_fix(10 * i, speed=0.0) for i in range(60)]
        fixes += [a_fix(600 + 10 * i, metres, speed=0.0) for i, metres in enumerate(drift_m)]
        assert trips([*fixes, *(a_fix(1_000 + 10 * i, speed=0.0) for i in range(60))]) == []

    def test_a_phone_that_always_says_zero_still_makes_trips(self, round_trip: Drive):
        zero = [
            a_fix((fix.recorded_at_ms - NOON_MS) / 1000, lat=fix.lat, lon=fix.lon, speed=0.0)
            for fix in round_trip.fixes(10, 3.0)
        ]
        first, second = trips(zero)
        assert first.distance_m + second.distance_m == pytest.approx(round_trip.metres, rel=0.06)

    def test_one_stray_fix_is_neither_trip_nor_end(self):
        fixes = [a_fix(10 * i, 600 if i == 50 else 0, speed=0.0) for i in range(100)]
        assert trips(fixes) == []
        assert len(stops(fixes)) == 1

    def test_shunting_to_another_ramp_is_the_same_stop(self):
        drive = Drive().go(3_000).rest(1_200).go(120, 4.0, None).rest(3_600).go(3_000).rest(600)
        fixes = drive.fixes(5, 3.0)
        assert len(trips(fixes)) == 2
        stop, _ = stops(fixes)
        assert stop.started_ms == pytest.approx(drive.arrivals[0], abs=10_000)
        assert stop.ended_ms == pytest.approx(drive.departures[2], abs=10_000)

    def test_one_stray_fix_does_not_interrupt_a_stop_that_begins(self):
        drive = Drive().go(3_000).rest(250).go(3_000).rest(300)
        fixes = drive.fixes(10)
        at = (drive.arrivals[0] - NOON_MS) // 10_000 + 12
        stray = fixes[at]
        fixes[at] = a_fix(10 * at, lat=stray.lat + 0.0007, lon=stray.lon, speed=0.3)
        stop, _ = stops(fixes)
        assert stop.started_ms == pytest.approx(drive.arrivals[0], abs=10_000)

    def test_a_long_rest_takes_little_room(self):
        folding = Folding()
        folding.fold([a_fix(10 * i, speed=0.0) for i in range(3_000)])
        assert len(folding.checkpoint()) < 2_500

    def test_standing_still_all_day_is_one_stop(self):
        fixes = [a_fix(60 * i, speed=0.0) for i in range(1_440)]
        (stop,) = stops(fixes)
        assert stop.values["fixes"] == 1_440


class TestDistance:
    @pytest.mark.parametrize(
        ("every", "speeds", "least"),
        [(1, True, 0.98), (1, False, 0.96), (10, True, 0.97), (10, False, 0.95), (30, True, 0.90)],
    )
    def test_it_is_what_the_odometer_says(
        self, round_trip: Drive, every: int, speeds: bool, least: float
    ):
        told_m = sum(trip.distance_m for trip in trips(round_trip.fixes(every, 4.0, speeds)))
        assert least <= told_m / round_trip.metres <= 1.03

    def test_a_zigzagging_receiver_adds_little(self, round_trip: Drive):
        told_m = sum(t.distance_m for t in trips(round_trip.fixes(1, 15.0, speeds=False)))
        assert told_m == pytest.approx(round_trip.metres, rel=0.05)

    def test_a_straight_road_is_exact_at_any_interval(self):
        drive = Drive().rest(300).go(12_000, 25.0, None).rest(600)
        for every in (10, 30, 120):
            (trip,) = trips(drive.fixes(every, 5.0, speeds=False))
            assert trip.distance_m == pytest.approx(12_000, rel=0.01)

    def test_curves_are_not_cut_off(self):
        """Town blocks of 300 m seen every 30 s: what lies between the fixes is longer than the
        straight lines, and the turns tell by how much."""
        drive = Drive().rest(300).go(12_000, 12.0, 300.0).rest(600)
        fixes = drive.fixes(30, 0.0, speeds=False)
        chords_m = sum(apart_m(a.lat, a.lon, b.lat, b.lon) for a, b in pairwise(fixes))
        (trip,) = trips(fixes)
        assert chords_m < 0.85 * drive.metres
        assert chords_m * 1.04 < trip.distance_m < drive.metres * 1.03

    def test_speeds_in_the_wrong_unit_are_not_added_up(self, round_trip: Drive):
        right = trips(round_trip.fixes(10, speeds=False))[0].distance_m
        wrong = [
            a_fix(
                (f.recorded_at_ms - NOON_MS) / 1000,
                lat=f.lat,
                lon=f.lon,
                speed=(f.speed or 0) * 0.514,
            )
            for f in round_trip.fixes(10)
        ]
        assert trips(wrong)[0].distance_m == pytest.approx(right, rel=0.03)

    def test_one_spike_is_not_the_highest_speed(self, round_trip: Drive):
        fixes = round_trip.fixes(5)
        at = next(i for i, fix in enumerate(fixes) if (fix.speed or 0) > 11.9)
        fixes[at] = a_fix(5 * at, lat=fixes[at].lat, lon=fixes[at].lon, speed=60.0)
        assert trips(fixes)[0].values["max_speed"] == pytest.approx(12.0, abs=0.5)

    def test_moving_and_idle_time_make_up_the_trip(self, round_trip: Drive):
        for trip in trips(round_trip.fixes(5, 3.0)):
            assert trip.ended_ms is not None
            whole_s = (trip.ended_ms - trip.started_ms) / 1000
            assert trip.values["moving_s"] + trip.values["idle_s"] == pytest.approx(whole_s, abs=15)


class TestPath:
    def test_it_is_small_and_close_to_the_streets(self, round_trip: Drive):
        first, _ = trips(round_trip.fixes(1, 0.0))
        path = decode_path(first.values["polyline6"], first.values["times"], first.started_ms)
        assert len(first.values["polyline6"]) < 500
        assert path[0][0] == first.started_ms
        assert path[-1][0] == pytest.approx(first.ended_ms, abs=1_000)
        for at_ms, lat, lon in path[1:-1]:
            true = round_trip.moments[(at_ms - NOON_MS) // 1000]
            assert apart_m(true.lat, true.lon, lat, lon) < 15

    def test_a_drive_of_a_day_stays_small(self):
        drive = Drive().rest(300).go(400_000, 20.0, 600.0).rest(300)
        (trip,) = trips(drive.fixes(5, 6.0))
        assert len(trip.values["polyline6"]) + len(trip.values["times"]) < 8_000


class TestGaps:
    def cut(self, fixes: list[Fix], after_s: int, before_s: int) -> list[Fix]:
        times = (NOON_MS + 1000 * after_s, NOON_MS + 1000 * before_s)
        return [fix for fix in fixes if not times[0] < fix.recorded_at_ms < times[1]]

    def test_a_trip_goes_on_through_a_short_gap_which_is_told(self):
        drive = Drive().rest(300).go(20_000, 20.0, None).rest(300)
        fixes = self.cut(drive.fixes(10), 600, 1_000)
        (trip,) = trips(fixes)
        assert trip.distance_m == pytest.approx(20_000, rel=0.02)
        assert trip.values["unseen_s"] == 400
        (gap,) = told(fixes, FactKind.GAP)
        assert (gap.started_ms, gap.ended_ms) == (NOON_MS + 600_000, NOON_MS + 1_000_000)
        assert gap.distance_m == pytest.approx(8_000, rel=0.01)
        assert gap.values == {"at_rest": False}

    def test_a_trip_ends_before_a_long_gap_and_another_begins_after_it(self):
        drive = Drive().rest(300).go(150_000, 20.0, None).rest(300)
        before, after = trips(self.cut(drive.fixes(10), 600, 600 + HOUR))
        assert before.ended_ms == NOON_MS + 600_000
        assert after.started_ms == NOON_MS + 1000 * (600 + HOUR)

    def test_a_night_in_a_garage_is_one_stop_with_a_gap(self):
        drive = Drive().go(3_000).rest(10 * HOUR).go(3_000).rest(300)
        fixes = self.cut(drive.fixes(30), 600, 9 * HOUR)
        stop, _ = stops(fixes)
        assert stop.ended_ms == pytest.approx(drive.departures[1], abs=15_000)
        assert stop.values["unseen_s"] == pytest.approx(9 * HOUR - 600, abs=30)
        assert [gap.values for gap in told(fixes, FactKind.GAP)] == [{"at_rest": True}]

    def test_a_phone_switched_off_on_arrival_ends_the_trip_there(self):
        drive = Drive().rest(300).go(5_000)
        drive.rest(8 * HOUR)
        off = drive.arrivals[0] // 1000 - NOON_MS // 1000 + 20
        fixes = self.cut(drive.fixes(10), off, 7 * HOUR)
        (trip,) = trips(fixes)
        assert trip.ended_ms == pytest.approx(drive.arrivals[0], abs=10_000)
        assert len(stops(fixes)) == 2

    def test_nobody_knows_when_a_long_way_that_was_not_seen_began(self):
        drive = Drive().rest(300).go(5_000).rest(30)
        fixes = [*drive.fixes(10), a_fix(5 * HOUR, 50_000, speed=0.0)]
        (trip,) = trips(fixes)
        assert trip.ended_ms == pytest.approx(drive.arrivals[0], abs=10_000)
        assert len(stops(fixes)) == 1

    def test_a_trip_not_heard_of_for_an_hour_has_ended(self):
        fixes = Drive().rest(300).go(5_000).fixes(10)
        folding = Folding()
        folding.fold(fixes)
        last_ms = fixes[-1].recorded_at_ms
        assert [f.kind for f in folding.as_of(last_ms + 700_000)] == [FactKind.SILENT]
        silent, trip = folding.as_of(last_ms + 3_600_000)
        assert (trip.kind, trip.ended_ms) == (FactKind.TRIP, last_ms)
        assert (silent.started_ms, silent.ended_ms) == (last_ms, None)
        assert folding.as_of(last_ms + 60_000) == []


class TestWrongClocksAndPlaces:
    def test_a_fix_from_years_ago_tells_nothing(self, round_trip: Drive):
        fixes = round_trip.fixes(10, 3.0)
        old = a_fix(-5 * 365 * 86_400)
        facts, alone = Folding().fold([old, *fixes]), Folding().fold(fixes)
        assert facts == alone

    def test_repetitions_say_nothing(self, round_trip: Drive):
        fixes = round_trip.fixes(10, 3.0)
        assert Folding().fold([fix for fix in fixes for _ in (1, 2)]) == Folding().fold(fixes)

    def test_a_cell_tower_far_away_is_not_visited(self, round_trip: Drive):
        fixes = round_trip.fixes(10)
        away = a_fix(1_005, lat=LAT + 0.5, lon=LON)
        strayed = sorted([*fixes, away], key=lambda fix: fix.recorded_at_ms)
        assert [t.distance_m for t in trips(strayed)] == [t.distance_m for t in trips(fixes)]

    def test_poor_places_do_not_count(self, round_trip: Drive):
        fixes = round_trip.fixes(10)
        poor = [a_fix(10 * i + 5, 2_000, accuracy=1_500.0) for i in range(200)]
        mixed = sorted([*fixes, *poor], key=lambda fix: fix.recorded_at_ms)
        assert [t.distance_m for t in trips(mixed)] == [t.distance_m for t in trips(fixes)]

    def test_an_agreed_leap_is_no_way(self):
        """The phone was in another place all along; the first fixes were wrong."""
        there = [a_fix(10 * i, speed=0.0) for i in range(60)]
        here = [a_fix(600 + 10 * i, lat=LAT + 1, speed=0.0) for i in range(60)]
        assert trips([*there, *here]) == []
        first, second = stops([*there, *here])
        assert first.ended_ms == NOON_MS + 590_000
        assert apart_m(LAT + 1, LON, second.lat, second.lon) < 1

    def test_across_the_antimeridian(self):
        drive = Drive(lat=-17.0, lon=179.99, heading=90.0).rest(300).go(5_000, 12.0, None).rest(900)
        (trip,) = trips(drive.fixes(10, 3.0))
        assert trip.distance_m == pytest.approx(5_000, rel=0.02)
        assert trip.end_lon == pytest.approx(drive.lon, abs=0.001)
        assert drive.lon < 0

    def test_nothing_gives_nothing(self):
        assert Folding().fold([]) == []
        assert Folding().fold([a_fix()]) == []

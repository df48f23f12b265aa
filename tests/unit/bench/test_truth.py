"""The benchmark of truth: what it takes for true is true, and its errors are counted as such."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from bench._truth import naive, recorded, streets
from bench._truth.files import Unreadable, recording
from bench._truth.phone import drawn, heard
from bench._truth.roads import agreement
from bench._truth.score import Detection, Visits, matched
from bench._truth.told import told
from bench._truth.world import STOP_S, Day, Span, World
from bench._truth.zones import TrueVisit, true_visits, zones_for
from fleet_app.kernel.geo import destination, distance_m
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.models import Fix
from fleet_app.location.zones.index import ZoneIndex

BEGIN = 1_772_431_200.0


@pytest.fixture(scope="module")
def day() -> Day:
    return World("tests").day("tests", BEGIN)


class TestWorld:
    def test_trips_and_stops_fill_the_day_without_a_seam(self, day: Day):
        trips, stops = [trip.span for trip in day.trips()], [stop.span for stop in day.stops()]
        edges = [edge for span in sorted([*trips, *stops]) for edge in span]
        assert edges[::2] == [day.begin, *edges[1:-1:2]]
        assert edges[-1] == day.end
        assert all(stop.end - stop.start >= STOP_S for stop in stops)

    def test_the_length_of_a_trip_is_that_of_its_way(self, day: Day):
        for trip in day.trips():
            seconds = range(int(trip.span.start), int(trip.span.end) + 2)
            way = sum(day.at(second).speed for second in seconds)
            assert trip.metres == pytest.approx(way, rel=0.02, abs=10)

    def test_the_same_seed_gives_the_same_day(self, day: Day):
        again = World("tests").day("tests", BEGIN)
        assert again.trips() == day.trips()
        assert World("tests").day("others", BEGIN).trips() != day.trips()

    def test_true_visits_are_when_the_vehicle_was_inside(self, day: Day):
        index = ZoneIndex(zones_for("tests", day))
        found = true_visits(day, index)
        assert sum(map(len, found.values())) > 10
        for id_, visits in found.items():
            for visit in visits:
                middle = day.at(visit.span.start + 0.01)
                around = index.around(middle.lon, middle.lat, 40.0)
                near = {index.zones[zone].id for zone in around.zone.tolist()}
                assert id_ in near


class TestPhone:
    def test_late_fixes_and_doubles_are_all_there_and_tell_the_same(self, day: Day):
        phone = drawn("tests", day, 30.0)
        sent = heard("tests", day, phone, 300.0)
        ordered = sent.ordered()
        assert sum(map(len, sent.posts)) > len(ordered)
        spans = told(sent.posts).spans(FactKind.TRIP)
        assert spans == told([ordered]).spans(FactKind.TRIP)

    def test_places_are_mostly_near_and_now_and_then_far_off(self, day: Day):
        sent = heard("tests", day, drawn("tests", day, 1.0), 300.0)
        off = []
        for fix in sent.ordered():
            true = day.at(fix.recorded_at_ms / 1000)
            off.append(distance_m(fix.lat, fix.lon, true.lat, true.lon))
        off.sort()
        assert 3 < off[len(off) // 2] < 15
        assert off[-1] > 30


class TestScore:
    def test_half_of_the_common_time_makes_a_match_and_each_counts_once(self):
        true = [Span(0, 100), Span(200, 300)]
        assert matched(true, [Span(0, 49), Span(210, 290), Span(200, 300)]) == [(1, 2)]
        found = Detection()
        found.add(true, [Span(0, 51), Span(400, 500)])
        assert (found.precision, found.recall, found.f1, found.errors) == (0.5, 0.5, 0.5, 2)

    def test_visits_are_missed_false_or_flapping(self):
        true = [TrueVisit(Span(0, 100), 50.0), TrueVisit(Span(500, 600), 50.0),
                TrueVisit(Span(800, 900), 2.0)]  # fmt: skip
        found = Visits()
        found.add(true, [Span(2, 40), Span(50, 101), Span(1500, 1600)], 30.0)
        assert (found.true, found.missed, found.false, found.flapping) == (2, 1, 1, 1)
        assert (found.entries, found.exits) == ([2.0], [1.0])

    def test_a_snapped_way_agrees_where_it_runs_along_the_road(self):
        start = (60.0, 25.0)
        middle, end = destination(*start, 0, 1000), destination(*start, 0, 2000)
        aside = destination(*middle, 90, 1000)
        precise, complete = agreement([start, middle, end], [start, middle, aside])
        assert precise == pytest.approx(0.5, abs=0.02)
        assert complete == pytest.approx(0.5, abs=0.02)


class TestStreets:
    def test_a_drive_is_put_on_the_streets_it_was_driven_on(self, tmp_path: Path):
        pytest.importorskip("valhalla", reason="Valhalla comes for Python 3.12 and newer")
        world = World("tests")
        day = world.day("tests", BEGIN)
        trip = max(day.trips()[:6], key=lambda one: one.metres)
        true = streets.driven(day, trip.span)
        moments = [trip.span.start + 20 * n for n in range(int((trip.span[1] - trip.span[0]) / 20))]
        fixes = [
            Fix(recorded_at_ms=round(1000 * moment), lat=motion.lat, lon=motion.lon)
            for moment, motion in ((moment, day.at(moment)) for moment in moments)
        ]
        matcher = streets.network(world, tmp_path)
        right, found = agreement(true, streets.snapped(matcher, fixes))
        told, told_found = agreement(true, [(fix.lat, fix.lon) for fix in fixes])
        assert min(right, found) > 0.9
        assert right + found > told + told_found, "better than straight lines"

    def test_the_naive_way_goes_to_the_nearest_street(self):
        world = World("tests")
        line, _ = next(world.streets())
        middle = [(a + b) / 2 for a, b in zip(line[0], line[1], strict=True)]
        aside = destination(middle[0], middle[1], 90, 4)
        fixes = [Fix(recorded_at_ms=n, lat=lat, lon=lon) for n, (lat, lon) in
                 enumerate([line[0], aside, line[1]])]  # fmt: skip
        placed = streets.Nearest(world).line(fixes)
        assert distance_m(*placed[0], *line[0]) < 0.1
        assert distance_m(*placed[-1], *line[1]) < 0.1
        assert agreement(line[:2], placed, 0.6) == (1.0, 1.0)


def written(path: Path, lines: list[str]) -> Path:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return path


def taxi(trip: int, begin: int) -> list[str]:
    """Four kilometres around corners, a fix every 15 s, as taxi trips are published."""
    lat, lon, lines = 41.15, -8.61, []
    for number in range(40):
        lines.append(f"{trip},{begin + 15 * number},{lat:.6f},{lon:.6f},{lat:.6f},{lon:.6f},7")
        lat, lon = destination(lat, lon, 90.0 * (number // 5 % 2), 100.0)
    return lines


class TestFiles:
    def test_every_taxi_trip_is_one_true_trip(self, tmp_path: Path):
        head = ["trip,timestamp,lat,lon,matched_lat,matched_lon,edge_id"]
        lines = head + taxi(0, 1_372_640_943) + taxi(1, 1_372_650_000)
        ratios, figures = recorded.report(written(tmp_path / "taxis.csv.gz", lines))
        assert (figures["tracks"], figures["trips"], figures["trip_f1"]) == (2, 2, 1.0)
        assert figures["distance_pct_60s_median"] < figures["naive_distance_pct_60s_median"]
        assert ratios["vs_naive_distance_60s"] > 1

    def test_buses_on_the_day_without_two_o_clock(self, tmp_path: Path):
        lines = ["vehicle_id,timestamp,speed,route_id,trip_id,latitude,longitude,trip_headsign"]
        lat = 30.26
        for number in range(-40, 40):
            hour, minute = divmod(120 + number, 60)
            local = (f"2015-03-08T{hour:02}:{minute:02}:00-06:00" if number < 0
                     else f"2015-03-08T{hour + 1:02}:{minute:02}:00-05:00")  # fmt: skip
            lines.append(f"8852,{local},22.37,481,1391456,{lat:.6f},-97.74,SOUTHBOUND")
            lat += 600 / 111_195
        path = written(tmp_path / "buses.csv.gz", lines)
        _, figures = recorded.report(path)
        assert figures["local_times_checked"] == 80
        assert (figures["shortest_day_h"], figures["trips_told"]) == (23.0, 1)
        assert figures["driven_h"] == pytest.approx(79 / 60, abs=0.05)
        (track,) = recording(path).tracks.values()
        assert track[5].speed == pytest.approx(10.0, rel=0.01)

    def test_a_local_time_that_is_not_the_zone_s_fails_the_run(self, tmp_path: Path):
        lines = ["vehicle_id,timestamp,speed,route_id,trip_id,latitude,longitude,trip_headsign"]
        lines += [f"1,2015-03-08T02:{m:02}:00-06:00,0,1,1,30.2,-97.7,N" for m in range(9)]
        with pytest.raises(RuntimeError, match="9 local times"):
            recorded.report(written(tmp_path / "buses.csv.gz", lines))

    def test_rows_with_the_same_trip_are_a_true_trip_of_any_csv(self, tmp_path: Path):
        lines, lat = ["vehicle,timestamp,lat,lon,accuracy,trip_id"], 60.1
        for number in range(180):
            driving = 60 <= number < 120
            lines.append(f"a,{1_700_000_000 + 10 * number},{lat:.6f},24.9,5,{'x' * driving}")
            lat += 100 / 111_195 if driving else 0
        lines.append("a,yesterday,60,24,5,")
        _, figures = recorded.report(written(tmp_path / "any.csv.gz", lines))
        assert (figures["trips"], figures["trip_f1"], figures["bad_rows"]) == (1, 1.0, 1)
        assert figures["departure_s_p95"] < 20

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"a,b,c\n1,2,3\n", "lacks a column vehicle or vehicle_id"),
            (b"vehicle,timestamp,lat,lon\nx,soon,1,2\n", "no usable row; 1"),
            (b"", "it has: nothing"),
            (b"\xff\xfe\x00vehicle", "damaged"),
        ],
    )
    def test_what_is_no_trace_is_told(self, tmp_path: Path, content: bytes, says: str):
        path = tmp_path / "trace.csv"
        path.write_bytes(content)
        with pytest.raises(Unreadable, match=says):
            recorded.report(path)

    def test_a_file_that_breaks_off_or_is_not_there_is_told(self, tmp_path: Path):
        whole = gzip.compress(b"vehicle,timestamp,lat,lon\n" * 99)
        (tmp_path / "half.csv.gz").write_bytes(whole[: len(whole) // 2])
        for name in ("half.csv.gz", "nothing.csv"):
            with pytest.raises(Unreadable):
                recording(tmp_path / name)


def test_the_baseline_reads_a_plain_drive_rightly(day: Day):
    phone = drawn("tests", day, 10.0)
    fixes = heard("tests", day, phone, 300.0).ordered()
    assert len(naive.trips(fixes)) > 1
    assert naive.metres(fixes) > 1000

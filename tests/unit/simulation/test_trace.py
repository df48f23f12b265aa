"""Reading recorded traces: aliases, order, units, and what bad files are told."""

from __future__ import annotations

import gzip
from pathlib import Path
from random import Random

import pytest

from fleet_app.identity.models import SpeedUnit
from fleet_app.simulation import trace
from fleet_app.simulation.trace import BadTrace, Point, Trace, parse_time


def written(tmp_path: Path, text: str, name: str = "trace.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def points(path: Path, **options: object) -> tuple[list[Point], Trace]:
    with Trace(path, **options) as opened:  # type: ignore[arg-type]
        return list(opened.points()), opened


def test_rows_come_out_in_order_of_time(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "vehicle_id,timestamp,latitude,longitude,speed,heading\n"
        "b,2015-03-07T10:00:10-06:00,30.2,-97.7,3.5,90\n"
        "a,2015-03-07T16:00:00Z,30.1,-97.6,,\n",
    )
    found, opened = points(path)
    assert found == [
        Point(1425744000.0, "a", 30.1, -97.6),
        Point(1425744010.0, "b", 30.2, -97.7, 3.5, 90.0),
    ]
    assert (opened.reading.first, opened.reading.last) == (1425744000.0, 1425744010.0)
    assert opened.reading.vehicles == {"b": 1, "a": 1}


def test_short_names_epoch_times_and_compressed_files_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "trace.csv.gz"
    with gzip.open(path, "wt") as file:
        file.write(
            "Lat,Lon,vehicle_id,timestamp\n60.1,24.9,7,1372640943\n60.2,24.8,7,1372640944500\n"
        )
    found, _ = points(path)
    assert [p.at for p in found] == [1372640943.0, 1372640944.5]
    assert found[0].lat == 60.1
    assert found[0].speed is None


def test_the_speed_unit_is_converted(tmp_path: Path) -> None:
    path = written(tmp_path, "vehicle_id,timestamp,lat,lon,speed\n1,5,1,1,36\n")
    found, _ = points(path, unit=SpeedUnit.KILOMETRES_PER_HOUR)
    assert found[0].speed == pytest.approx(10.0)


def test_a_speed_or_heading_that_nothing_can_have_is_unknown(tmp_path: Path) -> None:
    path = written(tmp_path, "vehicle_id,timestamp,lat,lon,speed,heading\n1,5,1,1,-1,-1\n")
    found, _ = points(path)
    assert (found[0].speed, found[0].heading) == (None, None)


def test_missing_columns_are_named(tmp_path: Path) -> None:
    path = written(tmp_path, "timestamp,lat,speed\n1,2,3\n")
    with pytest.raises(BadTrace, match=r"vehicle_id.* and the column longitude.*it has: timestamp"):
        points(path)


def test_bad_rows_are_skipped_counted_and_reported_with_their_line(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "vehicle_id,timestamp,lat,lon\n"
        "1,10,1,1\n"
        "1,noon,1,1\n"
        "1,2015-03-07T10:00:00,1,1\n"
        "1,11,north,1\n"
        "1,12\n"
        ",13,1,1\n"
        "1,14,nan,1\n"
        "1,15,91,1\n"
        "1,20,2,2\n",
    )
    found, opened = points(path)
    assert [p.at for p in found] == [10.0, 20.0]
    assert opened.reading.bad_rows == 7
    assert opened.reading.complaints == [
        "line 3: timestamp 'noon' is neither ISO 8601 nor epoch",
        "line 4: timestamp '2015-03-07T10:00:00' has no UTC offset",
        "line 5: latitude 'north' is not a number",
        "line 6: only 2 columns",
        "line 7: no vehicle_id",
        "line 8: latitude 'nan' is not a number",
        "line 9: 91, 1 is not a place on Earth",
    ]


@pytest.mark.parametrize("content", ["", "vehicle_id,timestamp,lat,lon\n"])
def test_a_file_without_rows_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(BadTrace):
        points(written(tmp_path, content))


def test_a_missing_or_broken_file_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(BadTrace, match=r"nowhere\.csv"):
        points(tmp_path / "nowhere.csv")
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(gzip.compress(b"vehicle_id,timestamp,lat,lon\n" + b"1,1,1,1\n" * 9999)[:60])
    with pytest.raises(BadTrace, match=r"broken\.csv\.gz"):
        points(broken)
    not_gzip = written(tmp_path, "plain text", "text.csv.gz")
    with pytest.raises(BadTrace, match=r"text\.csv\.gz"):
        points(not_gzip)


def test_large_files_are_merged_from_sorted_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trace, "SORT_ROWS", 50)
    times = list(range(1000))
    Random(1).shuffle(times)
    rows = "".join(f"{at % 7},{at + 1},1,2\n" for at in times)
    found, opened = points(written(tmp_path, "vehicle_id,timestamp,lat,lon\n" + rows))
    assert [p.at for p in found] == [float(at + 1) for at in range(1000)]
    assert all(p.vehicle == str((int(p.at) - 1) % 7) for p in found)
    assert opened.reading.rows == 1000


def test_only_the_first_vehicles_are_kept_when_limited(tmp_path: Path) -> None:
    path = written(tmp_path, "vehicle_id,timestamp,lat,lon\na,1,1,1\nb,2,1,1\nc,3,1,1\na,4,1,1\n")
    found, opened = points(path, limit_vehicles=2)
    assert [p.vehicle for p in found] == ["a", "b", "a"]
    assert opened.reading.bad_rows == 0


def test_times_need_an_offset() -> None:
    assert parse_time("2015-03-08T03:00:00-05:00") == parse_time("2015-03-08T08:00:00Z")
    with pytest.raises(ValueError, match="offset"):
        parse_time("2015-03-08 03:00:00")
    with pytest.raises(ValueError, match="not a time"):
        parse_time("inf")

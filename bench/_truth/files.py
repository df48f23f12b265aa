"""Recorded traces and their labels: taxi trips of Porto, buses of Austin, and any CSV file."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, pairwise
from math import isfinite, log
from pathlib import Path
from typing import IO, NamedTuple
from zoneinfo import ZoneInfo

from bench._truth.score import quantile
from bench._truth.world import Span
from fleet_app.identity.models import SpeedUnit
from fleet_app.kernel.geo import distance_m
from fleet_app.location.models import Fix
from fleet_app.simulation.trace import MPS, parse_time

WRITTEN_AS = {
    "vehicle": ("vehicle", "vehicle_id", "device_id"),
    "timestamp": ("timestamp", "time", "recorded_at"),
    "lat": ("lat", "latitude"),
    "lon": ("lon", "lng", "longitude"),
    "speed": ("speed",),
    "heading": ("heading", "bearing", "course"),
    "accuracy": ("accuracy",),
    "label": ("trip_id",),
}
NEEDED = ("vehicle", "timestamp", "lat", "lon")
PORTO = {"trip", "timestamp", "lat", "lon", "matched_lat", "matched_lon"}
BUSES = {"vehicle_id", "timestamp", "route_id", "trip_id", "latitude", "longitude"}
AUSTIN = ZoneInfo("America/Chicago")


class Unreadable(RuntimeError):
    """The file cannot be used; says why, for people."""


class Row(NamedTuple):
    """One line of the file."""

    vehicle: str
    fix: Fix
    label: str
    written: str
    """The time as the file writes it."""


@dataclass
class Recording:
    """The tracks of a file, oldest first, and what it says about their trips."""

    kind: str
    zone: ZoneInfo
    tracks: dict[str, list[Fix]] = field(default_factory=dict)
    labels: dict[str, list[Span]] | None = None
    """True trips by track; None where the file has none that are trips as we mean them."""
    written: list[tuple[int, str]] = field(default_factory=list)
    """Epoch milliseconds and the time as the file writes it."""
    bad_rows: int = 0
    unit: SpeedUnit | None = None


def recording(path: Path) -> Recording:
    """Read a file. Raises Unreadable, which says what is wrong with it."""
    try:
        with _opened(path) as text:
            reader = csv.reader(text)
            header = [name.strip().lower() for name in next(reader, [])]
            kind, places = _kind(path, header)
            rows, bad = _rows(reader, places)
    except OSError as error:
        raise Unreadable(f"cannot read {path}: {error.strerror or error}") from error
    except (EOFError, UnicodeDecodeError, csv.Error) as error:
        raise Unreadable(f"{path} is damaged or no CSV file: {error}") from error
    if not rows:
        raise Unreadable(f"{path} has no usable row; {bad} were unusable")
    found = Recording(kind, AUSTIN if kind == "buses" else ZoneInfo("UTC"), bad_rows=bad)
    _fill(found, rows)
    return found


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _kind(path: Path, header: list[str]) -> tuple[str, dict[str, int]]:
    """What kind of file it is, and where its columns are."""
    columns = set(header)
    kind = "trips" if columns >= PORTO else "buses" if columns >= BUSES else "csv"
    found = {
        name: next(header.index(way) for way in ways if way in columns)
        for name, ways in WRITTEN_AS.items()
        if columns & set(ways)
    }
    if kind == "trips":
        found["vehicle"] = found["label"] = header.index("trip")
    missing = [" or ".join(WRITTEN_AS[name]) for name in NEEDED if name not in found]
    if missing:
        raise Unreadable(
            f"{path} is in no known format: it lacks a column {', and one '.join(missing)}; it "
            f"has: {', '.join(header)[:200] or 'nothing'}"
        )
    return kind, found


def _rows(reader: Iterator[list[str]], places: dict[str, int]) -> tuple[list[Row], int]:
    rows, bad = [], 0
    for line in reader:
        if not line:
            continue
        try:
            rows.append(_row(line, places))
        except (ValueError, IndexError, OverflowError):
            bad += 1
    return rows, bad


def _row(line: list[str], places: dict[str, int]) -> Row:
    written = line[places["timestamp"]].strip()
    lat, lon = float(line[places["lat"]]), float(line[places["lon"]])
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise ValueError("no place on Earth")
    speed, heading, accuracy = (
        _optional(line, places, name) for name in ("speed", "heading", "accuracy")
    )
    fix = Fix(recorded_at_ms=round(parse_time(written) * 1000), lat=lat, lon=lon,
              speed=speed, heading=heading, accuracy=accuracy)  # fmt: skip
    label = line[places["label"]].strip() if "label" in places else ""
    return Row(line[places["vehicle"]].strip(), fix, label, written)


def _optional(line: list[str], places: dict[str, int], name: str) -> float | None:
    text = line[places[name]].strip() if name in places and places[name] < len(line) else ""
    if not text:
        return None
    value = float(text)
    return value if isfinite(value) and value >= 0 else None


def _fill(found: Recording, rows: list[Row]) -> None:
    """Order the rows by vehicle and time, each moment once, and read the labels."""
    labelled = found.kind == "trips" or (found.kind == "csv" and any(row.label for row in rows))
    found.labels = {} if labelled else None
    rows.sort(key=lambda row: (row.vehicle, row.fix.recorded_at_ms))
    for vehicle, lines in groupby(rows, key=lambda row: row.vehicle):
        once = [*{row.fix.recorded_at_ms: row for row in reversed([*lines])}.values()][::-1]
        found.tracks[vehicle] = [row.fix for row in once]
        found.written += [(row.fix.recorded_at_ms, row.written) for row in once]
        if found.labels is not None:
            found.labels[vehicle] = [*_labels(once)]
    _set_unit(found)


def _labels(rows: list[Row]) -> Iterator[Span]:
    for label, lines in groupby(rows, key=lambda row: row.label):
        moments = [row.fix.recorded_at_ms / 1000 for row in lines]
        if label and len(moments) > 1:
            yield Span(moments[0], moments[-1])


def _set_unit(found: Recording) -> None:
    """Take the unit in which speeds come nearest to the way from fix to fix."""
    shares = [
        b.speed * (b.recorded_at_ms - a.recorded_at_ms) / 1000 / metres
        for track in found.tracks.values()
        for a, b in pairwise(track)
        if b.speed and b.recorded_at_ms - a.recorded_at_ms <= 60_000
        and (metres := distance_m(a.lat, a.lon, b.lat, b.lon)) > 50
    ]  # fmt: skip
    if not shares:
        return
    share = quantile(shares, 0.5)
    unit = found.unit = min(MPS, key=lambda one: abs(log(share * MPS[one])))
    for name, track in found.tracks.items():
        found.tracks[name] = [_in_mps(fix, MPS[unit]) for fix in track]


def _in_mps(fix: Fix, by: float) -> Fix:
    if fix.speed is None or by == 1.0:
        return fix
    return Fix(recorded_at_ms=fix.recorded_at_ms, lat=fix.lat, lon=fix.lon, speed=fix.speed * by,
               heading=fix.heading, accuracy=fix.accuracy)  # fmt: skip


def local_hour(written: str) -> tuple[int, int] | None:
    """The hour and minute that a time with an offset writes; None of epoch seconds."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment.hour, moment.minute

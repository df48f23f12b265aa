"""Recorded traces: CSV rows in, points in order of time out, whatever the size of the file."""

from __future__ import annotations

import csv
import gzip
import heapq
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite, nan
from pathlib import Path
from struct import Struct
from typing import IO

from fleet_app.identity.models import SpeedUnit

ALIASES = {
    "vehicle_id": ("vehicle_id", "vehicle", "device_id"),
    "timestamp": ("timestamp", "time", "recorded_at"),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lon", "lng"),
    "speed": ("speed",),
    "heading": ("heading", "bearing", "course"),
}
REQUIRED = ("vehicle_id", "timestamp", "latitude", "longitude")
SORT_ROWS = 400_000
"""Rows sorted in memory at once (about 60 MB); larger files are merged from sorted parts."""
REPORTED_BAD_ROWS = 20
FASTEST_MPS = 150.0
"""Speeds beyond this are a wrong unit or a glitch."""


MPS = {
    SpeedUnit.METRES_PER_SECOND: 1.0,
    SpeedUnit.KILOMETRES_PER_HOUR: 1 / 3.6,
    SpeedUnit.MILES_PER_HOUR: 0.44704,
    SpeedUnit.KNOTS: 1852 / 3600,
}
"""Metres per second in one unit of a speed column."""


class BadTrace(Exception):
    """The file cannot be replayed at all; the message says why and names what is missing."""


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """One recorded position: epoch seconds, degrees, m/s, degrees from north."""

    at: float
    vehicle: str
    lat: float
    lon: float
    speed: float | None = None
    heading: float | None = None


@dataclass
class Reading:
    """What was found while reading: counts, and the first rows that made no sense."""

    rows: int = 0
    bad_rows: int = 0
    complaints: list[str] = field(default_factory=list)
    vehicles: dict[str, int] = field(default_factory=dict)
    first: float = 0.0
    last: float = 0.0

    def complain(self, line: int, reason: str) -> None:
        """Count a bad row; the first few are kept with their line number."""
        self.bad_rows += 1
        if len(self.complaints) < REPORTED_BAD_ROWS:
            self.complaints.append(f"line {line}: {reason}")


class Trace:
    """The points of a file in order of time. Use as a context manager: large files need disk."""

    def __init__(self, path: Path, unit: SpeedUnit = SpeedUnit.METRES_PER_SECOND,
                 limit_vehicles: int | None = None) -> None:  # fmt: skip
        self._path = path
        self._unit = unit
        self._limit = limit_vehicles
        self._parts: list[IO[bytes]] = []
        self._files = ExitStack()
        self._numbers: dict[str, int] = {}
        self.reading = Reading()

    def __enter__(self) -> Trace:
        """Read and sort everything. Raises `BadTrace`."""
        try:
            self._sort()
        except BaseException:
            self._files.close()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self._files.close()

    def points(self) -> Iterator[Point]:
        """Every good row, oldest first; may be called again."""
        names = list(self.reading.vehicles)
        for at, index, lat, lon, speed, heading in heapq.merge(*map(_unpacked, self._parts)):
            yield Point(at, names[index], lat, lon, _known(speed), _known(heading))

    def _sort(self) -> None:
        rows: list[_Row] = []
        for row in self._rows():
            rows.append(row)
            if len(rows) >= SORT_ROWS:
                self._spill(rows)
                rows = []
        self._spill(rows)
        if not self.reading.rows:
            reason = "; ".join(self.reading.complaints[:3]) or "it has a header and nothing else"
            raise BadTrace(f"{self._path} has no usable row: {reason}")

    def _spill(self, rows: list[_Row]) -> None:
        if not rows:
            return
        rows.sort()
        self.reading.first = min(rows[0][0], self.reading.first or rows[0][0])
        self.reading.last = max(rows[-1][0], self.reading.last)
        part = self._files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - closed on exit
        part.writelines(_PACKED.pack(*row) for row in rows)
        self._parts.append(part)

    def _rows(self) -> Iterator[_Row]:
        with _opened(self._path) as text:
            reader = csv.reader(text)
            columns = _columns(self._path, reader)
            while True:
                try:
                    row = next(reader, None)
                except (csv.Error, UnicodeDecodeError, EOFError, OSError) as error:
                    raise BadTrace(
                        f"{self._path} breaks off after line {reader.line_num}: {error}"
                    ) from error
                if row is None:
                    return
                if row and (found := self._row(row, columns, reader.line_num)):
                    yield found

    def _row(self, row: list[str], columns: dict[str, int], line: int) -> _Row | None:
        try:
            name, point = _parse(row, columns, self._unit)
        except ValueError as error:
            self.reading.complain(line, str(error))
            return None
        known = self.reading.vehicles
        if name not in known:
            if self._limit is not None and len(known) >= self._limit:
                return None
            known[name] = 0
            self._numbers[name] = len(self._numbers)
        known[name] += 1
        self.reading.rows += 1
        at, lat, lon, speed, heading = point
        return at, self._numbers[name], lat, lon, speed, heading


_Row = tuple[float, int, float, float, float, float]
_PACKED = Struct("<dIddff")


def _unpacked(part: IO[bytes]) -> Iterator[_Row]:
    """The rows of one sorted part, read in blocks; every reader keeps its own place in the file."""
    offset = 0
    while True:
        part.seek(offset)
        block = part.read(_PACKED.size * 4096)
        if not block:
            return
        offset += len(block)
        yield from _PACKED.iter_unpack(block)


def _known(value: float) -> float | None:
    return None if value != value else round(value, 3)  # noqa: PLR0124 - NaN marks an absent value


def _opened(path: Path) -> IO[str]:
    """The file as text, decompressed. Raises `BadTrace` when it cannot be opened."""
    try:
        if path.suffix == ".gz":
            return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
        return path.open(encoding="utf-8-sig", newline="")
    except OSError as error:
        raise BadTrace(f"cannot read {path}: {error.strerror}") from error


def _columns(path: Path, reader: Iterator[list[str]]) -> dict[str, int]:
    """Where each known column is. Raises `BadTrace` naming the missing ones."""
    try:
        header = [name.strip().lower() for name in next(reader, [])]
    except (csv.Error, UnicodeDecodeError, EOFError, OSError) as error:
        raise BadTrace(f"{path} is not a CSV file: {error}") from error
    found = {
        name: header.index(alias)
        for name, aliases in ALIASES.items()
        for alias in reversed(aliases)
        if alias in header
    }
    missing = [" or ".join(ALIASES[name]) for name in REQUIRED if name not in found]
    if missing:
        has = ", ".join(header) or "nothing"
        raise BadTrace(f"{path} lacks the column {' and the column '.join(missing)}; it has: {has}")
    return found


def _parse(
    row: list[str], columns: dict[str, int], unit: SpeedUnit
) -> tuple[str, tuple[float, float, float, float, float]]:
    """(vehicle, (time, lat, lon, speed, heading)). Raises ValueError with the reason.

    A place on Earth is passed on however odd it is: judging positions is the receiver's business.
    A speed or heading that nothing can have counts as unknown.
    """
    if len(row) <= max(columns[name] for name in REQUIRED):
        raise ValueError(f"only {len(row)} columns")
    name = row[columns["vehicle_id"]].strip()
    if not name:
        raise ValueError("no vehicle_id")
    at = parse_time(row[columns["timestamp"]])
    lat = _number(row, columns, "latitude")
    lon = _number(row, columns, "longitude")
    if abs(lat) > 90 or abs(lon) > 180:
        raise ValueError(f"{lat:g}, {lon:g} is not a place on Earth")
    speed = _optional(row, columns, "speed") * MPS[unit]
    heading = _optional(row, columns, "heading")
    return name, (at, lat, lon, _within(speed, FASTEST_MPS), _within(heading, 360.0))


def _within(value: float, largest: float) -> float:
    return value if 0 <= value <= largest else nan


def parse_time(text: str) -> float:
    """Epoch seconds of an ISO 8601 time with offset, or of epoch seconds or milliseconds.

    Raises ValueError: a time without offset would be a guess.
    """
    text = text.strip()
    try:
        number = float(text)
    except ValueError:
        return _iso(text)
    if not isfinite(number):
        raise ValueError(f"timestamp {text!r} is not a time")
    return number / 1000 if abs(number) >= 1e11 else number


def _iso(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"timestamp {text!r} is neither ISO 8601 nor epoch") from error
    if moment.tzinfo is None:
        raise ValueError(f"timestamp {text!r} has no UTC offset")
    return moment.timestamp()


def _number(row: list[str], columns: dict[str, int], name: str) -> float:
    text = row[columns[name]].strip()
    try:
        value = float(text)
    except ValueError as error:
        raise ValueError(f"{name} {text!r} is not a number") from error
    if not isfinite(value):
        raise ValueError(f"{name} {text!r} is not a number")
    return value


def _optional(row: list[str], columns: dict[str, int], name: str) -> float:
    """The value, or NaN when the column or the cell is empty."""
    if name not in columns or columns[name] >= len(row) or not row[columns[name]].strip():
        return nan
    return _number(row, columns, name)

"""Large files are refused or read without being held in memory."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from fleet_app.kernel.errors import TooLarge
from fleet_app.records.sheets.cells import Cell
from fleet_app.records.sheets.model import MB
from fleet_app.records.sheets.reading import Limits, read_sheet
from fleet_app.records.sheets.writing import csv_rows, write_xlsx

HEADERS = ["name", "plate", "note"]
READ = """
import resource, sys
from pathlib import Path
from fleet_app.records.sheets.reading import read_sheet
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
sheet = read_sheet(Path(sys.argv[1]), filename="cars")
count = sum(1 for _ in sheet.rows)
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def rows(count: int) -> Iterator[list[Cell]]:
    for index in range(count):
        yield [f"Van {index}", f"ABC-{index}", "delivers the north of the town " * 8]


def peak(path: Path, limits: Limits | None = None) -> int:
    """The most memory, in bytes, that opening and walking the file took."""
    tracemalloc.start()
    try:
        with read_sheet(path, filename="cars", limits=limits or Limits()) as sheet:
            for _ in sheet.rows:
                pass
    finally:
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        peaks.append(size)
    return size


peaks: list[int] = []


@pytest.mark.parametrize("start", [b"name,plate\n1,2\n", b"PK\x03\x04"])
def test_200_mb_are_refused_by_size_alone(tmp_path: Path, start: bytes) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.write(start)
        file.truncate(200 * MB)
    with pytest.raises(TooLarge, match="larger than 50 MB"):
        peak(path)
    assert peaks[-1] < MB


def test_200_mb_of_text_stay_outside_the_memory_even_when_allowed(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    line = b"Van,ABC-1," + b"x" * 9_000 + b"\n"
    with path.open("wb") as file:
        file.write(b"name,plate,note\n")
        file.writelines(line for _ in range(200 * MB // len(line)))
    assert peak(path, Limits(bytes=250 * MB)) < 8 * MB


def test_one_endless_line_is_refused_early(tmp_path: Path) -> None:
    path = tmp_path / "line.csv"
    path.write_bytes(b"x" * 40 * MB)
    with pytest.raises(TooLarge, match="line 1"):
        peak(path)
    assert peaks[-1] < 16 * MB


def test_50_000_rows_of_csv_are_streamed(tmp_path: Path) -> None:
    path = tmp_path / "cars.csv"
    with path.open("wb") as file:
        file.writelines(csv_rows(HEADERS, rows(50_000)))
    assert path.stat().st_size > 12 * MB
    assert peak(path) < 4 * MB


def test_50_000_rows_of_xlsx_are_written_and_read_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "cars.xlsx"
    write_xlsx(path, "Cars", HEADERS, rows(50_000), ["text"] * 3)
    command = [sys.executable, "-c", READ, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    count, kilobytes = map(int, done.stdout.split())
    assert count == 50_000
    assert kilobytes < 60 * 1024

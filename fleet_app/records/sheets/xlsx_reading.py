"""Reads tables from XLSX files, row by row, with the values the sheet shows."""

from __future__ import annotations

import contextlib
import re
import warnings
from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import Element, iterparse

from openpyxl.cell.read_only import EMPTY_CELL, ReadOnlyCell
from openpyxl.reader.excel import ExcelReader
from openpyxl.xml.constants import SHARED_STRINGS

from fleet_app.kernel.errors import FleetError
from fleet_app.records.sheets.cells import cell_text, xml_unescaped
from fleet_app.records.sheets.model import Limits, Row, Sheet, Source
from fleet_app.records.sheets.neutral import restored
from fleet_app.records.sheets.packages import check_package
from fleet_app.records.sheets.parts import broken
from fleet_app.records.sheets.table import Record, header_and_rows

# What openpyxl leaves out (charts, validations, styles) is of no interest to readers of values.
warnings.filterwarnings("ignore", module=r"openpyxl\.")

_ROWS_OF_A_SHEET = 1_048_576
_ZEROS = re.compile("0{2,}")
_HOUR = re.compile("[hH]")


def read_xlsx(path: Path, source: Source, limits: Limits) -> Sheet:
    """The first visible sheet that is not empty; raises InvalidInput or TooLarge."""
    check_package(path, source, limits)
    file = path.open("rb")
    try:
        with _refusing(source):
            reader = _Reader(file, read_only=True, data_only=True, keep_links=False)
            reader.read()
        for sheet in reader.wb.worksheets:
            if sheet.sheet_state != "visible":
                continue
            found = header_and_rows(_records(sheet, limits, source), limits, source)
            if found is not None:
                return Sheet(
                    found[0], _closing(found[1], file), "xlsx", str(sheet.title), file.close
                )
    except BaseException:
        file.close()
        raise
    file.close()
    raise source.invalid("is empty. Choose a file with a header row and rows below it.")


def _closing(rows: Iterator[Row], file: IO[bytes]) -> Iterator[Row]:
    with file:
        yield from rows


@contextlib.contextmanager
def _refusing(source: Source) -> Iterator[None]:
    """Whatever a malformed part makes the library raise, the file is damaged."""
    try:
        yield
    except FleetError:
        raise
    except Exception as error:
        raise broken(source) from error


class _Reader(ExcelReader):
    """Reads the shared strings as they stand: the library would undo half of Excel's escapes."""

    def read_strings(self) -> None:
        package: Any = self.package
        part = package.find(SHARED_STRINGS)
        if part is not None:
            with self.archive.open(part.PartName[1:]) as stream:
                self.shared_strings = list(_strings(stream))


def _strings(stream: IO[bytes]) -> Iterator[str]:
    # `check_package` has refused whatever declares entities.
    events = iterparse(stream, events=("start", "end"))  # noqa: S314
    _, root = next(events)
    for event, element in events:
        if event == "end" and _local(element) == "si":
            yield _string(element)
            root.clear()


def _string(item: Element) -> str:
    """The text of a string, of all its runs, without the readings shown above Asian letters."""
    texts = []
    for child in item:
        if _local(child) == "t":
            texts.append(child.text or "")
        elif _local(child) == "r":
            texts.extend(run.text or "" for run in child if _local(run) == "t")
    return "".join(texts)


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _records(sheet: Any, limits: Limits, source: Source) -> Iterator[Record]:
    """Every row with its number, gaps included, as texts without the empty cells at its end."""
    sheet.reset_dimensions()  # programs write wrong ones
    rows = sheet.iter_rows(max_col=limits.columns + 1)
    number = 0
    while True:
        number += 1
        with _refusing(source):
            row = next(rows, None)
            cells = None if row is None else _texts(row)
        if cells is None:
            return
        if number > _ROWS_OF_A_SHEET:
            raise broken(source)
        yield number, cells


def _texts(row: tuple[Any, ...]) -> list[str]:
    end = len(row)
    while end and row[end - 1] is EMPTY_CELL:
        end -= 1
    return [_text(cell) for cell in row[:end]]


def _text(cell: ReadOnlyCell) -> str:
    value: Any = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return _plain(cell, xml_unescaped(value))
    if isinstance(value, datetime):
        return _moment_text(value, cell.number_format or "")
    if type(value) is int and _ZEROS.fullmatch(form := cell.number_format or ""):
        return str(value).zfill(len(form))  # a postal code shown as 00100
    return cell_text(value)


def _plain(cell: ReadOnlyCell, text: str) -> str:
    """A text whose cell is marked as text is meant as it stands; another may come from a CSV."""
    if not text.startswith("'") or cell.style_array.quotePrefix:
        return text
    return restored(text)


def _moment_text(value: datetime, form: str) -> str:
    """A date alone unless a time is there or is shown."""
    if value.time() == time() and not _HOUR.search(form):
        return value.date().isoformat()
    return value.isoformat()

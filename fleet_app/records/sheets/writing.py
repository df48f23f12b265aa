"""Writes tables as CSV and XLSX, row by row, safe to open in a spreadsheet program."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from fleet_app.kernel.errors import TooLarge
from fleet_app.records.sheets.cells import Cell, cell_text, xml_escaped
from fleet_app.records.sheets.neutral import needs_mark, neutralised

_CHUNK = 64 * 1024
_QUOTE = re.compile('[,;\t|"\r\n]|^ ')
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?")
_SHEET_ROWS = 1_048_575  # below the header
_SHEET_CELL = 32_767
_PEEK = 100
_NUMBERS = frozenset({"integer", "number", "money"})
_EARLIEST_YEAR = 1901  # spreadsheets count days from 1900 and miscount its first months
_EXACT_DIGITS = 15


def csv_rows(
    headers: Sequence[str], rows: Iterable[Sequence[Cell]], *, delimiter: str = ","
) -> Iterator[bytes]:
    """The table as pieces of a CSV file: UTF-8 with its mark and CRLF, so that Excel reads it.

    Texts are neutralised (see `neutral`); NUL characters, which no reader accepts, are left out.
    With `delimiter` ";" the file opens right where the comma is the decimal mark.
    """
    pieces = ["\ufeff" + _line(headers, delimiter)]
    size = len(pieces[0])
    for row in rows:
        pieces.append(_line(row, delimiter))
        size += len(pieces[-1])
        if size >= _CHUNK:
            yield "".join(pieces).encode("utf-8", "replace")
            pieces, size = [], 0
    if pieces:
        yield "".join(pieces).encode("utf-8", "replace")


def csv_start(headers: Sequence[str], *, delimiter: str = ",") -> bytes:
    """The beginning of a CSV file whose rows come in batches; see `csv_rows`."""
    return ("\ufeff" + _line(headers, delimiter)).encode("utf-8", "replace")


def csv_lines(rows: Iterable[Sequence[Cell]], *, delimiter: str = ",") -> bytes:
    """One batch of rows below `csv_start`."""
    return "".join(_line(row, delimiter) for row in rows).encode("utf-8", "replace")


def _line(cells: Sequence[Cell], delimiter: str) -> str:
    texts = [_quoted(_safe(cell)) for cell in cells]
    if texts == [""]:
        texts = ['""']  # an empty line would be no row
    return delimiter.join(texts) + "\r\n"


def _safe(cell: Cell) -> str:
    return neutralised(cell.replace("\0", "")) if isinstance(cell, str) else cell_text(cell)


def _quoted(text: str) -> str:
    """In quotation marks whenever any delimiter is inside, so that readers cannot guess wrong."""
    return '"' + text.replace('"', '""') + '"' if _QUOTE.search(text) else text


def write_xlsx(
    target: Path | IO[bytes],
    title: str,
    headers: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    types: Sequence[str],
    *,
    zone: tzinfo = UTC,
) -> None:
    """Writes the table as one sheet with a bold header that stays in view.

    `types` names each column's type as the grid knows it ("integer", "date", "moment", ...): texts
    in columns of numbers, dates and moments become real ones where they can. Moments are written
    in `zone`, as spreadsheets know no zones, to the millisecond. Texts stand as they are, and are
    never formulas (see `neutral`). Raises TooLarge beyond what a sheet can hold.
    """
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(_sheet_title(title))
    try:
        ready = (_ready(row, types, zone) for row in rows)
        first = list(islice(ready, _PEEK))
        _dress(sheet, headers, first)
        for number, row in enumerate(chain(first, ready), 1):
            if number > _SHEET_ROWS:
                raise TooLarge("A sheet holds at most 1,048,575 rows. Choose CSV or filter more.")
            sheet.append([_cell(sheet, value) for value in row])
    except BaseException:
        with contextlib.suppress(Exception):
            book.save(io.BytesIO())  # the way to make the library remove its temporary file
        raise
    book.save(target)


def _dress(sheet: Any, headers: Sequence[str], first: list[list[Cell]]) -> None:
    """Widths and the frozen header; both must stand before any row."""
    sheet.freeze_panes = "A2"
    for index, header in enumerate(headers):
        shown = [header, *(cell_text(row[index]) for row in first if index < len(row))]
        widest = max(len(text) for text in shown)
        sheet.column_dimensions[get_column_letter(index + 1)].width = min(max(widest + 2, 8), 60)
    cells = []
    for header in headers:
        cell = _text_cell(sheet, _fitting(header))
        cell.font = Font(bold=True)
        cell.alignment = Alignment(vertical="top")
        cells.append(cell)
    sheet.append(cells)


def _ready(row: Sequence[Cell], types: Sequence[str], zone: tzinfo) -> list[Cell]:
    kinds = chain(types, [""] * (len(row) - len(types)))
    return [_typed(value, kind, zone) for value, kind in zip(row, kinds, strict=False)]


def _typed(value: Cell, kind: str, zone: tzinfo) -> Cell:
    """The value a sheet should hold; a text that fits no real value stays text."""
    if isinstance(value, str):
        value = _parsed(value, kind)
    if isinstance(value, str):
        return _fitting(value)
    if isinstance(value, date):
        return _day_or_moment(value, zone)
    if isinstance(value, time):
        return value.replace(tzinfo=None)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return _number(value)
    return value


def _day_or_moment(value: date, zone: tzinfo) -> Cell:
    if isinstance(value, datetime) and value.tzinfo:
        value = value.astimezone(zone).replace(tzinfo=None)
    return value if value.year >= _EARLIEST_YEAR else value.isoformat()


def _parsed(text: str, kind: str) -> Cell:
    try:
        if kind in _NUMBERS:
            return Decimal(text) if _PLAIN_NUMBER.fullmatch(text) else text
        if kind == "date":
            return date.fromisoformat(text)
        if kind == "moment":
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    return text


def _number(value: int | float | Decimal) -> Cell:
    """Spreadsheets keep 15 digits; a longer number would silently lose its end, so it is text."""
    exact = Decimal(cell_text(value) or "NaN")
    if not exact.is_finite():
        return None
    if len(exact.normalize().as_tuple().digits) > _EXACT_DIGITS:
        return cell_text(value)
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def _cell(sheet: Any, value: Cell) -> Any:
    """Only texts that a program could take for something else need a cell of their own."""
    if isinstance(value, str) and (value.startswith("#") or needs_mark(value)):
        return _text_cell(sheet, value)
    return value


def _text_cell(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    cell.quotePrefix = needs_mark(text)
    return cell


def _fitting(text: str) -> str:
    escaped = xml_escaped(text)
    if len(escaped) > _SHEET_CELL:
        raise TooLarge("A text has more than 32,767 characters, too many for a sheet. Choose CSV.")
    return escaped


def _sheet_title(title: str) -> str:
    """At most 31 characters, without those that sheet names must not have."""
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", title).strip(" '")[:31].strip(" '")
    return plain or "Table"

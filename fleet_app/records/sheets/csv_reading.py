"""Reads tables from text files: comma, semicolon, tab or bar between the columns."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from fleet_app.kernel.errors import InvalidInput
from fleet_app.records.sheets.model import Limits, Sheet, Source
from fleet_app.records.sheets.neutral import restored
from fleet_app.records.sheets.table import Record, header_and_rows
from fleet_app.records.sheets.texts import detect_delimiter, detect_encoding

_SAMPLE = 64 * 1024
_SEPARATOR_LINE = re.compile(r'"?sep=([,;\t|])"?(?:\r\n|\r|\n|$)', re.IGNORECASE)


def read_csv(path: Path, source: Source, limits: Limits) -> Sheet:
    """The table in a text file; raises InvalidInput or TooLarge."""
    encoding = detect_encoding(path, source)
    stream = path.open("r", encoding=encoding, newline="")
    try:
        delimiter = _delimiter(stream)
        records = _records(stream, delimiter, limits, source)
        found = header_and_rows(records, limits, source)
    except BaseException:
        stream.close()
        raise
    if found is None:
        stream.close()
        raise source.invalid("is empty. Choose a file with a header row and rows below it.")
    return Sheet(found[0], found[1], "csv", None, stream.close, delimiter)


def _delimiter(stream: TextIO) -> str:
    """Finds the delimiter and leaves the stream at the first row of the table."""
    sample = stream.read(_SAMPLE)
    named = _SEPARATOR_LINE.match(sample)
    stream.seek(0)
    if named is None:
        return detect_delimiter(sample)
    stream.readline()
    return named[1]


def _records(stream: TextIO, delimiter: str, limits: Limits, source: Source) -> Iterator[Record]:
    """Every record with its number, blank ones included, as spreadsheet programs count them."""
    lines = _lines(stream, limits, source)
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    number = 0
    with stream:
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise _broken(error, number, source) from error
            yield number, [restored(cell) for cell in cells]


def _lines(stream: TextIO, limits: Limits, source: Source) -> Iterator[str]:
    """The lines, none longer than a full row can be, so that no line fills the memory."""
    longest = limits.columns * (limits.cell + 3)
    number = 0
    while line := stream.readline(longest + 1):
        number += 1
        if len(line) > longest:
            raise source.too_large(f"has too much text in line {number}. Is it really a table?")
        yield line


def _broken(error: csv.Error, number: int, source: Source) -> InvalidInput:
    reason = str(error)
    if "end of data" in reason or "field limit" in reason:
        return source.invalid(
            f"has a text in row {number} that begins with a quotation mark and never ends."
            " Add the missing quotation mark, or remove the first one."
        )
    return source.invalid(
        f"has a quotation mark in the wrong place in row {number}. Write a quotation mark inside"
        " a text twice, or save the table as .xlsx."
    )

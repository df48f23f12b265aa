"""Reads a table from a file that a person chose, whatever its name claims it to be."""

from __future__ import annotations

from pathlib import Path

from fleet_app.kernel.errors import InvalidInput
from fleet_app.records.sheets.csv_reading import read_csv
from fleet_app.records.sheets.model import MB, Limits, Row, Sheet, Source
from fleet_app.records.sheets.packages import holds, is_zip, protected
from fleet_app.records.sheets.xlsx_reading import read_xlsx

__all__ = ["LIMITS", "Limits", "Row", "Sheet", "read_sheet"]

LIMITS = Limits()
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OTHERS = {
    b"%PDF": "is a PDF document. Save the table as .xlsx or .csv.",
    b"{\\rtf": "is a text document. Save the table as .xlsx or .csv.",
    b"<": "is a web page or an XML file. Open it in your spreadsheet program and save it as"
    " .xlsx or .csv.",
}


def read_sheet(path: Path, *, filename: str, limits: Limits = LIMITS) -> Sheet:
    """Opens the table in the file at `path`, which people know as `filename`.

    The content decides between CSV and XLSX. Nothing is held in memory but the row being read and,
    for XLSX, the file's list of distinct texts (at most 64 MB of it). Raises `TooLarge` when the
    file is more than `limits` allow and `InvalidInput` when it cannot be read; both say what to do,
    and both can also come while the rows are walked.
    """
    source = Source.named(filename)
    size = path.stat().st_size
    if size > limits.bytes:
        raise source.too_large(
            f"is larger than {limits.bytes / MB:.0f} MB. Split it into smaller files."
        )
    with path.open("rb") as file:
        start = file.read(512)
    if is_zip(start):
        return read_xlsx(path, source, limits)
    _refuse_others(start, path, source)
    return read_csv(path, source, limits)


def _refuse_others(start: bytes, path: Path, source: Source) -> None:
    if start.startswith(_OLE):
        raise _old(path, source)
    bare = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not bare and len(start) < 512:
        raise source.invalid("is empty. Choose a file with a header row and rows below it.")
    for mark, sentence in _OTHERS.items():
        if bare.startswith(mark):
            raise source.invalid(sentence)


def _old(path: Path, source: Source) -> InvalidInput:
    """Excel wraps protected new files in the same container as its old files."""
    with path.open("rb") as file:
        if holds(file, _ENCRYPTED):
            return protected(source)
    return source.invalid("is in the old Excel format. Save it as .xlsx or .csv.")

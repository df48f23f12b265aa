"""XLSX files as programs write them, and those that are refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest

from fleet_app.kernel.errors import FleetError, InvalidInput, TooLarge
from fleet_app.records.sheets.reading import Limits, Row, read_sheet

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"
STRINGS_TYPE = (
    b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-'
    b'officedocument.spreadsheetml.sharedStrings+xml"/>'
)


def workbook(fill: Callable[[openpyxl.Workbook], None]) -> bytes:
    book = openpyxl.Workbook()
    fill(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def simple() -> bytes:
    def fill(book: openpyxl.Workbook) -> None:
        book.worksheets[0].append(["name"])
        book.worksheets[0].append(["a"])

    return workbook(fill)


def changed(data: bytes, parts: dict[str, bytes]) -> bytes:
    """The package with some parts replaced or added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name, old.read(name)))
        for name in parts.keys() - set(old.namelist()):
            new.writestr(name, parts[name])
    return buffer.getvalue()


def sheet_xml(rows: str, prolog: str = "") -> bytes:
    return f'{prolog}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'.encode()


def table(tmp_path: Path, data: bytes, limits: Limits | None = None) -> tuple[list[str], list[Row]]:
    path = tmp_path / "upload.csv"  # the name lies; the content decides
    path.write_bytes(data)
    with read_sheet(path, filename="cars.csv", limits=limits or Limits()) as sheet:
        return sheet.headers, list(sheet.rows)


def test_values_are_read_as_the_sheet_shows_them(tmp_path: Path) -> None:
    values = [12, 60.0, 0.1 + 0.2, 1e20, True, date(2026, 11, 22)]
    values += [datetime(2026, 11, 22, 14, 30), time(9, 5), timedelta(hours=36), "Åsa  ", None, "x"]

    def fill(book: openpyxl.Workbook) -> None:
        sheet = book.worksheets[0]
        sheet.append([f"c{index}" for index in range(len(values))] + ["code"])
        sheet.append([*values, 100])
        sheet.cell(2, len(values) + 1).number_format = "00000"

    _, rows = table(tmp_path, workbook(fill))
    assert rows[0].cells == [
        *("12", "60", "0.3", "100000000000000000000", "true", "2026-11-22"),
        *("2026-11-22T14:30:00", "09:05:00", "36:00:00", "Åsa  ", "", "x", "00100"),
    ]


def test_the_first_visible_sheet_with_something_in_it_is_read(tmp_path: Path) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        hidden = book.worksheets[0]
        hidden.append(["secret"])
        hidden.sheet_state = "hidden"
        book.create_sheet("Empty")
        cars = book.create_sheet("Cars")
        cars["B3"], cars["C3"], cars["B6"], cars["E6"] = "name", "plate", "Van", "aside"
        cars.merge_cells("B8:C8")
        cars["B8"] = "merged"

    headers, rows = table(tmp_path, workbook(fill))
    assert headers == ["", "name", "plate"]
    assert rows == [Row(6, ["", "Van", ""], ("", "aside")), Row(8, ["", "merged", ""])]


def test_cached_results_of_formulas_are_read(tmp_path: Path) -> None:
    cells = '<c r="A1" t="str"><f>A9</f><v>sum</v></c>'
    xml = sheet_xml(f'<row r="1">{cells}</row><row r="2"><c r="A2"><f>1+1</f><v>2</v></c></row>')
    headers, rows = table(tmp_path, changed(simple(), {SHEET: xml}))
    assert (headers, rows) == (["sum"], [Row(2, ["2"])])


def test_shared_strings_with_runs_readings_and_escapes(tmp_path: Path) -> None:
    strings = (
        f'<sst xmlns="{MAIN}"><si><r><t>two </t></r><r><t>runs</t></r><rPh><t>no</t></rPh></si>'
        "<si><t>a_x000D_b_x005F_x0041_</t></si></sst>"
    )
    rows = '<row r="1"><c t="s"><v>0</v></c></row><row r="2"><c t="s"><v>1</v></c></row>'
    with zipfile.ZipFile(io.BytesIO(simple())) as package:
        types = package.read("[Content_Types].xml").replace(b"</Types>", STRINGS_TYPE + b"</Types>")
    parts = {SHEET: sheet_xml(rows), "xl/sharedStrings.xml": strings.encode()}
    parts["[Content_Types].xml"] = types
    assert table(tmp_path, changed(simple(), parts)) == (["two runs"], [Row(2, ["a\rb_x0041_"])])


def refused(tmp_path: Path, data: bytes, limits: Limits | None = None) -> FleetError:
    with pytest.raises(FleetError) as refusal:
        table(tmp_path, data, limits)
    assert refusal.value.message.startswith("cars.csv ")
    assert refusal.value.message.endswith(".")
    return refusal.value


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
ROW = '<row r="1"><c t="inlineStr"><is><t>a</t></is></c></row>'
BROKEN = {
    "cut off": simple()[:-500],
    "only the mark": b"PK\x03\x04 nothing",
    "entities": changed(simple(), {SHEET: sheet_xml(ROW, BOMB)}),
    "entities in a part with another name": changed(
        simple(), {"xl/media/image1.png": sheet_xml(ROW, BOMB)}
    ),
    "entities in strings": changed(
        simple(), {"xl/sharedStrings.xml": (BOMB + f'<sst xmlns="{MAIN}"/>').encode()}
    ),
    "utf-16": changed(simple(), {SHEET: sheet_xml(ROW).decode().encode("utf-16")}),
    "other encoding": changed(
        simple(), {SHEET: sheet_xml(ROW, '<?xml version="1.0" encoding="windows-1252"?>')}
    ),
    "no xml": changed(simple(), {SHEET: b"<worksheet>"}),
    "no string": changed(simple(), {SHEET: sheet_xml('<row><c t="s"><v>9</v></c></row>')}),
    "no number": changed(simple(), {SHEET: sheet_xml("<row><c><v>x</v></c></row>")}),
    "endless rows": changed(simple(), {SHEET: sheet_xml(ROW + '<row r="9999999999"/>')}),
    "no manifest types": changed(simple(), {"[Content_Types].xml": b"<Types/>"}),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_and_booby_trapped_files_are_refused(tmp_path: Path, case: str) -> None:
    refusal = refused(tmp_path, BROKEN[case])
    assert isinstance(refusal, InvalidInput)
    assert "is damaged" in refusal.message


def renamed(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name in names:
            package.writestr(name, "x")
    return buffer.getvalue()


def encrypted_zip() -> bytes:
    data = bytearray(simple())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    return bytes(data)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
OTHERS = {
    "macros": (changed(simple(), {"xl/vbaProject.bin": b"\xd0\xcf"}), "holds macros"),
    "binary": (renamed("[Content_Types].xml", "xl/workbook.bin"), "binary format"),
    "opendocument": (renamed("mimetype", "content.xml"), "OpenDocument"),
    "word": (renamed("[Content_Types].xml", "word/document.xml"), "text document"),
    "any archive": (renamed("cars.csv"), "is an archive"),
    "empty archive": (renamed(), "is an archive"),
    "old format": (OLE + "Workbook".encode("utf-16-le"), "old Excel format. Save it as .xlsx"),
    "password": (OLE + "EncryptedPackage".encode("utf-16-le"), "password"),
    "encrypted parts": (encrypted_zip(), "password"),
    "nothing in it": (workbook(lambda book: None), "is empty"),
    "never calculated": (
        workbook(lambda book: book.worksheets[0].append(["a", "=1+1"])),
        "never calculated",
    ),
}


@pytest.mark.parametrize("case", OTHERS)
def test_other_files_are_named_for_what_they_are(tmp_path: Path, case: str) -> None:
    data, sentence = OTHERS[case]
    refusal = refused(tmp_path, data)
    assert isinstance(refusal, InvalidInput)
    assert sentence in refusal.message


def declaring(data: bytes, size: int) -> bytes:
    """The same package, whose directory claims another size of its sheet, in bytes."""
    patched = bytearray(data)
    entry = patched.rindex(b"PK\x01\x02", 0, patched.rindex(SHEET.encode()))
    patched[entry + 24 : entry + 28] = size.to_bytes(4, "little")
    return bytes(patched)


def big(rows: str) -> bytes:
    return changed(simple(), {SHEET: sheet_xml(rows)})


def test_zip_bombs_are_refused_by_what_they_declare_and_by_what_they_are(tmp_path: Path) -> None:
    bomb = big(ROW + " " * 30_000_000)
    assert len(bomb) < 100_000
    limits = Limits(unpacked=20_000_000)
    assert isinstance(refused(tmp_path, bomb, limits), TooLarge)
    assert isinstance(refused(tmp_path, declaring(bomb, 100), limits), InvalidInput)
    claims = declaring(simple(), 30_000_000)
    assert isinstance(refused(tmp_path, claims, limits), TooLarge)


@pytest.mark.parametrize(
    "rows",
    [
        ROW + "<row>" + "<c/>" * 300_000 + "</row>",
        ROW + "<c/>" * 300_000,
        ROW + "<row><c t='inlineStr'><is><t>" + "x" * 3_000_000 + "</t></is></c></row>",
        ROW + "<row/>" * 1_200_000,
    ],
    ids=["wide row", "no rows", "long text", "many rows"],
)
def test_parts_that_would_fill_the_memory_are_refused(tmp_path: Path, rows: str) -> None:
    refusal = refused(tmp_path, big(rows))
    assert isinstance(refusal, TooLarge)
    assert "unpacked" in refusal.message


def test_limits_hold_for_sheets_too(tmp_path: Path) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        for _ in range(4):
            book.worksheets[0].append(["12345", "2", "3"])

    data = workbook(fill)
    assert "more than 2 rows" in refused(tmp_path, data, Limits(rows=2)).message
    assert "more than 2 columns in row 1" in refused(tmp_path, data, Limits(columns=2)).message
    assert "4 characters in row 1, column 1" in refused(tmp_path, data, Limits(cell=4)).message
    assert len(table(tmp_path, data, Limits(rows=3, columns=3, cell=5))[1]) == 3

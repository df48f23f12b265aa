"""What is written is what is read, in both formats."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fleet_app.kernel.errors import TooLarge
from fleet_app.records.sheets.cells import Cell
from fleet_app.records.sheets.reading import Row, read_sheet
from fleet_app.records.sheets.writing import csv_rows, write_xlsx

TEXT = st.text(
    alphabet=st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("'=+-@,;|\" _x01A"),
    max_size=30,
)
LINED = st.text(alphabet=st.sampled_from("a\n\r\t=\"', ;"), max_size=12)
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.tuples(
        st.lists(TEXT.map(lambda text: "h" + text.strip()), min_size=width, max_size=width),
        st.lists(st.lists(TEXT | LINED, min_size=width, max_size=width), max_size=5),
    )
)


def read_back(path: Path) -> tuple[list[str], list[Row]]:
    with read_sheet(path, filename=path.name) as sheet:
        return sheet.headers, list(sheet.rows)


def visible(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Rows without any visible text are no rows to readers."""
    return [list(row) for row in rows if any(cell.strip() for cell in row)]


def stripped(headers: list[str]) -> list[str]:
    return [header.strip() for header in headers]


@given(TABLES, st.sampled_from(",;\t|"))
@example((["a;b"], [["x;y"], [" =1"], ["'=1"]]), ",")
@example((["name", "note"], [["a", 'x;"y"'], [' "b', "1,5"]]), ";")
@settings(max_examples=200, deadline=None)
def test_csv(table: tuple[list[str], list[list[str]]], delimiter: str) -> None:
    headers, rows = table
    with TemporaryDirectory() as folder:
        path = Path(folder, "t.csv")
        path.write_bytes(b"".join(csv_rows(headers, rows, delimiter=delimiter)))
        found_headers, found = read_back(path)
    assert found_headers == stripped(headers)
    assert [row.cells for row in found] == visible(rows)
    assert not any(row.surplus for row in found)


@given(TABLES)
@example((["h"], [["_x0041_"], ["x005F_"], ["#N/A"], ["=1+1"], ["a\r\nb"], ["\uffff\x01"]]))
@settings(max_examples=60, deadline=None)
def test_xlsx(table: tuple[list[str], list[list[str]]]) -> None:
    headers, rows = table
    with TemporaryDirectory() as folder:
        path = Path(folder, "t.xlsx")
        write_xlsx(path, "Table", headers, rows, ["text"] * len(headers))
        found_headers, found = read_back(path)
    assert found_headers == stripped(headers)
    assert [row.cells for row in found] == visible(rows)


def written(tmp_path: Path, rows: list[list[Cell]], types: list[str]) -> list[list[str]]:
    path = tmp_path / "typed.xlsx"
    zone = ZoneInfo("Europe/Helsinki")
    write_xlsx(path, "Typed", [f"c{index}" for index in range(len(types))], rows, types, zone=zone)
    return [row.cells for row in read_back(path)[1]]


def test_types_survive_xlsx(tmp_path: Path) -> None:
    noon = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
    rows: list[list[Cell]] = [
        ["12", Decimal("12.50"), "2026-11-22", noon, True],
        [7, 0.1 + 0.2, date(2026, 1, 2), "2026-11-21T22:00:00Z", False],
        ["n/a", 12345678901234567890, "soon", None, None],
    ]
    assert written(tmp_path, rows, ["integer", "money", "date", "moment", "flag"]) == [
        ["12", "12.5", "2026-11-22", "2026-11-22T14:30:00", "true"],
        ["7", "0.3", "2026-01-02", "2026-11-22T00:00:00", "false"],
        ["n/a", "12345678901234567890", "soon", "", ""],
    ]


def test_xlsx_holds_real_values_and_no_formula(tmp_path: Path) -> None:
    written(tmp_path, [["5", "2026-11-22", "=1+1", "#REF!"]], ["integer", "date", "text", "text"])
    sheet = openpyxl.load_workbook(tmp_path / "typed.xlsx").active
    assert sheet is not None
    number, day, formula, error = sheet[2]
    assert (number.value, number.data_type) == (5, "n")
    assert (day.value, day.is_date) == (datetime(2026, 11, 22), True)
    assert (formula.value, formula.data_type, formula.quotePrefix) == ("=1+1", "s", True)
    assert not error.quotePrefix
    assert (error.value, error.data_type) == ("#REF!", "s")
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.bold
    assert sheet.column_dimensions["B"].width == 12


TRICKY = ["=cmd|'/C calc'!A0", "+1", "-1", "@x", "\t=1+1", "'tis", "'=1+1", "''@x", "+358 50 123"]


def test_an_xlsx_cell_shows_a_text_as_it_is_and_never_a_formula(tmp_path: Path) -> None:
    assert written(tmp_path, [[text] for text in TRICKY], ["text"]) == [[text] for text in TRICKY]
    sheet = openpyxl.load_workbook(tmp_path / "typed.xlsx").active
    assert sheet is not None
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == TRICKY, "no apostrophe that nobody wrote"
    assert {(cell.data_type, cell.quotePrefix) for cell in cells} == {("s", True)}
    with zipfile.ZipFile(tmp_path / "typed.xlsx") as package:
        assert b"<f" not in package.read("xl/worksheets/sheet1.xml")


def test_a_csv_cell_that_could_run_gets_an_apostrophe_that_reading_takes_away(
    tmp_path: Path,
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"".join(csv_rows(["a"], [[text] for text in TRICKY])))
    assert [row.cells[0] for row in read_back(path)[1]] == TRICKY
    with path.open(encoding="utf-8-sig", newline="") as file:
        starts = [row[0][:2] for row in csv.reader(file)][1:]
    assert starts == ["'=", "+1", "-1", "'@", "'\t", "'t", "''", "''", "+3"]


def test_a_csv_that_was_saved_as_xlsx_loses_its_apostrophes_all_the_same(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for text in ("a", "'=1+1", "'tis"):
        book.active.append([text])
    book.save(tmp_path / "t.xlsx")
    assert [row.cells[0] for row in read_back(tmp_path / "t.xlsx")[1]] == ["=1+1", "'tis"]


def test_csv_opens_right_in_excel() -> None:
    data = b"".join(csv_rows(["Nimi", "Määrä"], [["Åsa", -5], ["=1+1", None], ["a\0b", 0.1 + 0.2]]))
    assert data == "\ufeffNimi,Määrä\r\nÅsa,-5\r\n'=1+1,\r\nab,0.3\r\n".encode()


def test_csv_is_a_plain_csv_to_others() -> None:
    rows: list[list[Cell]] = [["a,b", 'say "hi"'], ["two\nlines", " x"], ["", ""]]
    text = b"".join(csv_rows(["one", "two"], rows)).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["one", "two"], *rows]


def test_a_text_too_long_for_a_sheet_is_refused_rather_than_cut(tmp_path: Path) -> None:
    with pytest.raises(TooLarge, match="32,767"):
        write_xlsx(tmp_path / "t.xlsx", "T", ["a"], [["x" * 32_768]], ["text"])


@pytest.mark.parametrize("title", ["", "a/b:c*d?[e]\\", "'quoted'", "x" * 60])
def test_any_title_makes_a_sheet(tmp_path: Path, title: str) -> None:
    write_xlsx(tmp_path / "t.xlsx", title, ["a"], [["1"]], ["text"])
    with read_sheet(tmp_path / "t.xlsx", filename="t.xlsx") as sheet:
        assert sheet.title
        assert len(sheet.title) <= 31


def test_a_failing_source_of_rows_leaves_no_temporary_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def rows() -> object:
        for index in range(200):
            yield [index]
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        write_xlsx(io.BytesIO(), "T", ["a"], rows(), ["integer"])  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []

"""CSV files as programs and people write them, and those that are refused."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet_app.kernel.errors import FleetError, InvalidInput, TooLarge
from fleet_app.records.sheets.reading import Limits, Row, Sheet, read_sheet


def opened(tmp_path: Path, data: bytes, limits: Limits | None = None) -> Sheet:
    path = tmp_path / "upload"
    path.write_bytes(data)
    return read_sheet(path, filename="cars.csv", limits=limits or Limits())


def table(tmp_path: Path, data: bytes, limits: Limits | None = None) -> list[list[str]]:
    with opened(tmp_path, data, limits) as sheet:
        return [sheet.headers, *(row.cells for row in sheet.rows)]


@pytest.mark.parametrize(
    "data",
    [
        "name,town\r\nÅsa,Ähtäri\r\n".encode(),
        codecs.BOM_UTF8 + "name;town\nÅsa;Ähtäri\n".encode(),
        codecs.BOM_UTF16_LE + "name\ttown\r\nÅsa\tÄhtäri".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "name|town\r\nÅsa|Ähtäri".encode("utf-16-be"),
        "name,town\rÅsa,Ähtäri\r".encode("cp1252"),
        '"name", "town"\n"Åsa", "Ähtäri"\n'.encode(),
        "sep=;\r\nname;town\r\nÅsa;Ähtäri\r\n".encode(),
    ],
)
def test_encodings_delimiters_and_line_ends(tmp_path: Path, data: bytes) -> None:
    assert table(tmp_path, data) == [["name", "town"], ["Åsa", "Ähtäri"]]


def test_the_euro_sign_tells_windows_from_latin(tmp_path: Path) -> None:
    assert table(tmp_path, "price\n5 €".encode("cp1252")) == [["price"], ["5 €"]]


def test_delimiters_inside_texts_and_decimal_commas_do_not_mislead(tmp_path: Path) -> None:
    data = b'name;lat;note\nA;60,1;"x, y, z, w"\nB;24,9;a|b|c\n'
    assert table(tmp_path, data)[1:] == [["A", "60,1", "x, y, z, w"], ["B", "24,9", "a|b|c"]]
    assert table(tmp_path, b"a,b\n1,x;y;z\n2,p;q\n")[1] == ["1", "x;y;z"]


def test_numbers_of_rows_are_those_of_the_spreadsheet(tmp_path: Path) -> None:
    data = b'\r\nname,note\r\n\r\nA,"two\r\nlines"\r\n,\r\nB,x\r\n'
    with opened(tmp_path, data) as sheet:
        assert list(sheet.rows) == [Row(4, ["A", "two\r\nlines"]), Row(6, ["B", "x"])]


def test_ragged_rows_are_filled_and_what_is_too_much_is_kept_aside(tmp_path: Path) -> None:
    with opened(tmp_path, b"a,b,,\n1\n1,2,,\n1,2,3,,5\n") as sheet:
        assert sheet.headers == ["a", "b"]
        assert list(sheet.rows) == [
            Row(2, ["1", ""]),
            Row(3, ["1", "2"]),
            Row(4, ["1", "2"], ("3", "", "5")),
        ]


REFUSED = {
    "empty": (b"", "is empty"),
    "blank": (b"  \r\n\r\n,,,\r\n", "is empty"),
    "many blanks": (b" " * 5000, "is empty"),
    "nul": (b"a,b\n1,\x002\n", "not a table of text"),
    "utf-16 without mark": ("a,b\n1,2\n".encode("utf-16-le"), "not a table of text"),
    "picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not a table of text"),
    "damaged utf-8": ("a\nÄhtäri\nÖ".encode() + b"\xc3\n", "unreadable letters in line 3"),
    "no known letters": (b"a\n\x81\x8d\n", "unreadable letters in line 2"),
    "half utf-16": (codecs.BOM_UTF16_LE + b"a\0,\0b\0\n\0\x01", "unreadable letters in line 2"),
    "open quote": (b'a,b\n1,"x\n2,y\n3,z\n', "row 2 that begins with a quotation mark"),
    "long open quote": (b'a\n1\n"' + b"x\n" * 90_000, "row 3 that begins with a quotation mark"),
    "quote astray": (b'a,b\n1,"x"y\n', "wrong place in row 2"),
    "pdf": (b"%PDF-1.7\n", "PDF"),
    "web page": (b"\n<html><table>", "web page"),
    "xml": (codecs.BOM_UTF8 + b"<?xml version='1.0'?>", "web page or an XML"),
    "rtf": (b"{\\rtf1 hi}", "text document"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refusals_say_where_and_what(tmp_path: Path, case: str) -> None:
    data, sentence = REFUSED[case]
    with pytest.raises(InvalidInput) as refusal:
        table(tmp_path, data)
    assert sentence in refusal.value.message
    assert refusal.value.message.startswith("cars.csv ")
    assert refusal.value.message.endswith(".")
    assert refusal.value.fields == {"file": refusal.value.message}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"a\n" + b"1\n" * 4, "more than 3 rows"),
        (b"a,b,c,d,e\n", "more than 4 columns in row 1"),
        (b"a\n1,2,3,4,5\n", "more than 4 columns in row 2"),
        (b"a,b\n1,12345678901\n", "more than 10 characters in row 2, column 2"),
        (b"a,b\n" + b"x" * 60, "too much text in line 2"),
        (b"a,b\n" + b"1,2\n" * 20, "larger than 0 MB"),
    ],
)
def test_too_much_is_refused(tmp_path: Path, data: bytes, sentence: str) -> None:
    with pytest.raises(TooLarge, match=sentence):
        table(tmp_path, data, Limits(rows=3, columns=4, cell=10, bytes=70))


def test_what_the_limits_allow_is_read(tmp_path: Path) -> None:
    data = b"a,b,c,d,,,\n" + b"1234567890,2,3,4,,\n" * 3
    limits = Limits(rows=3, columns=4, cell=10)
    assert len(table(tmp_path, data, limits)) == 4


def test_file_names_are_shown_without_paths_and_tricks(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"")
    for given_name, shown in {
        "C:\\my\\a.csv": "a.csv",
        "../b\x07.csv": "b.csv",
        "": "The file",
    }.items():
        with pytest.raises(InvalidInput) as refusal:
            read_sheet(path, filename=given_name)
        assert refusal.value.message.startswith(shown + " is empty")


@given(st.binary(max_size=200) | st.text(alphabet="ab,;\"\r\n\t='é", max_size=60).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    words, read = "", []
    try:
        read = table(tmp_path_factory.getbasetemp(), data)
    except FleetError as refusal:
        words = refusal.message
    assert bool(read) != words.endswith(".")
    assert all(len(row) == len(read[0]) for row in read)

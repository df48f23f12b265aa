"""How a file is read, as the screen asks and shows it. No state, no database."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TypedDict
from zoneinfo import ZoneInfo

from fleet_app.records.fields import FieldType, Spec
from fleet_app.records.imports.cells import Home, Reader, survey
from fleet_app.records.imports.columns import NUMBER
from fleet_app.records.imports.evidence import evidence_in
from fleet_app.records.imports.parts import is_part, whole_of
from fleet_app.records.imports.reading import (
    Question,
    is_exact,
    mark_of,
    order_of,
    questions,
    said_of,
    unknown_words,
)
from fleet_app.records.imports.scales import scales_of
from fleet_app.records.kinds import Kind
from fleet_app.records.models import Import
from fleet_app.records.sheets.model import Row
from fleet_app.records.sheets.moments import read_date
from fleet_app.records.sheets.numerals import read_number

MOST_WORDS = 50
_DAY = re.compile(r"[0-9]{1,2}([-/]) ?[0-9]{1,2}\1 ?(?:[0-9]{4}|[0-9]{2})")
_SHOWN = frozenset({FieldType.DATE, FieldType.MOMENT, FieldType.NUMBER, FieldType.MONEY})


class Way(TypedDict):
    """One way of reading what is open, such as `3 February 2027`."""

    value: str
    label: str


class Asked(TypedDict):
    """What cells leave open: the words of the question, its answers, and the one chosen."""

    what: str
    words: str
    answer: str
    ways: list[Way]


class Word(TypedDict):
    """A word of a choice's column that means nothing yet, or `value` when somebody said so."""

    key: str
    field: str
    word: str
    said: str
    value: str
    options: list[Way]


def asked_of(kind: Kind, record: Import) -> list[Asked]:
    """The questions about a file, with every way of reading its own cells."""
    return [_asked(record, one) for one in questions(kind, record)]


def words_of_file(kind: Kind, record: Import) -> list[Word]:
    """The words of its choices that are not known, most frequent first in each column."""
    titles = {name: record.headers[int(index)] for index, name in record.mapping.items()}
    found = []
    for one in unknown_words(kind, record)[:MOST_WORDS]:
        rows = "1 row" if one.count == 1 else f"{one.count:,} rows"
        options = [
            Way(value=option["value"], label=option["label"])
            for option in kind.by_name[one.field].options
        ]
        said = f"{titles.get(one.field, '')} “{one.word}” ({rows}) means"
        found.append(
            Word(key=f"{one.field}:{one.word}", field=one.field, word=one.word, said=said.strip(),
                 value=one.value, options=options)
        )  # fmt: skip
    return found


def read_samples(kind: Kind, record: Import) -> Mapping[int, str]:
    """Of each column whose cells are read rather than copied, its first sample as it is read."""
    home = Home(
        zone=ZoneInfo("UTC"), order=order_of(kind, record), mark=mark_of(kind, record),
        exact=is_exact(record), words=said_of(record).words,
        scales=scales_of(kind, record.headers, record.mapping),
    )  # fmt: skip
    width = len(record.headers)
    rows = [Row(2, [*cells, *[""] * width][:width]) for cells in record.sample]
    rows += _open_cells(record, width)
    reader = Reader(kind, record.mapping, survey(kind, record.mapping, rows, home), home)
    found: dict[int, str] = {}
    parted = {whole_of(name) for name in record.mapping.values() if is_part(name)}
    for row in map(reader.read, rows[: len(record.sample)]):
        for index, name in _firsts(record.mapping).items():
            spec = kind.by_name[name]
            if name in row.values and (spec.type in _SHOWN or name in parted):
                found.setdefault(index, _shown(row.values[name], spec))
    return found


def _firsts(mapping: Mapping[str, str]) -> dict[int, str]:
    """The fields by their column; by their first one, if they have several."""
    found: dict[str, int] = {}
    for index in sorted(map(int, mapping)):
        found.setdefault(whole_of(mapping[str(index)]), index)
    return {index: name for name, index in found.items() if name != NUMBER}


def _open_cells(record: Import, width: int) -> list[Row]:
    """A row that proves in each column what the cells beyond the samples prove."""
    proofs = {"dmy": "24/11/2026", "mdy": "11/24/2026", ",": "1,5", ".": "1.5"}
    rows = []
    for what in ("dates", "numbers"):
        cells = [""] * width
        for index, column in evidence_in(record.evidence).columns.items():
            if int(index) < width:
                cells[int(index)] = proofs.get(getattr(column, what), "")
        rows.append(Row(0, cells))
    return rows


def _asked(record: Import, one: Question) -> Asked:
    names = " and ".join(f"“{name}”" for name in _headers(record, one.columns))
    ways = _date_ways(one.example) if one.what == "dates" else _number_ways(one.example)
    thing = "date" if one.what == "dates" else "number"
    words = f"{one.example} in {names} is the {thing}"
    return Asked(what=one.what, words=words, answer=one.answer, ways=ways)


def _headers(record: Import, columns: Sequence[int]) -> list[str]:
    return [record.headers[index] or f"column {index + 1}" for index in columns[:3]]


def _date_ways(example: str) -> list[Way]:
    return [
        Way(value=order, label=f"{_as_day(example, order)} ({words} first)".strip())
        for order, words in (("dmy", "day"), ("mdy", "month"))
    ]


def _as_day(example: str, order: str) -> str:
    """The day of a cell in that order; "" when it is none of the calendar."""
    found = _DAY.match(example.strip())
    try:
        return _day(read_date(found[0] if found else "", order="mdy" if order == "mdy" else "dmy"))
    except ValueError:
        return ""


def _number_ways(example: str) -> list[Way]:
    """The two numbers; thousands are shown apart, so that nobody has to count digits."""
    found = {mark: float(_bare(example, mark)) for mark in (",", ".")}
    ways = [
        Way(value=mark, label=f"{_number(value)} ({'thousands' if value >= 1000 else 'decimals'})")
        for mark, value in found.items()
    ]
    return sorted(ways, key=lambda way: way["label"].endswith("(decimals)"))


def _bare(example: str, mark: str) -> str:
    digits = "".join(letter for letter in example if letter in "0123456789.,")
    return read_number(digits, mark="," if mark == "," else ".")


def _shown(value: object, spec: Spec) -> str:
    if isinstance(value, int | float):
        return f"{_number(float(value))} {spec.unit or ''}".strip()
    text = str(value)
    if spec.type not in _SHOWN:
        return text
    if len(text) == len("2026-11-22"):
        return _day(text)
    moment = datetime.fromisoformat(text)
    return f"{_day(moment.date().isoformat())}, {moment:%H:%M}"


def _number(value: float) -> str:
    """Such as `1 234.5`: a blank between thousands cannot be taken for a decimal mark."""
    return f"{value:,.6f}".rstrip("0").rstrip(".").replace(",", "\u202f")


def _day(text: str) -> str:
    return f"{date.fromisoformat(text):%-d %B %Y}"

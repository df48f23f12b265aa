"""From the cells of a row to values, as far as that can be said without the database."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from itertools import islice
from typing import Any

import msgspec

from fleet_app.kernel.jsonb import clean
from fleet_app.records.fields import FieldType, Spec
from fleet_app.records.imports.columns import NUMBER
from fleet_app.records.imports.parts import is_part, joined, whole_of
from fleet_app.records.imports.reading import only_decimals
from fleet_app.records.imports.scales import Scale
from fleet_app.records.imports.vocabulary import choice_of
from fleet_app.records.kinds import Kind
from fleet_app.records.sheets.mapping import plain
from fleet_app.records.sheets.model import Row
from fleet_app.records.sheets.numerals import either_way, evident_mark, quoted, two_ways
from fleet_app.records.sheets.values import (
    Mark,
    Order,
    date_order,
    is_blank,
    read_date,
    read_flag,
    read_integer,
    read_moment,
    read_number,
    read_text,
    read_time,
)

_DATES = frozenset({FieldType.DATE, FieldType.MOMENT})
_NUMBERS = frozenset({FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY})
_MOST_NAMED = 12


class Home(msgspec.Struct, frozen=True, kw_only=True):
    """Where a sheet comes from: the fleet's time zone and currency, and how it is written.

    `order` and `mark` hold for dates and numbers whose column does not tell; without them, cells
    that can be read in two ways are refused. `words` are values of choices by field and word;
    an `exact` sheet is a workbook, whose numbers have a point. `scales` are of columns in another
    unit than their field's.
    """

    zone: tzinfo
    currency: str = ""
    order: Order | None = "dmy"
    mark: Mark | None = None
    exact: bool = False
    words: Mapping[str, Mapping[str, str]] = {}
    scales: Mapping[int, Scale] = {}


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """What a whole sheet tells about how its columns are to be read."""

    rows: int
    orders: Mapping[int, Order | None]
    marks: Mapping[int, Mark | None]


class ReadRow(msgspec.Struct, kw_only=True):
    """A row as read. `words` are references, `clocks` times that lack their day.

    `texts` are the cells that were not empty, by field; `errors` what could not be read.
    """

    number: int
    cells: list[str]
    record_number: int | None = None
    texts: dict[str, str] = {}
    values: dict[str, Any] = {}
    words: dict[str, str] = {}
    clocks: dict[str, str] = {}
    errors: dict[str, str] = {}


def clean_row(row: Row) -> Row:
    """The row without what neither texts nor JSON in the database can hold."""
    return Row(row.number, [cleaned(cell) for cell in row.cells], row.surplus)


def cleaned(text: str) -> str:
    """Without zero characters and halves of characters, which workbooks may have in them."""
    return str(clean(text))


def survey(kind: Kind, mapping: Mapping[str, str], rows: Iterable[Row], home: Home) -> Survey:
    """Walk the rows once to see how dates and numbers are written in each column."""
    types = {int(index): _type(kind, name) for index, name in mapping.items()}
    columns: dict[int, list[str]] = {
        index: [] for index, type_ in types.items() if type_ in _DATES | _NUMBERS
    }
    count = 0
    for row in rows:
        count += 1
        for index, values in columns.items():
            values.append(row.cells[index])
    dates = {i: values for i, values in columns.items() if types[i] in _DATES}
    numbers = {i: values for i, values in columns.items() if types[i] in _NUMBERS}
    return Survey(
        rows=count,
        orders={i: date_order(values, locale_order=home.order) for i, values in dates.items()},
        marks={i: _mark(values, home) for i, values in numbers.items()},
    )


def _mark(values: Sequence[str], home: Home) -> Mark | None:
    """The decimal mark of a column; None when its cells contradict each other, or nothing tells."""
    seen = {evident_mark(value) for value in values} - {None}
    if home.exact and any("." in value and either_way(value) for value in values):
        seen.add(".")
    if not seen:
        return home.mark
    return seen.pop() if len(seen) == 1 else None


class Reader:
    """Reads the rows of one sheet."""

    def __init__(self, kind: Kind, mapping: Mapping[str, str], found: Survey, home: Home) -> None:
        columns = [(int(index), name) for index, name in mapping.items()]
        parted = {whole_of(name) for _, name in columns if is_part(name)}
        self._columns = [(index, name) for index, name in columns if whole_of(name) not in parted]
        self._parted = {
            field: {name.partition(".")[2]: index for index, name in columns
                    if whole_of(name) == field}
            for field in parted
        }  # fmt: skip
        self._kind = kind
        self._survey = found
        self._home = home

    def read(self, row: Row) -> ReadRow:
        """What the row says; empty cells say nothing."""
        read = ReadRow(number=row.number, cells=row.cells)
        for index, name, text in self._texts(row):
            if is_blank(text):
                continue
            try:
                self._cell(read, index, name, text)
            except ValueError as error:
                read.errors[name] = str(error)
        return read

    def _texts(self, row: Row) -> Iterator[tuple[int, str, str]]:
        """Column, field and text; of a field in several columns, its first column."""
        for index, name in self._columns:
            yield index, name, row.cells[index]
        for name, parts in self._parted.items():
            order = sorted(parts, key=lambda part: parts[part])
            text = joined({part: row.cells[parts[part]] for part in order}, order)
            yield min(parts.values()), name, text

    def moment(self, day: str, clock: str) -> str:
        """A time on a day, in the fleet's zone. Raises ValueError."""
        return read_moment(f"{day} {clock}", zone=self._home.zone)

    def _cell(self, read: ReadRow, index: int, name: str, text: str) -> None:
        read.texts[name] = text
        if name == NUMBER:
            read.record_number = _record_number(text)
            return
        spec = self._kind.by_name[name]
        if spec.type is FieldType.REFERENCE:
            read.words[name] = " ".join(_text(spec, text).split())
        elif spec.type is FieldType.MOMENT and (clock := _clock(text)):
            read.clocks[name] = clock
        else:
            read.values[name] = self._value(spec, index, text)
            if index in self._home.scales:  # the cell's own number would be compared as ours
                read.texts[name] = f"{read.values[name]:.12g}"

    def _value(self, spec: Spec, index: int, text: str) -> Any:
        if spec.type in _NUMBERS:
            scale = self._home.scales.get(index)
            return self._number(spec, self._survey.marks.get(index), text, scale)
        if spec.type is FieldType.DATE:
            return read_date(text, order=self._survey.orders.get(index))
        if spec.type is FieldType.MOMENT:
            order = self._survey.orders.get(index)
            return read_moment(text, order=order, zone=self._home.zone)
        if spec.type is FieldType.CHOICE:
            return self._choice(spec, text)
        return _READERS.get(spec.type, _text)(spec, text)

    def _number(self, spec: Spec, mark: Mark | None, text: str, scale: Scale | None) -> int | float:
        if mark is None and either_way(text):
            mark = self._only_way(spec, text)
        if scale is not None:
            found = float(read_number(text, mark=mark, unit=scale.unit)) * scale.per
            return round(found) if spec.type is FieldType.INTEGER else found
        if spec.type is FieldType.INTEGER:
            return int(read_integer(text, mark=mark, unit=spec.unit))
        unit = self._home.currency if spec.type is FieldType.MONEY else spec.unit
        return float(read_number(text, mark=mark, unit=unit or None))

    def _only_way(self, spec: Spec, text: str) -> Mark:
        """The decimal mark of a cell whose column leaves it open. Raises ValueError."""
        mark: Mark = "." if "." in text else ","
        if spec.type is FieldType.INTEGER:  # it has no decimals
            return "," if mark == "." else "."
        if only_decimals(self._kind, spec):
            return mark
        raise ValueError(two_ways(text))

    def _choice(self, spec: Spec, text: str) -> str:
        """A value by itself, by the word of the screen, or by what was said of the word."""
        said = self._home.words.get(spec.name, {}).get(plain(text), "")
        found = choice_of(spec, text) or said
        if found:
            return found
        shown = ", ".join(option["label"] for option in islice(spec.options, _MOST_NAMED))
        raise ValueError(f"{quoted(text)} is not one of {shown}")


def _type(kind: Kind, name: str) -> FieldType:
    return FieldType.INTEGER if name == NUMBER else kind.by_name[whole_of(name)].type


def _record_number(text: str) -> int:
    number = int(read_integer(text))
    if not 0 < number < 2**63:
        raise ValueError("is not the number of a record")
    return number


def _clock(text: str) -> str:
    """The time of a cell that holds nothing else; "" for any other cell."""
    try:
        return read_time(text)
    except ValueError:
        return ""


def _text(_: Spec, text: str) -> str:
    return unicodedata.normalize("NFC", read_text(text))


def _flag(_: Spec, text: str) -> bool:
    return read_flag(text) == "true"


_READERS: Mapping[FieldType, Callable[[Spec, str], Any]] = {
    FieldType.FLAG: _flag,
}

"""Which records somebody wants to see, as read from an address's query."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from enum import StrEnum
from typing import Any

import msgspec

from fleet_app.kernel.errors import InvalidInput
from fleet_app.kernel.parameters import moment, number, plain_text, search
from fleet_app.records.fields import RANGES, Computed, FieldType, Spec
from fleet_app.records.kinds import Kind

MOST_ROWS, MOST_PAGES, MOST_VALUES = 500, 1_000_000, 100
IMPORT = "import"
"""The parameter that asks for what one import made or changed."""
BASE_COLUMNS = (
    Computed(name="id", title="Number", type=FieldType.INTEGER, expression=None, shown=False),
    Computed(name="external_reference", title="External reference", expression=None, shown=False),
    Computed(
        name="created_at", title="Created", type=FieldType.MOMENT, expression=None, shown=False
    ),
    Computed(
        name="updated_at", title="Changed", type=FieldType.MOMENT, expression=None, shown=False
    ),
)
"""Columns of every kind, kept in columns of the same name."""


class Deleted(StrEnum):
    """Whether deleted records are wanted."""

    NO = "no"
    ONLY = "only"
    WITH = "with"


class Test(StrEnum):
    """How a filter compares."""

    __test__ = False

    ANY_OF = ""
    CONTAINS = "contains"
    FROM = "from"
    TO = "to"
    EMPTY = "empty"


class Filter(msgspec.Struct, frozen=True):
    """One condition; `value` is a tuple for ANY_OF, a flag for EMPTY."""

    column: str
    test: Test
    value: Any


class ListQuery(msgspec.Struct, frozen=True, kw_only=True):
    """One page of records; `page` counts from 1, `sort` holds (column, descending).

    `imported` is the import that made or changed them.
    """

    page: int = 1
    limit: int = 50
    sort: tuple[tuple[str, bool], ...] = ()
    search: str = ""
    deleted: Deleted = Deleted.NO
    fleet_id: int | None = None
    imported: int | None = None
    filters: tuple[Filter, ...] = ()

    @property
    def offset(self) -> int:
        """How many records come before the page."""
        return (self.page - 1) * self.limit


def columns_of(kind: Kind) -> dict[str, Spec | Computed]:
    """Every column of the list by name: fields, computed ones, and those of every kind."""
    base = {one.name: one for one in BASE_COLUMNS}
    fields = {spec.name: spec for spec in kind.specs if not spec.secret}
    return {**base, **fields, **{one.name: one for one in kind.computed}}


def parse_query(
    kind: Kind, parameters: Iterable[tuple[str, str]], *, zone: dt.tzinfo = UTC
) -> ListQuery:
    """Read the parameters of a list; days and times without a zone are those of `zone`.

    Raises `InvalidInput` that names every wrong one.
    """
    columns = columns_of(kind)
    problems: dict[str, str] = {}
    values: dict[str, Any] = {}
    filters: list[Filter] = []
    for name, text in parameters:
        try:
            if name in _PLAIN:
                key, read = _PLAIN[name]
                values[key] = read(text)
            elif name == "sort":
                values["sort"] = _sort(columns, text)
            else:
                filters.append(_filter(columns, name, text, zone))
        except ValueError as error:
            problems[name[:80]] = str(error)
    if problems:
        raise InvalidInput("The list cannot be asked for like this", fields=problems)
    return ListQuery(**values, filters=tuple(filters))


def _deleted(text: str) -> Deleted:
    if text not in list(Deleted):
        raise ValueError("must be no, only or with")
    return Deleted(text)


_PLAIN: Mapping[str, tuple[str, Any]] = {
    "page": ("page", number(1, MOST_PAGES)),
    "limit": ("limit", number(1, MOST_ROWS)),
    "q": ("search", search),
    "deleted": ("deleted", _deleted),
    "fleet_id": ("fleet_id", number(1, 2**63 - 1)),
    IMPORT: ("imported", number(1, 2**63 - 1)),
}


def _sort(columns: Mapping[str, Spec | Computed], text: str) -> tuple[tuple[str, bool], ...]:
    order: dict[str, bool] = {}
    for word in filter(None, (part.strip() for part in text.split(","))):
        name = word.removeprefix("-")
        if name not in columns or not columns[name].sortable:
            known = ", ".join(sorted(one for one in columns if columns[one].sortable))
            raise ValueError(f"one of {known}")
        order.setdefault(name, word.startswith("-"))
    return tuple(order.items())


def _filter(
    columns: Mapping[str, Spec | Computed], name: str, text: str, zone: dt.tzinfo
) -> Filter:
    base, _, test = name.rpartition(".") if "." in name else (name, "", "")
    column = columns.get(base)
    if column is None or not column.filterable:
        raise ValueError("is no parameter of this list")
    if test not in _tests(column.type):
        raise ValueError(f"can be asked for by {_advice(base, column.type)}")
    if test == Test.EMPTY:
        return Filter(base, Test.EMPTY, _flag(text))
    if test == Test.ANY_OF:
        words = [word.strip() for word in text.split(",") if word.strip()]
        if not words or len(words) > MOST_VALUES:
            raise ValueError(f"needs 1 to {MOST_VALUES} values, separated by commas")
        return Filter(base, Test.ANY_OF, tuple(_value(column, word, zone) for word in words))
    if test == Test.CONTAINS:
        return Filter(base, Test.CONTAINS, search(text))
    return Filter(base, Test(test), _value(column, text.strip(), zone, end=test == Test.TO))


def _tests(type_: FieldType) -> Sequence[str]:
    if type_ in RANGES:
        return (Test.ANY_OF, Test.FROM, Test.TO, Test.EMPTY)
    if type_ in (FieldType.CHOICE, FieldType.FLAG, FieldType.REFERENCE):
        return (Test.ANY_OF, Test.EMPTY)
    return (Test.ANY_OF, Test.CONTAINS, Test.EMPTY)


def _advice(name: str, type_: FieldType) -> str:
    return ", ".join(f"{name}.{test}" if test else name for test in _tests(type_))


def _value(column: Spec | Computed, text: str, zone: dt.tzinfo, *, end: bool = False) -> Any:
    if column.type is FieldType.CHOICE:
        return _choice(column, text)
    if column.type is FieldType.MOMENT:
        return moment(text, zone, end=end)
    return _READERS.get(column.type, plain_text)(text)


def _choice(column: Spec | Computed, text: str) -> Any:
    if isinstance(column, Computed):
        if text not in column.options:
            raise ValueError(f"any of {', '.join(column.options)}, separated by commas")
        return text
    values = {str(one.value): one for one in (column.choices or ())}
    if text not in values:
        raise ValueError(f"any of {', '.join(values)}, separated by commas")
    return values[text]


def _flag(text: str) -> bool:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if text.lower() not in words:
        raise ValueError("must be true or false")
    return words[text.lower()]


def _integer(text: str) -> int:
    try:
        value = int(text[:25])
    except ValueError:
        raise ValueError("must be a whole number") from None
    if not -(2**63) <= value < 2**63:
        raise ValueError("must be a whole number")
    return value


def _decimal(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError("must be a number") from None
    if value != value or abs(value) > 1e15:  # noqa: PLR0124 - not a number
        raise ValueError("must be a number")
    return value


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError("must be a date, such as 2026-11-22") from None


_READERS: Mapping[FieldType, Any] = {
    FieldType.FLAG: _flag,
    FieldType.REFERENCE: _integer,
    FieldType.INTEGER: _integer,
    FieldType.NUMBER: _decimal,
    FieldType.MONEY: _decimal,
    FieldType.DATE: _date,
}

"""How a sheet is read where its cells leave it open: asked for, remembered, or told by the rest.

A cell such as `03/04/2026` or `1.234` is read as its column proves, else as somebody said for this
file, else as the file's other columns prove, else as the last file of the fleet was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, cast, get_args

import msgspec

from fleet_app.kernel.errors import InvalidInput
from fleet_app.records.fields import FieldType, Spec
from fleet_app.records.imports.columns import NUMBER
from fleet_app.records.imports.evidence import BOTH, ColumnEvidence, Evidence, evidence_in
from fleet_app.records.imports.parts import whole_of
from fleet_app.records.imports.vocabulary import choice_of
from fleet_app.records.kinds import Kind
from fleet_app.records.models import Import
from fleet_app.records.sheets.mapping import plain
from fleet_app.records.sheets.moments import Order
from fleet_app.records.sheets.numerals import Mark

What = Literal["dates", "numbers"]
WORDS = "words"
_DATES = frozenset({FieldType.DATE, FieldType.MOMENT})
_NUMBERS = frozenset({FieldType.NUMBER, FieldType.MONEY})
_THOUSAND = 1000
_ALLOWED: Mapping[str, tuple[str, ...]] = {"dates": get_args(Order), "numbers": get_args(Mark)}
_ASKED = {"dates": "date_order", "numbers": "decimal_mark"}


class Said(msgspec.Struct, kw_only=True):
    """What people said of a file, or of one before it (`dates_before`, `numbers_before`).

    `words` are values of choices by field and by the word of the file, in its plain spelling.
    """

    dates: str = ""
    numbers: str = ""
    dates_before: str = ""
    numbers_before: str = ""
    words: dict[str, dict[str, str]] = {}


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What cells such as `example` leave open; the `answer` is "" as long as nothing tells.

    `columns` are the numbers of those whose cells are read by it.
    """

    what: What
    example: str
    answer: str
    columns: Sequence[int]


class Unknown(msgspec.Struct, frozen=True, kw_only=True):
    """A word of a choice's column that is no value of it, as `value` if somebody said which."""

    field: str
    word: str
    count: int
    value: str


def said_of(record: Import) -> Said:
    """What was said of an import."""
    return msgspec.convert(record.reading or {}, Said)


def order_of(kind: Kind, record: Import) -> Order | None:
    """How dates are written where their column does not tell; None when nothing tells."""
    if not record.evidence:
        return cast("Order", record.date_order)
    return cast("Order | None", _answer(kind, record, "dates") or None)


def mark_of(kind: Kind, record: Import) -> Mark | None:
    """The decimal mark where a column does not tell; None when nothing tells."""
    return cast("Mark | None", _answer(kind, record, "numbers") or None)


def is_exact(record: Import) -> bool:
    """Whether the file is a workbook, where `1.234` is a number with decimals."""
    return evidence_in(record.evidence).exact


def questions(kind: Kind, record: Import) -> list[Question]:
    """What the cells of its chosen columns leave open, answered or not."""
    found = []
    for what in get_args(What):
        columns = _open(kind, record, what)
        if columns:
            example = min(columns.values(), key=len)
            answer = _answer(kind, record, what)
            found.append(
                Question(what=what, example=example, answer=answer,
                         columns=tuple(columns))
            )  # fmt: skip
    return found


def require_answers(kind: Kind, record: Import) -> None:
    """Raises `InvalidInput` when a file can be read in two ways and nothing tells in which."""
    missing = {
        _ASKED[one.what]: f"{one.example} can be read in two ways"
        for one in questions(kind, record)
        if not one.answer
    }
    if missing:
        raise InvalidInput("Say first how the file writes dates and numbers.", fields=missing)


def unknown_words(kind: Kind, record: Import) -> list[Unknown]:
    """The words in columns of choices that are no values of theirs, most frequent first."""
    said, evidence = said_of(record).words, evidence_in(record.evidence)
    found = [
        Unknown(field=spec.name, word=word, count=count,
                value=said.get(spec.name, {}).get(plain(word), ""))
        for index, spec in _specs(kind, record.mapping)
        if spec.type is FieldType.CHOICE
        for word, count in (_column(evidence, index).words or {}).items()
        if not choice_of(spec, word)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.field, -one.count, one.word))


def say(kind: Kind, record: Import, *, dates: str | None, numbers: str | None, words: Any) -> None:
    """Write down what somebody said. Raises `InvalidInput`."""
    said = said_of(record)
    for what, value in (("dates", dates), ("numbers", numbers)):
        if value is None:
            continue
        if value not in _ALLOWED[what]:
            problem = {_ASKED[what]: "one of " + " ".join(_ALLOWED[what])}
            raise InvalidInput("How are dates and numbers written?", fields=problem)
        setattr(said, what, value)
    if words is not None:
        said.words = checked_words(kind, words)
    record.reading = msgspec.to_builtins(said)
    record.date_order = order_of(kind, record) or record.date_order


def checked_words(kind: Kind, words: Any) -> dict[str, dict[str, str]]:
    """What words of the file mean, without those that mean nothing. Raises `InvalidInput`."""
    found: dict[str, dict[str, str]] = {}
    for name, meanings in dict(words).items():
        spec = kind.by_name.get(name)
        if spec is None or spec.type is not FieldType.CHOICE:
            raise InvalidInput("There is no such choice", fields={f"words.{name}"[:60]: "no field"})
        values = {option["value"] for option in spec.options}
        for word, value in dict(meanings).items():
            if value and value not in values:
                said = ", ".join(option["label"] for option in spec.options)
                problem = {f"words.{name}"[:60]: f"must be one of {said}"}
                raise InvalidInput("A word must mean a value of its field", fields=problem)
            if value:
                found.setdefault(name, {})[plain(word)] = value
    return found


def like(kind: Kind, record: Import, first: Import) -> None:
    """Read a file with corrected rows as the first one was, whatever its own rows would prove."""
    said = Said(
        dates=order_of(kind, first) or "", numbers=mark_of(kind, first) or "",
        words=said_of(first).words,
    )  # fmt: skip
    record.reading = msgspec.to_builtins(said)
    record.date_order = order_of(kind, record) or first.date_order


def as_before(kind: Kind, record: Import, earlier: Iterable[Import]) -> None:
    """Take over what was said of the fleet's `earlier` files of that kind, the newest first."""
    habits = Said()
    for one in earlier:
        habits.dates_before = habits.dates_before or _told(kind, one, "dates")
        habits.numbers_before = habits.numbers_before or _told(kind, one, "numbers")
        for name, meanings in said_of(one).words.items():
            habits.words[name] = {**meanings, **habits.words.get(name, {})}
    record.reading = msgspec.to_builtins(habits)
    record.date_order = order_of(kind, record) or record.date_order


def only_decimals(kind: Kind, spec: Spec) -> bool:
    """Whether thousands are beyond a field's limit, so that `60.170` can mean one thing only."""
    limits = [
        float(limit)
        for one in kind.fields.model_fields[spec.name].metadata
        if (limit := getattr(one, "le", None)) is not None
    ]
    return any(limit <= _THOUSAND for limit in limits)


def _told(kind: Kind, record: Import, what: What) -> str:
    """How a file was read, if it or somebody told; not what was taken over from another."""
    if not record.attempt:
        return ""
    return getattr(said_of(record), what) or _proven(kind, record, what)


def _answer(kind: Kind, record: Import, what: What) -> str:
    said = said_of(record)
    before = getattr(said, f"{what}_before")
    return getattr(said, what) or _proven(kind, record, what) or before


def _proven(kind: Kind, record: Import, what: What) -> str:
    """What the columns of the file prove, if they agree."""
    evidence = evidence_in(record.evidence)
    seen = {
        getattr(_column(evidence, index), what) for index, _ in _of(kind, record.mapping, what)
    } - {""}
    return seen.pop() if len(seen) == 1 and BOTH not in seen else ""


def _open(kind: Kind, record: Import, what: What) -> dict[int, str]:
    """The columns that do not tell by themselves, with a cell that leaves it open."""
    evidence, example = evidence_in(record.evidence), "date" if what == "dates" else "number"
    found = {}
    for index, _ in _of(kind, record.mapping, what):
        column = _column(evidence, index)
        if not getattr(column, what) and getattr(column, example):
            found[index] = str(getattr(column, example))
    return found


def _of(kind: Kind, mapping: Mapping[str, str], what: What) -> list[tuple[int, Spec]]:
    """The columns whose cells are dates, or numbers that may have thousands and decimals."""
    types = _DATES if what == "dates" else _NUMBERS
    return [
        (index, spec)
        for index, spec in _specs(kind, mapping)
        if spec.type in types and not (what == "numbers" and spec.input == "hidden")
        and not (what == "numbers" and spec.name.endswith(("lat", "lon")))
    ]  # fmt: skip


def _specs(kind: Kind, mapping: Mapping[str, str]) -> list[tuple[int, Spec]]:
    return [
        (int(index), kind.by_name[whole_of(name)])
        for index, name in mapping.items()
        if name != NUMBER
    ]


def _column(evidence: Evidence, index: int) -> ColumnEvidence:
    return evidence.columns.get(str(index)) or ColumnEvidence()

"""What the cells of a sheet's columns tell about how it writes dates and numbers, and its words.

Gathered once, when a file arrives, for every column: what the columns are is said later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from fleet_app.records.sheets.model import Row
from fleet_app.records.sheets.moments import evident_order
from fleet_app.records.sheets.numerals import either_way, evident_mark, tidy

BOTH = "both"
"""Cells of one column contradict each other."""
MOST_WORDS, LONGEST_WORD = 40, 40
_LONGEST = 40
"""No date and no number is longer."""


class ColumnEvidence(msgspec.Struct, kw_only=True):
    """`dates` and `numbers` are what cells prove, "" when none does; `date` and `number` the first
    cells that can be read in two ways. `words` counts the texts, while there are few of them."""

    dates: str = ""
    date: str = ""
    numbers: str = ""
    number: str = ""
    words: dict[str, int] | None = msgspec.field(default_factory=dict)


class Evidence(msgspec.Struct, kw_only=True):
    """Of the columns by number; `exact` sheets are workbooks, whose numbers are no texts."""

    exact: bool = False
    delimiter: str = ","
    columns: dict[str, ColumnEvidence] = {}


class Gathering:
    """Evidence while the rows of a sheet are walked."""

    def __init__(self, columns: int, *, exact: bool, delimiter: str) -> None:
        """`exact` is for workbooks: a point is a decimal mark there."""
        self._found = [ColumnEvidence() for _ in range(columns)]
        self._exact, self._delimiter = exact, delimiter

    def note(self, cells: Sequence[str]) -> None:
        """Look at a row."""
        for cell, column in zip(cells, self._found, strict=False):
            text = tidy(cell)
            if text:
                _look(column, text, exact=self._exact)

    @property
    def found(self) -> Evidence:
        """What was seen so far."""
        columns = {str(index): one for index, one in enumerate(self._found)}
        return Evidence(exact=self._exact, delimiter=self._delimiter, columns=columns)


def noting(rows: Iterable[Row], gathering: Gathering) -> Iterator[Row]:
    """The rows, each looked at as it passes."""
    for row in rows:
        gathering.note(row.cells)
        yield row


def stored(evidence: Evidence) -> dict[str, Any]:
    """As the database keeps it."""
    built: dict[str, Any] = msgspec.to_builtins(evidence)
    return built


def evidence_in(document: Any) -> Evidence:
    """As `stored` wrote it; of an import from before there was any, nothing."""
    return msgspec.convert(document or {}, Evidence)


def _look(column: ColumnEvidence, text: str, *, exact: bool) -> None:
    words = column.words
    if words is not None:
        if text in words:
            words[text] += 1
            return  # such a cell was looked at already
        if len(words) == MOST_WORDS or len(text) > LONGEST_WORD:
            column.words = None
        else:
            words[text] = 1
    if len(text) > _LONGEST or not any("0" <= letter <= "9" for letter in text):
        return
    _look_at_date(column, text)
    _look_at_number(column, text, exact=exact)


def _look_at_date(column: ColumnEvidence, text: str) -> None:
    order = evident_order(text)
    if order == "?":
        column.date = column.date or text
    elif order:
        column.dates = order if column.dates in ("", order) else BOTH


def _look_at_number(column: ColumnEvidence, text: str, *, exact: bool) -> None:
    if "," not in text and "." not in text:
        return
    mark = "." if exact and "." in text and either_way(text) else evident_mark(text)
    if mark:
        column.numbers = mark if column.numbers in ("", mark) else BOTH
    elif either_way(text):
        column.number = column.number or text

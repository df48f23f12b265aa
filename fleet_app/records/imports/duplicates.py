"""Rows of one sheet that are about the same record."""

from __future__ import annotations

from collections.abc import Mapping

from fleet_app.records.imports.columns import NUMBER
from fleet_app.records.imports.matching import REFERENCE
from fleet_app.records.kinds import Kind
from fleet_app.records.loose import loose
from fleet_app.records.sheets.numerals import tidy
from fleet_app.records.sheets.values import is_blank


class Seen:
    """The values that only one record can have, and the rows they were first met in."""

    def __init__(self, kind: Kind, mapping: Mapping[str, str]) -> None:
        unique = {field for field, _ in kind.unique.values()}
        names = {NUMBER, REFERENCE, kind.key or "", *unique}
        self._columns = [(int(index), name) for index, name in mapping.items() if name in names]
        self._loose = kind.loose
        self._first: dict[tuple[str, str], int] = {}

    def note(self, number: int, cells: list[str]) -> dict[str, str]:
        """Remember a row; says what is wrong with it if an earlier one has the same values."""
        problems: dict[str, str] = {}
        for index, name in self._columns:
            if is_blank(cells[index]):
                continue
            word = " ".join(tidy(cells[index]).split())
            first = self._first.setdefault((name, self._comparable(name, word)), number)
            if first != number:
                problems[name] = f"is the same as in row {first}"
        return problems

    def _comparable(self, name: str, word: str) -> str:
        if name in self._loose:
            return loose(word)
        return word if name == REFERENCE else word.casefold()

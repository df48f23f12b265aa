"""Which columns of a sheet are which fields: the words for both, guesses, and their checking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from fleet_app.kernel.errors import InvalidInput
from fleet_app.records.fields import FieldType, Spec
from fleet_app.records.imports.parts import guess_parts, parts_of, whole_of
from fleet_app.records.imports.vocabulary import headers_of
from fleet_app.records.kinds import Kind
from fleet_app.records.sheets.mapping import Target, guess_mapping, plain

WRONG = "What is wrong"
"""The header of the column that we put before a sheet with problems."""
NUMBER, NUMBER_TITLE = "record_number", "Record number"
"""The column that says which record a row is, as exports have it."""


def importable(kind: Kind) -> list[Spec]:
    """The fields that a sheet can fill in."""
    return [spec for spec in kind.specs if spec.importable]


def header_of(spec: Any, currency: str = "") -> str:
    """What a column is called in a sheet: its title with the unit, such as `Weight (kg)`."""
    unit = currency if spec.type is FieldType.MONEY else spec.unit
    return f"{spec.title} ({unit})" if unit else str(spec.title)


def targets_of(kind: Kind) -> list[Target]:
    """What columns can be. Titles that several fields share only count with their unit."""
    specs = importable(kind)
    shared = Counter(plain(spec.title) for spec in specs)
    targets = [Target(NUMBER, NUMBER_TITLE)]
    for spec in specs:
        titles = (spec.title,) if shared[plain(spec.title)] == 1 else ()
        others = headers_of(kind.plural, spec.name)
        targets.append(Target(spec.name, header_of(spec), (*titles, *spec.aliases, *others)))
    return targets


def guess(
    kind: Kind, headers: Sequence[str], remembered: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Column number to field; what people said of the same headers before comes first."""
    if remembered is not None:
        said = ((str(index), remembered.get(plain(header))) for index, header in enumerate(headers))
        return {index: name for index, name in said if name}
    bare = [
        header if index or not is_remark(header) else "" for index, header in enumerate(headers)
    ]
    targets = targets_of(kind)
    parts = guess_parts(kind, bare, guess_mapping(bare, targets, close=False))
    others = ["" if index in parts else header for index, header in enumerate(bare)]
    guessed = dict(sorted((parts | guess_mapping(others, targets)).items()))
    if NUMBER in guessed.values():
        # Our own export: a reading in it is as old as the file, and would set the vehicle back.
        old = {spec.name for spec in importable(kind) if spec.secret}
        guessed = {index: name for index, name in guessed.items() if name not in old}
    return {str(index): name for index, name in guessed.items()}


def memory(headers: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """What a mapping says of headers, whatever stands to their left."""
    return {plain(headers[int(index)]): name for index, name in mapping.items()}


def is_remark(header: str) -> bool:
    """Whether this is our own column that says what is wrong."""
    return plain(header) == plain(WRONG)


def bare(headers: Sequence[str]) -> list[str]:
    """The headers without our own column that says what is wrong."""
    return list(headers[1:] if headers and is_remark(headers[0]) else headers)


def checked(kind: Kind, headers: Sequence[str], columns: Any) -> dict[str, str]:
    """A mapping as somebody sent it, without what is to be left out. Raises `InvalidInput`."""
    if not isinstance(columns, Mapping):
        raise InvalidInput("Say which columns are which fields", fields={"columns": "an object"})
    parts = (part.name for part in parts_of(kind))
    known = {NUMBER, *(spec.name for spec in importable(kind)), *parts}
    mapping: dict[str, str] = {}
    problems: dict[str, str] = {}
    for index, name in columns.items():
        problem = _problem(headers, known, mapping, str(index), name)
        if problem:
            problems[f"columns.{str(index)[:20]}"] = problem
        elif name:
            mapping[str(int(index))] = name
    if problems:
        raise InvalidInput("The columns cannot be read like this", fields=problems)
    return dict(sorted(mapping.items(), key=lambda item: int(item[0])))


def _problem(
    headers: Sequence[str], known: set[str], mapping: Mapping[str, str], index: str, name: Any
) -> str:
    if not (index.isascii() and index.isdigit() and int(index[:9]) < len(headers)):
        return f"there are columns 0 to {len(headers) - 1}"
    if name in (None, ""):
        return ""
    if not isinstance(name, str) or name not in known:
        return "is no field of these records"
    if name in mapping.values():
        return "another column is this field already"
    return ""


def missing(kind: Kind, mapping: Mapping[str, str]) -> list[Spec]:
    """The fields that a new record needs and no column fills in."""
    filled = {whole_of(name) for name in mapping.values()}
    return [spec for spec in importable(kind) if spec.required and spec.name not in filled]

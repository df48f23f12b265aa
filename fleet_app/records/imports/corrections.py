"""Imports that belong together: a file, and the files that bring its wrong rows corrected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from fleet_app.kernel.errors import InvalidInput
from fleet_app.records.imports.columns import bare, guess, memory
from fleet_app.records.kinds import Kind
from fleet_app.records.models import Import, ImportState
from fleet_app.records.sheets.mapping import plain

_TAKEN_BACK = frozenset({ImportState.UNDOING, ImportState.UNDONE})


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """What a file corrects, the files that correct it or its corrections, oldest first, and how
    many of its wrong rows they brought in."""

    first: Import | None = None
    later: Sequence[Import] = ()
    corrected: int = 0


def families(records: Iterable[Import], relatives: Iterable[Import]) -> Mapping[int, Family]:
    """The family of each of `records` by id, out of all that are related to any of them."""
    known = {one.id or 0: one for one in (*records, *relatives)}
    newest_first = sorted(known.values(), key=lambda one: one.id or 0, reverse=True)
    found: dict[int, Family] = {}
    for record in newest_first:  # a correction is always newer than what it corrects
        direct = [one for one in newest_first if one.corrects == record.id]
        deeper = [one for child in direct for one in found[child.id or 0].later]
        gained = sum(_gain(record, child, found[child.id or 0].corrected) for child in direct)
        found[record.id or 0] = Family(
            first=known.get(record.corrects or 0),
            later=sorted({one.id or 0: one for one in (*direct, *deeper)}.values(), key=_age),
            corrected=min(record.failed, gained),
        )
    return found


def stored(record: Import) -> int:
    """How many rows of an import are in the records; none before a run, nor once taken back."""
    if not record.taken or record.state in _TAKEN_BACK:
        return 0
    return record.created + record.updated + record.unchanged


def _gain(record: Import, correction: Import, corrected: int) -> int:
    """How many wrong rows of `record` a correction made right; it may be the whole file again."""
    still_wrong = correction.failed - corrected
    return max(0, min(stored(correction) + corrected, record.failed - still_wrong))


def _age(record: Import) -> int:
    return record.id or 0


def require_alike(first: Import, kind: Kind, owner: int | None) -> None:
    """Raises `InvalidInput` unless rows of `kind` for a fleet can correct those of `first`."""
    problem = ""
    if first.kind != kind.plural:
        problem = f"is an import of {first.kind}, not of {kind.plural}"
    elif first.fleet_id != owner:
        problem = "is an import of another fleet"
    if problem:
        message = f"This file cannot correct import {first.id}: it {problem}"
        raise InvalidInput(message, fields={"corrects": problem})


def mapping_from(kind: Kind, first: Import, headers: Sequence[str]) -> dict[str, str]:
    """What was said of the columns of `first`, for a file with some of them; new ones are guessed.

    Columns match by their place where all are the same, else by their name.
    """
    mine, theirs = bare(headers), bare(first.headers)
    if mine == theirs:
        shift = len(headers) - len(first.headers)
        return {str(int(index) + shift): name for index, name in first.mapping.items()}
    said = memory(first.headers, first.mapping)
    seen = {plain(header) for header in theirs}
    unseen = ["" if plain(header) in seen else header for header in headers]
    mapping: dict[str, str] = {}
    for index, name in (*guess(kind, headers, said).items(), *guess(kind, unseen).items()):
        if name not in mapping.values():
            mapping[index] = name
    return dict(sorted(mapping.items(), key=lambda item: int(item[0])))


def is_settled(record: Import, first: Import) -> bool:
    """Whether a corrected file has all that `first` had, so that nobody has to look again."""
    wanted = set(first.mapping.values())
    return bool(wanted) and wanted <= set(record.mapping.values())

"""Imports in the words and shapes of the screens. No state, no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypedDict
from urllib.parse import urlencode

from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.clock import zone_of
from fleet_app.records.imports.columns import (
    NUMBER,
    NUMBER_TITLE,
    header_of,
    importable,
    is_remark,
    missing,
)
from fleet_app.records.imports.corrections import Family, stored
from fleet_app.records.imports.parts import parts_of_field, whole_of
from fleet_app.records.imports.places import address_fields, outlook_in
from fleet_app.records.imports.problems import words_of_problem
from fleet_app.records.imports.states import BUSY, can
from fleet_app.records.kinds import Kind
from fleet_app.records.models import Import, ImportProblem, ImportState
from fleet_app.records.query import IMPORT

S = ImportState
SAMPLES, SAMPLE_CELL = 3, 60
NAMED_COLUMNS = 2
"""So many columns tell which row it is; beside them stand those with something wrong."""
WORDS: Mapping[ImportState, str] = {
    S.UPLOADED: "Not checked yet",
    S.CHECKING: "Being checked",
    S.CHECKED: "Checked",
    S.RUNNING: "Being imported",
    S.DONE: "Imported",
    S.FAILED: "Failed",
    S.CANCELLED: "Cancelled",
    S.UNDOING: "Being taken back",
    S.UNDONE: "Taken back",
}
TONES: Mapping[ImportState, str] = {
    S.CHECKING: "in_progress", S.RUNNING: "in_progress", S.UNDOING: "in_progress",
    S.CHECKED: "planned", S.DONE: "done", S.FAILED: "failed",
}  # fmt: skip
"""State -> the status pill whose colours it has."""

PENDING = BUSY - {S.UNDOING} | {S.UPLOADED, S.CHECKED, S.FAILED, S.CANCELLED}
"""The states in which more may come of an import."""


class Shown(TypedDict):
    """One import; `right` are the rows that are or will be taken over.

    `changes` are those of them that make or change a record; `left` are the wrong ones that no
    other file corrected; `unplaced` is the list of records that are not on the map.
    """

    id: int
    kind: str
    plural: str
    filename: str
    state: str
    words: str
    tone: str
    when: str
    who: str
    total: str
    rows: str
    handled: str
    percent: int
    right: int
    changes: int
    failed: int
    left: int
    counts: str
    message: str
    busy: bool
    can: list[str]
    link: str
    without_place: int
    places: str
    unplaced: str


class Relative(TypedDict):
    """A file that corrects another, or is corrected by it; `words` say how far it is.

    So many right rows of it were checked and are `waiting` to be imported.
    """

    id: int
    filename: str
    words: str
    waiting: int


class Column(TypedDict):
    """A column of the file; `field` is empty for one that is left out, `read` is what the first
    of its dates or numbers is read as."""

    index: int
    header: str
    samples: list[str]
    field: str
    read: str


class Choice(TypedDict):
    """A field that a column can be."""

    value: str
    label: str


class Cell(TypedDict):
    """A cell of a wrong row, and what is wrong with it."""

    text: str
    error: str


class WrongRow(TypedDict):
    """A row that cannot be taken over, and how many `more` have the same wrong."""

    row: int
    cells: list[Cell]
    what: str
    more: str


def show(record: Import, name: str = "", zone: str = "UTC", corrected: int = 0) -> Shown:
    """An import as the screens show it; `name` is whose it is, `zone` where it was made, and
    `corrected` how many of its wrong rows came in with other files."""
    kind, state = KINDS[record.kind], ImportState(record.state)
    right = record.created + record.updated + record.unchanged
    return Shown(
        id=record.id or 0,
        kind=kind.label_plural,
        plural=kind.plural,
        filename=record.filename,
        state=state.value,
        words=WORDS[state],
        tone=TONES.get(state, "draft"),
        when=_when(record.created_at, zone),
        who=name,
        total=f"{record.total:,}",
        rows="1 row" if record.total == 1 else f"{record.total:,} rows",
        handled=f"{record.handled:,}",
        percent=_percent(record.handled, record.total),
        right=right,
        changes=record.created + record.updated,
        failed=record.failed,
        left=record.failed - corrected,
        counts=_counts(record, kind),
        message=record.message,
        busy=state in BUSY,
        can=can(record),
        link=link_to_records(record),
        without_place=record.without_place,
        places=places_ahead(record) if state is S.CHECKED else "",
        unplaced=link_to_unplaced(record.kind),
    )


def places_ahead(record: Import) -> str:
    """What a check can say of the addresses on the map; empty when there is nothing to say."""
    known = outlook_in(record.evidence)
    if known.rows and known.ahead == "run":
        return "Addresses are looked up on the map while the rows are imported."
    if not known.tried or not record.without_place:
        return ""
    lost, tried = record.without_place, known.tried
    one = f"One of {tried:,} addresses" if tried > 1 else "The address"
    what = f"{one} will" if lost == 1 else f"{lost:,} of {tried:,} addresses will"
    said = f"{what} not be found on the map. You can place them there later"
    said += ", or correct them in the file first."
    if tried < known.rows:
        said += f" About {known.rows - tried:,} more were not tried yet."
    return (
        said.replace("place them", "place it").replace("correct them", "correct it")
        if lost == 1 and tried == known.rows
        else said
    )


def _percent(handled: int, total: int) -> int:
    return min(100, 100 * handled // total) if total else 0


def _when(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(zone_of(zone)):%-d %b %Y, %H:%M}"


def _counts(record: Import, kind: Kind) -> str:
    """What a check found or a run did, such as `480 new, 17 changed`."""
    parts = ((record.created, "new"), (record.updated, "changed"), (record.unchanged, "as before"))
    return ", ".join(f"{count:,} {word}" for count, word in parts if count)


def link_to_records(record: Import) -> str:
    """The list narrowed to what the import made or changed."""
    return f"/{record.kind}?{urlencode({IMPORT: record.id})}"


def relative(record: Import) -> Relative:
    """A file that belongs to another one."""
    state = ImportState(record.state)
    right = record.created + record.updated + record.unchanged
    waits = state is S.CHECKED and record.created + record.updated > 0
    return Relative(
        id=record.id or 0, filename=record.filename, words=WORDS[state].lower(),
        waiting=right if waits else 0,
    )  # fmt: skip


def relatives(family: Family) -> tuple[list[Relative], list[Relative]]:
    """The corrected files that came in, and those that may still."""
    pending = [one for one in family.later if ImportState(one.state) in PENDING]
    brought = [one for one in family.later if stored(one) and one not in pending]
    return [relative(one) for one in brought], [relative(one) for one in pending]


def link_to_unplaced(kind: str) -> str:
    """The list narrowed to records without a point; empty for a kind without an address."""
    names = address_fields(KINDS[kind])
    return f"/{kind}?{urlencode({f'{names[0][1]}.empty': 'true'})}" if names else ""


def columns_of(record: Import) -> list[Column]:
    """The columns of the file with what they are taken for; our own remarks are left out."""
    return [
        Column(
            index=index,
            header=header or f"Column {index + 1}",
            samples=_samples(record.sample, index),
            field=str(record.mapping.get(str(index)) or ""),
            read="",
        )
        for index, header in enumerate(record.headers)
        if index or not is_remark(header)
    ]


def _samples(rows: Sequence[Sequence[str]], index: int) -> list[str]:
    cells = [row[index].strip() for row in rows if index < len(row)]
    return [cell[:SAMPLE_CELL] for cell in dict.fromkeys(cells) if cell][:SAMPLES]


def choices_of(kind: Kind) -> list[Choice]:
    """What a column can be; what every record needs is marked and comes first."""
    specs = sorted(importable(kind), key=lambda spec: not spec.required)
    fields: list[Choice] = []
    for spec in specs:
        title = header_of(spec) + (" *" if spec.required else "")
        fields.append(Choice(value=spec.name, label=title))
        parts = parts_of_field(kind, spec)
        fields += [Choice(value=part.name, label=part.title) for part in parts]
    return [*fields, Choice(value=NUMBER, label=NUMBER_TITLE)]


def missing_titles(kind: Kind, mapping: Mapping[str, str]) -> list[str]:
    """The fields that new records need and no column fills in."""
    if NUMBER in mapping.values():
        return []
    return [spec.title for spec in missing(kind, mapping)]


def wrong_rows(
    record: Import, problems: Sequence[tuple[ImportProblem, int]]
) -> tuple[list[str], list[WrongRow]]:
    """Headers and rows of the table of what is wrong: enough to know each row, and its errors."""
    fields = _columns_of_fields(record)
    wrong = {fields[name] for one, _ in problems for name in one.errors if name in fields}
    named = sorted(map(int, record.mapping))[:NAMED_COLUMNS]
    indexes = sorted({*named, *wrong})
    headers = [record.headers[index] or f"Column {index + 1}" for index in indexes]
    return headers, [_wrong_row(record, one, indexes, count) for one, count in problems]


def _columns_of_fields(record: Import) -> dict[str, int]:
    """Where what is wrong with a field is told: its first column, if it has several."""
    found: dict[str, int] = {}
    for index, name in sorted(record.mapping.items(), key=lambda item: int(item[0])):
        found.setdefault(whole_of(name), int(index))
    return found


def _wrong_row(
    record: Import, problem: ImportProblem, indexes: Sequence[int], count: int
) -> WrongRow:
    kind, errors = KINDS[record.kind], problem.errors
    fields = {index: field for field, index in _columns_of_fields(record).items()}
    cells = [
        Cell(
            text=problem.cells[index][:200] if index < len(problem.cells) else "",
            error=str(errors.get(fields.get(index, ""), "")),
        )
        for index in indexes
    ]
    elsewhere = {name: text for name, text in errors.items() if name not in fields.values()}
    return WrongRow(
        row=problem.row, cells=cells, what=words_of_problem(kind, elsewhere) if elsewhere else "",
        more="" if count == 1 else f"and {count - 1:,} more with the same problem",
    )  # fmt: skip

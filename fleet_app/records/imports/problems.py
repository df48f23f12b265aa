"""What is wrong with rows, in words, and as a sheet to be corrected."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import chain

from fleet_app.records.imports.columns import NUMBER, NUMBER_TITLE, WRONG, is_remark
from fleet_app.records.kinds import Kind
from fleet_app.records.models import Import, ImportProblem
from fleet_app.records.problems import GENERAL
from fleet_app.records.sheets.cells import Cell
from fleet_app.records.sheets.files import Head

BATCH = 200


def words_of_problem(kind: Kind, errors: Mapping[str, str]) -> str:
    """What is wrong with a row, as a sentence for each field, such as `Name is missing.`"""
    return " ".join(_sentence(kind, name, text) for name, text in errors.items())


def head_of(record: Import, delimiter: str = ",") -> Head:
    """What is above the rows of a sheet with problems, written like the sheet they come from."""
    remark = record.headers[:1] if record.headers and is_remark(record.headers[0]) else []
    headers = [WRONG, *record.headers[len(remark) :]]
    return Head(title="Problems", headers=headers, delimiter=delimiter)


async def lines_of(
    kind: Kind, head: Head, problems: AsyncIterator[ImportProblem]
) -> AsyncIterator[list[Sequence[Cell]]]:
    """The rows of such a sheet: what is wrong, then the cells as they were."""
    batch: list[Sequence[Cell]] = []
    async for one in problems:
        cells = one.cells[len(one.cells) - len(head.headers) + 1 :]
        batch.append(list(chain([words_of_problem(kind, one.errors)], cells)))
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _sentence(kind: Kind, name: str, text: str) -> str:
    spec = kind.by_name.get(name)
    title = NUMBER_TITLE if name == NUMBER else spec.title if spec else ""
    if name == GENERAL or not title or not text[:1].islower():
        said = f"{title}: {text}" if title and not text[:1].islower() else text
    else:
        said = f"{title}: {text}" if text.startswith("there ") else f"{title} {text}"
    said = said[:1].upper() + said[1:]
    return said if said.endswith((".", "!", "?")) else said + "."

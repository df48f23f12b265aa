"""Imports as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from fleet_app.records.fields import FieldType
from fleet_app.records.imports.columns import NUMBER, NUMBER_TITLE, importable, missing
from fleet_app.records.imports.corrections import Family
from fleet_app.records.imports.parts import parts_of
from fleet_app.records.imports.reading import Question, questions, unknown_words
from fleet_app.records.imports.states import can
from fleet_app.records.kinds import Kind
from fleet_app.records.models import Import, ImportProblem
from mobile_api.schemas.forms import file_form
from mobile_api.schemas.records import NOT_ALLOWED, UNKNOWN, answers

NOT_NOW = "The import is in a state in which this cannot be done; `error.type` is `not_now`."
_FIELD: dict[str, Any] = {
    "name": "registration_number", "title": "Registration", "type": "text", "unit": None,
    "required": True, "help": "", "example": "ABC-123", "reference": None, "options": [],
}  # fmt: skip
EXAMPLE = {
    "id": 7, "kind": "vehicles", "fleet_id": 1, "filename": "vans.csv", "state": "uploaded",
    "corrects": None, "corrections": [], "corrected": 0,
    "user": {"id": 3, "label": "Elina Virtanen"},
    "headers": ["Van", "Plate"], "sample": [["Van 12", "ABC-123"]],
    "mapping": {"0": "name", "1": "registration_number"}, "date_order": "dmy",
    "questions": [], "unknown_words": [], "missing": [],
    "fields": [_FIELD], "can": ["map", "check", "run"],
    "total": 500, "handled": 0, "created": 0, "updated": 0, "unchanged": 0, "failed": 0,
    "without_place": 0, "message": "",
    "created_at": "2026-11-22T10:15:30Z", "finished_at": None,
}  # fmt: skip
_PROBLEM = {
    "row": 17, "cells": ["Van 12", ""],
    "errors": {"registration_number": "is missing"}, "what": "Registration is missing",
}  # fmt: skip
UPLOAD = answers(
    EXAMPLE,
    code=201,
    _403=NOT_ALLOWED,
    _404="The fleet or the import that it corrects does not exist.",
)
ONE = answers(EXAMPLE, _403=NOT_ALLOWED, _404=UNKNOWN)
STEP = answers(EXAMPLE, _403=NOT_ALLOWED, _404=UNKNOWN, _409=NOT_NOW)
MANY = answers([EXAMPLE], _403=NOT_ALLOWED, _404=UNKNOWN)
PROBLEMS = answers([_PROBLEM], _403=NOT_ALLOWED, _404=UNKNOWN)
FORM = file_form(
    "A CSV file or an Excel workbook (.xlsx) with a header row: up to 50,000 rows and 200 columns."
    " Its part comes last.",
    required=("kind",),
    kind=("string", "What the rows are, such as `vehicles`."),
    fleet_id=("integer", "Whose they will be, for administrators."),
    corrects=("integer", "The import whose wrong rows these are, corrected: of the same fleet and "
              "kind. What was said of its columns holds for these."),
)  # fmt: skip


class MappingIn(BaseModel):
    """Which columns are which fields."""

    model_config = ConfigDict(extra="forbid")

    columns: dict[str, str | None] = Field(
        description="Column number, from 0, to a field's name; columns left out are not imported. "
        "A field's part, such as `address.street`, `address.city` or `name.first`, is one as well:"
        " the parts of a row are joined, such as `Street 5, 00100 Helsinki`. "
        f"`{NUMBER}` is the record's own number, as exports have it.",
        examples=[{"0": "name", "1": "registration_number"}],
        max_length=200,
    )
    date_order: Literal["dmy", "mdy"] | None = Field(
        default=None,
        description="How to read 03/04/2026 where a column itself does not tell.",
    )
    decimal_mark: Literal[",", "."] | None = Field(
        default=None,
        description="How to read 1.234 or 1,234 where a column itself does not tell.",
    )
    words: dict[str, dict[str, str]] | None = Field(
        default=None,
        description="What words of the file mean in fields with a choice, by field and word.",
        examples=[{"type": {"Kombi": "car"}}],
        max_length=50,
    )


def view(
    record: Import, kind: Kind, names: Mapping[int, str], family: Family, *, whole: bool
) -> dict[str, Any]:
    """An import; `whole` with its sample and the fields that its columns can be.

    `corrected` of its wrong rows came in with the `corrections`.
    """
    plain = (
        *("id", "kind", "fleet_id", "filename", "state", "headers", "mapping", "date_order"),
        *("total", "handled", "created", "updated", "unchanged", "failed", "without_place"),
        *("message", "created_at", "finished_at"),
    )
    shown = {name: getattr(record, name) for name in plain}
    shown["user"] = {"id": record.user_id, "label": names.get(record.user_id, "")}
    shown["can"] = can(record)
    shown["corrects"] = None if family.first is None else _relative(family.first)
    shown["corrections"] = [_relative(one) for one in family.later]
    shown["corrected"] = family.corrected
    if whole:
        shown["sample"] = record.sample
        shown["questions"] = [_question(one) for one in questions(kind, record)]
        shown["unknown_words"] = [msgspec.to_builtins(one) for one in unknown_words(kind, record)]
        shown["missing"] = [spec.name for spec in missing(kind, record.mapping)]
        shown["fields"] = fields(kind)
    return shown


def _question(one: Question) -> dict[str, Any]:
    """What the cells leave open, under the name by which it is answered."""
    name = "date_order" if one.what == "dates" else "decimal_mark"
    return {"name": name, "example": one.example, "answer": one.answer or None}


def _relative(record: Import) -> dict[str, Any]:
    return {"id": record.id, "filename": record.filename, "state": record.state}


def fields(kind: Kind) -> list[dict[str, Any]]:
    """What columns can be."""
    known: list[dict[str, Any]] = [
        {
            "name": spec.name, "title": spec.title, "type": spec.type.value, "unit": spec.unit,
            "required": spec.required, "help": spec.help, "example": spec.example,
            "reference": spec.reference, "options": spec.options,
        }
        for spec in importable(kind)
    ]  # fmt: skip
    number: dict[str, Any] = {
        "name": NUMBER, "title": NUMBER_TITLE, "type": FieldType.INTEGER.value, "unit": None,
        "required": False, "help": "Which record a row is, as an export says it", "example": 12,
        "reference": None, "options": [],
    }  # fmt: skip
    parts: list[dict[str, Any]] = [
        {
            "name": part.name, "title": part.title, "type": FieldType.TEXT.value, "unit": None,
            "required": False, "help": f"Joined with the other parts of `{part.whole}`",
            "example": None, "reference": None, "options": [],
        }
        for part in parts_of(kind)
    ]  # fmt: skip
    return [*known, *parts, number]


def problem_view(problem: ImportProblem, words: str) -> dict[str, Any]:
    """A row that cannot be taken over."""
    return {"row": problem.row, "cells": problem.cells, "errors": problem.errors, "what": words}

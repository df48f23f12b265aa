"""What the description of the API says about the audit log."""

from __future__ import annotations

from typing import Any

from fleet_app.access.actor import Channel
from fleet_app.audit.query import MOST_PAGES, MOST_ROWS
from fleet_app.kernel.parameters import LONGEST_SEARCH

_MOMENT = "2026-11-22T10:15:30Z"
ROW: dict[str, Any] = {
    "id": 4711, "at": _MOMENT, "actor": "Elina Virtanen", "actor_id": 3, "role": "fleet_manager",
    "action": "update", "kind": "vehicle", "object_id": 12, "label": "Van 12",
    "changes": "Payload: 900 kg → 1100 kg", "channel": "web", "address": "192.0.2.17",
    "request_id": "0f9c1b6e", "sequence": 318, "fleet_id": 1,
}  # fmt: skip
ENTRY: dict[str, Any] = {
    **ROW,
    "plural": "vehicles",
    "details": [{"field": "capacity_kg", "title": "Payload", "before": "900 kg",
                 "after": "1100 kg"}],
    "hash": "9f2c" + "0" * 60,
    "previous_hash": "51ab" + "0" * 60,
    "undoable": True,
    "visible": True,
}  # fmt: skip
VERDICT: dict[str, Any] = {
    "ok": True,
    "chains": [
        {"fleet_id": 1, "ok": True, "checked": 318, "end": 318, "head": "9f2c" + "0" * 60,
         "first_broken": None, "why": ""}
    ],
}  # fmt: skip
ANY_RECORD = {"id": 12, "fleet_id": 1, "name": "Van 12", "version": 4, "deleted_at": None}
NOT_UNDOABLE = (
    "The record changed again since (`error.fields` names the fields), or this kind of change "
    "cannot be taken back; `error.type` is `not_undoable`."
)
_NUMBER = {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}
_TEXT = {"type": "string"}
_TIME = {"type": "string", "description": "A date, or a date and time."}


def _parameter(name: str, schema: dict[str, Any], text: str, example: Any = None) -> dict[str, Any]:
    parameter = {"name": name, "in": "query", "required": False, "schema": schema,
                 "description": text}  # fmt: skip
    return parameter if example is None else parameter | {"example": example}


FILTERS = [
    _parameter("q", _TEXT | {"maxLength": LONGEST_SEARCH},
               "Words to be found in the object's or the person's name.", "Van"),
    _parameter("actor_id", _NUMBER, "Who did it: a user's id."),
    _parameter("kind", _TEXT, "What it was done to, separated by commas.", "vehicle,driver"),
    _parameter("action", _TEXT, "What was done, separated by commas.", "update,delete"),
    _parameter("object_id", _NUMBER, "One object, together with `kind`."),
    _parameter("channel", _TEXT, f"Any of {', '.join(Channel)}, separated by commas.", "web,api"),
    _parameter("at.from", _TIME, "From when on.", "2026-11-01"),
    _parameter("at.to", _TIME, "Until when, inclusive.", _MOMENT),
    _parameter("fleet_id", _NUMBER, "One fleet, for administrators."),
]  # fmt: skip
PAGES = [
    _parameter("page", {"type": "integer", "minimum": 1, "maximum": MOST_PAGES, "default": 1},
               "Counts from 1."),
    _parameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": 50},
               "Entries on a page."),
]  # fmt: skip
SORT = _parameter("sort", {"type": "string", "enum": ["-at"]}, "The log is read newest first.")
FLEET = FILTERS[-1]
CSV: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The entries as CSV, newest first, safe to open in a spreadsheet program.",
        "content": {"text/csv": {"schema": {"type": "string"}}},
    }
}

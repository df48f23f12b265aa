"""What lists of records say and keep: counts in words, columns, and the way back. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fleet_app.kernel.errors import InvalidInput
from fleet_app.records.describe import columns
from fleet_app.records.fields import Spec
from fleet_app.records.kinds import Kind
from fleet_app.records.query import parse_query
from fleet_app.web.states.records.chosen import settable
from fleet_app.web.states.records.many import Outcome, entries_of
from fleet_app.web.states.records.toasts import Way


def counted(kind: Kind, count: int) -> str:
    """`1 vehicle`, `12 vehicles`."""
    return f"{count:,} {(kind.label if count == 1 else kind.label_plural).lower()}"


def offered(kind: Kind) -> list[Spec]:
    """The choices that many records can be given at once from the bar itself."""
    return [spec for spec in settable(kind) if spec.choices]


def way_back(kind: Kind, outcome: Outcome) -> Way | None:
    """How to undo what was really changed; the last entry comes first, to be undone last."""
    entries = list(entries_of(outcome, kind.name))
    gone = [one.object_id for one in entries if one.action == "delete" and one.object_id]
    changed = [one.id for one in entries if one.action != "delete" and one.id]
    if not (gone or changed):
        return None
    return Way(plural=kind.plural, restore=gone, entries=changed[::-1])


def usual_columns(kind: Kind) -> list[str]:
    """The columns that a list shows unless told otherwise."""
    return [one["id"] for one in columns(kind) if not one["hidden"]]


def read_layout(layout: str) -> list[dict[str, Any]]:
    """The columns of a grid's layout, in order; none of what is no layout."""
    try:
        found = json.loads(layout or "[]")
    except ValueError:
        return []
    entries = found if isinstance(found, list) else []
    return [one for one in entries if isinstance(one, dict) and isinstance(one.get("id"), str)]


def possible(kind: Kind, parameters: Mapping[str, str]) -> bool:
    """Whether a list can be asked for like this."""
    try:
        parse_query(kind, parameters.items())
    except InvalidInput:
        return False
    return True

"""Saved views, for the description of the API."""

from __future__ import annotations

from typing import Any

from mobile_api.schemas.records import NOT_ALLOWED, UNKNOWN, answers

EXAMPLE: dict[str, Any] = {
    "id": 4,
    "kind": "vehicles",
    "name": "Moving vans",
    "shared": True,
    "settings": {
        "words": "",
        "filters": {"status": "moving", "type": "van"},
        "sort": "name",
        "shown": ["name", "status", "driver"],
        "layout": {"name": 220},
    },
    "user": {"id": 3, "label": "Elina Virtanen"},
    "mine": True,
    "can_change": True,
}
_TAKEN = "You have a view of this name already, or too many."
MANY = answers([EXAMPLE], _403=NOT_ALLOWED)
CREATED = answers(EXAMPLE, code=201, _403=NOT_ALLOWED, _409=_TAKEN)
ONE = answers(EXAMPLE, _403=NOT_ALLOWED, _404=UNKNOWN, _409=_TAKEN)
GONE = answers(EXAMPLE, _403=NOT_ALLOWED, _404=UNKNOWN)

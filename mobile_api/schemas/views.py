"""Saved views, for the description of the API."""

from __future__ import annotations

from typing import Any

from mobile_api.schemas.records import IF_MATCH, NOT_ALLOWED, UNKNOWN, answers, with_etag

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
    "is_default": False,
    "version": 1,
}
_TAKEN = "You have a view of this name already, or too many."
_STALE = "The view changed since the version named in `If-Match`; `error.type` is `stale`."
VERSIONED: dict[str, Any] = {"parameters": [IF_MATCH]}
MANY = answers([EXAMPLE], _403=NOT_ALLOWED)
CREATED = with_etag(answers(EXAMPLE, code=201, _403=NOT_ALLOWED, _409=_TAKEN))
ONE = with_etag(answers(EXAMPLE, _403=NOT_ALLOWED, _404=UNKNOWN))
CHANGED = with_etag(answers(EXAMPLE, _403=NOT_ALLOWED, _404=UNKNOWN, _409=_TAKEN, _412=_STALE))
GONE = answers(EXAMPLE, _403=NOT_ALLOWED, _404=UNKNOWN, _412=_STALE)
BEGUN = with_etag(answers(EXAMPLE | {"is_default": True}, _403=NOT_ALLOWED, _404=UNKNOWN))

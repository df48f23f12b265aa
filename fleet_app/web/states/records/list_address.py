"""The address of a list: what the list shows as the query of its page, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from fleet_app.kernel.parameters import LONGEST_SEARCH

VIEW, PAGE, ALL = "view", "page", "all"
"""The view by its id or word; where in the list; `all=true` says: without any filter."""
MOST_PAGES = 100_000
RESERVED = frozenset({PAGE, VIEW, ALL, "limit", "sort", "q", "deleted", "fleet_id"})
"""Parameters that are no filters."""


@dataclass(frozen=True)
class Shown:
    """Which records a list shows, and in what order."""

    words: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    deleted: bool = False

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Shown:
        """What the settings of a view show."""
        return cls(
            words=str(settings.get("words") or ""),
            filters=settings.get("filters") or {},
            sort=str(settings.get("sort") or ""),
        )


@dataclass(frozen=True)
class Asked:
    """What an address asks for; `shown` is None when it leaves that to its view."""

    view: str
    page: int
    shown: Shown | None


def asked(parameters: Mapping[str, str]) -> Asked:
    """What the query of an address asks for. Filters are taken as they stand, even impossible."""
    given = {name: str(text) for name, text in parameters.items()}
    view, page, everything = given.pop(VIEW, ""), given.pop(PAGE, ""), given.pop(ALL, "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1
    shown = None
    if given or everything:
        shown = Shown(
            words=given.get("q", "")[:LONGEST_SEARCH],
            filters={name: text for name, text in given.items() if name not in RESERVED},
            sort=given.get("sort", ""),
            deleted=given.get("deleted") == "only",
        )
    return Asked(view[:80], min(max(number, 1), MOST_PAGES), shown)


def written(shown: Shown, *, view: str = "", said: bool = False, page: int = 1) -> str:
    """The query that asks for this list.

    `said` tells that the view alone, or an empty query, would show something else.
    """
    parameters = {VIEW: view} if view else {}
    if said:
        order = {"q": shown.words, "sort": shown.sort, "deleted": "only" if shown.deleted else ""}
        told = {**dict(sorted(shown.filters.items())), **order}
        stated = {name: text for name, text in told.items() if text}
        parameters |= stated or {ALL: "true"}
    if page > 1:
        parameters[PAGE] = str(page)
    return urlencode(parameters, safe=",:")

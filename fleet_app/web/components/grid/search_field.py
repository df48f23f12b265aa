"""The search field of a list, as a Reflex component."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.grid.events import one_text
from fleet_app.web.components.grid.sources import SEARCH_FIELD


class SearchField(rx.Component):
    """Takes words to look for; `/` goes to it, Escape empties it."""

    library = SEARCH_FIELD.importable_path
    tag = "SearchField"

    value: rx.Var[str]
    """The words that the list shows; what somebody is typing is not overwritten by their own."""
    label: rx.Var[str]

    on_search: rx.EventHandler[one_text]
    """Somebody paused while typing: the words."""


def search_field(**props: Any) -> rx.Component:
    """The field; see `SearchField` for its properties and events."""
    return SearchField.create(**props)

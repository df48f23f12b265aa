"""Fields that own what is typed into them, as Reflex components.

An input whose text comes back from the server loses what was typed meanwhile; these do not.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.grid.events import one_text
from fleet_app.web.components.grid.sources import DAY_FIELD, SEARCH_FIELD


class SearchField(rx.Component):
    """Takes words to look for; `/` goes to it, Escape empties it."""

    library = SEARCH_FIELD.importable_path
    tag = "SearchField"

    value: rx.Var[str]
    """The words that the page shows; what somebody is typing is not overwritten by it."""
    settled: rx.Var[bool]
    """Whether the page has been opened completely; what is typed before is told then."""
    label: rx.Var[str]
    placeholder: rx.Var[str]
    """What stands in the empty field; the label unless given."""
    name: rx.Var[str]
    test_id: rx.Var[str]

    on_search: rx.EventHandler[one_text]
    """Somebody paused while typing: the words."""


class DayField(rx.Component):
    """A day that the page follows."""

    library = DAY_FIELD.importable_path
    tag = "DayField"

    value: rx.Var[str]
    input_id: rx.Var[str]
    name: rx.Var[str]

    on_day: rx.EventHandler[one_text]
    """Another day was chosen: its date, or nothing."""


def search_field(**props: Any) -> rx.Component:
    """The field; see `SearchField` for its properties and events."""
    return SearchField.create(**props)


def day_field(**props: Any) -> rx.Component:
    """The field; see `DayField` for its properties and events."""
    return DayField.create(**props)

"""The address of a list's page, as a Reflex component."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.grid.sources import LIST_ADDRESS


def _nothing() -> tuple[()]:
    return ()


class ListAddress(rx.Component):
    """Writes what a list shows into the address of its page, and shows nothing.

    Not lazy: it has to see the page being opened. Steps that the back button should take are added
    to the history; what is typed and how far somebody scrolled replaces the address.
    """

    library = LIST_ADDRESS.importable_path
    tag = "ListAddress"

    address: rx.Var[str]
    """The query that asks for the list as it is."""
    read: rx.Var[str]
    """The query that was read when the page was opened."""
    settled: rx.Var[bool]
    """Whether the page has been opened to the end: false for a while after each opening."""

    on_return: rx.EventHandler[_nothing]
    """The back button led to the address that the page was opened with, which is not opened again
    by itself: open it again."""


def list_address(**props: Any) -> rx.Component:
    """The keeper of the address; see `ListAddress` for its properties."""
    return ListAddress.create(**props)

"""A dialog over the page, as a Reflex component."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.published import publisher

_MODAL = publisher(__name__, __file__)("Modal.jsx")


def _nothing() -> tuple[()]:
    return ()


class Modal(rx.Component):
    """Its children over the page, with a title and a way out. Nothing while it is closed."""

    library = _MODAL.importable_path
    tag = "Modal"

    open: rx.Var[bool]
    """Whether it is shown."""
    title: rx.Var[str]
    """What it is about."""
    wide: rx.Var[bool]
    """Whether it has room for a table."""

    on_close: rx.EventHandler[_nothing]
    """Escape, the cross, or a click beside it: the page should set `open` to false."""


def modal(*content: rx.Component, **props: Any) -> rx.Component:
    """The dialog; see `Modal` for its properties and events."""
    return Modal.create(*content, **props)

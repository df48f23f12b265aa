"""Keyboard shortcuts of a page, as a Reflex component."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.grid.events import one_text
from fleet_app.web.components.grid.sources import HOTKEYS


class Hotkeys(rx.NoSSRComponent):
    """Listens for keys and shows nothing. Keys typed into a field, with Ctrl, Alt or Meta held, or
    while a modal dialog is open are left alone. `/` focuses what is marked `data-hotkey-search`."""

    library = HOTKEYS.importable_path
    tag = "Hotkeys"

    keys: rx.Var[dict[str, str]]
    """Names of keys (`n`, `/`, `?`) and of pairs pressed one after the other (`g v`)."""

    on_key: rx.EventHandler[one_text]
    """A shortcut was pressed: its name."""


def hotkeys(**props: Any) -> rx.Component:
    """The listener; see `Hotkeys` for its properties and events."""
    return Hotkeys.create(**props)

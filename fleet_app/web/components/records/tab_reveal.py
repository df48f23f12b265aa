"""Keeps the chosen tab of a long strip in sight."""

from __future__ import annotations

import reflex as rx

from fleet_app.web.components.records.sources import TAB_REVEAL


class TabReveal(rx.NoSSRComponent):
    """Put into a strip of tabs: scrolls it so that the tab with the class `active` can be seen."""

    library = TAB_REVEAL.importable_path
    tag = "TabReveal"


def tab_reveal() -> rx.Component:
    """See `TabReveal`."""
    return TabReveal.create()

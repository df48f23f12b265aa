"""The planning page at its address."""

from __future__ import annotations

import reflex as rx

from fleet_app.web.pages.planning.page import planning_page
from fleet_app.web.states.live import Live
from fleet_app.web.states.planning.screen import Planning
from fleet_app.web.states.records.toasts import Toasts
from fleet_app.web.states.session import Session


def add_planning_pages(app: rx.App) -> None:
    """Plans of days."""
    app.add_page(
        planning_page,
        route="/planning",
        title="Planning · Live Fleet",
        on_load=[Session.enter, Toasts.settle, Planning.open, Live.join],
    )

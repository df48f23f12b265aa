"""The history page at its address."""

from __future__ import annotations

import reflex as rx

from fleet_app.web.pages.history.page import history_page
from fleet_app.web.states.history.screen import History
from fleet_app.web.states.live import Live
from fleet_app.web.states.records.toasts import Toasts
from fleet_app.web.states.session import Session


def add_history_pages(app: rx.App) -> None:
    """Where vehicles were."""
    app.add_page(
        history_page,
        route="/history",
        title="History · Live Fleet",
        on_load=[Session.enter, Toasts.settle, History.open, Live.join],
    )

"""The delivery log at its address."""

from __future__ import annotations

import reflex as rx

from fleet_app.web.pages.outbox.page import outbox_page
from fleet_app.web.states.live import Live
from fleet_app.web.states.outbox.screen import OutboxScreen
from fleet_app.web.states.records.toasts import Toasts
from fleet_app.web.states.session import Session


def add_outbox_pages(app: rx.App) -> None:
    """What was sent."""
    app.add_page(
        outbox_page,
        route="/notifications",
        title="Outbox · Live Fleet",
        on_load=[Session.enter, Toasts.settle, OutboxScreen.open, Live.join],
    )

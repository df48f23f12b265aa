"""The zones page at its address."""

from __future__ import annotations

import reflex as rx

from fleet_app.web.pages.zones.page import zones_page
from fleet_app.web.states.live import Live
from fleet_app.web.states.records.toasts import Toasts
from fleet_app.web.states.session import Session
from fleet_app.web.states.zones.board import ZoneBoard


def add_zone_pages(app: rx.App) -> None:
    """Map and list; the table of zones is a record page."""
    app.add_page(
        zones_page,
        route="/zones",
        title="Zones · Live Fleet",
        on_load=[Session.enter, Toasts.settle, ZoneBoard.open, Live.join],
    )

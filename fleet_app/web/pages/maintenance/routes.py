"""The maintenance screen at its address."""

from __future__ import annotations

import reflex as rx

from fleet_app.web.pages.maintenance.page import maintenance_page
from fleet_app.web.states.live import Live
from fleet_app.web.states.maintenance.due import Maintenance
from fleet_app.web.states.records.toasts import Toasts
from fleet_app.web.states.session import Session


def add_maintenance_pages(app: rx.App) -> None:
    """What is due; the lists beside it are record pages."""
    app.add_page(
        maintenance_page,
        route="/maintenance",
        title="Maintenance · Live Fleet",
        on_load=[Session.enter, Toasts.settle, Maintenance.open, Live.join],
    )

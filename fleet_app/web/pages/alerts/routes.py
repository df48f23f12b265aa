"""The alerts page at its address."""

from __future__ import annotations

import reflex as rx

from fleet_app.web.pages.alerts.page import alerts_page
from fleet_app.web.states.alerts.desk import AlertDesk
from fleet_app.web.states.alerts.panel import AlertPanel
from fleet_app.web.states.alerts.usual_rules import UsualRules
from fleet_app.web.states.live import Live
from fleet_app.web.states.records.toasts import Toasts
from fleet_app.web.states.session import Session


def add_alert_pages(app: rx.App) -> None:
    """The list of alerts; their rules are record pages."""
    app.add_page(
        alerts_page,
        route="/alerts",
        title="Alerts · Live Fleet",
        on_load=[
            Session.enter,
            Toasts.settle,
            AlertDesk.open,
            AlertPanel.open,
            UsualRules.look,
            Live.join,
        ],
    )

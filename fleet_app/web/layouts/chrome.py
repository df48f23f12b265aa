"""The frame around every signed-in page: top bar, side navigation, status bar."""

from __future__ import annotations

import reflex as rx

from fleet_app.web.components.alerts.alert_parts import AlertToasts
from fleet_app.web.components.bars import side_nav, status_bar, top_bar
from fleet_app.web.components.menus import search_box
from fleet_app.web.components.records.toast import toasts
from fleet_app.web.components.signals.signals import live_units
from fleet_app.web.components.typeface import typeface
from fleet_app.web.layouts.alert_menu import newest_alerts, open_badge
from fleet_app.web.states.live import Live
from fleet_app.web.states.notices import Notices
from fleet_app.web.states.overview import Overview
from fleet_app.web.states.records.toasts import Toasts
from fleet_app.web.states.session import Session


def chrome(
    content: rx.Component, *, active: str, search: rx.Component | None = None
) -> rx.Component:
    """Wrap `content`; `active` is the route whose navigation entry is marked."""
    frame = rx.el.div(
        rx.el.a("Skip to content", href="#content", class_name="skip-link"),
        _bar(search or search_box()),
        side_nav(active, Session.may_pages, {"/alerts": open_badge("nav-alerts")}),
        rx.el.main(content, id="content", class_name="content", tab_index=-1),
        status_bar(Live.status, Live.alerts),
        live_units(Session.units),
        AlertToasts.create(alerts=Live.alerts, fleet=Session.fleet_id),
        toasts(items=Toasts.items, on_undo=Toasts.undo, on_dismiss=Toasts.dismiss),
        class_name="shell",
    )
    return rx.fragment(typeface(), rx.cond(Session.ready, frame, _waiting()))


def _bar(search: rx.Component) -> rx.Component:
    """The top bar: whose fleet this is, who is signed in, and what needs attention."""
    return top_bar(
        search=search,
        fleets={
            "fleets": Session.fleets,
            "chosen": Session.fleet_id,
            "on_choose": lambda fleet: [
                Session.choose_fleet(fleet),
                Overview.clear(),
                Live.join(),
            ],
        },
        profile={
            "name": Session.name,
            "role": Session.role_label,
            "fleet": Session.fleet_name,
            "initials": Session.initials,
        },
        notices={
            "alerts": newest_alerts(),
            "badge": open_badge("bell-alerts"),
            "items": Notices.items,
            "count": Live.status["alerts"].to(int),
            "loading": Notices.loading,
            "on_open": Notices.load,
            "on_select": Notices.open_vehicle,
            "on_more": Notices.open_all,
        },
    )


def _waiting() -> rx.Component:
    return rx.el.div(
        rx.el.div(class_name="spinner", aria_hidden=True),
        rx.el.p("Connecting…"),
        class_name="waiting",
        role="status",
    )

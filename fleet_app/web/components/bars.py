"""The three bars of the shell. Views only: data and handlers are arguments."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.live.live_text import live_age
from fleet_app.web.components.menus import (
    fleet_choice,
    notices_menu,
    profile_menu,
    settings_link,
    theme_button,
)

NAVIGATION = (
    ("/", "map", "Overview"),
    ("/deliveries", "package", "Deliveries"),
    ("/routes", "route", "Routes"),
    ("/customers", "users", "Customers"),
    ("/vehicles", "truck", "Vehicles"),
    ("/drivers", "id-card", "Drivers"),
    ("/maintenance", "wrench", "Workshop"),
    ("/users", "building-2", "Company"),
    ("/settings", "sliders-horizontal", "Settings"),
)
"""Route, icon and name of the pages in the rail."""
INSTEAD = {"/users": "/depots"}
"""Where an entry leads those who may not see its page."""


def brand() -> rx.Component:
    """The product's mark and name."""
    return rx.el.a(
        rx.el.span(rx.icon("navigation", size=15), class_name="brand-mark"),
        rx.el.span("Live Fleet", class_name="brand-name"),
        href="/",
        class_name="brand",
        aria_label="Live Fleet, fleet overview",
    )


def top_bar(
    *,
    search: rx.Component,
    fleets: dict[str, Any],
    profile: dict[str, Any],
    notices: dict[str, Any],
) -> rx.Component:
    """Brand, fleet, search, notifications, settings, theme and profile, in one row."""
    return rx.el.header(
        brand(),
        fleet_choice(**fleets),
        rx.el.div(search, class_name="top-search"),
        rx.el.div(
            notices_menu(**notices),
            settings_link(),
            theme_button(),
            profile_menu(**profile),
            class_name="top-actions",
        ),
        class_name="top-bar",
    )


def side_nav(active: Any, may_pages: Any) -> rx.Component:
    """The pages that somebody may see, as a rail of icons with names.

    `active` is the route of the one that is open, which may be known in the browser only.
    """
    return rx.el.nav(
        *(
            rx.cond(
                may_pages.contains(route),
                _nav_entry(route, icon, name, route == active),
                _nav_entry(INSTEAD[route], icon, name, route == active)
                if route in INSTEAD
                else rx.fragment(),
            )
            for route, icon, name in NAVIGATION
        ),
        class_name="side-nav",
        aria_label="Main",
    )


def _nav_entry(route: str, icon: str, name: str, active: Any) -> rx.Component:
    return rx.el.a(
        rx.icon(icon, size=18),
        rx.el.span(name, class_name="nav-name"),
        href=route,
        class_name=rx.cond(active, "nav-entry active", "nav-entry"),
        title=name,
        custom_attrs={"aria-current": rx.cond(active, "page", "false")},
    )


def status_bar(status: rx.vars.ObjectVar[dict[str, Any]]) -> rx.Component:
    """The truth about the system: its state, the age of the data, connections, alerts."""
    state = status["system_state"].to(str)
    return rx.el.footer(
        rx.el.span(
            rx.el.span(class_name="state-dot", custom_attrs={"data-state": state}),
            rx.el.span(state, custom_attrs={"data-testid": "system-state"}),
            class_name="status-item",
            role="status",
        ),
        rx.el.span(
            rx.el.span("Newest fix", class_name="status-label"),
            live_age(at=status["newest_recorded_at"]),
            class_name="status-item",
            custom_attrs={"data-short": "Fix"},
        ),
        _count("Connected", status["connected"], "connected", of=status["vehicles"]),
        _count("Active alerts", status["alerts"], "alerts"),
        rx.el.span(status["reason"].to(str), class_name="status-item status-reason", role="status"),
        class_name="status-bar",
        aria_label="System status",
    )


def _count(label: str, value: Any, name: str, *, of: Any = None) -> rx.Component:
    total = [] if of is None else [rx.el.span(" of "), rx.el.span(of)]
    return rx.el.span(
        rx.el.span(label, class_name="status-label"),
        rx.el.span(rx.el.b(value), *total, custom_attrs={"data-testid": f"status-{name}"}),
        class_name="status-item",
        custom_attrs={"data-short": label.rsplit(" ", maxsplit=1)[-1].capitalize()},
    )

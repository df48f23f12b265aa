"""The three bars of the shell. Views only: data and handlers are arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
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
    ("/alerts", "bell-ring", "Alerts"),
    ("/planning", "calendar-clock", "Planning"),
    ("/routes", "route", "Routes"),
    ("/history", "history", "History"),
    ("/customers", "users", "Customers"),
    ("/vehicles", "truck", "Vehicles"),
    ("/drivers", "id-card", "Drivers"),
    ("/zones", "hexagon", "Zones"),
    ("/maintenance", "wrench", "Workshop"),
    ("/users", "building-2", "Company"),
    ("/settings", "sliders-horizontal", "Settings"),
)
"""Route, icon and name of the pages in the rail."""
AT_HAND = frozenset({"/", "/alerts", "/deliveries", "/vehicles"})
"""Those that a phone's bar has room for; the others are under "More"."""
NO_BADGES: Mapping[str, Any] = MappingProxyType({})
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


def side_nav(active: Any, may_pages: Any, badges: Mapping[str, Any] = NO_BADGES) -> rx.Component:
    """The pages that somebody may see, as a rail of icons with names.

    On a phone it is a bar with the most used ones, and the others under "More". `active` is the
    route of the one that is open, which may be known in the browser only. `badges` are small
    marks beside the names of pages, by their route.
    """
    others = [one for one in NAVIGATION if one[0] not in AT_HAND]
    return rx.el.nav(
        *(_nav_page(one, active, may_pages, badges) for one in NAVIGATION),
        rx.el.button(
            rx.icon("ellipsis", size=18),
            rx.el.span("More", class_name="nav-name"),
            type="button",
            class_name=rx.cond(_any(active, others), "nav-entry active", "nav-entry"),
            custom_attrs={"popovertarget": "nav-more", "data-at-hand": "more"},
        ),
        rx.el.div(
            *(_nav_page(one, active, may_pages, badges) for one in others),
            id="nav-more",
            class_name="popover nav-more",
            custom_attrs={"popover": "auto"},
        ),
        class_name="side-nav",
        aria_label="Main",
    )


def _any(active: Any, pages: Sequence[tuple[str, str, str]]) -> Any:
    return rx.Var.create([route for route, _, _ in pages]).contains(active)


def _nav_page(
    page: tuple[str, str, str], active: Any, may_pages: Any, badges: Mapping[str, Any]
) -> rx.Component:
    route, icon, name = page
    mark = badges.get(route, rx.fragment())
    instead = INSTEAD.get(route)
    at_hand = "true" if route in AT_HAND else "false"
    here = route == active
    return rx.cond(
        may_pages.contains(route),
        _nav_entry(page, here, at_hand, mark),
        _nav_entry((instead, icon, name), here, at_hand, mark) if instead else rx.fragment(),
    )


def _nav_entry(
    page: tuple[str, str, str], active: Any, at_hand: str, mark: rx.Component
) -> rx.Component:
    route, icon, name = page
    return rx.el.a(
        rx.icon(icon, size=18),
        rx.el.span(name, class_name="nav-name"),
        mark,
        href=route,
        class_name=rx.cond(active, "nav-entry active", "nav-entry"),
        title=name,
        custom_attrs={
            "aria-current": rx.cond(active, "page", "false"),
            "data-at-hand": at_hand,
        },
    )


def status_bar(
    status: rx.vars.ObjectVar[dict[str, Any]], alerts: rx.vars.ObjectVar[dict[str, Any]]
) -> rx.Component:
    """The truth about the system: its state, the age of the data, connections, alerts."""
    state = status["system_state"].to(str)
    none = rx.cond(status["vehicles"].to(int) > 0, "false", "true")
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
            custom_attrs={"data-short": "Fix", "data-nobody": none},
        ),
        _count("Connected", status["connected"], "connected", of=status["vehicles"]),
        rx.el.a(
            _count("Active alerts", alerts["active"], "alerts"),
            rx.cond(
                alerts["open"].to(int) < alerts["active"].to(int),
                rx.el.span("(", alerts["open"], " open)", class_name="status-part"),
                rx.fragment(),
            ),
            href="/alerts",
            class_name="status-alerts",
            custom_attrs={"data-severity": alerts["worst"]},
        ),
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

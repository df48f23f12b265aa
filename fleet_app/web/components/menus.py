"""Buttons and pop-overs of the top bar, on the browser's own popover attribute."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.account.pushing import sign_out
from fleet_app.web.components.grid.search_field import search_field

_SEARCH_HINT = "Search vehicles, plates, drivers"
_SEARCH_LABEL = "Search vehicles"
MOST_ON_BADGE = 99
"""The bell's badge says "99+" beyond this."""


def icon_button(icon: str, label: str, **props: Any) -> rx.Component:
    """A square button with an icon and a name for screen readers and the tooltip."""
    return rx.el.button(
        rx.icon(icon, size=17),
        class_name="icon-button",
        aria_label=label,
        title=label,
        type="button",
        **props,
    )


def theme_button() -> rx.Component:
    """Switch between light and dark."""
    return rx.color_mode_cond(
        icon_button("moon", "Dark theme", on_click=rx.toggle_color_mode),
        icon_button("sun", "Light theme", on_click=rx.toggle_color_mode),
    )


def settings_link() -> rx.Component:
    """The way to the settings page."""
    return rx.el.a(
        rx.icon("settings", size=17),
        href="/settings",
        class_name="icon-button",
        aria_label="Settings",
        title="Settings",
    )


def number_badge(count: Any, severity: Any, name: str) -> rx.Component:
    """A small number in the colour of a severity; nothing for none."""
    number = rx.cond(count > MOST_ON_BADGE, f"{MOST_ON_BADGE}+", count.to_string())
    said = {"data-severity": severity, "data-testid": name}
    return rx.cond(
        count > 0, rx.el.span(number, class_name="badge", custom_attrs=said), rx.fragment()
    )


def notices_menu(
    *,
    alerts: rx.Component,
    badge: rx.Component,
    items: Any,
    count: Any,
    loading: Any,
    on_open: Any,
    on_select: Any,
    on_more: Any,
) -> rx.Component:
    """The bell: the newest alerts, and below them the vehicles that fell silent.

    `count` may be more than the items.
    """
    more = count - items.length()
    return rx.el.div(
        rx.el.button(
            rx.icon("bell", size=17),
            badge,
            class_name="icon-button",
            aria_label="Notifications",
            title="Notifications",
            type="button",
            on_click=on_open,
            custom_attrs={"popovertarget": "notices"},
        ),
        rx.el.div(
            alerts,
            rx.el.h2("Silent vehicles"),
            rx.cond(
                items.length() > 0,
                rx.el.ul(
                    rx.foreach(items, lambda item: _notice(item, on_select)),
                    rx.cond(more > 0, _more(more, on_more), rx.fragment()),
                ),
                rx.el.p(
                    rx.cond(loading, "Loading…", "Every vehicle is heard."),
                    class_name="empty",
                ),
            ),
            id="notices",
            class_name="popover",
            custom_attrs={"popover": "auto"},
        ),
    )


def _more(count: Any, on_more: Any) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.span("and ", count, " more"),
            type="button",
            class_name="notice more",
            on_click=on_more,
            custom_attrs={"popovertarget": "notices", "popovertargetaction": "hide"},
        )
    )


def _notice(item: Any, on_select: Any) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.icon("circle-alert", size=15),
            rx.el.span(
                rx.el.b(item["title"]),
                rx.el.span(item["text"], class_name="quiet"),
            ),
            type="button",
            class_name="notice",
            on_click=on_select(item["vehicle_id"]),
            custom_attrs={"popovertarget": "notices", "popovertargetaction": "hide"},
        )
    )


def fleet_choice(*, fleets: Any, chosen: Any, on_choose: Any) -> rx.Component:
    """Which fleet to look at; shown to those who may see several."""
    choice = rx.el.select(
        rx.foreach(
            fleets, lambda fleet: rx.el.option(fleet["name"], value=fleet["id"].to_string())
        ),
        value=chosen.to_string(),
        on_change=on_choose,
        class_name="fleet-choice",
        aria_label="Fleet",
        custom_attrs={"data-testid": "fleet-choice"},
    )
    return rx.cond(fleets.length() > 1, choice, rx.fragment())


def profile_menu(*, name: Any, role: Any, fleet: Any, initials: Any) -> rx.Component:
    """Who is signed in, and the way out."""
    return rx.el.div(
        rx.el.button(
            initials,
            class_name="avatar",
            aria_label="Profile",
            title="Profile",
            type="button",
            custom_attrs={"popovertarget": "profile"},
        ),
        rx.el.div(
            rx.el.p(rx.el.b(name, custom_attrs={"data-testid": "profile-name"})),
            rx.el.p(role, " · ", fleet, class_name="quiet"),
            rx.el.a("Settings", href="/settings", class_name="menu-entry"),
            sign_out(),
            id="profile",
            class_name="popover",
            custom_attrs={"popover": "auto"},
        ),
    )


def search_box(*, value: Any = "", on_search: Any = None, settled: Any = True) -> rx.Component:
    """Search over vehicles. Without a handler it leads to the overview with the words typed."""
    return rx.el.form(
        rx.icon("search", size=15, class_name="search-icon"),
        _search_link() if on_search is None else _search_live(value, on_search, settled),
        action="/",
        method="get",
        role="search",
        class_name="search",
        on_submit=None if on_search is None else rx.prevent_default,
    )


def _search_link() -> rx.Component:
    return rx.el.input(
        name="q",
        type="search",
        placeholder=_SEARCH_HINT,
        auto_complete="off",
        aria_label=_SEARCH_LABEL,
        custom_attrs={"data-testid": "search"},
    )


def _search_live(value: Any, on_search: Any, settled: Any) -> rx.Component:
    return search_field(
        name="q",
        value=value,
        settled=settled,
        label=_SEARCH_LABEL,
        placeholder=_SEARCH_HINT,
        test_id="search",
        on_search=on_search,
    )

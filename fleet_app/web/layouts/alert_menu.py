"""The alerts that nobody looks after yet, for the bell of every page."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.alerts.alert_parts import AlertSound
from fleet_app.web.components.live.live_text import live_age
from fleet_app.web.components.menus import number_badge
from fleet_app.web.states.live import Live

_OPEN = Live.alerts["open"].to(int)


def open_badge(name: str) -> rx.Component:
    """How many alerts wait for somebody, in the colour of the worst."""
    return number_badge(_OPEN, Live.alerts["worst_open"], name)


def newest_alerts() -> rx.Component:
    """The newest five, the way to all, and whether to sound."""
    newest = Live.alerts["newest"].to(list[dict[str, Any]])
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Alerts"),
            rx.el.a("Show all", href="/alerts", class_name="link"),
            class_name="bell-head",
        ),
        rx.cond(
            _OPEN > 0,
            rx.el.ul(rx.foreach(newest, _alert)),
            rx.el.p("No alert waits for anybody.", class_name="empty"),
        ),
        rx.cond(
            newest.length() < _OPEN,
            rx.el.a("and ", _OPEN - newest.length(), " more", href="/alerts",
                    class_name="notice more"),
            rx.fragment(),
        ),
        AlertSound.create(),
        class_name="bell-alerts",
        aria_label="Alerts",
    )  # fmt: skip


def _alert(one: Any) -> rx.Component:
    href = "/alerts?tab=open&id=" + one["id"].to_string()
    return rx.el.li(
        rx.el.a(
            rx.el.i(class_name="severity", aria_hidden="true",
                    custom_attrs={"data-severity": one["severity"]}),
            rx.el.span(rx.el.b(one["title"]), rx.el.span(one["message"], class_name="quiet")),
            live_age(at=one["last_at"]),
            href=href,
            class_name="bell-alert",
        ),
        key=one["id"].to_string(),
    )  # fmt: skip

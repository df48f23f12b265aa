"""The delivery log: what was, will or would have been sent to whom, with its text beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import reflex as rx

from fleet_app.notification.channels.models import Status as Stands
from fleet_app.web.components.grid.record_grid import record_grid
from fleet_app.web.components.menus import icon_button
from fleet_app.web.components.records.toolbar import list_search, toolbar
from fleet_app.web.components.signals.signals import news
from fleet_app.web.layouts.chrome import chrome
from fleet_app.web.pages.records.tabs import tabs_of
from fleet_app.web.states.live import changes_of
from fleet_app.web.states.outbox.screen import CHANNELS, STATUSES, OutboxScreen
from fleet_app.web.states.session import Session

ROUTE = "notifications"


def _options(words: Mapping[Any, str]) -> list[dict[str, str]]:
    return [{"value": str(value), "label": label} for value, label in words.items()]


def _column(name: str, title: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {
        "id": name, "title": title, "type": kind, "unit": None, "options": [], "sortable": False,
        "filterable": False, "hidden": False, "width": None, **more,
    }  # fmt: skip


COLUMNS = [
    _column("subject", "Message", width=300),
    _column("status", "Status", "status", options=_options(STATUSES), width=120),
    _column("channel", "Through", "choice", options=_options(CHANNELS), width=110),
    _column("recipient", "To", width=150),
    _column("address", "Address", width=190),
    _column("created_at", "Written", "moment", width=150),
    _column("last_error", "Why not", "longtext"),
    _column("attempts", "Tries", "integer", hidden=True, width=80),
]


def outbox_page() -> rx.Component:
    """The whole page; for others than its readers, a word instead."""
    may_read = Session.may_pages.contains(f"/{ROUTE}")
    refusal = rx.el.p("Only the office reads what was sent.", class_name="audit-refusal")
    search = list_search(value=OutboxScreen.words, on_search=OutboxScreen.search, label="outbox")
    return chrome(
        rx.cond(may_read, _log(), refusal),
        active=tabs_of(ROUTE).route,
        search=rx.cond(may_read, search, rx.fragment()),
    )


def _log() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.div(
                rx.el.h1("Outbox"),
                tabs_of(ROUTE).bar(ROUTE, Session.may_pages),
                class_name="list-title",
            ),
            toolbar(icon_button("refresh-cw", "Read again", on_click=OutboxScreen.refresh)),
            class_name="list-head",
        ),
        _filters(),
        rx.el.div(
            rx.el.div(_grid(), class_name="audit-grid"),
            rx.cond(OutboxScreen.message > 0, _panel(), rx.fragment()),
            class_name="list-body audit-body",
        ),
        class_name="list-page",
    )


def _filters() -> rx.Component:
    return rx.el.div(
        _select("status", "Status", "Any status", STATUSES),
        _select("channel", "Through", "Any way", CHANNELS),
        rx.el.label(
            rx.el.span("From"), rx.el.input(type="date", **_bound("created_at.from", "From day"))
        ),
        rx.el.label(
            rx.el.span("until"), rx.el.input(type="date", **_bound("created_at.to", "Until day"))
        ),
        rx.cond(
            OutboxScreen.narrowed,
            rx.el.button(
                "Show all", type="button", class_name="link", on_click=OutboxScreen.show_all
            ),
            rx.fragment(),
        ),
        class_name="audit-filters",
        role="group",
        aria_label="Show only",
    )


def _bound(name: str, label: str) -> dict[str, Any]:
    filters = OutboxScreen.filters
    return {
        "value": rx.cond(filters.contains(name), filters[name], ""),
        "on_change": lambda text: OutboxScreen.set_filter(name, text),
        "aria_label": label,
        "class_name": "small-select",
        "custom_attrs": {"data-testid": f"filter-{name}"},
    }


def _select(name: str, label: str, every: str, words: Mapping[Any, str]) -> rx.Component:
    options = [rx.el.option(text, value=str(value)) for value, text in words.items()]
    return rx.el.select(rx.el.option(every, value=""), *options, **_bound(name, label))


def _grid() -> rx.Component:
    return record_grid(
        url="/api/v1/notifications",
        columns=COLUMNS,
        query=OutboxScreen.query,
        version=OutboxScreen.version,
        open_id=OutboxScreen.message,
        selectable=False,
        filtered=OutboxScreen.narrowed,
        noun="message",
        plural="messages",
        label="Outbox",
        time_zone=OutboxScreen.zone,
        empty_text="Nothing was sent yet. What alerts tell people will be listed here.",
        theme=rx.color_mode_cond("light", "dark"),
        changes=changes_of("notifications"),
        on_open=OutboxScreen.show,
    )


def _panel() -> rx.Component:
    return rx.el.aside(
        rx.el.div(
            rx.el.h2(OutboxScreen.title),
            icon_button("x", "Close", on_click=OutboxScreen.close),
            class_name="audit-panel-head",
        ),
        rx.el.p(OutboxScreen.body, style={"white-space": "pre-wrap", "margin": "10px 0"}),
        rx.cond(
            OutboxScreen.problem != "",
            rx.el.p(
                OutboxScreen.problem,
                class_name=rx.cond(
                    OutboxScreen.status == Stands.SUPPRESSED.value, "audit-why", "form-error"
                ),
            ),
            rx.fragment(),
        ),
        rx.el.dl(rx.foreach(OutboxScreen.facts, _pair), class_name="audit-facts"),
        rx.cond(
            OutboxScreen.tries.length() > 0,
            rx.fragment(
                rx.el.h3("Tries"),
                rx.el.dl(rx.foreach(OutboxScreen.tries, _pair), class_name="audit-facts"),
            ),
            rx.fragment(),
        ),
        _acts(),
        news(notices=changes_of("notifications"), on_news=OutboxScreen.follow),
        class_name="audit-panel",
        aria_label="Message",
        custom_attrs={"data-testid": "message"},
    )


def _pair(fact: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(fact[0]), rx.el.dd(fact[1]))


def _acts() -> rx.Component:
    again = rx.el.button(
        rx.icon("send", size=14),
        "Send again",
        type="button",
        class_name="button",
        on_click=OutboxScreen.retry,
        custom_attrs={"data-testid": "send-again"},
    )
    about = rx.el.a(
        rx.icon("arrow-up-right", size=14), "Open", href=OutboxScreen.link, class_name="button"
    )
    return rx.el.div(
        rx.cond(OutboxScreen.again, again, rx.fragment()),
        rx.cond(OutboxScreen.link != "", about, rx.fragment()),
        class_name="audit-acts",
    )

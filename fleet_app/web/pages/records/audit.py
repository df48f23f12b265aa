"""The audit log: who did what, found by filters, with before and after beside it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.wording import ACTIONS
from fleet_app.web.components.grid.record_grid import record_grid
from fleet_app.web.components.menus import icon_button
from fleet_app.web.components.records.downloads import download_link
from fleet_app.web.components.records.toolbar import list_search, toolbar
from fleet_app.web.layouts.chrome import chrome
from fleet_app.web.pages.records.tabs import tabs_of
from fleet_app.web.states.records.audit import AuditScreen
from fleet_app.web.states.records.toasts import Toasts
from fleet_app.web.states.session import Session

ROUTE = "audit"
_KINDS = {kind.name: kind.label for kind in KINDS} | {
    "device": "Tracking device", "file": "File", "address": "Network address", "audit": "Audit log",
}  # fmt: skip


def _column(name: str, title: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {
        "id": name, "title": title, "type": kind, "unit": None, "options": [], "sortable": False,
        "filterable": False, "hidden": False, "width": None, **more,
    }  # fmt: skip


def _options(words: dict[str, str]) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in words.items()]


COLUMNS = [
    _column("at", "When", "moment", width=150),
    _column("actor", "Who", width=150),
    _column("action", "What", "choice", options=_options(dict(ACTIONS)), width=140),
    _column("kind", "Kind", "choice", options=_options(_KINDS), width=130),
    _column("label", "Name", width=170),
    _column("changes", "Changes", "longtext"),
    _column("channel", "Through", hidden=True, width=90),
    _column("address", "Address", hidden=True, width=120),
]


def audit_page() -> rx.Component:
    """The whole page; for others than its readers, a word instead."""
    refusal = rx.el.p(
        "Only managers and administrators read the audit log. Each record shows its own history.",
        class_name="audit-refusal",
    )
    may_read = Session.may_pages.contains(f"/{ROUTE}")
    body = rx.cond(may_read, _log(), refusal)
    search = list_search(value=AuditScreen.words, on_search=AuditScreen.search, label="audit log")
    shown_search = rx.cond(may_read, search, rx.fragment())
    return chrome(body, active=tabs_of(ROUTE).route, search=shown_search)


def _log() -> rx.Component:
    return rx.el.div(
        _head(),
        _filters(),
        _verdict(),
        rx.el.div(
            rx.el.div(_grid(), class_name="audit-grid"),
            rx.cond(AuditScreen.entry > 0, _panel(), rx.fragment()),
            class_name="list-body audit-body",
        ),
        class_name="list-page",
    )


def _head() -> rx.Component:
    query = rx.cond(AuditScreen.query != "", "?" + AuditScreen.query, "")
    return rx.el.div(
        rx.el.div(
            rx.el.h1("Audit log"),
            tabs_of(ROUTE).bar(ROUTE, Session.may_pages),
            class_name="list-title",
        ),
        toolbar(
            rx.el.button(
                rx.icon("shield-check", size=15),
                rx.el.span(rx.cond(AuditScreen.checking, "Checking…", "Check the chain")),
                type="button",
                class_name="button",
                title="Prove that nobody changed, removed or added an entry",
                aria_label="Check the chain",
                disabled=AuditScreen.checking,
                on_click=AuditScreen.check,
                custom_attrs={"data-testid": "check-chain"},
            ),
            download_link(
                rx.icon("download", size=15),
                rx.el.span("Export"),
                href="/api/v1/audit/export.csv" + query,
                class_name="button",
                title="Everything that is shown, as CSV",
                aria_label="Export as CSV",
                custom_attrs={"data-testid": "export-audit"},
            ),
        ),
        class_name="list-head",
    )


def _filters() -> rx.Component:
    people = rx.el.select(
        rx.el.option("Anybody", value=""),
        rx.foreach(AuditScreen.people, lambda one: rx.el.option(one["label"], value=one["value"])),
        **_bound("actor_id", "Who"),
    )
    return rx.el.div(
        people,
        _select("action", "What", "Anything done", dict(ACTIONS)),
        _select("kind", "Kind", "To anything", _KINDS),
        rx.el.label(rx.el.span("From"), rx.el.input(type="date", **_bound("at.from", "From day"))),
        rx.el.label(rx.el.span("until"), rx.el.input(type="date", **_bound("at.to", "Until day"))),
        rx.cond(
            AuditScreen.narrowed,
            rx.el.button(
                "Show all", type="button", class_name="link", on_click=AuditScreen.show_all
            ),
            rx.fragment(),
        ),
        class_name="audit-filters",
        role="group",
        aria_label="Show only",
    )


def _bound(name: str, label: str) -> dict[str, Any]:
    filters = AuditScreen.filters
    return {
        "value": rx.cond(filters.contains(name), filters[name], ""),
        "on_change": lambda text: AuditScreen.set_filter(name, text),
        "aria_label": label,
        "class_name": "small-select",
        "custom_attrs": {"data-testid": f"filter-{name}"},
    }


def _select(name: str, label: str, every: str, words: dict[str, str]) -> rx.Component:
    options = [rx.el.option(text, value=value) for value, text in words.items()]
    return rx.el.select(rx.el.option(every, value=""), *options, **_bound(name, label))


def _verdict() -> rx.Component:
    icon = rx.cond(
        AuditScreen.sound, rx.icon("shield-check", size=16), rx.icon("shield-alert", size=16)
    )
    return rx.el.div(
        rx.cond(
            AuditScreen.verdict != "",
            rx.el.div(
                icon,
                rx.el.span(AuditScreen.verdict),
                icon_button("x", "Close", on_click=AuditScreen.dismiss),
                class_name=rx.cond(AuditScreen.sound, "verdict sound", "verdict broken"),
                custom_attrs={"data-testid": "verdict"},
            ),
            rx.fragment(),
        ),
        role="status",
    )


def _grid() -> rx.Component:
    return record_grid(
        url="/api/v1/audit",
        columns=COLUMNS,
        query=AuditScreen.query,
        version=AuditScreen.version + Toasts.undone,
        open_id=AuditScreen.entry,
        selectable=False,
        filtered=AuditScreen.narrowed,
        noun="entry",
        plural="entries",
        label="Audit log",
        time_zone=AuditScreen.zone,
        empty_text="Nothing has happened yet. Every change will be listed here.",
        theme=rx.color_mode_cond("light", "dark"),
        on_open=AuditScreen.show,
        on_total=AuditScreen.count,
    )


def _panel() -> rx.Component:
    return rx.el.aside(
        rx.el.div(
            rx.el.h2(AuditScreen.title),
            icon_button("x", "Close", on_click=AuditScreen.close),
            class_name="audit-panel-head",
        ),
        rx.el.dl(rx.foreach(AuditScreen.facts, _fact), class_name="audit-facts"),
        rx.cond(
            AuditScreen.lines.length() > 0,
            rx.el.table(
                rx.el.thead(rx.el.tr(*(rx.el.th(one, scope="col") for one in
                                       ("Field", "Before", "After")))),
                rx.el.tbody(rx.foreach(AuditScreen.lines, _line)),
                class_name="audit-changes",
            ),
            rx.fragment(),
        ),
        _acts(),
        class_name="audit-panel",
        aria_label="Entry",
        custom_attrs={"data-testid": "audit-entry"},
    )  # fmt: skip


def _fact(fact: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(fact[0]), rx.el.dd(fact[1]))


def _line(line: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(line["title"], scope="row"),
        rx.el.td(line["before"], class_name="deed-before"),
        rx.el.td(line["after"]),
    )


def _acts() -> rx.Component:
    undo = rx.el.button(
        rx.icon("undo-2", size=14),
        "Undo this change",
        type="button",
        class_name="button",
        on_click=AuditScreen.undo,
        custom_attrs={"data-testid": "undo-change"},
    )
    related = rx.fragment(
        rx.el.a(rx.icon("arrow-up-right", size=14), "Open", href=AuditScreen.link,
                class_name="button", custom_attrs={"data-testid": "open-object"}),
        rx.el.button(rx.icon("history", size=14), "Its history", type="button",
                     class_name="button", on_click=AuditScreen.narrow_to),
    )  # fmt: skip
    return rx.el.div(
        rx.cond(AuditScreen.undoable, undo, rx.fragment()),
        rx.cond(AuditScreen.link != "", related, rx.fragment()),
        class_name="audit-acts",
    )

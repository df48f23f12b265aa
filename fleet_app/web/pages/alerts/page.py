"""Alerts to look after: the list with its tabs and filters, and the chosen one beside it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.catalogue.kinds import KINDS
from fleet_app.notification.models import LASTING
from fleet_app.web.components.alerts.alert_parts import AlertList
from fleet_app.web.components.grid.hotkeys import hotkeys
from fleet_app.web.components.records.browser import NewsWatch, RecordPicker, ShortcutsHelp
from fleet_app.web.components.records.inputs import searching
from fleet_app.web.components.records.tab_reveal import tab_reveal
from fleet_app.web.components.records.toolbar import list_search, selection_bar
from fleet_app.web.layouts.chrome import chrome
from fleet_app.web.pages.alerts.panel import alert_panel, snooze_choice
from fleet_app.web.pages.alerts.usual_rules import usual_rules
from fleet_app.web.pages.records.tabs import tabs_of
from fleet_app.web.states.alerts.desk import AlertDesk
from fleet_app.web.states.alerts.panel import AlertPanel
from fleet_app.web.states.alerts.showing import SEVERITIES
from fleet_app.web.states.live import Live, changes_of
from fleet_app.web.states.session import Session

ROUTE = "alerts"
TABS = {
    "open": "Open",
    "acknowledged": "Acknowledged",
    "snoozed": "Snoozed",
    "resolved": "Resolved",
    "all": "All",
}
KEYS = {"/": "search", "a": "acknowledge", "s": "snooze", "r": "resolve", "c": "comment"}
SHORTCUTS = [
    ["j k", "Next and previous alert, as the arrows"],
    ["Enter", "Open the alert"],
    ["x", "Tick the alert"],
    ["a", "Acknowledge"],
    ["s", "Snooze"],
    ["r", "Resolve"],
    ["c", "Write a comment"],
    ["/", "Search"],
    ["?", "Show this help"],
]
EMPTY = {
    "open": "Nothing waits for you. New alerts appear here by themselves.",
    "acknowledged": "Nobody looks after an alert at the moment.",
    "snoozed": "No alert is snoozed.",
    "resolved": "No alert was resolved yet.",
    "all": "No alerts yet. What raises them is said by the alert rules.",
}
COMMENT = "alert-comment"


def alerts_page() -> rx.Component:
    """The whole page; for others than its readers, a word instead."""
    may_read = Session.may_pages.contains(f"/{ROUTE}")
    refusal = rx.el.p("Only the office looks after alerts.", class_name="audit-refusal")
    search = list_search(
        value=AlertDesk.words,
        on_search=AlertDesk.search,
        label="alerts",
        settled=rx.State.is_hydrated & AlertDesk.ready,
    )
    return chrome(
        rx.cond(may_read, _desk(), refusal),
        active=tabs_of(ROUTE).route,
        search=rx.cond(may_read, search, rx.fragment()),
    )


def _desk() -> rx.Component:
    return rx.el.div(
        _head(),
        usual_rules(),
        _filters(),
        _selection(),
        rx.el.div(
            rx.cond(AlertDesk.ready, _list(), rx.fragment()),
            rx.cond(AlertPanel.number > 0, alert_panel(COMMENT), _no_choice()),
            class_name="list-body alerts-body",
            custom_attrs={"data-chosen": rx.cond(AlertPanel.number > 0, "true", "false")},
        ),
        NewsWatch.create(
            changes=Live.changes,
            kinds=[ROUTE, "notifications"],
            on_news=[AlertDesk.look_again, AlertPanel.look_again],
        ),
        hotkeys(keys=KEYS, on_key=_key),
        ShortcutsHelp.create(entries=SHORTCUTS),
        class_name="list-page alerts-page",
    )


def _key(name: rx.Var[str]) -> Any:
    return rx.cond(
        AlertDesk.may_handle,
        rx.cond(
            name == "comment",
            rx.set_focus(COMMENT),
            rx.cond(name == "snooze", AlertPanel.ask_snooze(), AlertPanel.act(name)),
        ),
        rx.noop(),
    )  # fmt: skip


def _head() -> rx.Component:
    tabs = rx.el.div(
        *(_tab(name, label) for name, label in TABS.items()),
        tab_reveal(),
        class_name="tabs",
        role="group",
        aria_label="Which alerts",
    )
    return rx.el.div(
        rx.el.div(
            rx.el.h1("Alerts"),
            tabs_of(ROUTE).bar(ROUTE, Session.may_pages),
            tabs,
            class_name="list-title",
        ),
        class_name="list-head",
    )


def _tab(name: str, label: str) -> rx.Component:
    chosen = AlertDesk.tab == name
    return rx.el.button(
        label,
        rx.el.span(AlertDesk.counts[name], class_name="tab-count"),
        type="button",
        class_name=rx.cond(chosen, "tab active", "tab"),
        on_click=AlertDesk.choose_tab(name),
        aria_pressed=rx.cond(chosen, "true", "false"),
        custom_attrs={"data-testid": f"tab-{name}"},
    )


def _filters() -> rx.Component:
    filters = AlertDesk.filters
    severities = [rx.el.option(label, value=one.value) for one, label in SEVERITIES.items()]
    rules = rx.foreach(AlertDesk.rules, lambda one: rx.el.option(one["name"], value=one["id"]))
    vehicle = rx.cond(filters.contains("vehicle_id"), filters["vehicle_id"], "")
    return rx.el.div(
        rx.el.select(rx.el.option("Any severity", value=""), *severities,
                     **_bound("severity", "Severity")),
        rx.el.select(rx.el.option("Any rule", value=""), rules, **_bound("rule_id", "Rule")),
        rx.el.div(
            RecordPicker.create(
                **searching(KINDS["vehicles"]) | {"placeholder": "Any vehicle"},
                name="vehicle_id",
                value=vehicle,
                fleet=AlertDesk.fleet,
                input_id="alerts-vehicle",
                accessible_name="Vehicle",
                on_pick=AlertDesk.filter_vehicle,
            ),
            class_name="control alerts-vehicle",
            key=vehicle,
        ),
        rx.el.label(rx.el.span("Day"), rx.el.input(type="date", **_bound("day", "Day"))),
        rx.cond(
            AlertDesk.narrowed,
            rx.el.button("Show all", type="button", class_name="link",
                         on_click=AlertDesk.show_all),
            rx.fragment(),
        ),
        class_name="audit-filters",
        role="group",
        aria_label="Show only",
    )  # fmt: skip


def _bound(name: str, label: str) -> dict[str, Any]:
    filters = AlertDesk.filters
    return {
        "value": rx.cond(filters.contains(name), filters[name], ""),
        "on_change": lambda text: AlertDesk.set_filter(name, text),
        "aria_label": label,
        "class_name": "small-select",
        "custom_attrs": {"data-testid": f"filter-{name}"},
    }


def _selection() -> rx.Component:
    """What can be done with the ticked ones; what is impossible for one is said afterwards."""
    steps = [
        _many("check", "Acknowledge", AlertPanel.act("acknowledge")),
        _many("alarm-clock", "Snooze", AlertPanel.ask_snooze),
        _many("check-check", "Resolve", AlertPanel.act("resolve")),
        _many("x", "Clear", AlertDesk.select([])),
    ]
    bar = selection_bar(count=AlertDesk.selected.length(), noun="alerts", actions=steps)
    asked = AlertPanel.snoozing & (AlertDesk.selected.length() > 0)
    return rx.fragment(bar, rx.cond(asked, rx.el.div(snooze_choice(), class_name="selection-bar"),
                                    rx.fragment()))  # fmt: skip


def _many(icon: str, label: str, event: Any) -> rx.Component:
    return rx.el.button(
        rx.icon(icon, size=14), label, type="button", class_name="button small", on_click=event
    )


def _list() -> rx.Component:
    return AlertList.create(
        url="/api/v1/alerts",
        query=AlertDesk.query,
        version=AlertDesk.version,
        changes=changes_of(ROUTE),
        chosen=AlertPanel.number,
        selected=AlertDesk.selected,
        selectable=AlertDesk.may_handle,
        tab=AlertDesk.tab,
        filtered=AlertDesk.narrowed,
        empty_text=rx.Var.create(EMPTY)[AlertDesk.tab],
        lasting=sorted(LASTING),
        on_open=AlertPanel.show,
        on_select=AlertDesk.select,
        on_show_all=AlertDesk.show_all,
    )


def _no_choice() -> rx.Component:
    return rx.el.aside(
        rx.icon("bell", size=22),
        rx.el.p("Choose an alert to see what happened, where, and who looks after it."),
        rx.el.p(rx.el.kbd("j"), " ", rx.el.kbd("k"), " move, ", rx.el.kbd("?"),
                " shows all keys", class_name="quiet alerts-keys"),
        class_name="alert-panel alert-none",
        aria_label="No alert is chosen",
    )  # fmt: skip

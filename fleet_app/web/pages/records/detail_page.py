"""The page of one record: its facts, its form, its history, and the records around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from fleet_app.records.kinds import Kind
from fleet_app.web.components.grid.hotkeys import hotkeys
from fleet_app.web.components.records.browser import ChangeWatch, ShortcutsHelp
from fleet_app.web.components.records.tab_reveal import tab_reveal
from fleet_app.web.layouts.chrome import chrome
from fleet_app.web.pages.records.extras import extra_of
from fleet_app.web.pages.records.form_parts import newer_bar, problem, record_form
from fleet_app.web.pages.records.history_tab import history_tab
from fleet_app.web.pages.records.list_link import address_of_list
from fleet_app.web.pages.records.related import related_tabs
from fleet_app.web.pages.records.tabs import tabs_of
from fleet_app.web.states.live import changes_of
from fleet_app.web.states.records.form import RecordForm
from fleet_app.web.states.records.history import RecordHistory
from fleet_app.web.states.records.toasts import Toasts

SHORTCUTS = [
    ["e", "Edit: go to the first field"],
    ["Ctrl S", "Save"],
    ["Esc", "Back to the list, when everything is saved"],
    ["u", "Take the last change back"],
    ["?", "Show this help"],
]
Tab = tuple[str, str, rx.Component, Any]
"""Id, name, content and what happens when it is opened."""


def detail_page(kind: Kind) -> Callable[[], rx.Component]:
    """The page of one record of `kind`, as a function that Reflex calls."""

    def page() -> rx.Component:
        ready = RecordForm.loaded & (RecordForm.plural == kind.plural)
        shown = rx.cond(RecordForm.missing, _missing(kind), _record(kind))
        body = rx.el.div(
            rx.cond(ready, shown, waiting()),
            hotkeys(
                keys={"u": "undo"},
                on_key=lambda name: rx.cond(name == "undo", Toasts.undo_last(), rx.noop()),
            ),
            ShortcutsHelp.create(entries=SHORTCUTS),
            class_name="record-page",
        )
        return chrome(body, active=tabs_of(kind.plural).route)

    return page


def waiting() -> rx.Component:
    """Until the record is there."""
    return rx.el.div(rx.el.div(class_name="spinner"), class_name="record-waiting", role="status",
                     aria_label="Loading")  # fmt: skip


def back_link(kind: Kind) -> rx.Component:
    """The way back to the list as it was left."""
    return rx.el.a(
        rx.icon("arrow-left", size=14), kind.label_plural, href=address_of_list(kind),
        class_name="back-link",
    )  # fmt: skip


def _record(kind: Kind) -> rx.Component:
    extra = extra_of(kind)
    tabs: list[Tab] = [
        ("details", "Details", _details(kind), None),
        *extra.tabs,
        *related_tabs(kind),
        ("history", "History", history_tab(), RecordHistory.open),
    ]
    return rx.fragment(
        ChangeWatch.create(
            changes=changes_of(kind.plural),
            record_id=RecordForm.number,
            undone=Toasts.undone,
            on_change=list(extra.on_changed) or RecordForm.look_again,
            on_undone=[RecordForm.catch_up, *extra.on_undone],
        ),
        rx.el.header(_title(kind, extra.actions), extra.below, _tab_bar(tabs),
                     class_name="record-head"),
        *(_panel(tab) for tab in tabs),
    )  # fmt: skip


def _title(kind: Kind, actions: rx.Component) -> rx.Component:
    return rx.fragment(
        back_link(kind),
        rx.el.div(
            rx.el.h1(RecordForm.title),
            status_pill(RecordForm.status, RecordForm.status_label),
            rx.cond(RecordForm.deleted, rx.el.span("Deleted", class_name="chip-label"),
                    rx.fragment()),
            rx.el.div(actions, _put_aside(), class_name="record-actions"),
            class_name="record-title",
        ),
        rx.el.dl(rx.foreach(RecordForm.facts, _fact), class_name="record-facts"),
    )  # fmt: skip


def status_pill(status: Any, label: Any) -> rx.Component:
    """A status in its colour."""
    return rx.cond(
        status != "",
        rx.el.span(
            rx.el.i(class_name="status-dot", aria_hidden="true"),
            rx.el.span(label),
            class_name="status-pill",
            custom_attrs={"data-status": status, "data-testid": "status"},
        ),
        rx.fragment(),
    )


def _fact(fact: Any) -> rx.Component:
    text = rx.cond(
        fact["href"] != "", rx.el.a(fact["text"], href=fact["href"]), rx.el.span(fact["text"])
    )
    return rx.el.div(rx.el.dt(fact["label"]), rx.el.dd(text), key=fact["label"])


def _put_aside() -> rx.Component:
    restore = rx.el.button(
        rx.icon("undo-2", size=14), "Restore", type="button", class_name="button",
        on_click=RecordForm.restore,
    )  # fmt: skip
    delete = rx.el.button(
        rx.icon("trash-2", size=14), "Delete", type="button", class_name="button danger",
        on_click=RecordForm.delete, custom_attrs={"data-testid": "delete"},
    )  # fmt: skip
    return rx.cond(
        RecordForm.may.contains("delete"),
        rx.cond(RecordForm.deleted, restore, delete),
        rx.fragment(),
    )


def _tab_bar(tabs: list[Tab]) -> rx.Component:
    return rx.el.div(
        *(_tab(name, label, event) for name, label, _, event in tabs),
        tab_reveal(),
        class_name="tabs record-tabs",
        role="tablist",
        aria_label="Parts of this record",
    )


def _tab(name: str, label: str, event: Any) -> rx.Component:
    active = RecordForm.tab == name
    show = RecordForm.show_tab(name)
    return rx.el.button(
        label,
        type="button",
        role="tab",
        id=f"tab-{name}",
        class_name=rx.cond(active, "tab active", "tab"),
        on_click=show if event is None else [show, event],
        custom_attrs={
            "aria-selected": rx.cond(active, "true", "false"),
            "aria-controls": f"panel-{name}",
        },
    )


def _panel(tab: Tab) -> rx.Component:
    """The form stays on the page, so that nothing typed is lost; other parts come when opened."""
    name, _, content, _ = tab
    active = RecordForm.tab == name
    inside = content if name == "details" else rx.cond(active, content, rx.fragment())
    return rx.el.div(
        inside,
        id=f"panel-{name}",
        role="tabpanel",
        hidden=~active,
        class_name="record-panel",
        custom_attrs={"aria-labelledby": f"tab-{name}"},
    )


def _details(kind: Kind) -> rx.Component:
    editable = RecordForm.may.contains("update") & ~RecordForm.deleted
    return rx.cond(editable, record_form(kind, is_new=False), _facts(kind))


def _facts(kind: Kind) -> rx.Component:
    """For those who may only read, and for what is deleted."""
    return rx.el.div(
        newer_bar(kind, in_form=False),
        problem(),
        rx.el.dl(rx.foreach(RecordForm.every_fact, _fact), class_name="form-card all-facts"),
        custom_attrs={"data-testid": "read-only"},
    )


def _missing(kind: Kind) -> rx.Component:
    return rx.el.div(
        rx.el.h1(f"There is no such {kind.label.lower()}"),
        rx.el.p("It may have been removed, or belongs to another fleet.", class_name="quiet"),
        back_link(kind),
        class_name="record-missing",
    )

"""The page on which a record is created."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from fleet_app.records.kinds import Kind
from fleet_app.web.components.grid.hotkeys import hotkeys
from fleet_app.web.components.records.browser import ShortcutsHelp
from fleet_app.web.layouts.chrome import chrome
from fleet_app.web.pages.records.detail_page import SHORTCUTS, back_link, waiting
from fleet_app.web.pages.records.form_parts import record_form
from fleet_app.web.pages.records.tabs import tabs_of
from fleet_app.web.states.records.form import RecordForm
from fleet_app.web.states.records.toasts import Toasts


def new_page(kind: Kind) -> Callable[[], rx.Component]:
    """The empty form of `kind`, as a function that Reflex calls."""

    def page() -> rx.Component:
        ready = RecordForm.loaded & (RecordForm.plural == kind.plural) & (RecordForm.number == 0)
        may = RecordForm.may.contains("create")
        body = rx.el.div(
            rx.el.header(
                back_link(kind),
                rx.el.div(
                    rx.el.h1(f"New {kind.label.lower()}"),
                    rx.cond(ready, in_fleet(RecordForm.fleet_name), rx.fragment()),
                    class_name="record-title",
                ),
                class_name="record-head",
            ),
            rx.cond(
                ready,
                rx.el.div(rx.cond(may, record_form(kind, is_new=True), _not_allowed()),
                          class_name="record-panel"),
                waiting(),
            ),
            hotkeys(
                keys={"u": "undo"},
                on_key=lambda name: rx.cond(name == "undo", Toasts.undo_last(), rx.noop()),
            ),
            ShortcutsHelp.create(entries=SHORTCUTS),
            class_name="record-page",
        )  # fmt: skip
        return chrome(body, active=tabs_of(kind.plural).route)

    return page


def in_fleet(name: Any) -> rx.Component:
    """Where the record will belong, for those who can choose."""
    return rx.cond(
        name != "",
        rx.el.span("In ", rx.el.b(name), class_name="chip-label calm",
                   custom_attrs={"data-testid": "in-fleet"}),
        rx.fragment(),
    )  # fmt: skip


def _not_allowed() -> rx.Component:
    return rx.el.p("Your role does not allow this.", class_name="form-error", role="alert")

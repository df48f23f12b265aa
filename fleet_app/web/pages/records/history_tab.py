"""What happened to a record, newest first."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.states.records.history import RecordHistory


def history_tab() -> rx.Component:
    """The entries of the audit log about the record."""
    more = rx.el.button(
        "Show older", type="button", class_name="button", on_click=RecordHistory.more
    )
    empty = rx.el.p("Nothing is on record yet.", class_name="quiet")
    return rx.el.section(
        rx.cond(
            RecordHistory.problem != "",
            rx.el.p(RecordHistory.problem, class_name="form-error", role="alert"),
            rx.fragment(),
        ),
        rx.el.ol(rx.foreach(RecordHistory.deeds, _deed), class_name="deeds"),
        rx.cond(RecordHistory.ready & (RecordHistory.total == 0), empty, rx.fragment()),
        rx.cond(RecordHistory.deeds.length() < RecordHistory.total, more, rx.fragment()),
        class_name="form-card",
        aria_label="History",
        custom_attrs={"data-testid": "history"},
    )


def _deed(deed: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.b(deed["what"]),
            rx.el.span(" by ", deed["who"], " ", deed["how"]),
            rx.el.time(deed["when"]),
            class_name="deed-head",
        ),
        rx.el.ul(rx.foreach(deed["lines"].to(list[list[str]]), _line)),
        key=deed["id"].to_string(),
    )


def _line(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(line[0], class_name="deed-field"),
        rx.cond(
            line[1] != "",
            rx.fragment(
                rx.el.span(line[1], class_name="deed-before"),
                rx.el.span("→", aria_label="became"),
            ),
            rx.fragment(),
        ),
        rx.el.span(line[2], class_name="deed-after"),
    )

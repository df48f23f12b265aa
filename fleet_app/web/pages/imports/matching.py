"""The second step: which column is which field."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.pages.imports.reading import open_questions, open_words
from fleet_app.web.states.imports.screen import ImportScreen


def columns_step() -> rx.Component:
    """A row for each column of the file."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Which column is what?"),
            rx.el.p(
                "We have matched what we recognise. Leave out what you do not need.",
                class_name="quiet",
            ),
            class_name="step-head",
        ),
        open_questions(),
        open_words(),
        rx.el.table(
            rx.el.thead(
                rx.el.tr(
                    rx.el.th("In your file", scope="col"),
                    rx.el.th("For example", scope="col"),
                    rx.el.th("Becomes", scope="col"),
                )
            ),
            rx.el.tbody(rx.foreach(ImportScreen.columns, _column)),
            class_name="import-table matching",
            custom_attrs={"data-testid": "columns"},
        ),
        _missing(),
        rx.el.div(
            rx.el.button(
                "Check the rows",
                type="button",
                class_name="button primary",
                on_click=ImportScreen.check,
                custom_attrs={"data-testid": "check"},
            ),
            class_name="step-actions",
        ),
        class_name="card",
    )


def _column(column: Any) -> rx.Component:
    options = rx.foreach(
        ImportScreen.choices, lambda one: rx.el.option(one["label"], value=one["value"])
    )
    return rx.el.tr(
        rx.el.td(rx.el.b(column["header"])),
        rx.el.td(
            rx.foreach(
                column["samples"].to(list[str]),
                lambda text: rx.el.span(text, class_name="sample"),
            ),
            rx.cond(
                column["read"] != "",
                rx.el.span("read as ", rx.el.b(column["read"]), class_name="read-as"),
                rx.fragment(),
            ),
            class_name="samples",
        ),
        rx.el.td(
            rx.el.select(
                rx.el.option("Leave out", value=""),
                options,
                value=column["field"],
                on_change=lambda field: ImportScreen.choose(column["index"], field),
                aria_label=rx.Var.create("What becomes of ") + column["header"].to(str),
                class_name="field-choice",
                custom_attrs={"data-chosen": rx.cond(column["field"] != "", "true", "false")},
            )
        ),
        key=column["index"].to_string(),
    )


def _missing() -> rx.Component:
    return rx.cond(
        ImportScreen.missing.length() > 0,
        rx.el.p(
            rx.icon("triangle-alert", size=15),
            rx.el.span(
                "No column for ",
                rx.el.b(ImportScreen.missing.join(", ")),
                ". New records need it; rows of records that exist can do without.",
            ),
            class_name="hint-box",
            role="status",
            custom_attrs={"data-testid": "missing"},
        ),
        rx.fragment(),
    )

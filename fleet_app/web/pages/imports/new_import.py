"""The first step: what the rows are, and the file."""

from __future__ import annotations

import reflex as rx

from fleet_app.web.components.records.downloads import download_link
from fleet_app.web.pages.imports.parts import file_place, frame, steps
from fleet_app.web.states.imports.listing import NewImport

ADVICE = (
    "The first row holds the names of the columns, in any order and under any name.",
    "Nothing is stored before you have seen what is right and what is wrong.",
    "Records that exist already are changed, not doubled.",
)


def new_import_page() -> rx.Component:
    """Choose a kind and a file."""
    choice = rx.el.label(
        rx.el.span("What is in the file?"),
        rx.el.select(
            rx.foreach(NewImport.kinds, lambda one: rx.el.option(one["label"], value=one["value"])),
            value=NewImport.kind,
            on_change=NewImport.choose,
            custom_attrs={"data-testid": "import-kind"},
        ),
        class_name="field import-kind",
    )
    card = rx.el.section(
        choice,
        file_place(NewImport.fields, NewImport.limit),
        rx.el.div(*_templates(), class_name="import-below"),
        rx.el.ul(*(rx.el.li(text) for text in ADVICE), class_name="advice"),
        class_name="card",
    )
    none = rx.el.p("Your role may not import anything.", class_name="card empty")
    return frame(
        "Import a file",
        steps(0),
        rx.cond(NewImport.kind != "", card, none),
        kind=NewImport.kind,
    )


def _templates() -> tuple[rx.Component, rx.Component]:
    base = rx.Var.create("/api/v1/imports/template.")
    return (
        download_link(
            rx.icon("download", size=14),
            "Download an empty template",
            href=base + "xlsx?kind=" + NewImport.kind,
            class_name="link with-icon",
            custom_attrs={"data-testid": "template"},
        ),
        download_link(
            "as CSV",
            href=base + "csv?kind=" + NewImport.kind,
            class_name="link",
            custom_attrs={"data-testid": "template-csv"},
        ),
    )

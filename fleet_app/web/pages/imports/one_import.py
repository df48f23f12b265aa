"""One import, whatever step it is at."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.signals.signals import ticker
from fleet_app.web.pages.imports.matching import columns_step
from fleet_app.web.pages.imports.parts import frame, pill, progress, steps
from fleet_app.web.pages.imports.results import checked_step, done_step, stopped_step
from fleet_app.web.states.imports.screen import ImportScreen

ITEM: Any = ImportScreen.item


def one_import_page() -> rx.Component:
    """Columns, check, progress or result."""
    body = rx.fragment(
        steps(ImportScreen.at),
        rx.cond(
            ImportScreen.problem != "",
            rx.el.p(ImportScreen.problem, class_name="form-error", role="alert"),
            rx.fragment(),
        ),
        _step(),
        ticker(active=ITEM["busy"].to(bool), every_ms=800, on_tick=ImportScreen.refresh),
    )
    missing = rx.el.p(
        "There is no such import. ",
        rx.el.a("See all imports", href="/imports", class_name="link"),
        class_name="card empty",
    )
    return frame(
        rx.cond(ImportScreen.step != "", ITEM["filename"].to(str), "Import"),
        rx.cond(ImportScreen.found, rx.cond(ImportScreen.step != "", body, rx.fragment()), missing),
        aside=rx.cond(ImportScreen.step != "", _what(), rx.fragment()),
        kind=ITEM["plural"].to(str),
    )


def _step() -> rx.Component:
    """What there is to do or to see now."""
    matching = (ImportScreen.step == "columns") | ImportScreen.editing
    return rx.cond(
        matching,
        columns_step(),
        rx.match(
            ImportScreen.step,
            ("checking", progress(ITEM, "Checking the rows", ImportScreen.cancel)),
            ("checked", checked_step()),
            ("running", progress(ITEM, "Importing", ImportScreen.cancel)),
            ("done", done_step()),
            ("undoing", progress(ITEM, "Taking it back", ImportScreen.cancel)),
            ("undone", stopped_step("Taken back")),
            ("stopped", stopped_step("It stopped")),
            rx.fragment(),
        ),
    )


def _what() -> rx.Component:
    """Which records, how many, and how far they are."""
    return rx.el.span(
        rx.el.span(ITEM["kind"], " · ", ITEM["rows"], class_name="quiet import-what"),
        pill(ITEM),
        class_name="import-aside",
    )

"""Every import of the fleet, the newest first."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.signals.signals import ticker
from fleet_app.web.pages.imports.parts import frame, pager, pill
from fleet_app.web.states.imports.listing import ImportList

HEADS = ("File", "Records", "When", "Result", "State")


def all_imports_page() -> rx.Component:
    """What was imported, and what is under way."""
    new = rx.el.a(
        rx.icon("upload", size=15),
        "Import a file",
        href="/imports/new",
        class_name="button primary",
    )
    return frame(
        "Imports",
        rx.cond(
            ImportList.items.length() > 0,
            _table(),
            rx.cond(ImportList.ready, _nothing(), rx.el.div(class_name="due-waiting")),
        ),
        pager(ImportList.page, ImportList.pages, ImportList.turn),
        ticker(active=ImportList.busy, every_ms=2000, on_tick=ImportList.refresh),
        aside=new,
        inner=False,
    )


def _nothing() -> rx.Component:
    return rx.el.div(
        rx.icon("file-spreadsheet", size=30),
        rx.el.h2("Nothing imported yet"),
        rx.el.p("Bring your vehicles, drivers, customers or deliveries from Excel or another "
                "system. You see what is wrong before anything is stored.", class_name="quiet"),
        rx.el.a("Import a file", href="/imports/new", class_name="button primary"),
        class_name="card nothing",
    )  # fmt: skip


def _table() -> rx.Component:
    return rx.el.div(
        rx.el.table(
            rx.el.thead(rx.el.tr(*(rx.el.th(name, scope="col") for name in HEADS))),
            rx.el.tbody(rx.foreach(ImportList.items, _row)),
            class_name="import-table",
            custom_attrs={"data-testid": "imports"},
        ),
        class_name="table-card",
    )


def _row(item: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.td(
            rx.el.a(item["filename"], href=f"/imports/{item['id']}", class_name="row-link"),
        ),
        rx.el.td(item["kind"], custom_attrs={"data-head": "Records"}),
        rx.el.td(
            item["when"],
            rx.cond(item["who"] != "", rx.el.span(" · ", item["who"], class_name="quiet"), ""),
            title=ImportList.zones,
        ),
        rx.el.td(
            rx.cond(item["counts"] != "", item["counts"], rx.el.span(item["rows"])),
            rx.cond(
                item["left"] > 0,
                rx.el.span(
                    " · ",
                    item["left"].to_string(),
                    rx.cond(item["left"] == 1, " needs fixing", " need fixing"),
                    class_name="count-wrong",
                ),
                rx.cond(
                    item["failed"] > 0,
                    rx.el.span(" · ", item["failed"].to_string(), " corrected", class_name="quiet"),
                    rx.fragment(),
                ),
            ),
        ),
        rx.el.td(
            pill(item),
            rx.cond(
                item["busy"],
                rx.el.span(" ", item["percent"].to_string(), " %", class_name="quiet"),
                rx.fragment(),
            ),
        ),
        key=item["id"].to_string(),
    )

"""The rows that need fixing: seen, downloaded, brought back corrected."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.records.downloads import download_link
from fleet_app.web.pages.imports.parts import count_of, file_place, pager
from fleet_app.web.states.imports.screen import ImportScreen

ITEM: Any = ImportScreen.item


def belongs_to() -> rx.Component:
    """Which file this one corrects."""
    first = ImportScreen.first
    return rx.cond(
        first["id"].to(int) > 0,
        rx.el.p(
            rx.icon("corner-down-right", size=15),
            rx.el.span("These are corrected rows of ", _link(first)),
            class_name="kin",
            custom_attrs={"data-testid": "belongs-to"},
        ),
        rx.fragment(),
    )


def corrections() -> rx.Component:
    """Which files correct this one, and what they brought in."""
    return rx.fragment(_corrected(), _pending())


def to_fix() -> rx.Component:
    """The wrong rows and the way to correct them; nothing once all are."""
    rows = rx.el.section(_head(), _rows(), class_name="card")
    return rx.cond(ITEM["left"].to(int) > 0, rows, rx.fragment())


def _head() -> rx.Component:
    base = rx.Var.create("/api/v1/imports/") + ITEM["id"].to(int).to_string() + "/problems"
    return rx.el.div(
        rx.el.h2("Rows to fix"),
        rx.el.div(
            download_link(
                rx.icon("download", size=14),
                "Download the wrong rows",
                href=base + ".xlsx",
                class_name="button small",
                custom_attrs={"data-testid": "problems-xlsx"},
            ),
            download_link("as CSV", href=base + ".csv", class_name="link"),
            class_name="fix-downloads",
        ),
        class_name="progress-head",
    )


def _rows() -> rx.Component:
    return rx.fragment(
        _table(),
        pager(ImportScreen.wrong_page, ImportScreen.wrong_pages, ImportScreen.turn),
        rx.el.p(
            "Correct them in the downloaded file, where the first column says what is wrong, "
            "and bring it back here.",
            class_name="quiet fix-how",
        ),
        file_place(ImportScreen.fields, ImportScreen.limit, "Upload the corrected file"),
    )


def _corrected() -> rx.Component:
    """How many of the wrong rows came in, and with which files."""
    failed = ITEM["failed"].to(int)
    return rx.cond(
        ImportScreen.corrected > 0,
        rx.el.p(
            rx.icon("circle-check", size=15),
            rx.el.span(
                count_of(ImportScreen.corrected),
                " of ",
                count_of(failed),
                rx.cond(failed == 1, " row was", " rows were"),
                " corrected by ",
                _links(ImportScreen.brought),
            ),
            class_name="kin good",
            custom_attrs={"data-testid": "corrected"},
        ),
        rx.fragment(),
    )


def _pending() -> rx.Component:
    """Corrected files that somebody sent and did not import."""
    return rx.cond(
        ImportScreen.pending.length() > 0,
        rx.el.p(
            rx.icon("hourglass", size=15),
            rx.el.span("Not imported yet: ", _links(ImportScreen.pending, words=True)),
            class_name="kin",
            custom_attrs={"data-testid": "pending"},
        ),
        rx.fragment(),
    )


def _links(files: Any, *, words: bool = False) -> rx.Component:
    def one(file: Any, index: Any) -> rx.Component:
        said = rx.fragment(" (", file["words"], ")") if words else rx.fragment()
        return rx.fragment(rx.cond(index > 0, ", ", ""), _link(file), said)

    return rx.foreach(files, one)


def _link(file: Any) -> rx.Component:
    address = rx.Var.create("/imports/") + file["id"].to(int).to_string()
    return rx.el.a(file["filename"].to(str), href=address, class_name="link")


def _table() -> rx.Component:
    heads = rx.foreach(ImportScreen.wrong_headers, lambda name: rx.el.th(name, scope="col"))
    return rx.el.div(
        rx.el.table(
            rx.el.thead(rx.el.tr(rx.el.th("Row", scope="col"), heads)),
            rx.el.tbody(rx.foreach(ImportScreen.wrong, _wrong_row)),
            class_name="import-table wrong-rows",
            custom_attrs={"data-testid": "wrong-rows"},
        ),
        class_name="table-scroll",
        tab_index=0,
        role="region",
        aria_label="Rows to fix",
    )


def _wrong_row(row: Any) -> rx.Component:
    what = rx.el.span(row["what"], class_name="cell-error")
    return rx.el.tr(
        rx.el.th(
            row["row"],
            rx.cond(
                row["more"] != "",
                rx.el.span(row["more"], class_name="row-more"),
                rx.fragment(),
            ),
            rx.cond(row["what"] != "", what, rx.fragment()),
            scope="row",
        ),
        rx.foreach(row["cells"].to(list[dict[str, str]]), _cell),
        key=row["row"].to_string(),
    )


def _cell(cell: Any) -> rx.Component:
    return rx.el.td(
        rx.cond(cell["text"] != "", cell["text"], rx.el.span("empty", class_name="quiet")),
        rx.cond(
            cell["error"] != "",
            rx.el.span(cell["error"], class_name="cell-error"),
            rx.fragment(),
        ),
        custom_attrs={"data-wrong": rx.cond(cell["error"] != "", "true", "false")},
    )

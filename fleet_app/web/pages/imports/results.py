"""What a check found and what a run did: the rows that need fixing, and the ways on."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.records.downloads import download_link
from fleet_app.web.pages.imports.parts import file_place, pager
from fleet_app.web.states.imports.screen import ImportScreen

ITEM: Any = ImportScreen.item
NO_CHANGE = "Nothing would change: every row says what is there already."


def checked_step() -> rx.Component:
    """So many rows are right, so many need fixing."""
    right, failed = ITEM["right"].to(int), ITEM["failed"].to(int)
    return rx.fragment(
        rx.el.section(
            _summary(right, failed),
            rx.el.div(
                rx.el.button(
                    "Change the columns", type="button",
                    class_name=rx.cond(right > 0, "button", "button primary"),
                    on_click=ImportScreen.back,
                ),
                _go_on(right),
                class_name="step-actions",
            ),
            class_name="card",
        ),
        rx.cond(failed > 0, _to_fix(), rx.fragment()),
    )  # fmt: skip


def _go_on(right: Any) -> rx.Component:
    """Import what is right; there is nothing to do when all of that is so already."""
    words = rx.cond(
        right == 1,
        "Import the one right row",
        rx.Var.create("Import the ") + _count(right) + " right rows",
    )
    run = rx.el.button(
        words,
        type="button",
        class_name="button primary",
        on_click=ImportScreen.run,
        custom_attrs={"data-testid": "run"},
    )
    done = rx.el.a(
        "Done",
        href="/imports",
        class_name="button primary",
        custom_attrs={"data-testid": "nothing-to-do"},
    )
    changes = ITEM["changes"].to(int)
    return rx.cond(right > 0, rx.cond(changes > 0, run, done), rx.fragment())


def done_step() -> rx.Component:
    """What came in, and how to see it or take it back."""
    failed = ITEM["failed"].to(int)
    return rx.fragment(
        rx.el.section(
            rx.el.div(
                rx.icon("circle-check", size=26, class_name="done-icon"),
                rx.el.div(
                    rx.el.h2(
                        rx.cond(
                            ITEM["right"].to(int) == 1,
                            "One row imported",
                            _count(ITEM["right"].to(int)) + " rows imported",
                        )
                    ),
                    rx.el.p(ITEM["counts"], class_name="quiet"),
                ),
                class_name="done-head",
                custom_attrs={"data-testid": "import-done"},
            ),
            _without_place(),
            rx.el.div(
                rx.cond(
                    ITEM["can"].to(list[str]).contains("undo"),
                    rx.el.button(
                        rx.icon("undo-2", size=14), "Undo the import", type="button",
                        class_name="button", on_click=ImportScreen.undo,
                        title="Deletes the records that it made and nobody changed since",
                    ),
                    rx.fragment(),
                ),
                rx.el.a(
                    rx.Var.create("See these ") + ITEM["kind"].to(str).lower(),
                    href=ITEM["link"].to(str), class_name="button primary",
                ),
                class_name="step-actions",
            ),
            class_name="card",
        ),
        rx.cond(failed > 0, _to_fix(), rx.fragment()),
    )  # fmt: skip


def stopped_step(title: str) -> rx.Component:
    """It failed, was cancelled, or was taken back."""
    may = ITEM["can"].to(list[str])
    begin = rx.el.a(
        "Import a file",
        href=rx.Var.create("/imports/new?kind=") + ITEM["plural"].to(str),
        class_name="button",
    )
    return rx.el.section(
        rx.el.h2(title),
        rx.el.p(ITEM["message"], class_name="quiet"),
        rx.el.div(
            begin,
            rx.cond(may.contains("map"),
                    rx.el.button("Change the columns", type="button", class_name="button",
                                 on_click=ImportScreen.back), rx.fragment()),
            rx.cond(may.contains("undo"),
                    rx.el.button("Take back what came in", type="button", class_name="button",
                                 on_click=ImportScreen.undo), rx.fragment()),
            rx.cond(may.contains("run"),
                    rx.el.button("Continue", type="button", class_name="button primary",
                                 on_click=ImportScreen.run), rx.fragment()),
            class_name="step-actions",
        ),
        class_name="card",
    )  # fmt: skip


def _summary(right: Any, failed: Any) -> rx.Component:
    all_right = rx.fragment(
        rx.icon("circle-check", size=26, class_name="done-icon"),
        rx.el.div(rx.el.h2("All ", _count(right), " rows are right"),
                  rx.el.p(rx.cond(ITEM["changes"].to(int) > 0, ITEM["counts"].to(str), NO_CHANGE),
                          class_name="quiet")),
    )  # fmt: skip
    some_wrong = rx.fragment(
        rx.icon("triangle-alert", size=26, class_name="warn-icon"),
        rx.el.div(
            rx.el.h2(
                rx.match(
                    right,
                    (0, "No row is right, "),
                    (1, "One row is right, "),
                    _count(right) + " rows are right, ",
                ),
                rx.cond(failed == 1, "one needs fixing", _count(failed) + " need fixing"),
            ),
            rx.el.p(
                rx.cond(
                    right == 0,
                    "Perhaps a column was taken for the wrong field.",
                    rx.fragment(
                        ITEM["counts"],
                        rx.cond(
                            ITEM["changes"].to(int) > 0,
                            ". You can import the right rows now and the others later.",
                            ". Importing the right rows would change nothing.",
                        ),
                    ),
                ),
                class_name="quiet",
            ),
        ),
    )
    return rx.fragment(
        rx.el.div(
            rx.cond(failed > 0, some_wrong, all_right),
            class_name="done-head",
            custom_attrs={"data-testid": "check-summary"},
        ),
        _without_place(),
    )


def _without_place() -> rx.Component:
    count = ITEM["without_place"].to(int)
    return rx.cond(
        count > 0,
        rx.el.p(
            rx.icon("map-pin-off", size=15),
            rx.el.span(
                rx.cond(count == 1, "One address is", _count(count) + " addresses are"),
                " not on the map. You can place them there later. ",
                rx.cond(
                    ITEM["unplaced"] != "",
                    rx.el.a(
                        "Show what is not on the map", href=ITEM["unplaced"].to(str),
                        class_name="link", custom_attrs={"data-testid": "unplaced"},
                    ),
                    rx.fragment(),
                ),
            ),
            class_name="hint-box",
        ),
        rx.fragment(),
    )  # fmt: skip


def _to_fix() -> rx.Component:
    base = rx.Var.create("/api/v1/imports/") + ITEM["id"].to(int).to_string() + "/problems"
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Rows to fix"),
            rx.el.div(
                download_link(rx.icon("download", size=14), "Download the wrong rows",
                              href=base + ".xlsx", class_name="button small",
                              custom_attrs={"data-testid": "problems-xlsx"}),
                download_link("as CSV", href=base + ".csv", class_name="link"),
                class_name="fix-downloads",
            ),
            class_name="progress-head",
        ),
        rx.el.div(
            rx.el.table(
                rx.el.thead(
                    rx.el.tr(
                        rx.el.th("Row", scope="col"),
                        rx.foreach(
                            ImportScreen.wrong_headers, lambda name: rx.el.th(name, scope="col")
                        ),
                    )
                ),
                rx.el.tbody(rx.foreach(ImportScreen.wrong, _wrong_row)),
                class_name="import-table wrong-rows",
                custom_attrs={"data-testid": "wrong-rows"},
            ),
            class_name="table-scroll",
            tab_index=0,
            role="region",
            aria_label="Rows to fix",
        ),
        pager(ImportScreen.wrong_page, ImportScreen.wrong_pages, ImportScreen.turn),
        rx.el.p(
            "Correct them in the downloaded file, where the first column says what is wrong, "
            "and bring it back here.",
            class_name="quiet fix-how",
        ),
        file_place(ImportScreen.fields, ImportScreen.limit, "Upload the corrected file"),
        class_name="card",
    )  # fmt: skip


def _wrong_row(row: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            row["row"],
            rx.cond(
                row["what"] != "", rx.el.span(row["what"], class_name="cell-error"), rx.fragment()
            ),
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


def _count(number: Any) -> Any:
    """A count with its thousands apart, as the reader's browser writes it."""
    made: Any = rx.Var(
        f"({number!s}).toLocaleString('en')",
        _var_data=number._get_all_var_data(),
    )
    return made.to(str)

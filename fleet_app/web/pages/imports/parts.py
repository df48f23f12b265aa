"""What the import screens share: their frame, the steps, progress, and the place for a file."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.catalogue.kinds import KINDS
from fleet_app.web.components.grid.file_post import file_post
from fleet_app.web.layouts.chrome import chrome
from fleet_app.web.pages.records.tabs import tabs_of
from fleet_app.web.states.imports.listing import NewImport

STEPS = ("Choose a file", "Match the columns", "Check", "Import")


def frame(
    title: Any, *content: Any, aside: Any = None, inner: bool = True, kind: Any = None
) -> rx.Component:
    """A page of the import screens; an `inner` one leads back to all of them.

    The records of `kind` are where we are in the navigation.
    """
    crumb = rx.el.a("Imports", href="/imports", class_name="crumb") if inner else rx.fragment()
    head = rx.el.div(
        rx.el.div(
            crumb,
            rx.el.h1(title),
            class_name="import-title",
        ),
        aside if aside is not None else rx.fragment(),
        class_name="import-head",
    )
    return chrome(rx.el.div(head, *content, class_name="import-page"), active=_entry_of(kind))


def _entry_of(kind: Any) -> Any:
    """The entry of the navigation that a kind, known in the browser, stands under."""
    if kind is None:
        return "/imports"
    entries = ((one.plural, tabs_of(one.plural).route) for one in KINDS)
    return rx.match(kind, *entries, "")


def steps(current: Any) -> rx.Component:
    """Where we are; `current` counts from 0, and is behind the last one when all is done."""
    return rx.el.ol(
        *(
            rx.el.li(
                rx.el.span(
                    rx.cond(current > at, rx.icon("check", size=13), rx.el.span(str(at + 1))),
                    class_name="step-number",
                ),
                rx.el.span(name, class_name="step-name"),
                class_name="step",
                custom_attrs={
                    "data-at": rx.cond(current == at, "now", rx.cond(current > at, "past", "next")),
                    "aria-current": rx.cond(current == at, "step", "false"),
                },
            )
            for at, name in enumerate(STEPS)
        ),
        class_name="steps",
        aria_label="Steps",
    )


def progress(item: Any, words: str, on_cancel: Any) -> rx.Component:
    """How far the work in the background is."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2(words),
            rx.el.button("Stop", type="button", class_name="button small", on_click=on_cancel),
            class_name="progress-head",
        ),
        rx.el.progress(value=item["percent"], max=100, aria_label=words, class_name="bar"),
        rx.el.p(
            rx.el.b(item["handled"]),
            " of ",
            rx.el.b(item["rows"]),
            rx.cond(
                item["failed"] > 0,
                rx.el.span(
                    " · ", item["failed"].to_string(), " need fixing", class_name="count-wrong"
                ),
                rx.fragment(),
            ),
            class_name="progress-count",
            custom_attrs={"aria-live": "polite"},
        ),
        rx.el.p(
            "It goes on when you leave this page. You find it again under Imports.",
            class_name="quiet",
        ),
        class_name="card",
        custom_attrs={"data-testid": "import-progress"},
    )


def file_place(fields: Any, limit: Any, label: str = "Choose a file") -> rx.Component:
    """Where a sheet is dropped; its arrival leads to its own page."""
    return file_post(
        url="/api/v1/imports",
        fields=fields,
        accept=".csv,.xlsx,.txt,.tsv",
        max_bytes=limit,
        label=label,
        hint="or drop it here: Excel (.xlsx) or CSV",
        on_done=NewImport.arrived,
    )


def headline(icon: str, tone: str, *content: Any, test_id: str) -> rx.Component:
    """What came of it, beside its sign."""
    return rx.el.div(
        rx.icon(icon, size=26, class_name=f"{tone}-icon"),
        rx.el.div(*content),
        class_name="done-head",
        custom_attrs={"data-testid": test_id},
    )


def count_of(number: Any) -> Any:
    """A count with its thousands apart."""
    made: Any = rx.Var(
        f"({number!s}).toLocaleString('en')",
        _var_data=number._get_all_var_data(),
    )
    return made.to(str)


def pill(item: Any) -> rx.Component:
    """The state of an import."""
    return rx.el.span(
        rx.el.i(class_name="status-dot", aria_hidden=True),
        item["words"],
        class_name="status-pill",
        custom_attrs={"data-status": item["tone"], "data-testid": "import-state"},
    )


def pager(page: Any, pages: Any, on_turn: Any) -> rx.Component:
    """Back and next, when there is more than one page."""
    return rx.cond(
        pages > 1,
        rx.el.div(
            rx.el.button("Back", type="button", class_name="button small", disabled=page <= 1,
                         on_click=on_turn(page - 1)),
            rx.el.span("Page ", page, " of ", pages),
            rx.el.button("Next", type="button", class_name="button small", disabled=page >= pages,
                         on_click=on_turn(page + 1)),
            class_name="pager",
        ),
        rx.fragment(),
    )  # fmt: skip

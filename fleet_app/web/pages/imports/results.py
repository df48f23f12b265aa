"""What a check found and what a run did, and the ways on."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.pages.imports.fixing import belongs_to, corrections, to_fix
from fleet_app.web.pages.imports.parts import count_of, headline
from fleet_app.web.pages.imports.reading import read_as
from fleet_app.web.states.imports.screen import ImportScreen

ITEM: Any = ImportScreen.item
NO_CHANGE = "Nothing would change: every row says what is there already."


def checked_step() -> rx.Component:
    """So many rows are right, so many need fixing."""
    right = ITEM["right"].to(int)
    return rx.fragment(
        rx.el.section(
            belongs_to(),
            _summary(right, ITEM["left"].to(int)),
            read_as(),
            corrections(),
            _places_ahead(),
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
        to_fix(),
    )  # fmt: skip


def done_step() -> rx.Component:
    """What came in, and how to see it or take it back."""
    right = ITEM["right"].to(int)
    came = rx.cond(right == 1, "One row imported", count_of(right) + " rows imported")
    return rx.fragment(
        rx.el.section(
            headline(
                "circle-check",
                "done",
                rx.el.h2(came),
                rx.el.p(ITEM["counts"], class_name="quiet"),
                test_id="import-done",
            ),
            belongs_to(),
            corrections(),
            _without_place(),
            rx.el.div(_undo(), _see(), _first_next(), class_name="step-actions"),
            class_name="card",
        ),
        to_fix(),
    )


def stopped_step(title: str) -> rx.Component:
    """It failed, was cancelled, or was taken back."""
    begin = rx.el.a(
        "Import a file",
        href=rx.Var.create("/imports/new?kind=") + ITEM["plural"].to(str),
        class_name="button",
    )
    return rx.el.section(
        rx.el.h2(title),
        rx.el.p(ITEM["message"], class_name="quiet"),
        belongs_to(),
        corrections(),
        rx.el.div(
            begin,
            _when_possible("map", "Change the columns", on_click=ImportScreen.back),
            _when_possible("undo", "Take back what came in", on_click=ImportScreen.undo),
            _when_possible("run", "Continue", on_click=ImportScreen.run, primary=True),
            class_name="step-actions",
        ),
        class_name="card",
    )


def _when_possible(
    action: str, *words: Any, on_click: Any, primary: bool = False, title: str = ""
) -> rx.Component:
    """A button for what can be done with the import as it is now."""
    return rx.cond(
        ITEM["can"].to(list[str]).contains(action),
        rx.el.button(
            *words,
            type="button",
            class_name="button primary" if primary else "button",
            on_click=on_click,
            title=title or None,
        ),
        rx.fragment(),
    )


def _undo() -> rx.Component:
    return _when_possible(
        "undo",
        rx.icon("undo-2", size=14),
        "Undo the import",
        on_click=ImportScreen.undo,
        title="Deletes the records that it made and nobody changed since",
    )


def _see() -> rx.Component:
    """The list of what came in, unless every row was there already."""
    is_last = ImportScreen.first["waiting"].to(int) == 0
    return rx.cond(
        ITEM["changes"].to(int) > 0,
        rx.el.a(
            rx.Var.create("See these ") + ITEM["kind"].to(str).lower(),
            href=ITEM["link"].to(str),
            class_name=rx.cond(is_last, "button primary", "button"),
            custom_attrs={"data-testid": "see"},
        ),
        rx.fragment(),
    )


def _first_next() -> rx.Component:
    """Back to the first file, when its right rows were checked only."""
    first = ImportScreen.first
    waiting = first["waiting"].to(int)
    return rx.cond(
        waiting > 0,
        rx.el.a(
            rx.Var.create("On to the ") + count_of(waiting) + " right rows of the first file",
            href=rx.Var.create("/imports/") + first["id"].to(int).to_string(),
            class_name="button primary",
            custom_attrs={"data-testid": "first-next"},
        ),
        rx.fragment(),
    )


def _go_on(right: Any) -> rx.Component:
    """Import what is right; there is nothing to do when all of that is so already."""
    words = rx.cond(
        right == 1,
        "Import the one right row",
        rx.Var.create("Import the ") + count_of(right) + " right rows",
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


def _summary(right: Any, left: Any) -> rx.Component:
    """What is right, and what still is not."""
    words = rx.cond(ITEM["changes"].to(int) > 0, ITEM["counts"].to(str), NO_CHANGE)
    whole = rx.cond(
        right == 1,
        "One row is right",
        rx.cond(ITEM["failed"].to(int) > 0, "", "All ") + count_of(right) + " rows are right",
    )
    return rx.cond(
        left > 0,
        headline("triangle-alert", "warn", *_some_wrong(right, left), test_id="check-summary"),
        headline(
            "circle-check",
            "done",
            rx.el.h2(whole),
            rx.el.p(words, class_name="quiet"),
            test_id="check-summary",
        ),
    )


def _some_wrong(right: Any, left: Any) -> tuple[rx.Component, rx.Component]:
    are_right = rx.match(
        right,
        (0, "No row is right, "),
        (1, "One row is right, "),
        count_of(right) + " rows are right, ",
    )
    wrong = rx.cond(left == 1, "one needs fixing", count_of(left) + " need fixing")
    on = rx.cond(
        ITEM["changes"].to(int) > 0,
        ". You can import the right rows now and the others later.",
        ". Importing the right rows would change nothing.",
    )
    advice = rx.cond(
        right == 0,
        "Perhaps a column was taken for the wrong field.",
        rx.fragment(ITEM["counts"], on),
    )
    return rx.el.h2(are_right, wrong), rx.el.p(advice, class_name="quiet")


def _places_ahead() -> rx.Component:
    """What the map will not know, before anything is stored."""
    return rx.cond(
        ITEM["places"].to(str) != "",
        rx.el.p(
            rx.icon("map-pin-off", size=15),
            rx.el.span(ITEM["places"].to(str)),
            class_name="hint-box",
            custom_attrs={"data-testid": "places-ahead"},
        ),
        rx.fragment(),
    )


def _without_place() -> rx.Component:
    count = ITEM["without_place"].to(int)
    shown = rx.el.a(
        "Show what is not on the map",
        href=ITEM["unplaced"].to(str),
        class_name="link",
        custom_attrs={"data-testid": "unplaced"},
    )
    return rx.cond(
        count > 0,
        rx.el.p(
            rx.icon("map-pin-off", size=15),
            rx.el.span(
                rx.cond(count == 1, "One address is", count_of(count) + " addresses are"),
                " not on the map. You can place them there later. ",
                rx.cond(ITEM["unplaced"] != "", shown, rx.fragment()),
            ),
            class_name="hint-box",
        ),
        rx.fragment(),
    )

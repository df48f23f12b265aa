"""What a file leaves open: how its dates and numbers are written, and what its words mean."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.states.imports.screen import ImportScreen


def open_questions() -> rx.Component:
    """Above the columns, as everything below is read by their answers."""
    return rx.cond(
        ImportScreen.asked.length() > 0,
        rx.el.div(
            rx.el.p(
                rx.icon("circle-help", size=15),
                rx.el.b("How is this written?"),
                class_name="asked-head",
            ),
            rx.foreach(ImportScreen.asked, _question),
            class_name="asked",
            custom_attrs={"data-testid": "asked"},
        ),
        rx.fragment(),
    )


def open_words() -> rx.Component:
    """Each word that is none of a field's, with what it means."""
    return rx.cond(
        ImportScreen.words.length() > 0,
        rx.el.div(
            rx.el.p(
                rx.icon("languages", size=15),
                rx.el.b("What do these words mean?"),
                rx.el.span(" It is remembered for the next file.", class_name="quiet"),
                class_name="asked-head",
            ),
            rx.foreach(ImportScreen.words, _word),
            class_name="asked",
            custom_attrs={"data-testid": "words"},
        ),
        rx.fragment(),
    )


def read_as() -> rx.Component:
    """How what was open has been read, where the columns are not on the screen."""
    return rx.foreach(
        ImportScreen.asked,
        lambda one: rx.el.p(
            rx.icon("info", size=15),
            rx.el.span(
                one["words"], " ",
                rx.foreach(
                    one["ways"].to(list[dict[str, str]]),
                    lambda way: rx.cond(
                        way["value"] == one["answer"], rx.el.b(way["label"]), rx.fragment()
                    ),
                ),
            ),
            class_name="kin",
            custom_attrs={"data-testid": "read-as"},
        ),
    )  # fmt: skip


def _question(one: Any) -> rx.Component:
    ways = rx.foreach(
        one["ways"].to(list[dict[str, str]]),
        lambda way: rx.el.option(way["label"], value=way["value"]),
    )
    return rx.el.label(
        rx.el.span(one["words"]),
        rx.el.select(
            rx.cond(one["answer"] == "", rx.el.option("Choose…", value=""), rx.fragment()),
            ways,
            value=one["answer"],
            on_change=lambda value: ImportScreen.answer(one["what"], value),
            class_name="small-select",
            custom_attrs={"data-open": rx.cond(one["answer"] == "", "true", "false")},
        ),
        class_name="asked-row",
        custom_attrs={"data-what": one["what"]},
    )


def _word(one: Any) -> rx.Component:
    options = rx.foreach(
        one["options"].to(list[dict[str, str]]),
        lambda option: rx.el.option(option["label"], value=option["value"]),
    )
    return rx.el.label(
        rx.el.span(one["said"]),
        rx.el.select(
            rx.el.option("Not known: needs fixing", value=""),
            options,
            value=one["value"],
            on_change=lambda value: ImportScreen.explain(one["key"], value),
            class_name="small-select",
            custom_attrs={"data-open": rx.cond(one["value"] == "", "true", "false")},
        ),
        class_name="asked-row",
        key=one["key"],
    )

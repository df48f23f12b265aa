"""The card with a new fleet's first steps."""

from __future__ import annotations

from typing import Any

import reflex as rx

STEPS = (
    ("vehicles", "Import your vehicles", "From a CSV or Excel file", "/imports/new?kind=vehicles"),
    ("drivers", "Add drivers", "Who drives, and with which licence", "/drivers/new"),
    ("users", "Invite colleagues", "Dispatchers and other managers", "/users/new"),
    ("deliveries", "Import deliveries", "Addresses are found as they come in",
     "/imports/new?kind=deliveries"),
)  # fmt: skip
"""Kind of record, what to do, a word about it, where."""


def first_steps(*, taken: Any, complete: Any, on_hide: Any) -> rx.Component:
    """`taken` are the kinds of which there are records."""
    return rx.el.section(
        rx.el.header(
            rx.el.div(
                rx.el.h2(rx.cond(complete, "Your fleet is ready", "First steps")),
                rx.el.p(
                    rx.cond(complete, "Everything is in place.", "In whatever order you like."),
                    class_name="quiet",
                ),
            ),
            rx.el.button(
                rx.icon("x", size=16),
                type="button",
                class_name="icon-button",
                on_click=on_hide,
                aria_label="Hide the first steps",
                title="Hide the first steps",
            ),
        ),
        rx.el.ol(*(_step(taken, *step) for step in STEPS)),
        class_name="first-steps",
        aria_label="First steps",
        custom_attrs={"data-testid": "first-steps"},
    )


def _step(taken: Any, kind: str, title: str, about: str, where: str) -> rx.Component:
    done = taken.contains(kind)
    return rx.el.li(
        rx.el.a(
            rx.el.span(
                rx.cond(done, rx.icon("check", size=14), rx.fragment()),
                class_name="step-mark",
                aria_hidden=True,
            ),
            rx.el.span(
                rx.el.b(title, rx.cond(done, rx.el.span(" (done)", class_name="only-read"), "")),
                rx.el.span(about, class_name="quiet"),
                class_name="step-text",
            ),
            rx.icon("chevron-right", size=16, class_name="step-go"),
            href=where,
        ),
        custom_attrs={
            "data-done": rx.cond(done, "true", "false"),
            "data-testid": f"step-{kind}",
        },
    )

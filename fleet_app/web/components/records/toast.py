"""Messages at the lower edge, each with its way back."""

from __future__ import annotations

from typing import Any

import reflex as rx


def toasts(*, items: Any, on_undo: Any, on_dismiss: Any) -> rx.Component:
    """The messages; they leave by themselves after a while (in the style sheet)."""
    return rx.el.div(
        rx.foreach(items, lambda item: _toast(item, on_undo, on_dismiss)),
        class_name="toasts",
        role="status",
        custom_attrs={"aria-live": "polite"},
    )


def _toast(item: Any, on_undo: Any, on_dismiss: Any) -> rx.Component:
    undo = rx.el.button(
        "Undo",
        type="button",
        class_name="toast-undo",
        on_click=on_undo(item["id"]),
        title="Undo (U)",
    )
    return rx.el.div(
        rx.el.span(item["text"]),
        rx.cond(item["undo"], undo, rx.fragment()),
        rx.el.button(
            rx.icon("x", size=14),
            type="button",
            class_name="toast-close",
            aria_label="Dismiss",
            on_click=on_dismiss(item["id"]),
        ),
        class_name="toast",
        key=item["id"].to_string(),
        custom_attrs={"data-tone": item["tone"]},
    )

"""Small parts of the forms in dialogs."""

from __future__ import annotations

from typing import Any

import reflex as rx


def form_field(
    name: str, label: Any, *, errors: Any, control: rx.Component | None = None, **props: Any
) -> rx.Component:
    """A labelled field with what is wrong below it; an input unless `control` is given."""
    wrong = errors.contains(name)
    control = control or rx.el.input(
        name=name, aria_invalid=rx.cond(wrong, "true", "false"), auto_complete="off", **props
    )
    return rx.el.label(
        rx.el.span(label),
        control,
        rx.cond(wrong, rx.el.span(errors[name], class_name="field-error"), rx.fragment()),
        class_name="field",
    )


def form_problem(problem: Any) -> rx.Component:
    """What is wrong with the form as a whole."""
    return rx.cond(
        problem != "",
        rx.el.p(problem, class_name="form-error", role="alert"),
        rx.fragment(),
    )


def form_actions(label: Any, on_cancel: Any) -> rx.Component:
    """Cancel, and do it."""
    return rx.el.div(
        rx.el.button("Cancel", type="button", class_name="button", on_click=on_cancel),
        rx.el.button(label, type="submit", class_name="button primary"),
        class_name="popover-actions",
    )

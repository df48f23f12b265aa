"""The sign-in page: a native form, so that the cookie is set by a full page load."""

from __future__ import annotations

import reflex as rx

from fleet_app.web.components.typeface import typeface
from fleet_app.web.states.sign_in import SignIn

FIRST_MANAGER = (
    "./fleet user create me@example.com \\\n"
    "  --role fleet_manager \\\n"
    '  --new-fleet "My couriers" \\\n'
    "  --time-zone Europe/Helsinki"
)


def login_page() -> rx.Component:
    """E-mail, password, and what went wrong last time."""
    return rx.el.main(
        typeface(),
        rx.el.section(
            rx.el.div(
                rx.el.span(rx.icon("navigation", size=22), class_name="brand-mark large"),
                rx.el.h1("Live Fleet"),
                rx.el.p("Sign in to see where every vehicle is.", class_name="quiet"),
                class_name="login-head",
            ),
            rx.cond(SignIn.nobody_yet, _first_of_all(), rx.fragment()),
            _form(),
            rx.cond(SignIn.sign_up_open, _sign_up(), rx.fragment()),
            class_name="login-card",
        ),
        class_name="login",
    )


def _first_of_all() -> rx.Component:
    """What to do where nobody could sign in."""
    by_hand = rx.fragment(
        rx.el.p("Nobody can sign in yet. Make the first manager on the server:"),
        rx.el.pre(FIRST_MANAGER, tab_index=0, aria_label="Command"),
    )
    by_form = rx.el.p("Nobody has an account here yet. Create your fleet to begin.")
    return rx.el.div(
        rx.cond(SignIn.sign_up_open, by_form, by_hand),
        class_name="form-done first-of-all",
        custom_attrs={"data-testid": "nobody-yet"},
    )


def _sign_up() -> rx.Component:
    return rx.el.p(
        "New here? ", rx.el.a("Create your fleet", href="/sign-up"), class_name="login-foot"
    )


def _form() -> rx.Component:
    return rx.el.form(
        rx.cond(
            SignIn.message != "",
            rx.el.p(SignIn.message, role="alert", class_name="form-error"),
            rx.fragment(),
        ),
        _field("E-mail", "email", "email", "username"),
        _field("Password", "password", "password", "current-password"),
        rx.el.input(type="hidden", name="next", value=SignIn.next_path, read_only=True),
        rx.el.button("Sign in", type="submit", class_name="button primary wide"),
        action="/auth/login",
        method="post",
        on_submit=None,
    )


def _field(label: str, name: str, kind: str, complete: str) -> rx.Component:
    return rx.el.label(
        rx.el.span(label),
        rx.el.input(
            name=name,
            type=kind,
            required=True,
            auto_complete=complete,
            auto_focus=name == "email",
        ),
        class_name="field",
    )

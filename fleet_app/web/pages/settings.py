"""Settings: appearance, and the signed-in user's own account."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.style import color_mode, set_color_mode

from fleet_app.web.components.account.pushing import push_card
from fleet_app.web.layouts.chrome import chrome
from fleet_app.web.states.account import Account
from fleet_app.web.states.session import Session


def settings_page() -> rx.Component:
    """Cards, one concern each."""
    body = rx.el.div(
        rx.el.h1("Settings"),
        _appearance(),
        _notifications(),
        _profile(),
        _password(),
        _sessions(),
        class_name="page",
    )
    return chrome(body, active="/settings")


def _card(title: str, *children: rx.Component) -> rx.Component:
    return rx.el.section(rx.el.h2(title), *children, class_name="card")


def _appearance() -> rx.Component:
    choices = (("light", "Light"), ("dark", "Dark"), ("system", "Like my device"))
    buttons = (
        rx.el.button(
            label,
            type="button",
            class_name="button",
            on_click=set_color_mode(mode),
            aria_pressed=rx.cond(color_mode == mode, "true", "false"),
        )
        for mode, label in choices
    )
    return _card("Appearance", rx.el.div(*buttons, class_name="choices", role="group"))


def _notifications() -> rx.Component:
    return _card("Notifications in this browser", push_card())


def _profile() -> rx.Component:
    rows = (
        ("Name", Session.name),
        ("E-mail", Session.email),
        ("Role", Session.role_label),
        ("Fleet", Session.fleet_name),
    )
    return _card(
        "Account",
        rx.el.dl(
            *(rx.el.div(rx.el.dt(label), rx.el.dd(value)) for label, value in rows),
            class_name="pairs",
        ),
    )


def _password() -> rx.Component:
    return _card(
        "Change password",
        rx.cond(
            Account.problem != "",
            rx.el.p(Account.problem, role="alert", class_name="form-error"),
            rx.fragment(),
        ),
        rx.el.form(
            rx.el.div(
                _secret("Current password", "current", "current-password"),
                _secret("New password", "new", "new-password"),
                _secret("New password again", "again", "new-password"),
                class_name="fields",
            ),
            rx.el.button("Change password", type="submit", class_name="button primary"),
            rx.el.p("You will be signed out on every device.", class_name="quiet hint"),
            on_submit=Account.change_password,
        ),
    )


def _secret(label: str, name: str, complete: str) -> rx.Component:
    return rx.el.label(
        rx.el.span(label),
        rx.el.input(name=name, type="password", required=True, auto_complete=complete),
        class_name="field",
    )


def _sessions() -> rx.Component:
    head = rx.el.tr(*(rx.el.th(name) for name in ("Browser", "Address", "Signed in", "")))
    return _card(
        "Where you are signed in",
        rx.el.table(
            rx.el.thead(head),
            rx.el.tbody(rx.foreach(Account.sessions, _session_row)),
            class_name="sessions",
        ),
    )


def _session_row(line: Any) -> rx.Component:
    end = rx.el.button(
        "Sign out",
        type="button",
        class_name="button danger small",
        on_click=Account.end_session(line["session_id"]),
    )
    return rx.el.tr(
        rx.el.td(line["agent"]),
        rx.el.td(line["client"]),
        rx.el.td(line["since"]),
        rx.el.td(rx.cond(line["current"], rx.el.span("This one", class_name="quiet"), end)),
    )

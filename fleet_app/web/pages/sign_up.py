"""The page on which somebody makes a fleet of their own."""

from __future__ import annotations

from zoneinfo import available_timezones

import reflex as rx

from fleet_app.identity.passwords import SHORTEST
from fleet_app.web.components.account.sign_up_form import sign_up_form
from fleet_app.web.components.typeface import typeface
from fleet_app.web.states.sign_in import SignIn

_NO_PLACES = ("Etc/", "posix", "right/", "SystemV/")


def sign_up_page() -> rx.Component:
    """The form where sign-up is open; who to ask where it is not."""
    return rx.el.main(
        typeface(),
        rx.el.section(
            rx.cond(
                SignIn.ready,
                rx.cond(SignIn.sign_up_open, _open(), _closed()),
                rx.el.div(class_name="spinner", aria_hidden=True),
            ),
            class_name="login-card roomy",
        ),
        class_name="login",
    )


def _head(title: str, text: str) -> rx.Component:
    return rx.el.div(
        rx.el.span(rx.icon("navigation", size=22), class_name="brand-mark large"),
        rx.el.h1(title),
        rx.el.p(text, class_name="quiet"),
        class_name="login-head",
    )


def _open() -> rx.Component:
    return rx.fragment(
        _head("Create your fleet", "You can invite your colleagues afterwards."),
        sign_up_form(zones=_zones(), password_hint=f"At least {SHORTEST} characters"),
        rx.el.p(
            "You have an account already? ",
            rx.el.a("Sign in", href="/login"),
            class_name="login-foot",
        ),
    )


def _closed() -> rx.Component:
    return rx.fragment(
        _head(
            "New fleets are made by hand here",
            "Whoever runs this installation makes them; ask there for yours.",
        ),
        rx.el.a("To the sign-in page", href="/login", class_name="button wide"),
    )


def _zones() -> list[str]:
    places = (zone for zone in available_timezones() if "/" in zone or zone == "UTC")
    return sorted(zone for zone in places if not zone.startswith(_NO_PLACES))

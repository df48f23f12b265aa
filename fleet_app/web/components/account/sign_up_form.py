"""The sign-up form, as a Reflex component."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.account.sources import SIGN_UP_FORM


class SignUpForm(rx.NoSSRComponent):
    """Posts what a new fleet needs, says at each field what is wrong with it, and goes in.

    It posts by itself, so that the answer sets the session's cookie and passwords never lie in a
    state. Time zone, units and currency are guessed from the browser.
    """

    library = SIGN_UP_FORM.importable_path
    tag = "SignUpForm"

    zones: rx.Var[list[str]]
    """The time zones to choose from."""
    password_hint: rx.Var[str]
    """What a password must be."""


def sign_up_form(**props: Any) -> rx.Component:
    """The form; see `SignUpForm` for its properties."""
    return SignUpForm.create(**props)

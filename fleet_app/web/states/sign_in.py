"""What the sign-in page says; signing in itself is a form post to the API."""

from __future__ import annotations

from contextlib import suppress

import reflex as rx

from fleet_app.bootstrap import get_container
from fleet_app.kernel.errors import FleetError
from fleet_app.web.gate import public

MESSAGES = {
    "credentials": "That e-mail and password do not match. Please try again.",
    "locked": "Too many attempts. Please wait a few minutes and try again.",
    "forbidden": "The sign-in form came from another site. Please sign in here.",
    "too_large": "That was more than an e-mail and a password. Please try again.",
    "invalid_input": "Please fill in both your e-mail and your password.",
    "role": "This account has no access to the dashboard. Drivers use the phone app.",
    "unavailable": "The system cannot check your sign-in right now. Please try again shortly.",
    "password": "Your password was changed. Please sign in with the new one.",
    "expired": "You have been signed out. Please sign in again.",
}


class SignIn(rx.State):
    """The message and the way back."""

    message: str = ""
    next_path: str = "/"
    ready: bool = False
    sign_up_open: bool = False
    nobody_yet: bool = False
    """Whether there is no user who could sign in."""

    @rx.event
    @public
    async def open(self) -> None:
        """Read why the user is here and where to go next from the address."""
        params = self.router.url.query_parameters
        self.message = MESSAGES.get(params.get("error", ""), "")
        wanted = params.get("next", "/")
        container = get_container()
        self.sign_up_open = container.sign_ups.is_open
        with suppress(FleetError):
            self.nobody_yet = await container.identity.is_empty()
        self.ready = True
        self.next_path = wanted if wanted.startswith("/") and "//" not in wanted else "/"

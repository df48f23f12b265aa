"""What the sign-in page says; signing in itself is a form post to the API."""

from __future__ import annotations

import reflex as rx

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

    @rx.event
    @public
    async def open(self) -> None:
        """Read why the user is here and where to go next from the address."""
        params = self.router.url.query_parameters
        self.message = MESSAGES.get(params.get("error", ""), "")
        wanted = params.get("next", "/")
        self.next_path = wanted if wanted.startswith("/") and "//" not in wanted else "/"

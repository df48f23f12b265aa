"""Notifications of the browser, and signing out, as Reflex components."""

from __future__ import annotations

import reflex as rx

from fleet_app.web.components.account.sources import PUSH_CARD, SIGN_OUT


class PushCard(rx.NoSSRComponent):
    """How notifications stand in this browser, and the switch.

    It asks the browser for permission on a click and at no other time, and talks to the API by
    itself: subscriptions are of the browser, and no state on the server needs to know them.
    """

    library = PUSH_CARD.importable_path
    tag = "PushCard"


class SignOut(rx.NoSSRComponent):
    """The button that ends the session, after it has taken this browser's subscription back."""

    library = SIGN_OUT.importable_path
    tag = "SignOut"


def push_card() -> rx.Component:
    """See `PushCard`."""
    return PushCard.create()


def sign_out() -> rx.Component:
    """See `SignOut`."""
    return SignOut.create()

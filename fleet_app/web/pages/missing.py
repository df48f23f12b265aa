"""What an address without a page shows."""

from __future__ import annotations

import reflex as rx

from fleet_app.web.components.notice_card import notice_page


def missing_page() -> rx.Component:
    """Say so, and lead back."""
    return notice_page(
        "Nothing here",
        rx.el.p("There is no page at this address.", class_name="quiet"),
        rx.el.a("Go to the fleet overview", href="/", class_name="button primary wide"),
    )

"""What an address without a page shows."""

from __future__ import annotations

import reflex as rx

from fleet_app.web.components.typeface import typeface


def missing_page() -> rx.Component:
    """Say so, and lead back."""
    return rx.el.main(
        typeface(),
        rx.el.section(
            rx.el.div(
                rx.el.span(rx.icon("map-pin-off", size=22), class_name="brand-mark large"),
                rx.el.h1("Nothing here"),
                rx.el.p("There is no page at this address.", class_name="quiet"),
                class_name="login-head",
            ),
            rx.el.a("Go to the fleet overview", href="/", class_name="button primary wide"),
            class_name="login-card",
        ),
        class_name="login",
    )

"""A card in the middle of an otherwise empty page, for addresses that lead nowhere."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.typeface import typeface


def notice_page(title: Any, text: rx.Component, *actions: rx.Component) -> rx.Component:
    """A whole page that says one thing, with the ways on below."""
    head = rx.el.div(
        rx.el.span(rx.icon("map-pin-off", size=22), class_name="brand-mark large"),
        rx.el.h1(title),
        text,
        class_name="login-head",
    )
    card = rx.el.section(head, *actions, class_name="login-card")
    return rx.el.main(typeface(), card, class_name="login")

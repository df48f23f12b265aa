"""The selected vehicle: who drives it, and what it does right now."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.live.live_text import live_text
from fleet_app.web.components.menus import icon_button

FACTS = (
    ("Status", "status", False),
    ("Speed", "speed", False),
    ("Battery", "battery", False),
    ("Heading", "heading", False),
    ("Last seen", "last_seen", True),
    ("Driver", "driver", True),
    ("Position", "place", True),
)
"""Label, live field and whether it takes the whole width."""


def vehicle_drawer(
    *, vehicle_id: Any, follow: Any, on_follow: Any, on_close: Any, alerts: rx.Component
) -> rx.Component:
    """Floating card over the map; values follow the live frames in the browser."""
    return rx.el.aside(
        rx.el.div(
            rx.el.div(
                rx.el.h2(live_text(vehicle_id, "name")),
                live_text(vehicle_id, "registration", class_name="plate"),
            ),
            icon_button("x", "Close", on_click=on_close),
            class_name="drawer-head",
        ),
        rx.el.dl(
            *(_fact(label, field, full, vehicle_id) for label, field, full in FACTS),
            class_name="facts",
        ),
        alerts,
        rx.el.div(
            rx.el.button(
                rx.icon("crosshair", size=15),
                rx.cond(follow, "Following", "Follow"),
                type="button",
                class_name="button",
                on_click=on_follow,
                aria_pressed=rx.cond(follow, "true", "false"),
                custom_attrs={"data-testid": "follow"},
            ),
            rx.el.a(
                rx.icon("history", size=15),
                "Show history",
                href="/history?vehicles=" + vehicle_id.to_string(),
                class_name="button",
                custom_attrs={"data-testid": "show-history"},
            ),
            class_name="drawer-actions",
        ),
        class_name="drawer",
        aria_label="Selected vehicle",
        custom_attrs={"data-testid": "vehicle-drawer"},
    )


def _fact(label: str, field: str, full: bool, vehicle_id: Any) -> rx.Component:
    return rx.el.div(
        rx.el.dt(label),
        rx.el.dd(live_text(vehicle_id, field)),
        class_name=f"fact-{field} full" if full else f"fact-{field}",
    )

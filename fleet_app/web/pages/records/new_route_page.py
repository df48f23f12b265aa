"""The page on which a route is planned by hand."""

from __future__ import annotations

import reflex as rx

from fleet_app.web.components.records.browser import ShortcutsHelp
from fleet_app.web.layouts.chrome import chrome
from fleet_app.web.pages.records.detail_page import back_link
from fleet_app.web.pages.records.new_page import in_fleet
from fleet_app.web.pages.records.planner import ROUTES, new_route
from fleet_app.web.states.records.route_plan import RoutePlanner

SHORTCUTS = [
    ["Ctrl S", "Plan this route"],
    ["Space", "Tick the delivery under the cursor"],
    ["Esc", "Back to the list, when nothing is planned yet"],
    ["?", "Show this help"],
]


def new_route_page() -> rx.Component:
    """Who, when, and what, with its warnings before it is stored."""
    body = rx.el.div(
        rx.el.header(
            back_link(ROUTES),
            rx.el.div(
                rx.el.h1("New route"), in_fleet(RoutePlanner.fleet_name), class_name="record-title"
            ),
            class_name="record-head",
        ),
        rx.el.div(new_route(), class_name="record-panel", key=RoutePlanner.opened),
        ShortcutsHelp.create(entries=SHORTCUTS),
        class_name="record-page",
    )
    return chrome(body, active="/routes")

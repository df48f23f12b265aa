"""The fleet overview: the live map with filters, the vehicle list and the selected vehicle."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.records.fields import words_of
from fleet_app.web.components.alerts.alert_parts import VehicleAlerts
from fleet_app.web.components.drawer import vehicle_drawer
from fleet_app.web.components.first_steps import STEPS, first_steps
from fleet_app.web.components.live.fleet_map import fleet_map
from fleet_app.web.components.live.live_text import live_count
from fleet_app.web.components.live.vehicle_grid import vehicle_grid
from fleet_app.web.components.menus import icon_button, search_box
from fleet_app.web.components.records.browser import NewsWatch
from fleet_app.web.layouts.chrome import chrome
from fleet_app.web.states.first_steps import FirstSteps
from fleet_app.web.states.live import Live, changes_of
from fleet_app.web.states.overview import STATUSES, Overview
from fleet_app.web.states.session import Session

WITHOUT_DRAWER = {"top": 52, "right": 0, "bottom": 0, "left": 0}
WITH_DRAWER = {**WITHOUT_DRAWER, "right": 360}
"""Pixels of the map that chips and drawer cover."""
CHOSEN_FLEET = rx.cond(Session.fleets.length() > 1, Session.fleet_id, 0)
THEME = rx.color_mode_cond("light", "dark")


def overview_page() -> rx.Component:
    """Map first; the list docks below it, the selected vehicle floats above it."""
    body = rx.el.div(
        _map_area(),
        rx.cond(Overview.selected > 0, _drawer(), rx.fragment()),
        _dock(),
        class_name="overview",
        custom_attrs={"data-selected": rx.cond(Overview.selected > 0, "true", "false")},
    )
    words = search_box(
        value=Overview.query, on_search=Overview.search, settled=rx.State.is_hydrated
    )
    return chrome(body, active="/", search=words)


def _drawer() -> rx.Component:
    return vehicle_drawer(
        vehicle_id=Overview.selected,
        follow=Overview.follow,
        on_follow=Overview.toggle_follow,
        on_close=Overview.clear,
        alerts=VehicleAlerts.create(
            vehicle=Overview.selected, alerts=Live.alerts, fleet=CHOSEN_FLEET
        ),
    )


def _map_area() -> rx.Component:
    return rx.el.div(
        fleet_map(
            frame=Live.frame,
            fleet=CHOSEN_FLEET,
            total=Live.status["vehicles"].to(int),
            theme=THEME,
            selected=Overview.selected,
            follow=Overview.follow,
            status_filter=Overview.status_filter,
            search=Overview.query,
            fit=Overview.fit,
            zones=rx.cond(
                Session.may_pages.contains("/zones"),
                rx.Var.create("/api/v1/geofences/shapes")
                + rx.cond(CHOSEN_FLEET > 0, f"?fleet_id={CHOSEN_FLEET}", ""),
                "",
            ),
            zone_changes=changes_of("geofences"),
            alerts=Live.alerts["vehicles"],
            padding=rx.cond(Overview.selected > 0, WITH_DRAWER, WITHOUT_DRAWER),
            on_vehicle_click=Overview.select,
            on_map_click=Overview.clear,
            on_user_pan=Overview.stop_follow,
            on_follow_change=Overview.set_follow,
            on_resync=Live.join,
        ),
        _chips(),
        rx.cond(FirstSteps.shown, _first_steps(), rx.fragment()),
        class_name="map-area",
    )


def _first_steps() -> rx.Component:
    return rx.fragment(
        first_steps(taken=FirstSteps.taken, complete=FirstSteps.complete, on_hide=FirstSteps.hide),
        NewsWatch.create(
            changes=Live.changes, kinds=[step[0] for step in STEPS], on_news=FirstSteps.look_again
        ),
    )


def _chips() -> rx.Component:
    everything = rx.el.button(
        "All ",
        rx.el.b(live_count()),
        type="button",
        class_name="chip",
        on_click=Overview.show_all,
        aria_pressed=rx.cond(Overview.narrowed, "false", "true"),
    )
    return rx.el.div(
        everything,
        rx.cond(Overview.query != "", _words(), rx.fragment()),
        *(_chip(status) for status in STATUSES),
        class_name="chips",
        role="group",
        aria_label="Filter by status",
    )


def _words() -> rx.Component:
    return rx.el.button(
        rx.el.span("“", Overview.query, "”", class_name="words"),
        rx.icon("x", size=14),
        type="button",
        class_name="chip",
        on_click=Overview.search(""),
        aria_pressed="true",
        aria_label=rx.Var.create("Clear the search ") + Overview.query,
        title="Clear the search",
        custom_attrs={"data-testid": "search-chip"},
    )


def _chip(status: str) -> rx.Component:
    return rx.el.button(
        rx.el.span(class_name=f"dot {status}"),
        words_of(status),
        rx.el.b(live_count(status=status)),
        type="button",
        class_name="chip",
        on_click=Overview.toggle_status(status),
        aria_pressed=rx.cond(Overview.statuses.contains(status), "true", "false"),
        custom_attrs={"data-testid": f"filter-{status}"},
    )


def _dock() -> rx.Component:
    toggle: dict[str, Any] = {"on_click": Overview.toggle_dock}
    grid = vehicle_grid(
        fleet=CHOSEN_FLEET,
        theme=THEME,
        selected=Overview.selected,
        status_filter=Overview.status_filter,
        search=Overview.query,
        on_row_select=Overview.select,
    )
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Vehicles"),
            rx.cond(
                Overview.dock_open,
                icon_button("chevron-down", "Hide the vehicle list", **toggle),
                icon_button("chevron-up", "Show the vehicle list", **toggle),
            ),
            class_name="dock-head",
        ),
        rx.cond(Overview.dock_open, rx.el.div(grid, class_name="dock-body"), rx.fragment()),
        class_name="dock",
        aria_label="Vehicles",
        custom_attrs={"data-open": rx.cond(Overview.dock_open, "true", "false")},
    )

"""The customer's tracking page: one parcel, one vehicle, one map."""

from __future__ import annotations

import reflex as rx

from fleet_app.web.components.live.fleet_map import fleet_map
from fleet_app.web.components.live.live_text import live_age
from fleet_app.web.components.notice_card import notice_page
from fleet_app.web.components.signals.signals import live_units
from fleet_app.web.components.typeface import typeface
from fleet_app.web.states.live import Live
from fleet_app.web.states.tracking import Tracking

THEME = rx.color_mode_cond("light", "dark")


def track_page() -> rx.Component:
    """Headline above, map below; a plain sentence when the link is wrong."""
    return rx.cond(Tracking.problem != "", _problem(), _delivery())


def _problem() -> rx.Component:
    sentence = rx.el.p(Tracking.problem, role="alert", class_name="quiet")
    return notice_page("Nothing to show", sentence)


def _delivery() -> rx.Component:
    return rx.el.main(
        typeface(),
        live_units(Tracking.units),
        rx.el.header(_headline(), class_name="track-head"),
        rx.cond(Tracking.vehicle_id > 0, _map(), rx.fragment()),
        class_name="track-page",
    )


def _headline() -> rx.Component:
    position = rx.el.span(" · position ", live_age())
    return rx.el.div(
        rx.el.h1(Tracking.headline, custom_attrs={"data-testid": "headline"}),
        rx.cond(
            Tracking.expected != "",
            rx.el.p(
                "Expected around ",
                rx.el.b(Tracking.expected),
                custom_attrs={"data-testid": "expected"},
            ),
            rx.fragment(),
        ),
        rx.el.p(
            Tracking.number,
            rx.cond(Tracking.address != "", rx.el.span(" · ", Tracking.address), rx.fragment()),
            rx.cond(Tracking.vehicle_id > 0, position, rx.fragment()),
            class_name="quiet",
        ),
    )


def _map() -> rx.Component:
    return rx.el.div(
        fleet_map(
            frame=Live.frame,
            theme=THEME,
            caption="Your delivery",
            fit=Tracking.vehicle_id,
            on_resync=Tracking.open,
        ),
        class_name="map-area",
    )

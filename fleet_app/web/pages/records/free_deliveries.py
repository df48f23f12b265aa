"""The deliveries on no route, beside the stops of a plan: looked through, ticked, added."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import reflex as rx

from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.describe import columns
from fleet_app.web.components.grid.record_grid import record_grid
from fleet_app.web.components.records.toolbar import list_search
from fleet_app.web.states.live import changes_of
from fleet_app.web.states.records.free_deliveries import FreeDeliveries
from fleet_app.web.states.records.route_plan import RoutePlanner

_SHOWN = ["tracking_number", "on_map", "customer_id", "contact_name", "address", "due_on",
          "window_from", "window_to", "weight_kg", "parcels", "priority"]  # fmt: skip
_WINDOWS = {"": "Any time", "with": "With a time window", "without": "Without a time window"}
_PLACES = {"": "On the map or not", "on": "On the map", "off": "Not on the map"}


def free_deliveries() -> rx.Component:
    """The list with its search and choices; what has no point on the map cannot be ticked."""
    return rx.el.section(
        rx.el.div(rx.el.h2("Deliveries on no route"), _every_day(), class_name="free-head"),
        rx.el.div(
            list_search(
                value=FreeDeliveries.words,
                on_search=FreeDeliveries.search,
                label="deliveries on no route",
            ),
            _choice("window", "Time window", _WINDOWS),
            _choice("place", "Place", _PLACES),
            class_name="free-tools",
        ),
        rx.el.div(_grid(), class_name="related-grid"),
        class_name="form-card free",
        aria_label="Deliveries on no route",
    )


def _grid() -> rx.Component:
    narrowed = FreeDeliveries.narrower != ""
    return record_grid(
        url="/api/v1/deliveries",
        columns=columns(KINDS["deliveries"]),
        shown=_SHOWN,
        query=RoutePlanner.free_query + FreeDeliveries.narrower,
        sort="window_from",
        version=RoutePlanner.version,
        selected=RoutePlanner.chosen,
        selectable=True,
        keeps=True,
        needs="on_map",
        needs_text="Not on the map: give its address a point first",
        filtered=~RoutePlanner.every_day | narrowed,
        filtered_text=rx.cond(
            narrowed,
            "No free delivery matches this search.",
            "Nothing is free on this day. Offer other days too.",
        ),
        empty_text="Every delivery is on a route.",
        changes=changes_of("deliveries"),
        time_zone=RoutePlanner.zone,
        units=RoutePlanner.units,
        noun="delivery",
        plural="deliveries",
        label="Deliveries on no route",
        theme=rx.color_mode_cond("light", "dark"),
        on_open=RoutePlanner.add,
        on_select=RoutePlanner.pick,
        on_show_all=RoutePlanner.offer_all,
    )


def _every_day() -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            checked=RoutePlanner.every_day,
            on_change=RoutePlanner.set_every_day,
        ),
        rx.el.span("Offer other days too"),
        class_name="check",
    )


def _choice(about: str, label: str, words: Mapping[str, str]) -> rx.Component:
    options: list[Any] = [rx.el.option(text, value=value) for value, text in words.items()]
    return rx.el.select(
        *options,
        value=rx.cond(FreeDeliveries.choices.contains(about), FreeDeliveries.choices[about], ""),
        on_change=lambda value: FreeDeliveries.narrow(about, value),
        aria_label=label,
    )

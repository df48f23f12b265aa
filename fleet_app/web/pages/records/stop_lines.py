"""The stops of a route as lines: what is done there, when, and the buttons that go with it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.states.records.form import RecordForm
from fleet_app.web.states.records.route_pickups import RoutePickups
from fleet_app.web.states.records.route_plan import RoutePlanner


def stops_in_order(*, may_change: bool) -> rx.Component:
    """The stops as they are driven, each delivery with its pickup before it."""
    empty = rx.el.p("No stops yet. Tick deliveries in the list.", class_name="quiet")
    summary = rx.el.p(
        RoutePlanner.summary, class_name="stop-summary", custom_attrs={"data-testid": "summary"}
    )
    return rx.el.section(
        rx.el.h2("Stops in driving order ", rx.el.span(RoutePlanner.stops.length(),
                                                       class_name="count")),
        rx.cond(RoutePlanner.summary != "", summary, rx.fragment()),
        rx.cond(RoutePlanner.stops.length() == 0, empty, rx.fragment()),
        rx.el.ol(
            rx.foreach(RoutePlanner.stops, lambda stop, place: _stop(stop, place, may_change)),
            class_name="stop-list",
        ),
        class_name="form-card",
        aria_label="Stops in driving order",
        custom_attrs={"data-testid": "stops"},
    )  # fmt: skip


def _stop(stop: Any, place: Any, may_change: bool) -> rx.Component:
    buttons = rx.el.span(
        rx.cond(
            stop["open"],
            rx.fragment(
                _small("arrow-up", "Earlier", RoutePlanner.move(stop["id"], -1)),
                _small("arrow-down", "Later", RoutePlanner.move(stop["id"], 1)),
            ),
            rx.fragment(),
        ),
        rx.cond(
            stop["fixed"], rx.fragment(), _small("x", "Take off", RoutePlanner.drop(stop["id"]))
        ),
        class_name="stop-buttons",
    )
    delivered = rx.el.li(
        rx.el.span(place + 1, class_name="stop-place"),
        rx.el.span(
            rx.el.a(stop["number"], href="/deliveries/" + stop["id"].to_string()),
            rx.el.span(stop["address"], class_name="stop-address"),
            class_name="stop-main",
        ),
        _arrival(stop["id"].to_string()),
        rx.el.span(stop["detail"], _window(stop["id"].to_string()), class_name="quiet stop-detail"),
        rx.el.span(
            rx.el.i(class_name="status-dot", aria_hidden="true"),
            rx.el.span(stop["label"]),
            class_name="status-pill",
            custom_attrs={"data-status": stop["status"]},
        ),
        buttons if may_change else rx.fragment(),
        key=stop["id"].to_string(),
    )
    number = stop["id"].to_string()
    fetched = rx.cond(
        RoutePlanner.fetching.contains(number),
        rx.foreach(RoutePlanner.fetching[number], _pickup),
        rx.fragment(),
    )
    return rx.fragment(fetched, delivered)


def _pickup(pickup: Any) -> rx.Component:
    """Where goods are fetched, ahead of the delivery that comes next."""
    return rx.el.li(
        rx.el.span(
            rx.icon("package", size=14), rx.el.span("Pickup", class_name="only-read"),
            class_name="stop-place", title="Pickup",
        ),
        rx.el.span(
            rx.el.a(pickup["number"], href="/deliveries/" + pickup["id"].to_string()),
            rx.el.span(pickup["address"], class_name="stop-address"),
            class_name="stop-main",
        ),
        _arrival(pickup["key"]),
        rx.el.span("Pickup", class_name="quiet stop-detail"),
        rx.el.span(
            rx.el.i(class_name="status-dot", aria_hidden="true"),
            rx.el.span(pickup["label"]),
            class_name="status-pill",
            custom_attrs={"data-status": pickup["status"]},
        ),
        rx.cond(pickup["open"] & ~RecordForm.deleted, _fetched(pickup), rx.fragment()),
        class_name="stop-pickup",
        key=pickup["key"],
        custom_attrs={"data-testid": "pickup"},
    )  # fmt: skip


def _fetched(pickup: Any) -> rx.Component:
    """Says that the goods are in the vehicle, or that this was a mistake."""
    number, waits = pickup["id"], pickup["status"] == "assigned"
    said = _small("check", "Mark as fetched", RoutePickups.fetch(number, True))
    back = _small("undo-2", "Not fetched yet", RoutePickups.fetch(number, False))
    return rx.el.span(rx.cond(waits, said, back), class_name="stop-buttons")


def _arrival(key: Any) -> rx.Component:
    """When the vehicle came or is expected there, in the colour of its risk, and the plan."""
    times = RoutePlanner.times[key]
    said = rx.el.span(
        rx.el.b(times["said"], custom_attrs={"data-risk": times["risk"]}),
        rx.cond(times["planned"] != "", rx.el.span(times["planned"]), rx.fragment()),
        class_name="stop-eta",
        custom_attrs={"data-testid": "eta"},
    )
    return rx.cond(RoutePlanner.times.contains(key), said, rx.fragment())


def _window(key: Any) -> rx.Component:
    """When the customer wants it."""
    window = RoutePlanner.times[key]["window"]
    known = RoutePlanner.times.contains(key) & (window != "")
    return rx.cond(known, rx.el.span(" · wanted ", window), rx.fragment())


def _small(icon: str, label: str, event: Any) -> rx.Component:
    return rx.el.button(
        rx.icon(icon, size=14), type="button", class_name="icon-button", aria_label=label,
        title=label, on_click=event,
    )  # fmt: skip

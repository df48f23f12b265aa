"""Where vehicles were: who and when in the head of the page, the player below."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.grid.list_address import list_address
from fleet_app.web.components.grid.search_field import day_field
from fleet_app.web.components.history.history_player import history_player
from fleet_app.web.components.menus import icon_button
from fleet_app.web.components.records.browser import RecordPicker
from fleet_app.web.components.records.downloads import download_link
from fleet_app.web.components.records.toolbar import drop_down
from fleet_app.web.components.signals.signals import live_feed
from fleet_app.web.layouts.chrome import chrome
from fleet_app.web.states.history.screen import History
from fleet_app.web.states.live import Live, changes_of
from fleet_app.web.states.session import Session

FORMATS = (
    ("gpx", "GPX", "for navigation devices"),
    ("kml", "KML", "for Google Earth"),
    ("csv", "CSV", "for spreadsheets"),
    ("geojson", "GeoJSON", "for maps"),
)
"""Ending, name and what it is good for."""
HEAT_MAPS = (
    ("stops", "Stops", "where vehicles stood"),
    ("fixes", "Positions", "where they were"),
    ("speeding", "Speeding", "where they were too fast"),
    ("harsh", "Harsh driving", "where they braked hard …"),
)
"""What is counted, its name, and what the map shows."""
THEME = rx.color_mode_cond("light", "dark")
FLEET = rx.cond(Session.fleets.length() > 1, Session.fleet_id, 0)


def history_page() -> rx.Component:
    """The past of some vehicles."""
    settled = rx.State.is_hydrated & History.ready
    body = rx.el.div(
        rx.el.div(_title(), _vehicles(), _time(), class_name="list-head history-head"),
        rx.cond(History.ready, _content(), rx.el.div(class_name="history-body")),
        class_name="list-page history-page",
    )
    address = list_address(
        address=History.address,
        read=History.read,
        settled=settled,
        on_return=History.reopen,
    )
    feed = live_feed(frame=Live.frame, on_resync=Live.join)
    return rx.fragment(address, feed, chrome(body, active="/history"))


def _content() -> rx.Component:
    player = history_player(
        vehicles=History.vehicles,
        from_ms=History.from_ms,
        to_ms=History.to_ms,
        at_ms=History.at_ms,
        reports=History.may_report,
        zones=rx.cond(
            Session.may_pages.contains("/zones") & (History.fleet_id > 0),
            rx.Var.create("/api/v1/geofences/shapes?fleet_id=") + History.fleet_id.to_string(),
            "",
        ),
        zone=History.zone,
        theme=THEME,
        changes=[changes_of(one) for one in ("trips", "stops", "movement-events")],
        on_latest=History.show_latest,
    )
    return rx.el.div(
        rx.cond(History.vehicles.length() > 0, player, _nobody()), class_name="history-body"
    )


def _title() -> rx.Component:
    return rx.el.div(
        rx.el.h1("History"),
        rx.el.span(History.label, class_name="quiet", custom_attrs={"data-testid": "period"}),
        class_name="list-title",
    )


def _vehicles() -> rx.Component:
    picker = RecordPicker.create(
        key=History.vehicles.to_string(),
        url="/api/v1/vehicles",
        name="vehicle",
        detail=["registration_number"],
        fleet=FLEET,
        accessible_name="Add a vehicle",
        placeholder=rx.cond(History.vehicles.length() > 0, "Add a vehicle", "Choose a vehicle"),
        on_pick=History.add,
    )
    return rx.el.div(
        rx.foreach(History.vehicles, _vehicle),
        rx.cond(History.full, rx.fragment(), rx.el.div(picker, class_name="history-picker")),
        class_name="history-vehicles",
    )


def _vehicle(vehicle: Any, place: Any) -> rx.Component:
    return rx.el.span(
        rx.el.i(aria_hidden="true"),
        rx.el.a(vehicle["name"], href="/vehicles/" + vehicle["id"].to_string()),
        rx.el.button(
            rx.icon("x", size=13),
            type="button",
            aria_label=rx.Var.create("Remove ") + vehicle["name"].to(str),
            on_click=History.remove(vehicle["id"].to(int)),
        ),
        class_name="history-vehicle",
        custom_attrs={"data-place": place.to_string()},
        key=vehicle["id"].to_string(),
    )


def _time() -> rx.Component:
    return rx.el.div(
        icon_button("chevron-left", "The day before", on_click=History.step(-1)),
        rx.el.label(
            rx.el.span("Day", class_name="only-read"),
            day_field(value=History.day, name="day", on_day=History.choose_day),
            class_name="history-day",
        ),
        icon_button(
            "chevron-right", "The day after", on_click=History.step(1), disabled=History.is_today
        ),
        _recent("Today", 0),
        _recent("Yesterday", 1),
        drop_down("history-custom", "calendar-range", "From, to", _between()),
        rx.cond(
            History.may_export & (History.vehicles.length() > 0),
            drop_down("history-export", "download", "Export", _exports()),
            rx.fragment(),
        ),
        class_name="history-time",
    )


def _recent(label: str, days: int) -> rx.Component:
    return rx.el.button(
        label, type="button", class_name="button recent", on_click=History.show_recent(days)
    )


def _between() -> rx.Component:
    return rx.el.form(
        rx.el.h2("From one moment to another"),
        _moment("from", "From", History.since_text),
        _moment("to", "To", History.until_text),
        rx.el.p("By the clocks of ", History.zone, ", at most 31 days.", class_name="hint quiet"),
        rx.el.div(
            rx.el.button("Show", type="submit", class_name="button primary"),
            class_name="popover-actions",
        ),
        key=History.since_text + History.until_text,
        on_submit=History.show_between,
    )


def _moment(name: str, label: str, value: Any) -> rx.Component:
    wrong = History.errors.contains(name)
    return rx.el.label(
        rx.el.span(label),
        rx.el.input(type="datetime-local", name=name, default_value=value, required=True,
                    aria_invalid=rx.cond(wrong, "true", "false")),
        rx.cond(wrong, rx.el.span("It ", History.errors[name], class_name="field-error",
                                  role="alert"), rx.fragment()),
        class_name="field",
    )  # fmt: skip


def _exports() -> rx.Component:
    return rx.fragment(
        rx.el.h2("Export the period"),
        rx.el.ul(rx.foreach(History.vehicles, _exports_of), class_name="history-exports"),
        rx.cond(History.may_report & (History.fleet_id > 0), _heat_maps(), rx.fragment()),
    )


def _heat_links() -> tuple[rx.Component, ...]:
    base = "/api/v1/reports/heatmap.html?" + History.period_query + "&fleet_id=" + (
        History.fleet_id.to_string()
    )  # fmt: skip
    return tuple(
        download_link(
            rx.el.b(name),
            rx.el.span(use, class_name="quiet"),
            href=base + f"&what={what}",
            class_name="menu-entry",
            custom_attrs={"data-format": f"heat-{what}"},
        )
        for what, name, use in HEAT_MAPS
    )


def _heat_maps() -> rx.Component:
    return rx.fragment(
        rx.el.h2("Heat map of the fleet"),
        rx.el.ul(rx.el.li(*_heat_links()), class_name="history-exports"),
    )


def _exports_of(vehicle: Any) -> rx.Component:
    base = "/api/v1/vehicles/" + vehicle["id"].to_string() + "/track/export."
    links = (
        download_link(
            rx.el.b(name),
            rx.el.span(use, class_name="quiet"),
            href=base + f"{ending}?" + History.period_query,
            class_name="menu-entry",
            custom_attrs={"data-format": ending},
        )
        for ending, name, use in FORMATS
    )
    report = download_link(
        rx.el.b("Report"),
        rx.el.span("to read, print and mail", class_name="quiet"),
        href="/api/v1/vehicles/" + vehicle["id"].to_string() + "/report.html?"
        + History.period_query,
        class_name="menu-entry",
        custom_attrs={"data-format": "report"},
    )  # fmt: skip
    several = History.vehicles.length() > 1
    return rx.el.li(
        rx.cond(several, rx.el.h3(vehicle["name"]), rx.fragment()),
        rx.cond(History.may_report, report, rx.fragment()),
        *links,
        key=vehicle["id"].to_string(),
    )  # fmt: skip


def _nobody() -> rx.Component:
    return rx.el.div(
        rx.el.h2("Whose history?"),
        rx.el.p("Choose a vehicle above, up to six of them together.", class_name="quiet"),
        rx.cond(
            History.offered.length() > 0,
            rx.el.div(rx.foreach(History.offered, _offer), class_name="choices"),
            rx.fragment(),
        ),
        rx.cond(History.may_report & (History.fleet_id > 0), _whole_fleet(), rx.fragment()),
        class_name="past-nothing",
        custom_attrs={"data-testid": "history-nobody"},
    )


def _whole_fleet() -> rx.Component:
    return rx.el.section(
        rx.el.h3("Or the whole fleet, as a heat map"),
        rx.el.p(
            "One file each, for the time above: to look at, keep and mail.", class_name="quiet"
        ),
        rx.el.div(*_heat_links(), class_name="history-heat"),
        class_name="history-whole",
    )


def _offer(vehicle: Any) -> rx.Component:
    return rx.el.button(
        vehicle["name"], type="button", class_name="button",
        on_click=History.add(vehicle["id"].to(int)), key=vehicle["id"].to_string(),
    )  # fmt: skip

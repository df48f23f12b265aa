"""What the selection bar of deliveries and work orders offers beyond the usual, and its dialogs."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.records.kinds import Kind
from fleet_app.web.components.forms import form_actions, form_problem
from fleet_app.web.components.modal.modal import modal
from fleet_app.web.states.records.bulk import STATUS_CHOICES, Bulk
from fleet_app.web.states.records.lists import RecordList
from fleet_app.web.states.session import Session


def bulk_actions(kind: Kind) -> list[rx.Component]:
    """The buttons for one kind."""
    if kind.plural == "deliveries":
        return [_if_alive(_button("route", "Add to a route…", Bulk.ask_route)),
                _if_alive(_button("flag", "Set status…", Bulk.ask_status))]  # fmt: skip
    if kind.plural == "work_orders":
        return [_if_alive(_button("play", "Start", Bulk.move_orders("start"))),
                _if_alive(_button("ban", "Cancel", Bulk.move_orders("cancel")))]  # fmt: skip
    return []


def _if_alive(button: rx.Component) -> rx.Component:
    allowed = RecordList.may.contains("update") & ~RecordList.deleted
    return rx.cond(allowed, button, rx.fragment())


def _button(icon: str, label: str, event: Any) -> rx.Component:
    return rx.el.button(
        rx.icon(icon, size=14), label, type="button", class_name="button small", on_click=event
    )


def dialogs() -> tuple[rx.Component, ...]:
    """The dialogs of the deliveries."""
    return _status_dialog(), _route_dialog()


def _status_dialog() -> rx.Component:
    reason = rx.el.label(
        rx.el.span("Why"),
        rx.el.select(rx.foreach(Bulk.reasons, _option), name="reason"),
        class_name="field",
    )
    return modal(
        rx.el.form(
            form_problem(Bulk.problem),
            rx.el.label(
                rx.el.span("New status"),
                rx.el.select(
                    *(rx.el.option(one["label"], value=one["value"]) for one in STATUS_CHOICES),
                    name="status",
                    on_change=Bulk.choose_status,
                    auto_focus=True,
                ),
                class_name="field",
            ),
            rx.cond(Bulk.reasons.length() > 0, reason, rx.fragment()),
            rx.el.label(
                rx.el.span("Note"),
                rx.el.input(name="note", max_length=500, auto_complete="off"),
                class_name="field",
            ),
            form_actions("Set status", Bulk.close),
            on_submit=Bulk.set_status,
        ),
        open=Bulk.dialog == "status",
        title=_about("Set the status of"),
        on_close=Bulk.close,
    )


def _route_dialog() -> rx.Component:
    form = rx.el.form(
        form_problem(Bulk.problem),
        rx.el.label(
            rx.el.span("Route"),
            rx.el.select(rx.foreach(Bulk.routes, _option), name="route", auto_focus=True),
            class_name="field",
        ),
        rx.el.p("They come after the stops that the route has already.", class_name="quiet"),
        form_actions("Add to the route", Bulk.close),
        on_submit=Bulk.add_to_route,
    )
    none = rx.el.p(
        "There is no route that can still be changed. ",
        rx.cond(
            Session.may_pages.contains("/routes"),
            rx.el.a("See all routes", href="/routes", class_name="link"),
            rx.fragment(),
        ),
        class_name="empty",
    )
    return modal(
        rx.cond(Bulk.routes.length() > 0, form, none),
        open=Bulk.dialog == "route",
        title=_about("Add to a route:"),
        on_close=Bulk.close,
    )


def _option(choice: Any) -> rx.Component:
    return rx.el.option(choice["label"], value=choice["value"])


def _about(words: str) -> Any:
    count = RecordList.chosen_count
    noun = rx.cond(count == 1, "delivery", "deliveries")
    return rx.Var.create(f"{words} ") + count.to_string() + " " + noun

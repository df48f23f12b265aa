"""The steps of the delivery on the screen, and the quieter way back from a final status."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.planning.live.storing import ETAS
from fleet_app.web.components.records.browser import ChangeWatch, StepPanel
from fleet_app.web.states.live import changes_of
from fleet_app.web.states.records.arrival import DeliveryArrival
from fleet_app.web.states.records.delivery_life import DeliverySteps
from fleet_app.web.states.records.form import RecordForm


def delivery_steps() -> rx.Component:
    """What can follow. Never beside a badge that says another status."""
    steps = rx.foreach(DeliverySteps.steps, _step)
    back = rx.el.button(
        DeliverySteps.back_label,
        type="button",
        class_name="link",
        on_click=DeliverySteps.ask_back,
        custom_attrs={"data-testid": "take-back"},
    )
    waits = (DeliverySteps.shown == "created") | (DeliverySteps.shown == "rescheduled")
    return rx.cond(
        DeliverySteps.shown == RecordForm.status,
        rx.fragment(
            rx.cond(waits, _new_route(), rx.fragment()),
            _goods(),
            steps,
            rx.cond(DeliverySteps.back_to != "", back, rx.fragment()),
        ),
        rx.fragment(),
    )


def _goods() -> rx.Component:
    """That goods were fetched on the way, or that this was a mistake."""
    fetched = rx.el.button(
        "Mark as fetched",
        type="button",
        class_name="button",
        on_click=DeliverySteps.fetch(True),
        custom_attrs={"data-testid": "fetched"},
    )
    back = rx.el.button(
        "Take back: not fetched yet",
        type="button",
        class_name="link",
        on_click=DeliverySteps.fetch(False),
        custom_attrs={"data-testid": "not-fetched"},
    )
    return rx.match(DeliverySteps.goods, ("waiting", fetched), ("fetched", back), rx.fragment())


def _new_route() -> rx.Component:
    """Leads to a new route of the delivery's day, with the delivery on it."""
    number = RecordForm.number.to_string()
    day = rx.cond(RecordForm.base.contains("due_on"), RecordForm.base["due_on"], "")
    link = rx.el.a(
        "Put on a new route",
        href="/routes/new?delivery=" + number + "&date=" + day,
        class_name="button",
        custom_attrs={"data-testid": "new-route"},
    )
    may = RecordForm.may_create.contains("routes") & ~RecordForm.deleted
    return rx.cond(may, link, rx.fragment())


def arrival() -> rx.Component:
    """When the delivery is expected, and in which colour, while its route is on its way."""
    said = rx.el.p(
        DeliveryArrival.words,
        class_name="stop-eta arrival",
        title="By where the vehicle is now",
        custom_attrs={"data-risk": DeliveryArrival.risk, "data-testid": "eta"},
    )
    news = ChangeWatch.create(
        changes=changes_of(ETAS), record_id=DeliveryArrival.route, on_change=DeliveryArrival.follow
    )
    return rx.fragment(news, rx.cond(DeliveryArrival.words != "", said, rx.fragment()))


def _step(step: Any) -> rx.Component:
    return rx.el.button(
        step["label"],
        type="button",
        class_name=rx.cond(step["danger"], "button danger", "button"),
        on_click=DeliverySteps.choose(step["to"]),
        custom_attrs={"data-testid": "step"},
    )


def back_form() -> rx.Component:
    """Asks whether a final status was really a mistake."""
    form = rx.el.form(
        rx.el.b(DeliverySteps.back_label),
        rx.el.input(name="note", placeholder="Why", aria_label="Why", max_length=500),
        rx.el.button("Take back", type="submit", class_name="button"),
        rx.el.button("Leave it", type="button", class_name="button", on_click=DeliverySteps.leave),
        on_submit=DeliverySteps.take_back,
        class_name="step-form",
        custom_attrs={"data-testid": "back-form"},
    )
    panel = StepPanel.create(form, problem=DeliverySteps.problem, on_close=DeliverySteps.leave)
    return rx.cond(DeliverySteps.taking_back, panel, rx.fragment())

"""What some kinds of record have besides a form: steps of their life, counters, stops."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from fleet_app.records.kinds import Kind
from fleet_app.web.components.records.browser import StepPanel
from fleet_app.web.components.records.units import unit_name
from fleet_app.web.pages.records.delivery_steps import arrival, back_form, delivery_steps
from fleet_app.web.pages.records.planner import route_actions, route_messages, stops_tab
from fleet_app.web.states.records.delivery_life import DeliverySteps
from fleet_app.web.states.records.form import RecordForm
from fleet_app.web.states.records.route_plan import RoutePlanner
from fleet_app.web.states.records.workshop import Counters, WorkSteps


@dataclass(frozen=True)
class Extra:
    """Actions beside the title, what stands below it, further tabs, and what loads it all."""

    actions: rx.Component = field(default_factory=rx.fragment)
    below: rx.Component = field(default_factory=rx.fragment)
    tabs: tuple[tuple[str, str, rx.Component, Any], ...] = ()
    on_undone: tuple[Any, ...] = ()
    on_changed: tuple[Any, ...] = ()
    """What shows a change by somebody else, in place of what the form does by itself."""


LOADS: dict[str, Any] = {
    "deliveries": DeliverySteps.open,
    "work_orders": WorkSteps.open,
    "routes": RoutePlanner.open,
}
"""What has to be read after the record itself."""


def extra_of(kind: Kind) -> Extra:
    """What this kind has besides the form."""
    match kind.plural:
        case "deliveries":
            return Extra(
                actions=delivery_steps(),
                below=rx.fragment(arrival(), _why_form(), back_form()),
                tabs=(("life", "Timeline", _timeline(), DeliverySteps.open),),
                on_undone=(DeliverySteps.open,),
                on_changed=(DeliverySteps.look_again,),
            )
        case "work_orders":
            below = rx.fragment(_finish_form(), _losing_form())
            return Extra(actions=_work_steps(), below=below, on_undone=(WorkSteps.open,))
        case "vehicles":
            actions = rx.fragment(_history_link(), _odometer_button())
            return Extra(actions=actions, below=_odometer_form())
        case "routes":
            return Extra(
                actions=route_actions(),
                below=route_messages(),
                on_undone=(RoutePlanner.undone,),
                tabs=(("stops", "Stops", stops_tab(), RoutePlanner.open),),
            )
    return Extra()


def trouble(text: Any) -> rx.Component:
    """Why a step could not be taken."""
    return rx.cond(text != "", rx.el.p(text, class_name="form-error", role="alert"), rx.fragment())


def _step_button(label: Any, on_click: Any, *, danger: Any = False) -> rx.Component:
    return rx.el.button(
        label,
        type="button",
        class_name=rx.cond(danger, "button danger", "button"),
        on_click=on_click,
        custom_attrs={"data-testid": "step"},
    )


def _why_form() -> rx.Component:
    reasons = rx.el.select(
        rx.el.option("Choose a reason…", value=""),
        rx.foreach(
            DeliverySteps.reasons, lambda one: rx.el.option(one["label"], value=one["value"])
        ),
        name="reason",
        aria_label="Reason",
        required=True,
    )
    form = rx.el.form(
        rx.el.b("Why ", DeliverySteps.asking_label.lower(), "?"),
        reasons,
        rx.el.input(name="note", placeholder="Note", aria_label="Note", max_length=500),
        rx.el.button("Confirm", type="submit", class_name="button primary"),
        rx.el.button("Back", type="button", class_name="button", on_click=DeliverySteps.leave),
        on_submit=DeliverySteps.explain,
        class_name="step-form",
        key=DeliverySteps.asking,
        custom_attrs={"data-testid": "why"},
    )
    return _asking(
        DeliverySteps.asking != "",
        DeliverySteps.problem,
        form,
        DeliverySteps.leave,
        missing="Choose a reason.",
    )


def _asking(
    shown: Any, problem: Any, form: rx.Component, on_close: Any, **more: Any
) -> rx.Component:
    """A form that asks something before a step, with what is wrong with it or with the step."""
    panel = StepPanel.create(form, problem=problem, on_close=on_close, **more)
    return rx.fragment(trouble(problem), rx.cond(shown, panel, rx.fragment()))


def _timeline() -> rx.Component:
    return rx.el.section(
        rx.el.ol(rx.foreach(DeliverySteps.happenings, _happening), class_name="deeds timeline"),
        class_name="form-card",
        aria_label="Timeline",
        custom_attrs={"data-testid": "timeline"},
    )


def _happening(one: Any) -> rx.Component:
    pill = rx.el.span(
        rx.el.i(class_name="status-dot", aria_hidden="true"),
        rx.el.span(one["label"]),
        class_name="status-pill",
        custom_attrs={"data-status": one["status"]},
    )
    return rx.el.li(
        rx.el.div(
            pill,
            rx.el.span("by ", one["who"]),
            rx.cond(one["late"], rx.el.span("reported late", class_name="quiet"), rx.fragment()),
            rx.el.time(one["when"]),
            class_name="deed-head",
        ),
        rx.cond(one["why"] != "", rx.el.p(one["why"], class_name="quiet"), rx.fragment()),
        key=one["id"].to_string(),
    )


def _work_steps() -> rx.Component:
    buttons = rx.foreach(
        WorkSteps.steps,
        lambda step: _step_button(
            step["label"], WorkSteps.choose(step["act"]), danger=step["act"] == "cancel"
        ),
    )
    return rx.cond(RecordForm.may.contains("update"), buttons, rx.fragment())


def _finish_form() -> rx.Component:
    form = rx.el.form(
        rx.el.b("What was done?"),
        _entry("Day", "done_on", type="date"),
        _odometer_entry(),
        _entry("Engine hours", "engine_hours", custom_attrs={"inputMode": "decimal"}),
        _entry("Cost", "cost", custom_attrs={"inputMode": "decimal"}),
        _entry("Workshop", "supplier", max_length=120),
        _entry("Invoice", "invoice_number", max_length=60),
        rx.cond(
            WorkSteps.backwards,
            _confirm("The reading is right: the last one was wrong, or the work was done earlier"),
            rx.fragment(),
        ),
        rx.el.button("Finish", type="submit", class_name="button primary"),
        rx.el.button("Back", type="button", class_name="button", on_click=WorkSteps.leave),
        rx.el.p("What is left empty stays as the work order says; the day is today.",
                class_name="field-help"),
        on_submit=WorkSteps.finish,
        class_name="step-form",
        custom_attrs={"data-testid": "finish"},
    )  # fmt: skip
    return _asking(WorkSteps.finishing, WorkSteps.problem, form, WorkSteps.leave)


def _losing_form() -> rx.Component:
    """Asks before routes lose their vehicle."""
    form = rx.el.form(
        rx.el.b("The vehicle goes into the workshop, but routes need it"),
        rx.el.ul(rx.foreach(WorkSteps.losing, rx.el.li), class_name="plan-warnings"),
        rx.el.button("Start all the same", type="submit", class_name="button"),
        rx.el.button("Back", type="button", class_name="button", on_click=WorkSteps.leave),
        on_submit=WorkSteps.start_anyway,
        class_name="step-form",
        custom_attrs={"data-testid": "losing"},
    )
    panel = StepPanel.create(form, problem=WorkSteps.problem, on_close=WorkSteps.leave)
    return rx.cond(WorkSteps.losing.length() > 0, panel, rx.fragment())


def _entry(label: Any, name: str, **props: Any) -> rx.Component:
    return rx.el.label(
        rx.el.span(label), rx.el.input(name=name, auto_complete="off", **props), class_name="entry"
    )


def _odometer_entry() -> rx.Component:
    label = rx.fragment("Odometer, ", unit_name("km", RecordForm.units))
    return _entry(label, "odometer_km", custom_attrs={"inputMode": "decimal"})


def _confirm(text: str) -> rx.Component:
    return rx.el.label(
        rx.el.input(type="checkbox", name="correction", value="true"),
        rx.el.span(text),
        class_name="check",
    )


def _history_link() -> rx.Component:
    return rx.el.a(
        rx.icon("history", size=14),
        "Show history",
        href="/history?vehicles=" + RecordForm.number.to_string(),
        class_name="button",
        custom_attrs={"data-testid": "show-history"},
    )


def _odometer_button() -> rx.Component:
    button = _step_button("Set odometer…", Counters.toggle)
    may = RecordForm.may.contains("update") & ~RecordForm.deleted
    return rx.cond(may, button, rx.fragment())


def _odometer_form() -> rx.Component:
    confirm = _confirm("This is a correction: the last reading was wrong")
    form = rx.el.form(
        rx.el.b("What does the vehicle show?"),
        _entry(
            rx.fragment("Odometer, ", unit_name("km", RecordForm.units)),
            "odometer_km",
            custom_attrs={"inputMode": "decimal"},
        ),
        _entry("Engine hours", "engine_hours", custom_attrs={"inputMode": "decimal"}),
        rx.cond(Counters.backwards, confirm, rx.fragment()),
        rx.el.button("Take over", type="submit", class_name="button primary"),
        rx.el.button("Back", type="button", class_name="button", on_click=Counters.toggle),
        on_submit=Counters.save,
        class_name="step-form",
        custom_attrs={"data-testid": "odometer"},
    )
    return _asking(Counters.open_form, Counters.problem, form, Counters.toggle)

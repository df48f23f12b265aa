"""Planning a route by hand: the stops of a route, and the page for a new one."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.catalogue.kinds import KINDS
from fleet_app.planning.live.storing import ETAS
from fleet_app.web.components.grid.search_field import day_field
from fleet_app.web.components.records.browser import (
    ChangeWatch,
    FormKeeper,
    RecordPicker,
    StepPanel,
)
from fleet_app.web.components.records.inputs import searching
from fleet_app.web.components.routes.route_map import route_map
from fleet_app.web.pages.records.free_deliveries import free_deliveries
from fleet_app.web.pages.records.stop_lines import stops_in_order
from fleet_app.web.states.live import changes_of
from fleet_app.web.states.records.form import RecordForm
from fleet_app.web.states.records.route_plan import RoutePlanner

ROUTES = KINDS["routes"]
_ACTS = (("publish", "Publish"), ("start", "Start"), ("complete", "Complete"))


def route_actions() -> rx.Component:
    """What can follow in the life of the route on the screen."""
    buttons = [
        rx.cond(
            RoutePlanner.next_act == act,
            rx.el.button(
                label,
                type="button",
                class_name="button primary",
                on_click=RoutePlanner.act(act),
                custom_attrs={"data-testid": f"route-{act}"},
            ),
            rx.fragment(),
        )
        for act, label in _ACTS
    ]
    back = rx.el.button(
        "Take back to a draft",
        type="button",
        class_name="link",
        on_click=RoutePlanner.act("recall"),
        custom_attrs={"data-testid": "route-recall"},
    )
    published = rx.cond(RoutePlanner.next_act == "start", back, rx.fragment())
    may = RecordForm.may.contains("update") & ~RecordForm.deleted
    return rx.cond(may, rx.fragment(*buttons, published), rx.fragment())


def route_messages() -> rx.Component:
    """Below the title: why a step was not taken, what it asks first, what the vehicle lacks."""
    form = rx.el.form(
        rx.el.b(RoutePlanner.asking),
        rx.el.button("Start all the same", type="submit", class_name="button"),
        rx.el.button(
            "Back", type="button", class_name="button", on_click=RoutePlanner.answer(False)
        ),
        on_submit=RoutePlanner.answer(True),
        class_name="step-form",
        custom_attrs={"data-testid": "other-day"},
    )
    panel = StepPanel.create(form, problem="", on_close=RoutePlanner.answer(False))
    return rx.fragment(
        _said(RoutePlanner.unusable, "vehicle-unusable"),
        _said(RoutePlanner.refused, "refused"),
        rx.cond(RoutePlanner.asking != "", panel, rx.fragment()),
    )


def _said(text: Any, testid: str) -> rx.Component:
    said = rx.el.p(
        text, class_name="form-error", role="alert", custom_attrs={"data-testid": testid}
    )
    return rx.cond(text != "", said, rx.fragment())


def stops_tab() -> rx.Component:
    """The stops of a stored route, with the deliveries that are free for it."""
    arrivals = ChangeWatch.create(
        changes=changes_of(ETAS), record_id=RoutePlanner.route, on_change=RoutePlanner.follow
    )
    editing = FormKeeper.create(
        _messages(),
        rx.el.div(
            stops_in_order(may_change=True),
            rx.el.div(
                _map(),
                rx.cond(RoutePlanner.can_arrange, free_deliveries(), rx.fragment()),
                class_name="planner-side",
            ),
            class_name="planner",
        ),
        base={},
        dirty=RoutePlanner.dirty,
        answered=RoutePlanner.answered,
        label="Save stops",
        back="/routes",
        on_save=RoutePlanner.save,
    )
    reading = rx.el.div(
        _messages(),
        rx.el.div(stops_in_order(may_change=False), _map(), class_name="route-view"),
    )
    may = RecordForm.may.contains("update") & ~RecordForm.deleted & RoutePlanner.can_arrange
    return rx.fragment(arrivals, rx.cond(may, editing, reading))


def _map() -> rx.Component:
    """Where the route leads, once there is something to go to."""
    shown = route_map(
        route=RoutePlanner.route,
        version=RoutePlanner.version,
        theme=rx.color_mode_cond("light", "dark"),
    )
    return rx.cond(RoutePlanner.stops.length() > 0, shown, rx.fragment())


def new_route() -> rx.Component:
    """Day, vehicle, driver and depot; then the deliveries, in the order of ticking."""
    return FormKeeper.create(
        _messages(),
        rx.el.fieldset(
            rx.el.legend("Route"),
            rx.el.div(
                _plain("Day", "date", control=day_field(
                    value=RoutePlanner.day, input_id="plan-date", name="date",
                    on_day=RoutePlanner.set_day)),
                _plain("Name", "name", type="text", max_length=120, placeholder="North 1"),
                *(_crew(name) for name in ("vehicle_id", "driver_id", "depot_id")),
                _plain("Starts", "starts_at", type="datetime-local",
                       help=rx.fragment("Time in ", RoutePlanner.zone)),
                class_name="form-grid three",
            ),
            class_name="form-card",
        ),
        rx.el.div(stops_in_order(may_change=True), free_deliveries(), class_name="planner"),
        base={},
        dirty=RoutePlanner.dirty,
        answered=RoutePlanner.answered,
        label="Plan this route",
        hint="Deliveries join in the order in which you tick them",
        back="/routes",
        on_save=RoutePlanner.create,
    )  # fmt: skip


def _plain(
    label: str, name: str, *, help: Any = "", control: rx.Component | None = None, **props: Any
) -> rx.Component:
    identifier = f"plan-{name}"
    control = control or rx.el.input(id=identifier, name=name, auto_complete="off", **props)
    return rx.el.div(
        rx.el.label(label, html_for=identifier, class_name="field-label"),
        rx.el.div(control, class_name="control"),
        rx.el.p(help, class_name="field-help"),
        class_name="form-field",
    )  # fmt: skip


def _crew(name: str) -> rx.Component:
    spec = ROUTES.by_name[name]
    kind = KINDS[spec.reference or ""]
    picker = RecordPicker.create(
        **searching(kind),
        name=name,
        value=rx.cond(RoutePlanner.crew.contains(name), RoutePlanner.crew[name], ""),
        label=rx.cond(RoutePlanner.labels.contains(name), RoutePlanner.labels[name], ""),
        fleet=RoutePlanner.fleet,
        input_id=f"plan-{name}",
        on_pick=lambda number, name=name: RoutePlanner.set_crew(name, number),
    )
    return rx.el.div(
        rx.el.label(spec.title, html_for=f"plan-{name}", class_name="field-label"),
        rx.el.div(picker, class_name="control"),
        class_name="form-field",
    )


def _messages() -> rx.Component:
    return rx.fragment(
        rx.cond(
            RoutePlanner.problem != "",
            rx.el.p(RoutePlanner.problem, class_name="form-error", role="alert", tab_index=-1),
            rx.fragment(),
        ),
        rx.cond(
            RoutePlanner.warnings.length() > 0,
            rx.el.ul(
                rx.foreach(
                    RoutePlanner.warnings,
                    lambda text: rx.el.li(rx.icon("triangle-alert", size=14), text),
                ),
                class_name="plan-warnings",
                role="status",
                custom_attrs={"data-testid": "warnings"},
            ),
            rx.fragment(),
        ),
    )

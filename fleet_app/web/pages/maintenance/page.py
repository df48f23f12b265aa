"""The maintenance screen: tiles, the due list, and the dialogs over it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.forms import form_actions, form_field, form_problem
from fleet_app.web.components.maintenance.due import cost_bars, due_lines, job_lines, tiles
from fleet_app.web.components.modal.modal import modal
from fleet_app.web.components.records.units import in_brackets
from fleet_app.web.components.signals.signals import news
from fleet_app.web.layouts.chrome import chrome
from fleet_app.web.pages.records.tabs import tabs_of
from fleet_app.web.states.live import changes_of
from fleet_app.web.states.maintenance.due import Maintenance
from fleet_app.web.states.maintenance.work import Workshop
from fleet_app.web.states.session import Session

EVENTS: dict[str, Any] = {
    "on_order": Workshop.ask_order,
    "on_start": Workshop.start,
    "on_finish": Workshop.ask_finish,
    "on_costs": Workshop.show_costs,
}
KINDS = ("work_orders", "maintenance_schedules", "maintenance_records", "vehicles")
EMPTY = {
    "overdue": "Nothing is overdue.",
    "due_soon": "Nothing is due soon.",
    "workshop": "No vehicle is in the workshop.",
    "unknown": "Of every schedule we know when the work was last done.",
    "": "Nothing is due. Well done.",
}


def maintenance_page() -> rx.Component:
    """What is due, the most urgent first."""
    body = rx.el.div(
        rx.el.div(
            rx.el.div(
                rx.el.h1("Maintenance"),
                tabs_of("maintenance").bar("maintenance", Session.may_pages),
                class_name="list-title",
            ),
            class_name="list-head",
        ),
        rx.el.div(
            tiles(
                counts=Maintenance.counts, chosen=Maintenance.chosen, on_choose=Maintenance.choose
            ),
            rx.cond(Maintenance.ready, _lists(), rx.el.div(class_name="due-waiting")),
            class_name="maintenance",
        ),
        _order_dialog(),
        _finish_dialog(),
        _cost_dialog(),
        news(
            notices=rx.Var.create([changes_of(kind) for kind in KINDS]),
            on_news=Maintenance.refresh,
        ),
        class_name="list-page scrolling",
    )
    return chrome(body, active=tabs_of("maintenance").route)


def _lists() -> rx.Component:
    chosen = Maintenance.chosen
    in_workshop = rx.cond(
        Maintenance.jobs.length() > 0,
        rx.el.section(
            rx.el.h2("In the workshop"),
            job_lines(jobs=Maintenance.jobs, may=Maintenance.may, events=EVENTS),
        ),
        rx.cond(chosen == "workshop", _empty(), rx.fragment()),
    )
    due = rx.cond(
        Maintenance.lines.length() > 0,
        rx.el.section(
            rx.el.h2(
                rx.match(
                    chosen,
                    ("unknown", "Last time not known"),
                    ("overdue", "Overdue"),
                    ("due_soon", "Due soon"),
                    "Due now and soon",
                )
            ),
            due_lines(lines=Maintenance.lines, may=Maintenance.may, events=EVENTS),
            _pager(),
        ),
        _empty(),
    )
    return rx.fragment(
        rx.cond(chosen != "workshop", due, rx.fragment()),
        rx.cond((chosen == "workshop") | (chosen == ""), in_workshop, rx.fragment()),
    )


def _empty() -> rx.Component:
    said = [(name, text) for name, text in EMPTY.items() if name]
    return rx.el.p(
        rx.match(Maintenance.chosen, *said, EMPTY[""]),
        class_name="empty card",
    )


def _pager() -> rx.Component:
    page = Maintenance.page
    return rx.cond(
        Maintenance.pages > 1,
        rx.el.div(
            rx.el.button(
                "Back", type="button", class_name="button small", disabled=page <= 1,
                on_click=Maintenance.turn(page - 1),
            ),
            rx.el.span("Page ", page, " of ", Maintenance.pages),
            rx.el.button(
                "Next", type="button", class_name="button small",
                disabled=page >= Maintenance.pages, on_click=Maintenance.turn(page + 1),
            ),
            class_name="pager",
        ),
        rx.fragment(),
    )  # fmt: skip


def _order_dialog() -> rx.Component:
    line, errors = Workshop.line, Workshop.errors
    return modal(
        rx.el.form(
            rx.el.p(line["vehicle"], " · ", line["why"], class_name="quiet modal-lead"),
            form_problem(Workshop.problem),
            form_field("title", "What is to be done", errors=errors, default_value=line["name"],
                       required=True, max_length=120),
            form_field("due_on", "Due", errors=errors, type="date"),
            form_field("supplier", "Workshop", errors=errors, max_length=120,
                       placeholder="Who does it"),
            rx.el.label(
                rx.el.input(type="checkbox", name="blocks_vehicle", default_checked=True),
                rx.el.span("Take the vehicle out of service while it is worked on"),
                class_name="check",
            ),
            form_actions("Create work order", Workshop.close),
            on_submit=Workshop.create_order,
        ),
        open=Workshop.ordering,
        title="New work order",
        on_close=Workshop.close,
    )  # fmt: skip


def _finish_dialog() -> rx.Component:
    job, errors = Workshop.job, Workshop.errors
    note = rx.el.textarea(name="note", rows="3", max_length=2000)
    confirm = rx.el.label(
        rx.el.input(type="checkbox", name="correction", value="true"),
        rx.el.span("The reading is right: the last one was wrong, or the work was done earlier"),
        class_name="check",
    )
    return modal(
        rx.el.form(
            rx.el.p(job["vehicle"], " · ", job["title"], class_name="quiet modal-lead"),
            form_problem(Workshop.problem),
            rx.el.div(
                form_field("cost", "Cost", errors=errors, type="number", step="0.01", min="0",
                           input_mode="decimal", auto_focus=True),
                form_field("odometer_km", _odometer(), errors=errors, type="number", min="0",
                           step="0.1", placeholder="The present reading"),
                form_field("done_on", "Done on", errors=errors, type="date"),
                form_field("invoice_number", "Invoice", errors=errors, max_length=60),
                class_name="two-columns",
            ),
            rx.cond(Workshop.backwards, confirm, rx.fragment()),
            form_field("note", "Note", errors=errors, control=note),
            rx.el.p("What you leave empty stays as the work order says; the day is today.",
                    class_name="quiet"),
            form_actions("Finish", Workshop.close),
            on_submit=Workshop.finish,
        ),
        open=Workshop.finishing,
        title="Finish the work",
        on_close=Workshop.close,
    )  # fmt: skip


def _odometer() -> rx.Component:
    return rx.fragment("Odometer", *in_brackets("km", Maintenance.units))


def _cost_dialog() -> rx.Component:
    return modal(
        cost_bars(bars=Workshop.cost_bars, total=Workshop.cost_total),
        open=Workshop.costs_open,
        title=Workshop.cost_title,
        on_close=Workshop.close,
    )

"""The due list: tiles with counts, lines with what to do next."""

from __future__ import annotations

from typing import Any

import reflex as rx

TILES = (
    ("overdue", "Overdue", "triangle-alert"),
    ("due_soon", "Due soon", "clock"),
    ("workshop", "In the workshop", "wrench"),
    ("unknown", "Last time not known", "circle-help"),
)
"""State, words and icon of the tiles."""


def tiles(*, counts: Any, chosen: Any, on_choose: Any) -> rx.Component:
    """How much is how pressing; a press shows only that."""
    return rx.el.div(
        *(
            rx.el.button(
                rx.icon(icon, size=17, class_name="tile-icon"),
                rx.el.b(rx.cond(counts.contains(name), counts[name], 0)),
                rx.el.span(words),
                type="button",
                class_name="tile",
                on_click=on_choose(name),
                aria_pressed=rx.cond(chosen == name, "true", "false"),
                custom_attrs={"data-state": name, "data-testid": f"tile-{name}"},
            )
            for name, words, icon in TILES
        ),
        class_name="tiles",
        role="group",
        aria_label="Show only",
    )


def due_lines(*, lines: Any, may: Any, events: dict[str, Any]) -> rx.Component:
    """One line for each schedule; `events`: on_order, on_start, on_finish, on_costs."""
    return rx.el.ul(
        rx.foreach(lines, lambda line: _due_line(line, may, events)),
        class_name="due-list",
        custom_attrs={"data-testid": "due-list"},
    )


def _due_line(line: Any, may: Any, events: dict[str, Any]) -> rx.Component:
    return rx.el.li(
        _vehicle(line, line["plate"]),
        rx.el.div(
            rx.el.a(
                line["name"],
                href=f"/maintenance_schedules/{line['schedule_id']}",
                class_name="due-name",
            ),
            rx.el.span("Last done: ", line["last"], class_name="quiet"),
            class_name="due-what",
        ),
        rx.el.div(
            pill(line["state"], line["state_text"]),
            rx.el.b(line["why"]),
            rx.el.span(line["also"], class_name="quiet"),
            class_name="due-why",
        ),
        rx.el.div(_next_step(line, may, events), _costs(line, may, events), class_name="due-acts"),
        class_name="due-line",
        custom_attrs={"data-state": line["state"], "data-schedule": line["schedule_id"]},
    )


def job_lines(*, jobs: Any, may: Any, events: dict[str, Any]) -> rx.Component:
    """Work under way."""
    return rx.el.ul(
        rx.foreach(jobs, lambda job: _job_line(job, may, events)),
        class_name="due-list",
        custom_attrs={"data-testid": "job-list"},
    )


def _job_line(job: Any, may: Any, events: dict[str, Any]) -> rx.Component:
    finish = _step("check", "Finish", events["on_finish"](job["order_id"]), primary=True)
    return rx.el.li(
        _vehicle(job, job["supplier"]),
        rx.el.div(
            rx.el.a(job["title"], href=f"/work_orders/{job['order_id']}", class_name="due-name"),
            rx.el.span("Since ", job["since"], class_name="quiet"),
            class_name="due-what",
        ),
        rx.el.div(
            rx.cond(
                job["blocks"],
                pill("in_workshop", "Out of service"),
                pill("in_progress", "Under way"),
            ),
            class_name="due-why",
        ),
        rx.el.div(
            rx.cond(may.contains("update"), finish, rx.fragment()),
            _costs(job, may, events),
            class_name="due-acts",
        ),
        class_name="due-line",
        custom_attrs={"data-order": job["order_id"]},
    )


def pill(state: Any, words: Any) -> rx.Component:
    """A state as a word in its colour."""
    return rx.el.span(
        rx.el.i(class_name="status-dot", aria_hidden=True),
        words,
        class_name="status-pill",
        custom_attrs={"data-status": state},
    )


def _vehicle(line: Any, below: Any) -> rx.Component:
    return rx.el.div(
        rx.el.a(line["vehicle"], href=f"/vehicles/{line['vehicle_id']}", class_name="due-vehicle"),
        rx.el.span(below, class_name="quiet"),
        class_name="due-who",
    )


def _next_step(line: Any, may: Any, events: dict[str, Any]) -> rx.Component:
    """What can be done: order the work, start it, or finish it."""
    order = rx.cond(
        may.contains("create"),
        _step("plus", "Create work order", events["on_order"](line["schedule_id"])),
        rx.fragment(),
    )
    waiting = rx.match(
        line["order_status"],
        ("open", _step("play", "Start", events["on_start"](line["order_id"]))),
        (
            "in_progress",
            _step("check", "Finish", events["on_finish"](line["order_id"]), primary=True),
        ),
        order,
    )
    return rx.cond(
        may.contains("update") | (line["order_status"] == ""),
        waiting,
        rx.el.a("Work order", href=f"/work_orders/{line['order_id']}", class_name="button small"),
    )


def _step(icon: str, label: str, event: Any, *, primary: bool = False) -> rx.Component:
    return rx.el.button(
        rx.icon(icon, size=14),
        label,
        type="button",
        class_name="button small primary" if primary else "button small",
        on_click=event,
    )


def _costs(line: Any, may: Any, events: dict[str, Any]) -> rx.Component:
    return rx.cond(
        may.contains("costs"),
        rx.el.button(
            rx.icon("chart-column", size=15),
            type="button",
            class_name="icon-button",
            title="What the vehicle cost",
            aria_label=rx.Var.create("What the vehicle cost: ") + line["vehicle"],
            on_click=events["on_costs"](line["vehicle_id"], line["vehicle"]),
        ),
        rx.fragment(),
    )


def cost_bars(*, bars: Any, total: Any) -> rx.Component:
    """A bar for each month, and the sum."""
    return rx.el.div(
        rx.el.p("Last 12 months: ", rx.el.b(total), class_name="cost-total"),
        rx.el.table(
            rx.el.tbody(rx.foreach(bars, _bar)),
            class_name="cost-bars",
            aria_label="Cost by month",
        ),
    )


def _bar(bar: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(bar["month"], scope="row"),
        rx.el.td(
            rx.el.span(class_name="cost-bar", style={"width": bar["share"].to_string() + "%"}),
            class_name="cost-space",
            title=bar["jobs"],
        ),
        rx.el.td(bar["cost"], class_name="cost-sum"),
        key=bar["month"],
    )

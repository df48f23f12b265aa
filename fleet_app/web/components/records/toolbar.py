"""The bar above a list: search, filters, columns, and what can be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import reflex as rx

from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.kinds import Kind
from fleet_app.web.components.grid.search_field import search_field
from fleet_app.web.components.records.browser import RecordPicker
from fleet_app.web.components.records.inputs import searching
from fleet_app.web.components.records.units import asked_in_brackets, in_brackets

Field = tuple[str, Any, str, list[dict[str, str]]]
"""A filter's parameter, its label, its kind and its options."""


def toolbar(*parts: rx.Component) -> rx.Component:
    """One row of controls."""
    return rx.el.div(*parts, class_name="list-toolbar", role="toolbar", aria_label="List")


def list_search(*, value: Any, on_search: Any, label: str, settled: Any = True) -> rx.Component:
    """Words to look for; the list follows as they are typed."""
    return rx.el.label(
        rx.icon("search", size=15, class_name="search-icon"),
        search_field(
            value=value, settled=settled, label=f"Search {label.lower()}", on_search=on_search
        ),
        class_name="search list-search",
    )


def drop_down(
    name: str, icon: str, label: Any, *content: rx.Component, wide: bool = False
) -> rx.Component:
    """A button that opens a panel below it."""
    return rx.el.div(
        rx.el.button(
            rx.icon(icon, size=15),
            rx.el.span(label),
            type="button",
            class_name="button",
            custom_attrs={"popovertarget": name},
        ),
        rx.el.div(
            *content,
            id=name,
            class_name="popover list-popover wide" if wide else "popover list-popover",
            custom_attrs={"popover": "auto"},
        ),
        class_name="drop-down",
    )


Offer = Callable[[dict[str, Any], rx.Component], rx.Component]
"""Decides who is offered the part of a panel that is about one column."""


def _to_everybody(_column: dict[str, Any], part: rx.Component) -> rx.Component:
    return part


def column_choice(
    columns: Sequence[dict[str, Any]],
    shown: Any,
    on_toggle: Any,
    units: Any = "metric",
    *,
    offer: Offer = _to_everybody,
) -> rx.Component:
    """Which columns the list has; their numbers are in `units`."""
    entries = [offer(one, _column_entry(one, shown, on_toggle, units)) for one in columns]
    return drop_down(
        "columns",
        "columns-3",
        "Columns",
        rx.el.h2("Columns"),
        rx.el.ul(*entries),
    )


def _column_entry(column: dict[str, Any], shown: Any, on_toggle: Any, units: Any) -> rx.Component:
    name = column["id"]
    default = not column["hidden"]
    checked = rx.cond(shown.length() > 0, shown.contains(name), default)
    return rx.el.li(
        rx.el.label(
            rx.el.input(type="checkbox", checked=checked, on_change=lambda _: on_toggle(name)),
            rx.el.span(column["title"], *in_brackets(column["unit"], units)),
            class_name="check",
        )
    )


def filter_form(
    columns: Sequence[dict[str, Any]],
    filters: Any,
    on_apply: Any,
    on_clear: Any,
    names: Any,
    *,
    units: Any = "metric",
    offer: Offer = _to_everybody,
) -> rx.Component:
    """Every filter of the list at once; the numbers of `filters` are in `units`."""
    asked = [column for column in columns if column["filterable"]]
    controls = [offer(one, _together(_filter(one, units), filters, names)) for one in asked]
    hide = {"popovertarget": "filters", "popovertargetaction": "hide"}
    return drop_down(
        "filters",
        "list-filter",
        "Filter",
        rx.el.form(
            rx.el.h2("Show only"),
            rx.el.div(*controls, class_name="filter-grid"),
            rx.el.div(
                rx.el.button("Show all", type="reset", class_name="button", on_click=on_clear),
                rx.el.button("Apply", type="submit", class_name="button primary"),
                class_name="popover-actions",
            ),
            on_submit=on_apply,
            custom_attrs={"data-testid": "filter-form", **hide},
        ),
        wide=True,
    )


def _filter(column: dict[str, Any], units: Any) -> list[Field]:
    name, title, kind = column["id"], column["title"], column["value"]
    if column["options"]:
        return [(name, title, "select", column["options"])]
    if kind == "flag":
        words = [{"value": "true", "label": "Yes"}, {"value": "false", "label": "No"}]
        return [(name, title, "select", words)]
    if kind in ("integer", "number", "money"):
        label = rx.fragment(title, *asked_in_brackets(column["unit"], units), " from")
        return [
            (f"{name}.from", label, "number", []),
            (f"{name}.to", "up to", "number", []),
        ]
    if kind in ("date", "moment"):
        return [(f"{name}.from", f"{title} from", "date", []), (f"{name}.to", "until", "date", [])]
    if kind == "reference":
        return [(name, title, f"reference:{column['reference']}", [])]
    return [(f"{name}.contains", f"{title} contains", "text", [])]


def _together(fields: Sequence[Field], filters: Any, names: Any) -> rx.Component:
    """The filters of one column: from and to stay side by side."""
    controls = [_control(field, filters, names) for field in fields]
    return controls[0] if len(controls) == 1 else rx.el.div(*controls, class_name="filter-pair")


def _control(field: Field, filters: Any, names: Any) -> rx.Component:
    name, label, kind, options = field
    value = rx.cond(filters.contains(name), filters[name], "")
    if kind.startswith("reference:"):
        return _picker(name, label, KINDS[kind.partition(":")[2]], value, names)
    if kind == "select":
        control = rx.el.select(
            rx.el.option("Any", value=""),
            *(rx.el.option(one["label"], value=one["value"]) for one in options),
            name=name,
            default_value=value,
            key=value,
        )
    else:
        step = {"step": "any"} if kind == "number" else {}
        control = rx.el.input(name=name, type=kind, default_value=value, key=value, **step)
    return rx.el.label(rx.el.span(label), control, class_name="field")


def _picker(name: str, label: str, kind: Kind, value: Any, names: Any) -> rx.Component:
    """Choose the one record that all rows are to name."""
    picker = RecordPicker.create(
        **searching(kind),
        name=name,
        value=value,
        label=rx.cond(names.contains(name), names[name], ""),
        input_id=f"filter-{name}",
    )
    return rx.el.div(
        rx.el.label(label, html_for=f"filter-{name}"),
        rx.el.div(picker, class_name="control", key=value),
        class_name="field picker-filter",
    )


def chip_row(*, chips: Any, on_remove: Any, on_clear: Any, deleted: Any) -> rx.Component:
    """The active filters, each with a way to drop it."""
    return rx.cond(
        (chips.length() > 0) | deleted,
        rx.el.div(
            rx.cond(deleted, rx.el.span("Deleted records", class_name="chip-label"), rx.fragment()),
            rx.foreach(
                chips,
                lambda chip: rx.el.button(
                    chip["label"],
                    rx.icon("x", size=12),
                    type="button",
                    class_name="filter-chip",
                    title="Remove this filter",
                    on_click=on_remove(chip["name"], ""),
                ),
            ),
            rx.el.button("Show all", type="button", class_name="link", on_click=on_clear),
            class_name="chip-row",
            custom_attrs={"data-testid": "chips"},
        ),
        rx.fragment(),
    )


def selection_bar(*, count: Any, noun: str, actions: Sequence[rx.Component]) -> rx.Component:
    """What can be done with the ticked rows."""
    return rx.cond(
        count > 0,
        rx.el.div(
            rx.el.b(count, " ", rx.el.span("selected")),
            *actions,
            class_name="selection-bar",
            role="toolbar",
            aria_label=f"Selected {noun}",
            custom_attrs={"data-testid": "selection-bar"},
        ),
        rx.fragment(),
    )

"""What to do with the ticked rows of a list."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.records.kinds import Kind
from fleet_app.records.query import MOST_VALUES
from fleet_app.web.components.records.downloads import download_link
from fleet_app.web.components.records.toolbar import selection_bar
from fleet_app.web.pages.records.bulk import bulk_actions
from fleet_app.web.pages.records.many_fields import many_fields_button
from fleet_app.web.states.records.chosen import settable
from fleet_app.web.states.records.list_parts import offered
from fleet_app.web.states.records.lists import RecordList


def selection(kind: Kind) -> rx.Component:
    """The bar of what is ticked: how many, and what can be done to them all."""
    delete = rx.cond(
        RecordList.may.contains("delete"),
        rx.cond(
            RecordList.deleted,
            _action("undo-2", "Restore", [RecordList.begin, RecordList.restore_selected]),
            _action(
                "trash-2", "Delete", [RecordList.begin, RecordList.delete_selected], danger=True
            ),
        ),
        rx.fragment(),
    )
    actions = [
        *bulk_actions(kind),
        *_bulk_fields(kind),
        *([many_fields_button()] if settable(kind) else []),
        _export_selected(kind),
        delete,
        _action("x", "Clear", RecordList.select([])),
    ]
    working = rx.el.span("Working…", class_name="quiet", role="status")
    return selection_bar(
        count=RecordList.chosen_count,
        noun=kind.label_plural.lower(),
        actions=[rx.cond(RecordList.busy, working, rx.fragment(_select_all(), *actions))],
    )


def in_digits(number: Any) -> rx.Var[str]:
    """A number with its thousands apart."""
    text = f"({number!s}).toLocaleString('en-GB')"
    return rx.Var(text, _var_data=number._get_all_var_data()).to(str)


def _select_all() -> rx.Component:
    """From the ticked rows to everything that the list shows."""
    return rx.cond(
        ~RecordList.everything & (RecordList.total > RecordList.selected.length()),
        rx.el.button(
            "Select all ",
            in_digits(RecordList.total),
            " found",
            type="button",
            class_name="link",
            on_click=RecordList.select_all,
            custom_attrs={"data-testid": "select-all-found"},
        ),
        rx.fragment(),
    )


def _export_selected(kind: Kind) -> rx.Component:
    """An address holds a hundred numbers, or says of which list everything is wanted."""
    few = RecordList.everything | (RecordList.selected.length() <= MOST_VALUES)
    return rx.cond(
        RecordList.may.contains("export") & few,
        download_link(
            rx.icon("download", size=14),
            "Export",
            href=f"/api/v1/{kind.plural}/export.xlsx" + RecordList.exports["selected"],
            class_name="button small",
            title="An Excel file of the selected, with the columns that are shown",
        ),
        rx.fragment(),
    )


def _action(icon: str, label: str, event: Any, *, danger: bool = False) -> rx.Component:
    return rx.el.button(
        rx.icon(icon, size=14),
        label,
        type="button",
        class_name="button small danger" if danger else "button small",
        on_click=event,
    )


def _bulk_fields(kind: Kind) -> list[rx.Component]:
    """A drop-down for each choice that may be given to many records at once."""
    return [
        rx.cond(
            RecordList.may.contains("update") & ~RecordList.deleted,
            rx.el.select(
                rx.el.option(f"Set {spec.title.lower()}…", value=""),
                *(rx.el.option(one["label"], value=one["value"]) for one in spec.options),
                value="",
                on_change=lambda value, name=spec.name: [
                    RecordList.begin,
                    RecordList.set_selected(name, value),
                ],
                class_name="small-select",
                aria_label=f"Set {spec.title.lower()} of the selected",
            ),
            rx.fragment(),
        )
        for spec in offered(kind)
    ]

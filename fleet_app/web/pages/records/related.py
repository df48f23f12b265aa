"""The records around a record, as lists on its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import reflex as rx

from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.describe import columns
from fleet_app.records.kinds import Kind
from fleet_app.web.components.grid.record_grid import record_grid
from fleet_app.web.states.live import changes_of
from fleet_app.web.states.records.form import RecordForm
from fleet_app.web.states.records.toasts import Toasts


@dataclass(frozen=True)
class Related:
    """Records of the kind `plural` whose `field` names the record of the page."""

    plural: str
    field: str
    label: str = ""


RELATED: dict[str, tuple[Related, ...]] = {
    "customers": (Related("deliveries", "customer_id"),),
    "vehicles": (
        Related("work_orders", "vehicle_id"),
        Related("maintenance_records", "vehicle_id", "Maintenance"),
        Related("maintenance_schedules", "vehicle_id", "Schedules"),
        Related("documents", "vehicle_id"),
        Related("routes", "vehicle_id"),
    ),
    "drivers": (Related("routes", "driver_id", "Assignments"), Related("documents", "driver_id")),
    "depots": (
        Related("vehicles", "depot_id"),
        Related("drivers", "depot_id"),
        Related("routes", "depot_id"),
    ),
    "maintenance_schedules": (Related("work_orders", "schedule_id"),),
}


def related_tabs(kind: Kind) -> list[tuple[str, str, rx.Component, Any]]:
    """A tab for each list."""
    return [
        (one.plural, one.label or KINDS[one.plural].label_plural, _list(one), None)
        for one in RELATED.get(kind.plural, ())
    ]


def _list(one: Related) -> rx.Component:
    kind = KINDS[one.plural]
    noun = kind.label.lower()
    number = RecordForm.number.to_string()
    grid = record_grid(
        url=f"/api/v1/{kind.plural}",
        columns=[column for column in columns(kind) if column["id"] != one.field],
        shown=[],
        query=f"{one.field}=" + number,
        sort="",
        version=Toasts.undone,
        selected=[],
        selectable=False,
        filtered=False,
        changes=changes_of(kind.plural),
        time_zone=RecordForm.zone,
        units=RecordForm.units,
        noun=noun,
        plural=kind.label_plural.lower(),
        empty_text=f"No {kind.label_plural.lower()} yet.",
        theme=rx.color_mode_cond("light", "dark"),
        on_open=lambda identifier: rx.redirect(f"/{kind.plural}/" + identifier.to_string()),
    )
    add = rx.el.a(
        rx.icon("plus", size=14),
        f"New {noun}",
        href=f"/{kind.plural}/new?{one.field}=" + number,
        class_name="button small",
    )
    return rx.el.div(
        rx.el.div(
            rx.cond(RecordForm.may_create.contains(kind.plural), add, rx.fragment()),
            rx.el.a("Open the whole list", href=f"/{kind.plural}?{one.field}=" + number,
                    class_name="link"),
            class_name="related-head",
        ),
        rx.el.div(grid, class_name="related-grid"),
    )  # fmt: skip

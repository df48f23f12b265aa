"""The zones page: the map with all zones, and beside it the list or the form of one of them."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.fields import Spec
from fleet_app.web.components.menus import icon_button
from fleet_app.web.components.modal.modal import modal
from fleet_app.web.components.records.browser import ChangeWatch, FormKeeper, ManyPicker
from fleet_app.web.components.records.inputs import field_of
from fleet_app.web.components.zones.zone_parts import (
    ShapeField,
    ZoneImport,
    ZoneList,
    ZoneMap,
)
from fleet_app.web.layouts.chrome import chrome
from fleet_app.web.pages.records.detail_page import waiting
from fleet_app.web.pages.records.form_parts import FORM, clashes, newer_bar, problem
from fleet_app.web.pages.records.tabs import tabs_of
from fleet_app.web.states.live import changes_of
from fleet_app.web.states.records.form import RecordForm
from fleet_app.web.states.records.toasts import Toasts
from fleet_app.web.states.session import Session
from fleet_app.web.states.zones.board import GEOFENCES, ZoneBoard

KIND = KINDS[GEOFENCES]
SHAPE = ("kind", "lat", "lon", "radius_m", "width_m", "geometry")
CARDS = {
    "Zone": ("name", "group_name", "color", "active"),
    "Rules": ("speed_limit", "dwell_after_min", "schedule"),
    "Whom it is for": ("vehicle_ids", "driver_ids"),
    "More": ("note", "external_reference"),
}
SEARCHED = {"vehicle_ids": "vehicles", "driver_ids": "drivers"}
FLEET = rx.cond(Session.fleets.length() > 1, f"?fleet_id={Session.fleet_id}", "")
MORE_FLEET = rx.cond(Session.fleets.length() > 1, f"&fleet_id={Session.fleet_id}", "")
CHANGES = changes_of(GEOFENCES)


def zones_page() -> rx.Component:
    """Map beside the list; on a phone above it."""
    body = rx.el.div(
        rx.el.div(
            ZoneMap.create(
                url=rx.Var.create("/api/v1/geofences/shapes?inactive=true") + MORE_FLEET,
                changes=CHANGES,
                turn=ZoneBoard.turn,
                chosen=ZoneBoard.chosen,
                theme=rx.color_mode_cond("light", "dark"),
                may_create=ZoneBoard.may.contains("create"),
                on_enter=ZoneBoard.enter,
                on_draw=ZoneBoard.begin,
                on_choose=ZoneBoard.choose,
                on_close=ZoneBoard.close,
            ),
            class_name="zones-map",
        ),
        rx.el.aside(
            rx.el.div(_list(), hidden=ZoneBoard.editing, class_name="zones-list"),
            rx.cond(ZoneBoard.editing, _editor(), rx.fragment()),
            class_name="zones-panel",
            aria_label="Zones",
        ),
        _import(),
        class_name="zones-page",
        custom_attrs={"data-editing": rx.cond(ZoneBoard.editing, "true", "false")},
    )
    return chrome(body, active="/zones")


def _list() -> rx.Component:
    return rx.fragment(
        rx.el.header(
            rx.el.h1("Zones"),
            tabs_of("zones").bar("zones", Session.may_pages),
            class_name="zones-head",
        ),
        ZoneList.create(
            may=ZoneBoard.may,
            on_choose=ZoneBoard.choose,
            on_copy=ZoneBoard.copy,
            on_delete=ZoneBoard.delete,
            on_import=ZoneBoard.ask_import,
        ),
        rx.el.footer(
            rx.cond(
                ZoneBoard.may.contains("create"),
                rx.el.button(
                    rx.icon("upload", size=14), "Import", type="button",
                    class_name="button small", on_click=ZoneBoard.ask_import,
                ),
                rx.fragment(),
            ),
            _export("GeoJSON", "geojson"),
            _export("KML", "kml"),
            class_name="zones-foot",
        ),
    )  # fmt: skip


def _export(label: str, ending: str) -> rx.Component:
    return rx.el.a(
        rx.icon("download", size=14),
        label,
        href=rx.Var.create(f"/api/v1/geofences/export.{ending}") + FLEET,
        class_name="button small",
        title=f"Download all zones as {label}",
        custom_attrs={"download": ""},
    )


def _editor() -> rx.Component:
    ready = RecordForm.loaded & (RecordForm.plural == GEOFENCES)
    editable = RecordForm.may.contains("update") & ~RecordForm.deleted
    return rx.el.section(
        ChangeWatch.create(
            changes=CHANGES,
            record_id=RecordForm.number,
            undone=Toasts.undone,
            on_change=RecordForm.look_again,
            on_undone=RecordForm.catch_up,
        ),
        rx.el.header(
            rx.el.button(
                rx.icon("arrow-left", size=14), "Zones", type="button", class_name="back-link",
                on_click=ZoneBoard.close, custom_attrs={"data-leave": "true"},
            ),
            rx.el.h2(RecordForm.title),
            rx.cond((RecordForm.number > 0) & ~RecordForm.deleted, _acts(), rx.fragment()),
            class_name="zones-head",
        ),
        rx.cond(ready, rx.cond(editable, _form(), _facts()), waiting()),
        class_name="zone-editor",
        aria_label="Zone",
    )  # fmt: skip


def _acts() -> rx.Component:
    return rx.cond(
        RecordForm.may.contains("delete"),
        icon_button("trash-2", "Delete this zone", on_click=ZoneBoard.delete(RecordForm.number)),
        rx.fragment(),
    )


def _form() -> rx.Component:
    return FormKeeper.create(
        newer_bar(KIND, in_form=True),
        clashes(),
        problem(),
        _card("Zone"),
        rx.el.fieldset(rx.el.legend("Shape"), _shape(), class_name="form-card"),
        *(_card(name) for name in CARDS if name != "Zone"),
        base=RecordForm.base,
        record=RecordForm.number,
        opened=RecordForm.opened,
        answered=RecordForm.answered,
        label=rx.cond(RecordForm.number > 0, "Save", "Create zone"),
        another="",
        back="",
        on_save=ZoneBoard.save,
        on_check=RecordForm.check,
        on_merge=RecordForm.merge,
    )


def _card(name: str) -> rx.Component:
    specs = [KIND.by_name[one] for one in CARDS[name]]
    return rx.el.fieldset(
        rx.el.legend(name),
        rx.el.div(*(_field(spec) for spec in specs), class_name="form-grid"),
        class_name="form-card",
    )


def _field(spec: Spec) -> rx.Component:
    plural = SEARCHED.get(spec.name)
    if plural is None:
        return field_of(spec, KINDS, FORM)
    picker = ManyPicker.create(
        url=f"/api/v1/{plural}",
        name=spec.name,
        title=KINDS[plural].title,
        value=rx.cond(RecordForm.values.contains(spec.name), RecordForm.values[spec.name], ""),
        fleet=RecordForm.fleet,
        input_id=f"field-{spec.name}",
        described_by=f"field-{spec.name}-help field-{spec.name}-error",
        invalid=RecordForm.errors.contains(spec.name),
        placeholder=f"All {plural}",
    )
    return field_of(spec, KINDS, FORM, control=picker)


def _shape() -> rx.Component:
    stamps = [
        rx.cond(RecordForm.stamps.contains(one), RecordForm.stamps[one], 0).to_string()
        for one in SHAPE
    ]
    stamp: Any = RecordForm.opened
    for one in stamps:
        stamp = stamp + " " + one
    wrong: Any = ""
    for name in reversed(SHAPE):
        wrong = rx.cond(RecordForm.errors.contains(name), RecordForm.errors[name], wrong)
    return ShapeField.create(
        values=RecordForm.values,
        stamp=stamp,
        record=RecordForm.number,
        problem=wrong,
        on_check=RecordForm.check,
    )


def _facts() -> rx.Component:
    """For those who may only read, and for what is deleted."""
    return rx.el.div(
        newer_bar(KIND, in_form=False),
        rx.el.dl(
            rx.foreach(
                RecordForm.every_fact,
                lambda fact: rx.el.div(
                    rx.el.dt(fact["label"]), rx.el.dd(fact["text"]), key=fact["label"]
                ),
            ),
            class_name="form-card all-facts",
        ),
    )


def _import() -> rx.Component:
    return modal(
        ZoneImport.create(
            url=rx.Var.create("/api/v1/geofences/import") + FLEET,
            on_close=ZoneBoard.close_import,
            on_done=ZoneBoard.imported,
        ),
        open=ZoneBoard.importing,
        title="Import zones",
        on_close=ZoneBoard.close_import,
    )

"""The button and the dialog that give a field of many records the same value."""

from __future__ import annotations

import reflex as rx

from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.fields import FieldType
from fleet_app.records.kinds import Kind
from fleet_app.web.components.forms import form_actions, form_problem
from fleet_app.web.components.modal.modal import modal
from fleet_app.web.components.records.inputs import FormVars, field_of
from fleet_app.web.states.records.chosen import settable
from fleet_app.web.states.records.lists import RecordList
from fleet_app.web.states.records.many_fields import ManyFields, titles


def many_fields_button() -> rx.Component:
    """Opens the dialog; for those who may change records."""
    return rx.cond(
        RecordList.may.contains("update") & ~RecordList.deleted,
        rx.el.button(
            rx.icon("pencil", size=14),
            "Change a field…",
            type="button",
            class_name="button small",
            on_click=ManyFields.ask,
        ),
        rx.fragment(),
    )


def many_fields_dialog(kind: Kind) -> rx.Component:
    """Which field, found by its name, and its new value."""
    shown = RecordList.chosen_count
    noun = rx.cond(shown == 1, kind.label.lower(), kind.label_plural.lower())
    return modal(
        rx.el.form(
            form_problem(ManyFields.problem),
            _which(kind),
            rx.match(
                ManyFields.field,
                *((spec.name, field_of(spec, KINDS, _vars())) for spec in settable(kind)),
                rx.el.p("Type what the field is called, or choose it.", class_name="quiet"),
            ),
            rx.cond(ManyFields.field != "", _hint(kind), rx.fragment()),
            form_actions("Change all", ManyFields.close),
            on_submit=ManyFields.apply,
        ),
        open=ManyFields.open,
        title=rx.Var.create("Change a field of ") + shown.to_string() + " " + noun,
        on_close=ManyFields.close,
    )


def _which(kind: Kind) -> rx.Component:
    listed = f"{kind.plural}-fields"
    return rx.el.label(
        rx.el.span("Field"),
        rx.el.input(
            name="which",
            auto_complete="off",
            auto_focus=True,
            placeholder="Search the fields",
            on_change=ManyFields.choose,
            custom_attrs={"list": listed, "data-testid": "which-field"},
        ),
        rx.el.datalist(*(rx.el.option(value=title) for _, title in titles(kind)), id=listed),
        class_name="field",
    )


def _hint(kind: Kind) -> rx.Component:
    words = [spec.name for spec in settable(kind) if spec.type is FieldType.TAGS]
    return rx.el.p(
        rx.cond(
            rx.Var.create(words).contains(ManyFields.field),
            "These words replace those that are there. Left empty, the field is emptied.",
            "Every selected record gets this value. Left empty, the field is emptied.",
        ),
        class_name="quiet",
    )


def _vars() -> FormVars:
    return FormVars(
        values=ManyFields.values,
        errors=ManyFields.errors,
        stamps=ManyFields.stamps,
        labels=ManyFields.labels,
        fleet=RecordList.fleet,
        currency="",
        units=RecordList.units,
        zone=RecordList.zone,
        number=0,
        on_file=ManyFields.choose,
    )

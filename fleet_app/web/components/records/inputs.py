"""The input of a field, by what the field is. Made once for each kind, when pages are built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

import reflex as rx

from fleet_app.records.fields import FieldType, Spec
from fleet_app.records.kinds import Kind
from fleet_app.web.components.grid.file_post import file_post
from fleet_app.web.components.places.address_field import address_field
from fleet_app.web.components.records.browser import ColorInput, RecordPicker, TagsInput
from fleet_app.web.components.records.units import unit_name, usual_number

WIDE = frozenset({FieldType.LONGTEXT, FieldType.TAGS, FieldType.LIST, FieldType.GEOMETRY})
NUMBERS = frozenset({FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY})
WIDE_INPUTS = frozenset({"address", "photo", "file"})
PICTURES = "image/jpeg,image/png,image/webp"
PAPERS = f"{PICTURES},application/pdf"


@dataclass(frozen=True, kw_only=True)
class FormVars:
    """What a form's inputs show: vars of the state that holds the record."""

    values: Any
    errors: Any
    stamps: Any
    labels: Any
    fleet: Any
    currency: Any
    units: Any
    zone: Any
    number: Any
    on_file: Any


def is_wide(spec: Spec) -> bool:
    """Whether the field takes the whole width of its card."""
    return spec.type in WIDE or spec.input in WIDE_INPUTS or spec.name == "name"


def field_of(
    spec: Spec, kinds: Any, form: FormVars, control: rx.Component | None = None
) -> rx.Component:
    """Label, control, help and message of one field; `control` stands in place of the usual one."""
    name, wrong = spec.name, form.errors.contains(spec.name)
    stamp = rx.cond(form.stamps.contains(name), form.stamps[name], 0)
    inside = _control(spec, kinds, form) if control is None else control
    return rx.el.div(
        _label(spec, form),
        rx.el.div(inside, key=f"{name}-{stamp}", class_name="control"),
        rx.el.p(_help(spec, form), id=f"{_id(spec)}-help", class_name="field-help"),
        rx.el.p(
            rx.cond(wrong, form.errors[name], ""),
            id=f"{_id(spec)}-error",
            class_name="field-error",
            custom_attrs={"aria-live": "polite"},
        ),
        class_name="form-field wide" if is_wide(spec) else "form-field",
        custom_attrs={"data-field": name, "data-wrong": rx.cond(wrong, "true", "false")},
    )


def _id(spec: Spec) -> str:
    return f"field-{spec.name}"


def _described(spec: Spec) -> str:
    return f"{_id(spec)}-help {_id(spec)}-error"


def _label(spec: Spec, form: FormVars) -> rx.Component:
    mark = rx.el.span("*", class_name="needed", aria_hidden="true", title="Needed")
    parts = [spec.title, *([mark] if spec.required else [])]
    if spec.input in ("photo", "file"):
        return rx.el.span(*parts, class_name="field-label", id=f"{_id(spec)}-label")
    return rx.el.label(*parts, html_for=_id(spec), class_name="field-label")


def _help(spec: Spec, form: FormVars) -> Any:
    if spec.type is FieldType.MOMENT and not spec.help:
        return rx.fragment("Time in ", form.zone)
    if spec.type is FieldType.TAGS and not spec.help:
        return "Enter adds a word"
    return spec.help


def _value(spec: Spec, form: FormVars) -> Any:
    return rx.cond(form.values.contains(spec.name), form.values[spec.name], "")


def _said(spec: Spec, form: FormVars) -> dict[str, Any]:
    """What every plain control has."""
    said: dict[str, Any] = {
        "aria-describedby": _described(spec),
        "aria-invalid": rx.cond(form.errors.contains(spec.name), "true", "false"),
    }
    if spec.required:
        said["aria-required"] = "true"
    return said


def _control(spec: Spec, kinds: Any, form: FormVars) -> rx.Component:
    by_input = {
        "address": _address, "photo": _file, "file": _file, "color": _color, "zone": _zone,
        "password": _password, "known": _known,
    }  # fmt: skip
    if spec.input in by_input:
        return by_input[spec.input](spec, form)
    if spec.type is FieldType.REFERENCE:
        return reference_input(spec, kinds[spec.reference or ""], form)
    if spec.type is FieldType.CHOICE:
        return _choice(spec, form)
    by_type = {
        FieldType.FLAG: _flag, FieldType.TAGS: _tags, FieldType.LONGTEXT: _long,
        FieldType.LIST: _long, FieldType.GEOMETRY: _long, FieldType.DATE: _date,
        FieldType.MOMENT: _date,
    }  # fmt: skip
    if spec.type in by_type:
        return by_type[spec.type](spec, form)
    return _number(spec, form) if spec.type in NUMBERS else _text(spec, form)


def _plain(spec: Spec, form: FormVars, **more: Any) -> rx.Component:
    limit = {"max_length": spec.max_length} if spec.max_length else {}
    return rx.el.input(
        id=_id(spec),
        name=spec.name,
        default_value=_value(spec, form),
        auto_complete=more.pop("auto_complete", "off"),
        custom_attrs={**_said(spec, form), **more.pop("custom_attrs", {})},
        **limit,
        **more,
    )


def _text(spec: Spec, form: FormVars) -> rx.Component:
    kinds = {"email": "email", "phone": "tel"}
    mode = next((mode for word, mode in kinds.items() if word in spec.name), "text")
    if not spec.suggestions:
        return _plain(spec, form, type="text", custom_attrs={"inputMode": mode})
    return _suggesting(spec, form, list(spec.suggestions))


def _suggesting(spec: Spec, form: FormVars, words: list[str]) -> rx.Component:
    listed = f"{_id(spec)}-list"
    return rx.fragment(
        _plain(spec, form, type="text", custom_attrs={"list": listed}),
        rx.el.datalist(*(rx.el.option(value=word) for word in words), id=listed),
    )


def _zone(spec: Spec, form: FormVars) -> rx.Component:
    places = sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")
    return _suggesting(spec, form, [one for one in places if not one.startswith(("Etc/", "posix"))])


def _password(spec: Spec, form: FormVars) -> rx.Component:
    return _plain(spec, form, type="password", auto_complete="new-password")


def _number(spec: Spec, form: FormVars) -> rx.Component:
    mode = "numeric" if spec.type is FieldType.INTEGER else "decimal"
    is_money = spec.type is FieldType.MONEY
    unit = form.currency if is_money else unit_name(spec.unit, form.units)
    more: dict[str, Any] = {"custom_attrs": {"inputMode": mode}, "max_length": 40}
    if spec.usual is not None:
        more["placeholder"] = usual_number(spec.usual, spec.unit, form.units)
    control = _plain(spec, form, type="text", **more)
    if unit is None:
        return control
    return rx.el.div(
        control, rx.el.span(unit, class_name="unit", id=f"{_id(spec)}-unit"), class_name="with-unit"
    )


def _date(spec: Spec, form: FormVars) -> rx.Component:
    return _plain(spec, form, type="date" if spec.type is FieldType.DATE else "datetime-local")


def _known(spec: Spec, form: FormVars) -> rx.Component:
    """A text that people choose; another one that is stored already can stay."""
    value = _value(spec, form)
    other = (value != "") & ~rx.Var.create(list(spec.known)).contains(value)
    return rx.el.select(
        rx.el.option("Choose…" if spec.required else "Not known", value=""),
        rx.cond(other, rx.el.option(value, value=value), rx.fragment()),
        *(rx.el.option(one["label"], value=one["value"]) for one in spec.options),
        id=_id(spec),
        name=spec.name,
        default_value=value,
        custom_attrs=_said(spec, form),
    )


def _choice(spec: Spec, form: FormVars) -> rx.Component:
    choose = [rx.el.option("Choose…", value="")] if spec.required else []
    return rx.el.select(
        *choose,
        *(rx.el.option(one["label"], value=one["value"]) for one in spec.options),
        id=_id(spec),
        name=spec.name,
        default_value=_value(spec, form),
        custom_attrs=_said(spec, form),
    )


def _flag(spec: Spec, form: FormVars) -> rx.Component:
    return rx.el.input(
        id=_id(spec),
        name=spec.name,
        type="checkbox",
        role="switch",
        value="true",
        default_checked=_value(spec, form) == "true",
        class_name="switch",
        custom_attrs=_said(spec, form),
    )


def _long(spec: Spec, form: FormVars) -> rx.Component:
    limit = {"max_length": spec.max_length} if spec.max_length else {}
    return rx.el.textarea(
        id=_id(spec),
        name=spec.name,
        default_value=_value(spec, form),
        rows="3",
        custom_attrs=_said(spec, form),
        **limit,
    )


def _own(spec: Spec, form: FormVars) -> dict[str, Any]:
    """What every control of our own has."""
    return {
        "name": spec.name,
        "value": _value(spec, form),
        "input_id": _id(spec),
        "described_by": _described(spec),
        "invalid": form.errors.contains(spec.name),
    }


def _tags(spec: Spec, form: FormVars) -> rx.Component:
    return TagsInput.create(**_own(spec, form), suggestions=list(spec.suggestions))


def _color(spec: Spec, form: FormVars) -> rx.Component:
    return ColorInput.create(**_own(spec, form))


def reference_input(spec: Spec, kind: Kind, form: FormVars) -> rx.Component:
    """Choose one of the records of `kind`."""
    return RecordPicker.create(
        **_own(spec, form),
        **searching(kind),
        label=rx.cond(form.labels.contains(spec.name), form.labels[spec.name], ""),
        fleet=form.fleet,
        required=spec.required,
    )


def searching(kind: Kind) -> dict[str, Any]:
    """How a picker finds records of `kind` and tells them apart."""
    others = [one for one in kind.search if one not in (kind.title, "external_reference")]
    return {
        "url": f"/api/v1/{kind.plural}",
        "title": kind.title,
        "detail": others[:1],
        "placeholder": f"Search {kind.label_plural.lower()}",
    }


def _address(spec: Spec, form: FormVars) -> rx.Component:
    prefix = spec.name.removesuffix("address")
    lat, lon = f"{prefix}lat", f"{prefix}lon"
    return address_field(
        prefix=prefix,
        label="",
        input_id=_id(spec),
        address=_value(spec, form),
        lat=rx.cond(form.values.contains(lat), form.values[lat], ""),
        lon=rx.cond(form.values.contains(lon), form.values[lon], ""),
        theme=rx.color_mode_cond("light", "dark"),
    )


def _file(spec: Spec, form: FormVars) -> rx.Component:
    value, is_photo = _value(spec, form), spec.input == "photo"
    address = f"/api/v1/files/{value}"
    owner = rx.cond(form.fleet > 0, f"?fleet_id={form.fleet}", "")
    shown = _picture(spec, address) if is_photo else _paper(address)
    remove = rx.el.button(
        "Remove",
        type="button",
        class_name="button small",
        on_click=form.on_file(spec.name, ""),
    )
    return rx.el.div(
        rx.el.input(type="hidden", name=spec.name, default_value=value),
        rx.cond(value != "", rx.el.div(shown, remove, class_name="file-shown"), rx.fragment()),
        file_post(
            url=f"/api/v1/files{owner}",
            accept=PICTURES if is_photo else PAPERS,
            max_bytes=25_000_000,
            label=rx.cond(value != "", "Replace", "Choose a file"),
            on_done=lambda answer, name=spec.name: form.on_file(name, answer),
        ),
        class_name="file-field",
    )


def _picture(spec: Spec, address: Any) -> rx.Component:
    return rx.el.img(src=address, alt=spec.title, class_name="photo", loading="lazy")


def _paper(address: Any) -> rx.Component:
    return rx.el.a(
        rx.icon("paperclip", size=14),
        "Open the file",
        href=address,
        class_name="file-link",
        target="_blank",
        rel="noopener",
    )

"""The values of a record as texts in a form, and back. Pure; times are those of a place."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from fleet_app.kernel.units import METRIC, Measure, Ruler
from fleet_app.records.fields import Fields, FieldType, Spec
from fleet_app.records.kinds import Kind
from fleet_app.records.problems import problems_of
from fleet_app.records.sheets.fields import shape_text
from fleet_app.records.sheets.numerals import read_integer, read_number
from fleet_app.web.states.records.doubtful import require_clear
from fleet_app.web.states.records.measures import shown_number, stored_number

YES = "true"
_STARTS = ("is ", "has ", "must ", "needs ", "cannot ", "comes ")
_PERSON = ("name", "phone", "email")
"""A contact as a line, whatever order the database keeps."""
_READERS = {
    FieldType.INTEGER: read_integer,
    FieldType.NUMBER: read_number,
    FieldType.MONEY: read_number,
}


def texts_of(
    kind: Kind, values: Mapping[str, Any], zone: ZoneInfo, ruler: Ruler = METRIC
) -> dict[str, str]:
    """All fields of a record as their inputs show them."""
    return {spec.name: text_of(spec, values.get(spec.name), zone, ruler) for spec in kind.specs}


def text_of(spec: Spec, value: Any, zone: ZoneInfo, ruler: Ruler = METRIC) -> str:
    """A value as its input shows it; empty for none."""
    if value is None or isinstance(value, bool):
        return YES if value else ""
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, dt.date):
        return value.isoformat()
    if spec.type is FieldType.TAGS:
        return ", ".join(map(str, value))
    if spec.type is FieldType.LIST:
        return "\n".join(_line_of(spec, entry) for entry in value)
    measure = _measure(spec, ruler)
    if measure is not None and isinstance(value, int | float):
        value = measure.shown(float(value))
    return (
        shown_number(value)
        if isinstance(value, float)
        else shape_text(getattr(value, "value", value))
    )


def value_of(
    kind: Kind,
    spec: Spec,
    text: str,
    zone: ZoneInfo,
    *,
    before: Any = None,
    ruler: Ruler = METRIC,
) -> Any:
    """What the fields model is to check. Raises ValueError with words for whoever typed it.

    `before` is the stored value of a list: lines that are unchanged keep what no line shows.
    """
    text = text.replace("\r\n", "\n").strip()
    if spec.type is FieldType.FLAG:
        return text == YES
    if not text:
        return [] if spec.type in (FieldType.TAGS, FieldType.LIST) else _nothing(spec)
    if spec.type in _READERS:
        return _number(kind, spec, text, ruler)
    if spec.type is FieldType.MOMENT:
        return _moment(text, zone)
    if spec.type is FieldType.LIST:
        return _entries(kind, spec, text, before or [])
    return text


def problem_of(kind: Kind, spec: Spec, text: str, zone: ZoneInfo, ruler: Ruler = METRIC) -> str:
    """What is wrong with one field by itself, in the user's words; empty when nothing is."""
    try:
        value = value_of(kind, spec, text, zone, ruler=ruler)
    except ValueError as error:
        return in_words(spec.title, str(error))
    if value is None and spec.required:
        return in_words(spec.title, "is missing")
    message = _field_problem(kind, spec.name, value)
    return in_words(spec.title, message) if message else ""


def in_words(title: str, message: str) -> str:
    """A problem as a sentence: `Name is missing`, `Write it like #1a73e8`."""
    text = f"{title} {message}" if message.startswith(_STARTS) else message
    return text[:1].upper() + text[1:]


def told_at(kind: Kind, problems: Mapping[str, str], ruler: Ruler = METRIC) -> dict[str, str]:
    """Problems as sentences, each at the field that people see: a point's at its address."""
    shown = {one: one for one in kind.by_name}
    shown |= {one: unit[0] for unit in _points(kind) for one in unit}
    told: dict[str, str] = {}
    for name, text in problems.items():
        if name in shown:
            told.setdefault(shown[name], in_words(kind.by_name[name].title, ruler.retold(text)))
    return told


def units_of(kind: Kind) -> list[tuple[str, ...]]:
    """Fields that are one thing to people: an address and its point, what a kind keeps `together`;
    every other one alone."""
    units = [*_points(kind), *kind.extra.get("together", ())]
    known = {name for unit in units for name in unit}
    return [*units, *((spec.name,) for spec in kind.specs if spec.name not in known)]


def _points(kind: Kind) -> list[tuple[str, ...]]:
    names = {spec.name for spec in kind.specs}
    found: list[tuple[str, ...]] = []
    for spec in kind.specs:
        prefix = spec.name.removesuffix("address")
        point = (f"{prefix}lat", f"{prefix}lon")
        if spec.input == "address" and set(point) <= names:
            found.append((spec.name, *point))
    return found


def shown_text(kind: Kind, unit: Sequence[str], texts: Mapping[str, str]) -> str:
    """What stands in the fields of a unit, in words."""
    name, *point = unit
    spec, text = kind.by_name[name], texts.get(name, "")
    if spec.type is FieldType.FLAG:
        return "Yes" if text == YES else "No"
    if spec.options:
        text = {one["value"]: one["label"] for one in spec.options}.get(text, text)
    if spec.type is FieldType.MOMENT:
        text = text.replace("T", " ")
    known = (one for one in point if kind.by_name[one].type is not FieldType.GEOMETRY)
    place = ", ".join(texts.get(one, "")[:9] for one in known if texts.get(one))
    return f"{text} ({place})".strip() if place else text or "nothing"


def _field_problem(kind: Kind, name: str, value: Any) -> str:
    try:
        kind.fields.model_validate({name: value})
    except ValidationError as error:
        return problems_of(error).get(name, "")
    return ""


def _nothing(spec: Spec) -> Any:
    """An empty field: what is not there, or a text without letters where texts must be."""
    return "" if spec.type in (FieldType.TEXT, FieldType.LONGTEXT) else None


def _number(kind: Kind, spec: Spec, text: str, ruler: Ruler) -> Any:
    measure = _measure(spec, ruler)
    require_clear(text, spec.unit, measure.unit if measure else "km")
    if measure is not None:
        return stored_number(kind, spec, text, measure)
    return _READERS[spec.type](text, unit=spec.unit)


def is_measured(spec: Spec, ruler: Ruler) -> bool:
    """Whether a field shows another number than is stored."""
    return _measure(spec, ruler) is not None


def _measure(spec: Spec, ruler: Ruler) -> Measure | None:
    """How a number is shown in another unit than it is stored in, if it is."""
    measure = ruler.of(spec.unit) if spec.type is FieldType.NUMBER else None
    return measure if measure and (measure.inverse or measure.per != 1) else None


def _moment(text: str, zone: ZoneInfo) -> str:
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("must be a date and a time") from None
    aware = local if local.tzinfo else local.replace(tzinfo=zone)
    try:
        return aware.astimezone(UTC).isoformat()
    except OverflowError:
        raise ValueError("must be a date and a time") from None


def _line_of(spec: Spec, entry: Mapping[str, Any]) -> str:
    """An entry of a list as one line, which the fields model reads back."""
    if spec.line is not None:
        return spec.line(entry)
    if "address" in entry:
        label, address = str(entry.get("label") or ""), str(entry["address"])
        return f"{label}: {address}" if label or ":" in address else address
    return ", ".join(str(entry[name]) for name in _PERSON if entry.get(name))


def _entries(kind: Kind, spec: Spec, text: str, before: Sequence[Mapping[str, Any]]) -> Any:
    known = defaultdict[str, list[dict[str, Any]]](list)
    for entry in before:
        known[_line_of(spec, entry)].append(dict(entry))
    return [
        known[line].pop(0) if known[line] else _entry(kind, spec, line)
        for line in (one.strip() for one in text.splitlines())
        if line
    ]


def _entry(kind: Kind, spec: Spec, line: str) -> Any:
    """One line as the fields model reads it; the line itself where the kind knows what else of an
    entry stays. Raises ValueError naming the line."""
    problem = _field_problem(kind, spec.name, line)
    if problem:
        raise ValueError(f"“{line[:60]}”: {problem}")
    if spec.line is not None:
        return line
    (found,) = _adapter(kind.fields, spec.name).validate_python(line)
    return found.model_dump()


@lru_cache(maxsize=64)
def _adapter(fields: type[Fields], name: str) -> TypeAdapter[Any]:
    info = fields.model_fields[name]
    return TypeAdapter(Annotated[info.annotation, *info.metadata])  # type: ignore[arg-type]

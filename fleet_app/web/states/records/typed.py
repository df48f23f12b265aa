"""What somebody typed into a form, as values to be stored. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from fleet_app.kernel.errors import InvalidInput
from fleet_app.kernel.units import METRIC, Ruler
from fleet_app.records.fields import Spec
from fleet_app.records.kinds import Kind
from fleet_app.web.states.records.texts import is_measured, text_of, value_of


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The form that was filled in: `base` is what it showed, `known` the stored record."""

    zone: ZoneInfo
    ruler: Ruler = METRIC
    base: Mapping[str, str]
    known: Mapping[str, Any] = field(default_factory=dict)
    is_new: bool = True


def default_texts(kind: Kind, zone: ZoneInfo, ruler: Ruler) -> dict[str, str]:
    """What the form for a new record shows."""
    defaults = kind.fields.model_fields
    return {
        spec.name: "" if spec.required else text_of(spec, defaults[spec.name].default, zone, ruler)
        for spec in kind.specs
    }


def values_in(
    kind: Kind, mine: Mapping[str, str], names: Iterable[str], sheet: Sheet
) -> dict[str, Any]:
    """What is to be stored. Raises `InvalidInput` for texts that cannot be read."""
    values, problems = dict[str, Any](), dict[str, str]()
    for name in names:
        spec, text = kind.by_name[name], mine.get(name, "")
        if _stays(spec, text, sheet):
            continue
        try:
            value = value_of(
                kind, spec, text, sheet.zone, before=sheet.known.get(name), ruler=sheet.ruler
            )
        except ValueError as error:
            problems[name] = str(error)
            continue
        if not (spec.secret and not value):
            values[name] = value
    if problems:
        raise InvalidInput("Some fields are not right; nothing was saved", fields=problems)
    return values


def _stays(spec: Spec, text: str, sheet: Sheet) -> bool:
    """Whether a field keeps its value, or its exact default where the form shows it rounded."""
    if not sheet.is_new:
        return spec.created_only
    return bool(text) and text == sheet.base.get(spec.name) and is_measured(spec, sheet.ruler)

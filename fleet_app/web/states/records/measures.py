"""Numbers of a form and of filters in the fleet's units, and as they are stored. Pure but one."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from annotated_types import Ge, Gt, Le, Lt

from fleet_app.bootstrap import get_container
from fleet_app.fleet.models import Fleet
from fleet_app.kernel.units import CONSUMPTION, Measure, Ruler, Units
from fleet_app.records.fields import FieldType, Spec
from fleet_app.records.kinds import Kind
from fleet_app.records.query import columns_of
from fleet_app.records.sheets.numerals import read_number

_ENERGY = "energy"
_RANGES = ("from", "to")
_LIMITS: tuple[tuple[type, str, Callable[[Any, Any], bool], tuple[str, str]], ...] = (
    (Ge, "ge", operator.lt, ("at least", "at most")),
    (Gt, "gt", operator.le, ("more than", "less than")),
    (Le, "le", operator.gt, ("at most", "at least")),
    (Lt, "lt", operator.ge, ("less than", "more than")),
)
"""What a limit is, when a value breaks it, and what is said then, also of what is inverse."""


async def units_of(fleet_id: int) -> str:
    """The units that a fleet reads, by name; metric where there is no one fleet."""
    if not fleet_id:
        return Units.METRIC.value
    async with get_container().work() as session:
        fleet = await session.get(Fleet, fleet_id)
    return (fleet.units if fleet else Units.METRIC).value


def ruler_of(kind: Kind, units: str, values: Mapping[str, Any]) -> Ruler:
    """How a record of the kind is measured, as far as its values say."""
    energy = kind.by_name.get(_ENERGY)
    if energy is None:
        return Ruler.named(units)
    known = values.get(_ENERGY) or kind.fields.model_fields[_ENERGY].default
    return Ruler.named(units, str(getattr(known, "value", known)))


def shown_number(value: float) -> str:
    """A number as an input shows it."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def stored_number(kind: Kind, spec: Spec, text: str, measure: Measure) -> float:
    """What was typed in the shown unit, as it is stored.

    Raises ValueError in words for whoever typed it, with the limits in the shown unit.
    """
    value = measure.stored(float(read_number(text, unit=measure.unit)))
    for limit in kind.fields.model_fields[spec.name].metadata if spec.name in kind.by_name else ():
        _within(limit, value, measure)
    if not math.isfinite(value):
        raise ValueError("is too large a number")
    return value


def _within(limit: Any, value: float, measure: Measure) -> None:
    """Raise ValueError when a number breaks a limit. What is inverse has it the other way round."""
    for kind, name, broken, words in _LIMITS:
        if isinstance(limit, kind) and broken(value, getattr(limit, name)):
            told = words[1] if measure.inverse else words[0]
            raise ValueError(f"must be {told} {_words(getattr(limit, name), measure, told)}")


def _words(limit: Any, measure: Measure, told: str) -> str:
    """A limit rounded to the side on which it is kept: what is said is also taken."""
    exact = round(measure.exact(float(limit)), 9)
    rounded, step = measure.rounded(exact), 10.0**-measure.digits
    if abs(exact) >= 1 and rounded < exact and told in ("at least", "more than"):
        rounded += step
    elif abs(exact) >= 1 and rounded > exact and told in ("at most", "less than"):
        rounded -= step
    return f"{rounded:,.10g}"


def filters_shown(kind: Kind, filters: Mapping[str, str], units: str) -> dict[str, str]:
    """The texts of filters as inputs show them."""
    ruler = Ruler.named(units)
    return {name: filter_shown(kind, name, text, ruler) for name, text in filters.items()}


def filter_shown(kind: Kind, name: str, text: str, ruler: Ruler) -> str:
    """The text of one filter; as it is where it asks for no measured number."""
    measure = _measure_of(kind, name, ruler)
    try:
        return text if measure is None else shown_number(measure.shown(float(text)))
    except ValueError:
        return text


def filter_unit(unit: str | None, ruler: Ruler) -> str:
    """What a filter's number is, in words. What vehicles use up is asked for as it is stored."""
    return (unit if unit == CONSUMPTION else ruler.unit(unit)) or ""


def filters_stored(
    kind: Kind, form: Mapping[str, str], known: Mapping[str, str], units: str
) -> dict[str, str]:
    """The texts of a filter form as the API is asked; what was left as it was stays as it is."""
    ruler = Ruler.named(units)
    return {name: _filter_stored(kind, name, text, known, ruler) for name, text in form.items()}


def _filter_stored(kind: Kind, name: str, text: str, known: Mapping[str, str], ruler: Ruler) -> str:
    if text and name in known and text == filter_shown(kind, name, known[name], ruler):
        return known[name]
    measure = _measure_of(kind, name, ruler)
    return _stored_text(text, measure) if text and measure else text


def _stored_text(text: str, measure: Measure) -> str:
    try:
        return shown_number(measure.stored(float(read_number(text, unit=measure.unit))))
    except ValueError:  # no number: the list does not take it over
        return text


def _measure_of(kind: Kind, name: str, ruler: Ruler) -> Measure | None:
    base, _, test = name.partition(".")
    column = columns_of(kind).get(base)
    if column is None or test not in ("", *_RANGES) or column.type is not FieldType.NUMBER:
        return None
    return None if column.unit == CONSUMPTION else ruler.of(column.unit)

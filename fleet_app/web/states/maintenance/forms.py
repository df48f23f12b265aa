"""What people fill in on the maintenance screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from fleet_app.fleet.maintenance.service import Completion
from fleet_app.kernel.units import METRIC, Measure, Ruler
from fleet_app.records.fields import Fields, FieldType, field
from fleet_app.records.problems import invalid, problems_of
from fleet_app.records.sheets.numerals import read_number
from fleet_app.records.types import Date, Flag, Lines, Name, Number, OptionalLine
from fleet_app.web.states.records.doubtful import require_clear

_MOST_KM = 10_000_000
F = TypeVar("F", bound=Fields)


class FinishFields(Fields):
    """What is known about finished work; what is left empty stays as it was."""

    done_on: Date = field("Done on", FieldType.DATE, default=None)
    odometer_km: Number = field("Odometer", FieldType.NUMBER, default=None, ge=0, le=_MOST_KM)
    cost: Number = field("Cost", FieldType.MONEY, default=None, ge=0, le=9_999_999)
    supplier: OptionalLine = field("Workshop", default=None, max_length=120)
    invoice_number: OptionalLine = field("Invoice", default=None, max_length=60)
    note: Lines = field("Note", FieldType.LONGTEXT, default="", max_length=2000)
    correction: Flag = field("Correction", FieldType.FLAG, default=False)


class OrderFields(Fields):
    """What is ordered for a schedule."""

    title: Name = field("Title", max_length=120)
    due_on: Date = field("Due", FieldType.DATE, default=None)
    supplier: OptionalLine = field("Workshop", default=None, max_length=120)
    blocks_vehicle: Flag = field("Takes the vehicle out of service", FieldType.FLAG, default=False)


def read_form(fields: type[F], form: Mapping[str, Any]) -> F:
    """A form as its fields hold it. Raises `InvalidInput` that names every wrong field."""
    known = {name: form[name] for name in fields.model_fields if name in form}
    try:
        return fields.model_validate(known)
    except ValidationError as error:
        raise invalid(problems_of(error)) from None


def completion(form: Mapping[str, Any], ruler: Ruler = METRIC) -> Completion:
    """A form as the service is told; its reading is in the ruler's unit. Raises `InvalidInput`."""
    read, measure = str(form.get("odometer_km") or "").strip(), ruler.of("km")
    if read and measure is not None:
        form = {**form, "odometer_km": _kilometres(read, measure)}
    said = read_form(FinishFields, form).model_dump()
    return Completion(**{**said, "note": said["note"] or None})


def _kilometres(text: str, measure: Measure) -> float:
    try:
        require_clear(text, "km", measure.unit)
        km = measure.stored(float(read_number(text, unit=measure.unit)))
    except ValueError as error:
        raise invalid({"odometer_km": str(error)}) from None
    if not 0 <= km <= _MOST_KM:
        most = measure.rounded(measure.exact(_MOST_KM))
        raise invalid({"odometer_km": f"must be between 0 and {most:,.0f}"})
    return km

"""Columns whose header names another unit than ours, such as `Weight (lb)`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec

from fleet_app.kernel.units import Ruler, Units
from fleet_app.records.imports.parts import whole_of
from fleet_app.records.kinds import Kind

_IN_BRACKETS = re.compile(r"[(\[]\s*([^()\[\]]{1,12}?)\s*[)\]]\s*$")
_LAST_WORD = re.compile(r"[\s_]([^\W\d_]{2,8}[23³]?)\s*$")
_UNCLEAR = frozenset({"in", "m", "l", "t", "g"})
"""Units only where they stand in brackets."""


class Scale(msgspec.Struct, frozen=True):
    """The unit of a column, and what one of it is in the field's own."""

    unit: str
    per: float


def scales_of(
    kind: Kind, headers: Sequence[str], mapping: Mapping[str, str]
) -> Mapping[int, Scale]:
    """The columns, by number, whose numbers are in another unit than their field's."""
    found = {}
    for index, name in mapping.items():
        spec = kind.by_name.get(whole_of(name))
        unit = _unit_in(headers[int(index)])
        per = _OTHERS.get((spec.unit or "") if spec else "", {}).get(unit.rstrip("."))
        if per is not None:
            found[int(index)] = Scale(unit, per)
    return found


def _unit_in(header: str) -> str:
    bracketed, last = _IN_BRACKETS.search(header), _LAST_WORD.search(header)
    if bracketed:
        return bracketed[1].casefold()
    word = last[1].casefold() if last else ""
    return "" if word in _UNCLEAR else word


def _others() -> dict[str, dict[str, float]]:
    """Unit of a field -> other units and what one of them is in it."""
    measures = {unit: Ruler(Units.IMPERIAL).of(unit) for unit in ("kg", "cm", "m³", "km")}
    pound, inch, foot3, mile = (one.per if one else 1.0 for one in measures.values())
    names = {
        "kg": {"lb lbs pound pounds": pound, "oz ounces": pound / 16, "g gramm gram": 0.001,
               "t ton tonne tonnen tonnes": 1000.0},
        "cm": {"in inch inches \"": inch, "ft feet": 12 * inch, "mm": 0.1, "m": 100.0},
        "m": {"ft feet": 12 * inch / 100, "in inch inches \"": inch / 100, "cm": 0.01, "mm": 0.001},
        "t": {"kg": 0.001, "lb lbs pound pounds": pound / 1000},
        "m³": {"ft³ ft3 cuft cu_ft": foot3, "l liter litre liters litres dm³": 0.001},
        "km": {"mi mile miles": mile, "m": 0.001},
        "m/s": {"km/h kmh kph": 1 / 3.6, "mph": mile / 3.6},
    }  # fmt: skip
    return {
        unit: {
            word.replace("_", " "): per for words, per in others.items() for word in words.split()
        }
        for unit, others in names.items()
    }


_OTHERS: Mapping[str, Mapping[str, float]] = _others()

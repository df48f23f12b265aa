"""Values of record fields as cells: what exports write, and imports recognise as no change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import Any

import msgspec

from fleet_app.records.fields import Computed, FieldType, Spec, words_of
from fleet_app.records.sheets.cells import Cell, cell_text
from fleet_app.records.sheets.numerals import tidy


def cell_of(field: Spec | Computed, value: Any, zone: tzinfo) -> Cell:
    """A value as it stands in a sheet; moments are in `zone`."""
    if value is None:
        return None
    if field.type is FieldType.MOMENT and isinstance(value, datetime):
        return value.astimezone(zone)
    if field.type is FieldType.FLAG:
        return "yes" if value else "no"
    if field.type is FieldType.CHOICE:
        return words_of(str(value))
    if isinstance(value, list):
        separator = "\n" if field.type is FieldType.LIST else ", "
        return separator.join(_entry(field, one) for one in value)
    return value if isinstance(value, int | float | date) else shape_text(value)


def shape_text(value: Any) -> str:
    """A shape as text that reads back the same; anything else as it is written."""
    if isinstance(value, Mapping):
        return msgspec.json.encode(value, order="sorted").decode()
    return str(value)


def says_the_same(field: Spec, text: str, value: Any, zone: tzinfo) -> bool:
    """Whether a cell holds just what an export would write for `value`, in CSV or in XLSX.

    A choice may stand there by its word or by its value.
    """
    cell = cell_of(field, value, zone)
    words = {cell_text(cell)}
    if field.type is FieldType.CHOICE and value is not None:
        words |= {str(value)}
    if isinstance(cell, datetime):  # spreadsheets know no zones, and milliseconds at best
        words |= {cell.replace(tzinfo=None).isoformat()}
        words |= {cell.replace(tzinfo=None, microsecond=0).isoformat()}
    return tidy(text) in {tidy(word) for word in words}


def _entry(field: Spec | Computed, one: Any) -> str:
    """An entry of a list as one line, the way people write it."""
    if not isinstance(one, Mapping):
        return str(one)
    if isinstance(field, Spec) and field.line is not None:
        return field.line(one)
    if "address" in one:
        label = one.get("label")
        return f"{label}: {one['address']}" if label else str(one["address"])
    return ", ".join(str(part) for part in one.values() if part)

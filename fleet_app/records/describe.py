"""A kind as a browser's grid, filters and forms need it: plain JSON."""

from __future__ import annotations

from typing import Any

from fleet_app.records.fields import Computed, FieldType, Spec, words_of
from fleet_app.records.kinds import Kind
from fleet_app.records.query import columns_of


def columns(kind: Kind) -> list[dict[str, Any]]:
    """Every column of a kind's list, those that are shown by default first in reading order."""
    described = [_column(kind, one) for one in columns_of(kind).values()]
    return sorted(described, key=_reading_order)


def _column(kind: Kind, one: Spec | Computed) -> dict[str, Any]:
    return {
        "id": one.name,
        "title": one.title,
        "type": _type(one),
        "unit": one.unit,
        "options": options(one),
        "sortable": one.sortable,
        "filterable": one.filterable,
        "hidden": not one.shown,
        "width": one.width,
        "reference": one.reference if isinstance(one, Spec) else None,
        "main": one.name == kind.title,
    }


def options(one: Spec | Computed) -> list[dict[str, str]]:
    """The values of a choice with their words; empty for everything else."""
    if isinstance(one, Spec):
        return one.options
    return [{"value": value, "label": words_of(value)} for value in one.options]


def _type(one: Spec | Computed) -> str:
    if one.name in ("status", "service_status") and one.type is FieldType.CHOICE:
        return "status"
    if one.type is FieldType.LIST:
        return "longtext"
    return one.type.value


def _reading_order(column: dict[str, Any]) -> int:
    """The name first, then the status, then everything else as declared."""
    if column["main"]:
        return 0
    return 1 if column["id"] == "status" else 2

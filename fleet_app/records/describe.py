"""A kind as a browser's grid, filters and forms need it: plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fleet_app.kernel.units import shown_units
from fleet_app.records.fields import Computed, FieldType, Spec, words_of
from fleet_app.records.kinds import Kind
from fleet_app.records.query import columns_of


def columns(kind: Kind) -> list[dict[str, Any]]:
    """Every column of a kind's list in reading order; a shape is none.

    `type` is how a cell is drawn, `value` what it holds; `unit` is the stored unit, and `units` how
    each system of units shows it, where that is another way. A `planned` moment is one that people
    chose, past or to come.
    """
    listed = (one for one in columns_of(kind).values() if one.type is not FieldType.GEOMETRY)
    described = [_column(kind, one) for one in listed]
    first = {name: at for at, name in enumerate(kind.extra.get("first", ()))}
    return sorted(described, key=lambda column: _reading_order(column, first))


def _column(kind: Kind, one: Spec | Computed) -> dict[str, Any]:
    return {
        "id": one.name,
        "title": one.title,
        "type": _type(one),
        "value": one.type.value,
        "unit": one.unit,
        "units": shown_units(one.unit),
        "options": options(one),
        "sortable": one.sortable,
        "filterable": one.filterable,
        "hidden": not one.shown,
        "width": one.width,
        "planned": isinstance(one, Spec) and one.type is FieldType.MOMENT,
        "digits": one.extra.get("digits") if isinstance(one, Computed) else None,
        "reference": one.reference if isinstance(one, Spec) else None,
        "main": one.name == kind.title,
    }


def options(one: Spec | Computed) -> list[dict[str, str]]:
    """The values of a choice with their words; empty for everything else."""
    if isinstance(one, Spec):
        return one.options
    return [{"value": value, "label": words_of(value)} for value in one.options]


def _type(one: Spec | Computed) -> str:
    if isinstance(one, Computed) and one.live:
        return "live"
    if one.name in ("status", "service_status") and one.type is FieldType.CHOICE:
        return "status"
    if one.type is FieldType.LIST:
        return "longtext"
    if isinstance(one, Spec) and one.known:
        return FieldType.CHOICE.value
    return one.type.value


def _reading_order(column: dict[str, Any], first: Mapping[str, int]) -> tuple[int, int]:
    """The name, the status, what the kind names as `first`, then everything else as declared."""
    if column["main"]:
        return 0, 0
    if column["id"] == "status":
        return 1, 0
    return (2, first[column["id"]]) if column["id"] in first else (3, 0)

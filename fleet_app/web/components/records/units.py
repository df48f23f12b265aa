"""What a unit is called on a page that learns only in the browser which units its fleet reads."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.kernel.units import CONSUMPTION, Ruler, Units


def unit_name(unit: str | None, units: Any) -> Any:
    """The unit as shown where `units`, a var, names the system; None for a field without one."""
    metric, imperial = (Ruler(system).unit(unit) for system in Units)
    if unit is None or metric == imperial:
        return unit
    return rx.cond(units == Units.IMPERIAL.value, imperial, metric)


def usual_number(value: float, unit: str | None, units: Any) -> Any:
    """A stored number as people read it in either system of units."""
    measures = [Ruler(system).of(unit) for system in Units]
    metric, imperial = (f"{one.shown(value) if one else value:.10g}" for one in measures)
    if metric == imperial:
        return metric
    return rx.cond(units == Units.IMPERIAL.value, imperial, metric)


def in_brackets(unit: str | None, units: Any) -> list[Any]:
    """` (kg)` behind a title; nothing without a unit."""
    return [" (", unit_name(unit, units), ")"] if unit else []


def asked_in_brackets(unit: str | None, units: Any) -> list[Any]:
    """The same for a filter, which asks for what vehicles use up as it is stored."""
    return [f" ({unit})"] if unit == CONSUMPTION else in_brackets(unit, units)

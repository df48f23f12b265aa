"""Whose roads, speeds and restrictions apply."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Mode = Literal["auto", "truck", "bicycle", "motor_scooter"]
"""A way of travelling, in Valhalla's words."""


@dataclass(frozen=True, slots=True)
class Lorry:
    """A truck whose size is known: low bridges, narrow lanes and weak roads are left out.

    Metres and tonnes. What is None is taken to be what trucks usually have.
    """

    height_m: float | None = None
    width_m: float | None = None
    length_m: float | None = None
    weight_t: float | None = None
    axle_load_t: float | None = None
    hazmat: bool = False


Costing = Mode | Lorry

_MODES: dict[str, Mode] = {
    "van": "auto",
    "car": "auto",
    "truck": "truck",
    "bike": "bicycle",
    "scooter": "motor_scooter",
}
_OPTIONS = {
    "height_m": "height",
    "width_m": "width",
    "length_m": "length",
    "weight_t": "weight",
    "axle_load_t": "axle_load",
}


def costing_of(
    vehicle_type: str,
    *,
    height_m: float | None = None,
    width_m: float | None = None,
    length_m: float | None = None,
    weight_t: float | None = None,
    axle_load_t: float | None = None,
    hazmat: bool = False,
) -> Costing:
    """How a vehicle of this type travels; sizes count for trucks. An unknown type is a car."""
    mode = _MODES.get(vehicle_type, "auto")
    if mode != "truck":
        return mode
    lorry = Lorry(height_m, width_m, length_m, weight_t, axle_load_t, hazmat)
    return mode if lorry == Lorry() else lorry


def mode_of(costing: Costing) -> Mode:
    """The way of travelling alone."""
    return "truck" if isinstance(costing, Lorry) else costing


def options_of(costing: Costing) -> dict[str, Any]:
    """What Valhalla is told of a vehicle's size; {} where nothing is known."""
    if not isinstance(costing, Lorry):
        return {}
    known = asdict(costing)
    options = {name: known[key] for key, name in _OPTIONS.items() if known[key] is not None}
    return options | ({"hazmat": True} if costing.hazmat else {})

"""How vehicles travel: by what they are and, of trucks, how large. Pure."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

from fleet_app.fleet.models import Vehicle, VehicleType
from fleet_app.routing.roads.costing import Costing, costing_of

HEIGHT_M, WIDTH_M, LENGTH_M = Decimal("0.1"), Decimal("0.1"), Decimal(1)
WEIGHT_T = Decimal("0.5")
"""What sizes are rounded up to: signs stand at tenths of a metre, and at 3.5 and 7.5 tonnes."""


def costing_for(vehicle: Vehicle | None) -> Costing:
    """Whose roads a vehicle takes; a van's where nobody said which it is."""
    if vehicle is None:
        return costing_of(VehicleType.VAN.value)
    sizes = vehicle.height_m, vehicle.width_m, vehicle.length_m, vehicle.weight_t
    return costing_in_class(vehicle.type, *sizes)


def costing_in_class(
    kind: VehicleType,
    height_m: float | None,
    width_m: float | None,
    length_m: float | None,
    weight_t: float | None,
) -> Costing:
    """The roads of vehicles of about that size: their driving is asked for and kept once."""
    return costing_of(
        VehicleType(kind).value,
        height_m=at_least(height_m, HEIGHT_M),
        width_m=at_least(width_m, WIDTH_M),
        length_m=at_least(length_m, LENGTH_M),
        weight_t=at_least(weight_t, WEIGHT_T),
    )


def at_least(size: float | None, step: Decimal) -> float | None:
    """The least whole number of steps that is no less."""
    if size is None:
        return None
    return float((Decimal(str(size)) / step).to_integral_value(ROUND_CEILING) * step)

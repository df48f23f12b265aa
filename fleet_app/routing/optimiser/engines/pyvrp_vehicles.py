"""The vehicles of a problem in PyVRP's terms."""

from __future__ import annotations

from typing import Any

from fleet_app.routing.optimiser.engines.pyvrp_orders import Orders
from fleet_app.routing.optimiser.problem import Vehicle


def vehicle_types(orders: Orders) -> tuple[list[dict[str, Any]], list[list[int]]]:
    """Equal vehicles are one type of which several are there."""
    types: list[dict[str, Any]] = []
    members: list[list[int]] = []
    places: dict[tuple[Any, ...], int] = {}
    for number, vehicle in enumerate(orders.problem.vehicles):
        fields = _fields(orders, number, vehicle)
        key = tuple(tuple(value) if isinstance(value, list) else value for value in fields.values())
        if key not in places:
            places[key] = len(types)
            types.append(fields)
            members.append([])
        members[places[key]].append(number)
    return types, members


def _fields(orders: Orders, number: int, vehicle: Vehicle) -> dict[str, Any]:
    limits = {"shift_duration": vehicle.max_duration, "max_distance": vehicle.max_distance}
    return {
        "start": vehicle.start,
        "end": vehicle.end,
        "capacity": _room(orders, number, vehicle),
        "fixed_cost": vehicle.fixed_cost,
        **orders.span(vehicle.shift.start, vehicle.shift.end),
        **({"start_late": vehicle.shift.start - orders.zero} if vehicle.departs else {}),
        "unit_distance_cost": vehicle.cost_per_metre,
        "unit_duration_cost": vehicle.cost_per_second,
        "profile": vehicle.profile,
        **{key: limit for key, limit in limits.items() if limit is not None},
    }


def _room(orders: Orders, number: int, vehicle: Vehicle) -> list[int]:
    given = [*vehicle.capacity, *([None] * (orders.plain - len(vehicle.capacity)))]
    given += [vehicle.max_stops] if orders.counts else []
    room = [total if most is None else most for most, total in zip(given, orders.demand,
                                                                  strict=False)]  # fmt: skip
    circles = zip(orders.circles, orders.demand[len(given) :], strict=True)
    return [*room, *(total if number in circle else 0 for circle, total in circles)]

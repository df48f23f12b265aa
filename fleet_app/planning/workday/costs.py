"""What vehicles cost and give off where nobody has said so."""

from __future__ import annotations

from collections.abc import Mapping

from fleet_app.delivery.models import Priority
from fleet_app.fleet.models import EnergyType, Vehicle, VehicleType
from fleet_app.routing.optimiser.problem import COST_UNITS

PER_KM, PER_HOUR, PER_DAY = 0.3, 25.0, 20.0
"""The fleet's currency; `fleet.kinds.vehicles` names the same as usual."""
SKIP: Mapping[Priority, float] = {
    Priority.LOW: 300.0,
    Priority.NORMAL: 1_000.0,
    Priority.HIGH: 5_000.0,
    Priority.URGENT: 25_000.0,
}
"""What it is worth not to leave a delivery out: more than any way to it costs, and when not all can
go, the more urgent ones do."""
_KG_PER_UNIT: Mapping[EnergyType, float] = {
    EnergyType.DIESEL: 2.68,
    EnergyType.PETROL: 2.29,
    EnergyType.HYBRID: 2.29,
    EnergyType.GAS: 1.61,
    EnergyType.ELECTRIC: 0.25,
    EnergyType.HYDROGEN: 0.0,
    EnergyType.HUMAN: 0.0,
}
"""CO2 of a litre or kWh as it is used up. Fuels: IPCC 2006 Guidelines for National Greenhouse Gas
Inventories, volume 2, tables 1.2 and 1.4 (net calorific value times carbon dioxide of the energy)
at 0.84, 0.745 and 0.54 kg a litre of diesel, petrol and liquefied gas. Electricity: about what the
European Environment Agency gives for generation in the EU in 2022."""
_LITRES: Mapping[VehicleType, float] = {
    VehicleType.VAN: 9.0,
    VehicleType.TRUCK: 25.0,
    VehicleType.CAR: 6.5,
    VehicleType.BIKE: 0.0,
    VehicleType.SCOOTER: 3.0,
}
_KWH: Mapping[VehicleType, float] = {
    VehicleType.VAN: 26.0,
    VehicleType.TRUCK: 110.0,
    VehicleType.CAR: 18.0,
    VehicleType.BIKE: 1.0,
    VehicleType.SCOOTER: 5.0,
}
"""A usual consumption on 100 km in town: a guess of ours for vehicles that nobody has described."""


def units(amount: float) -> int:
    """An amount of money in the optimiser's units."""
    return round(amount * COST_UNITS)


def cost_per_metre(vehicle: Vehicle | None) -> int:
    """Units of cost; at least 1, so that a shorter way is always better."""
    told = None if vehicle is None else vehicle.cost_per_km
    return max(1, units((PER_KM if told is None else told) / 1000))


def cost_per_second(vehicle: Vehicle | None) -> int:
    """Units of cost."""
    told = None if vehicle is None else vehicle.cost_per_hour
    return units((PER_HOUR if told is None else told) / 3600)


def fixed_cost(vehicle: Vehicle | None) -> int:
    """Units of cost of taking the vehicle at all."""
    told = None if vehicle is None else vehicle.fixed_cost
    return units(PER_DAY if told is None else told)


def skip_cost(priority: str) -> int:
    """Units of cost of leaving a delivery out."""
    return units(SKIP[Priority(priority)])


def late_cost(priority: str) -> int:
    """Units of cost of each second after the time window: a minute counts a thousandth of leaving
    it out, 1 of the fleet's currency for a normal one."""
    return max(1, round(skip_cost(priority) / 1000 / 60))


def balance(evenly: bool) -> int:
    """Units of cost of each second by which the longest route exceeds the shortest: as much as
    driving it would cost."""
    return units(PER_HOUR / 3600) if evenly else 0


def co2_per_km(vehicle: Vehicle | None) -> float:
    """Grams per km: as somebody said, else by what it runs on and how much of it it takes."""
    if vehicle is None:
        return 0.0
    if vehicle.co2_per_km is not None:
        return vehicle.co2_per_km
    energy, kind = EnergyType(vehicle.energy), VehicleType(vehicle.type)
    usual = _KWH if energy is EnergyType.ELECTRIC else _LITRES
    told = vehicle.consumption_per_100km
    return _KG_PER_UNIT[energy] * (usual[kind] if told is None else told) * 10

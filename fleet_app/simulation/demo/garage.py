"""The demo's vehicles, depots and drivers in detail. Pure: the same at every start."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from random import Random
from typing import Any

from fleet_app.fleet.models import DriverStatus, EnergyType, VehicleStatus, VehicleType
from fleet_app.simulation import cast
from fleet_app.simulation.cast import Crew
from fleet_app.simulation.demo.rounds import NIGHT

IN_WORKSHOP = 24
"""This vehicle stands in the workshop and drives no round."""
EXPRESS = 1
"""This vehicle carries the parcel whose tracking link is printed, and nothing else."""

_RESERVES = ("Maija Rautio", "Eero Pulkkinen", "Noora Kettunen", "Aleksi Vainio", "Kirsi Tuominen")
_LETTERS = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
"""What ISO 3779 allows in a VIN: no I, O and Q."""


@dataclass(frozen=True)
class Build:
    """A model of vehicle; payload in kg, room in m3, consumption in l or kWh per 100 km."""

    make: str
    model: str
    maker: str
    energy: EnergyType
    consumption: float
    kg: float
    m3: float
    parcels: int
    yearly_km: int


_D, _E, _P = EnergyType.DIESEL, EnergyType.ELECTRIC, EnergyType.PETROL
BUILDS = {
    VehicleType.VAN: (
        Build("Mercedes-Benz", "Sprinter 314", "W1V", _D, 9.1, 1150, 10.5, 140, 32_000),
        Build("Ford", "E-Transit", "WF0", _E, 29.5, 950, 11.0, 140, 24_000),
        Build("Volkswagen", "Crafter 35", "WV1", _D, 8.8, 1210, 11.3, 150, 30_000),
        Build("Toyota", "Proace Electric", "YAR", _E, 25.4, 900, 6.1, 90, 21_000),
        Build("Renault", "Master L2H2", "VF1", _D, 8.9, 1300, 10.8, 140, 28_000),
    ),
    VehicleType.TRUCK: (
        Build("Volvo", "FL 250", "YV2", _D, 19.5, 6200, 34.0, 300, 41_000),
        Build("Scania", "P 220", "YS2", _D, 21.0, 7400, 38.0, 340, 38_000),
        Build("Volvo", "FE Electric", "YV2", _E, 95.0, 5800, 32.0, 300, 22_000),
    ),
    VehicleType.CAR: (
        Build("Škoda", "Octavia Combi", "TMB", EnergyType.HYBRID, 4.7, 480, 1.6, 40, 19_000),
        Build("Renault", "Kangoo E-Tech", "VF1", _E, 19.2, 600, 3.3, 60, 17_000),
        Build("Opel", "Combo Cargo", "W0V", _P, 6.4, 650, 3.8, 60, 18_000),
    ),
    VehicleType.BIKE: (
        Build("Urban Arrow", "Cargo XL", "", EnergyType.HUMAN, 0.8, 125, 0.6, 30, 4_100),
    ),
    VehicleType.SCOOTER: (
        Build("Silence", "S02", "VR9", _E, 4.2, 90, 0.2, 18, 7_800),
    ),
}  # fmt: skip
_SKILLS = {
    **dict.fromkeys((3, 7, 11, 16, 20), ("cooled", "fragile")),
    **dict.fromkeys((5, 12, 18), ("heavy", "tail lift")),
    **dict.fromkeys((2, 9, 15, 22), ("fragile", "two people")),
    10: ("hazardous",),
}
_TRAINING = ("first aid", "sales", "English", "trainer", "first aid")
"""What drivers have learnt; what goods need is a matter of the vehicle."""
_EQUIPMENT = {
    VehicleType.VAN: ("trolley", "straps", "card reader"),
    VehicleType.TRUCK: ("ramp", "trolley", "straps"),
    VehicleType.CAR: ("card reader",),
    VehicleType.BIKE: ("card reader",),
    VehicleType.SCOOTER: (),
}
_YEARS = (2018, 2019, 2020, 2021, 2021, 2022, 2022, 2023, 2024, 2024, 2025)


@dataclass(frozen=True)
class Detail:
    """One vehicle: its build, model year, and how far it went, in km and engine hours."""

    crew: Crew
    build: Build
    year: int
    odometer_km: float
    engine_hours: float
    vin: str | None

    @property
    def skills(self) -> tuple[str, ...]:
        """What it can carry that others cannot."""
        return _SKILLS.get(self.crew.number, ())

    @property
    def daily_km(self) -> float:
        """How far it goes on a working day or not, on average."""
        return self.build.yearly_km / 365

    def columns(self) -> dict[str, Any]:
        """What the record says beyond name, registration and type."""
        build, workshop = self.build, self.crew.number == IN_WORKSHOP
        return {
            "make": build.make, "model": build.model, "year": self.year, "vin": self.vin,
            "energy": build.energy, "consumption_per_100km": build.consumption,
            "capacity_kg": build.kg, "capacity_m3": build.m3, "capacity_parcels": build.parcels,
            "skills": list(self.skills), "equipment": list(_EQUIPMENT[self.crew.type]),
            "odometer_m": self.odometer_km * 1000, "engine_s": self.engine_hours * 3600,
            "status": VehicleStatus.WORKSHOP if workshop else VehicleStatus.ACTIVE,
            "external_reference": f"V-{1000 + self.crew.number}",
        }  # fmt: skip


def details() -> list[Detail]:
    """Every vehicle of the cast, in its order."""
    made: dict[VehicleType, int] = {}
    found = []
    for crew in cast.CREWS:
        count = made[crew.type] = made.get(crew.type, -1) + 1
        found.append(_detail(crew, BUILDS[crew.type][count % len(BUILDS[crew.type])]))
    return found


def _detail(crew: Crew, build: Build) -> Detail:
    random = Random(f"vehicle {crew.number}")  # noqa: S311 - a demonstration, not a secret
    cycle = crew.type is VehicleType.BIKE
    year = random.choice(_YEARS[-6:] if build.energy is _E or cycle else _YEARS)
    driven = build.yearly_km * max(2026.9 - year - 0.5, 0.4) * random.uniform(0.85, 1.1)
    km = round(min(max(driven, 8_000.0 + 60 * crew.number), 239_500.0), 1)
    hours = 0.0 if cycle else round(km / random.uniform(24, 31), 1)
    return Detail(crew, build, year, km, hours, _vin(build, year, random) if build.maker else None)


def _vin(build: Build, year: int, random: Random) -> str:
    """Maker, vehicle description, year letter, plant and serial number: 17 characters."""
    described = "".join(random.choice(_LETTERS) for _ in range(6))
    letter = "JKLMNPRST"[year - 2018]
    return f"{build.maker}{described}{letter}{random.choice('ABEHX')}{random.randrange(10**6):06}"


DEPOTS = (
    ("Depot Centre", "Mon-Sun 00:00-24:00", "+358 9 5550 1100", "Night rounds start here."),
    ("Depot North", "Mon-Sun 05:30-24:00", "+358 9 5550 1200", ""),
    ("Depot South", "Mon-Sun 06:00-24:00", "+358 9 5550 1300", "Bikes and scooters charge here."),
)
"""Name, opening hours, phone, note. Each is open while crews of its own work."""


def depot_of(crew_number: int) -> int:
    """Which depot a crew starts from, as an index into `DEPOTS`."""
    if crew_number in NIGHT.crews:
        return 0  # the others are closed then
    return 2 if crew_number >= 23 else crew_number % 3


def reserves() -> list[Crew]:
    """The drivers without a vehicle of their own, numbered after the crews."""
    first = len(cast.CREWS) + 1
    return [Crew(number, "", VehicleType.VAN, name) for number, name in enumerate(_RESERVES, first)]


def driver_columns(crew: Crew, shift: str, today: dt.date) -> dict[str, Any]:
    """What a driver's record says beyond name, number, phone and vehicle."""
    random = Random(f"driver {crew.number}")  # noqa: S311
    classes = ["B"]
    if crew.type is VehicleType.TRUCK or crew.number in (2, 9, 27):
        classes = ["B", "C1", "C"]
    elif crew.type in (VehicleType.BIKE, VehicleType.SCOOTER):
        classes = ["AM", "B"]
    # A few licences run out soon, so that somebody has to look after them.
    days = {4: 11, 12: 26, 19: 44, 28: 58}.get(crew.number, random.randrange(200, 2900))
    spare = crew.number > len(cast.CREWS)
    off = spare or crew.number == IN_WORKSHOP
    return {
        "license_classes": classes, "license_expires_on": today + dt.timedelta(days=days),
        "email": crew.email, "language": "sv" if crew.number % 9 == 0 else "fi", "shift": shift,
        "skills": [_TRAINING[crew.number % len(_TRAINING)]] if crew.number % 3 == 0 else [],
        "status": DriverStatus.OFF_DUTY if off else DriverStatus.ON_DUTY,
        "external_reference": f"EMP-{2000 + crew.number}",
    }  # fmt: skip

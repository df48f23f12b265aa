"""The demo's maintenance: what comes back, what was done in a year, what is due. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from fleet_app.fleet.maintenance.models import MaintenanceKind, WorkOrderStatus
from fleet_app.fleet.models import EnergyType, VehicleType
from fleet_app.simulation.demo.garage import IN_WORKSHOP, Detail
from fleet_app.simulation.demo.rounds import moment

K = MaintenanceKind
_GARAGES = ("Autohuolto Vallila", "Korjaamo Ruoho & Pojat", "Raskaskone Tikkurila")
_CYCLES, _TYRES, _STATION = "Pyöräpaja Kallio", "Rengaspiste Sörnäinen", "Katsastus Malmi"


@dataclass(frozen=True)
class Plan:
    """Work that comes back every so many km and days, and what it costs."""

    name: str
    kind: MaintenanceKind
    every_km: float | None
    every_days: int
    cost: tuple[int, int]
    supplier: str
    did: str


@dataclass(frozen=True)
class Upkeep:
    """One schedule of one vehicle, with its last time and what was done before."""

    detail: Detail
    plan: Plan
    schedule: dict[str, Any]
    records: Sequence[dict[str, Any]]


_SERVICE = Plan("Service", K.SERVICE, 25_000, 365, (320, 780), _GARAGES[0], "Oil, filters, fluids")
_ELECTRIC = Plan("Service", K.SERVICE, 30_000, 365, (180, 390), _GARAGES[0], "Brake fluid, filters")
_HEAVY = Plan("Service", K.SERVICE, 40_000, 270, (780, 1650), _GARAGES[2], "Oil, filters, greasing")
_INSPECTION = Plan("Inspection", K.INSPECTION, None, 365, (58, 96), _STATION, "Passed")
_WHEELS = Plan(
    "Tyre change", K.TYRES, None, 183, (90, 140), _TYRES, "Season's tyres, tread checked"
)
_BRAKES = Plan("Brake check", K.BRAKES, 15_000, 200, (110, 480), _GARAGES[1], "Pads measured")
_CYCLE = Plan("Bike check", K.SERVICE, 1_500, 90, (60, 130), _CYCLES, "Chain, brakes, spokes")
_LIFT = Plan(
    "Tail lift check", K.INSPECTION, None, 365, (140, 210), _GARAGES[2], "Load test passed"
)
_REPAIRS = (
    ("Windscreen chip filled", 85), ("Sliding door roller replaced", 240), ("New wiper motor", 190),
    ("Parking damage, rear bumper painted", 640), ("Battery 12 V replaced", 210),
    ("Side mirror replaced", 175), ("Exhaust bracket welded", 130), ("Headlamp unit", 330),
)  # fmt: skip
_LAST_TIME = {
    # (crew, plan): share of the interval that is over; above 1 is overdue
    (4, "Service"): 1.04, (12, "Tail lift check"): 1.03, (8, "Inspection"): 0.98,
    (16, "Brake check"): 0.985, (19, "Service"): 0.985, (23, "Bike check"): 0.92,
    (10, "Inspection"): 0.975,
}  # fmt: skip


def upkeep_of(details: Sequence[Detail], today: dt.date) -> list[Upkeep]:
    """Every schedule of every vehicle."""
    return [
        _upkeep(detail, plan, today) for detail in details for plan in _plans(detail)
    ]  # fmt: skip


def _plans(detail: Detail) -> Iterator[Plan]:
    kind = detail.crew.type
    if kind is VehicleType.BIKE:
        yield _CYCLE
        return
    if kind is VehicleType.TRUCK:
        yield from (_HEAVY, _LIFT)
    else:
        yield _ELECTRIC if detail.build.energy is EnergyType.ELECTRIC else _SERVICE
    if kind is not VehicleType.SCOOTER:
        yield from (_INSPECTION, _WHEELS)
    yield _BRAKES


def _upkeep(detail: Detail, plan: Plan, today: dt.date) -> Upkeep:
    random = Random(f"upkeep {detail.crew.number} {plan.name}")  # noqa: S311 - a demonstration
    over = _LAST_TIME.get((detail.crew.number, plan.name)) or random.uniform(0.05, 0.85)
    # Whichever criterion is first decides, so the days are measured against the kilometres too.
    interval = plan.every_days
    if plan.every_km is not None:
        interval = min(interval, int(plan.every_km / detail.daily_km))
    gone = max(round(interval * over), 1)
    days = range(gone, max(366, gone + 1), interval)
    records = [_record(detail, plan, today, passed, random) for passed in days]
    schedule = {
        "name": plan.name, "kind": plan.kind, "every_km": plan.every_km,
        "every_days": plan.every_days, "last_on": today - timedelta(days=gone),
        "last_km": _km(detail, gone) if plan.every_km else None,
        "warn_km": 1000.0 if (plan.every_km or 0) > 10_000 else 150.0,
        "external_reference": f"MS-{detail.crew.number:02}-{plan.name.replace(' ', '-').lower()}",
    }  # fmt: skip
    return Upkeep(detail, plan, schedule, records)


def _km(detail: Detail, days_ago: int) -> float:
    return round(max(detail.odometer_km - days_ago * detail.daily_km, 10.0))


def _record(
    detail: Detail, plan: Plan, today: dt.date, days_ago: int, random: Random
) -> dict[str, Any]:
    km = _km(detail, days_ago)
    share = km / detail.odometer_km
    return {
        "date": today - timedelta(days=days_ago), "kind": plan.kind.value,
        "description": plan.did, "odometer_km": km, "supplier": plan.supplier,
        "engine_hours": round(detail.engine_hours * share, 1) if detail.engine_hours else None,
        "invoice_number": f"{random.randrange(10_000, 99_999)}",
        "cost": float(random.randrange(*plan.cost)) + random.choice((0.0, 0.5, 0.9)),
    }  # fmt: skip


def repairs_of(
    details: Sequence[Detail], today: dt.date
) -> Iterator[tuple[Detail, dict[str, Any]]]:
    """What broke in the past year, and washing."""
    for detail in details:
        random = Random(f"repairs {detail.crew.number}")  # noqa: S311
        if detail.crew.type is VehicleType.BIKE:
            continue
        for _ in range(random.randrange(3)):
            did, price = random.choice(_REPAIRS)
            plan = Plan("", K.REPAIR, None, 0, (price, price + 60), random.choice(_GARAGES), did)
            yield detail, _record(detail, plan, today, random.randrange(6, 350), random)
        for ago in range(random.randrange(10, 60), 360, 90):
            plan = Plan(
                "", K.CLEANING, None, 0, (25, 49), "Pesula Lauttasaari", "Wash and interior"
            )
            yield detail, _record(detail, plan, today, ago, random)


def work_orders(today: dt.date) -> list[tuple[int, str | None, dict[str, Any]]]:
    """(crew, name of the schedule it is for, the order)."""
    since = moment(today - timedelta(days=1), dt.time(8, 40))
    discs = {
        "title": "Replace brake discs and pads", "kind": K.BRAKES, "supplier": _GARAGES[1],
        "cost": 410.0, "note": "Discs are ordered.", "due_on": today + timedelta(days=2),
        "status": WorkOrderStatus.IN_PROGRESS, "started_at": since,
    }  # fmt: skip
    service = {
        "title": "Overdue service", "kind": K.SERVICE, "supplier": _GARAGES[0], "cost": 520.0,
        "note": "Needs a replacement vehicle for half a day.", "due_on": today + timedelta(days=3),
    }  # fmt: skip
    lift = {
        "title": "Tail lift closes slowly", "kind": K.REPAIR, "supplier": _GARAGES[2],
        "note": "Driver's report: worse when it is cold.", "due_on": today + timedelta(days=6),
    }  # fmt: skip
    chip = {
        "title": "Stone chip in the windscreen", "kind": K.REPAIR, "supplier": _GARAGES[0],
        "cost": 90.0, "due_on": today + timedelta(days=9), "blocks_vehicle": False,
    }  # fmt: skip
    return [
        (IN_WORKSHOP, "Brake check", discs), (4, "Service", service), (12, None, lift),
        (9, None, chip),
    ]  # fmt: skip


def done_order(upkeep: Upkeep, today: dt.date) -> Mapping[str, Any] | None:
    """The finished work order of a schedule's last time, for work of the past weeks."""
    record = upkeep.records[0]
    days = (today - record["date"]).days
    if not 0 < days < 60 or upkeep.plan.kind is K.INSPECTION:
        return None
    day = record["date"]
    return {
        "title": upkeep.plan.name, "kind": upkeep.plan.kind, "status": WorkOrderStatus.DONE,
        "due_on": day, "started_at": moment(day, dt.time(8)), "note": "",
        "finished_at": moment(day, dt.time(15, 10)), "supplier": record["supplier"],
        "cost": record["cost"],
    }  # fmt: skip

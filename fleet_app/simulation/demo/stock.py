"""What the demo's fleet owns, stored: depots, vehicles, drivers, customers, papers, maintenance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.models import Customer
from fleet_app.fleet.maintenance.models import MaintenanceRecord, MaintenanceSchedule, WorkOrder
from fleet_app.fleet.models import Depot, Driver, Vehicle
from fleet_app.identity.models import User
from fleet_app.records.models import SavedView
from fleet_app.routing.geocoding.ports import Place
from fleet_app.simulation.cast import Crew
from fleet_app.simulation.demo import garage, workshop
from fleet_app.simulation.demo.bulk import copy_in
from fleet_app.simulation.demo.clients import CUSTOMERS, Client
from fleet_app.simulation.demo.company import Company, Point
from fleet_app.simulation.demo.garage import Detail
from fleet_app.simulation.demo.orders import shift_text
from fleet_app.simulation.demo.papers import papers

Row = TypeVar("Row", bound=SQLModel)
_DEPOT_REFERENCE = "DEPOT-1"
_WITHOUT_MAP = (
    ("Kaikukatu 4, 00530 Helsinki", 60.1840, 24.9580),
    ("Pasilankatu 2, 00240 Helsinki", 60.1990, 24.9340),
    ("Punavuorenkatu 20, 00150 Helsinki", 60.1600, 24.9360),
)
"""Where the depots are in an installation whose map has no addresses."""
_VIEWS: tuple[tuple[str, str, dict[str, str], str], ...] = (
    ("deliveries", "Waiting to be planned", {"status": "created,rescheduled"}, "due_on"),
    ("deliveries", "Did not work out", {"status": "failed,rescheduled,returned"}, "-status_at"),
    (
        "deliveries",
        "On the road now",
        {"status": "out_for_delivery,arriving,arrived"},
        "-status_at",
    ),
)


async def is_equipped(session: AsyncSession, fleet_id: int) -> bool:
    """Whether depots, papers and maintenance were stored before, even if deleted since."""
    same = (col(Depot.fleet_id) == fleet_id, col(Depot.external_reference) == _DEPOT_REFERENCE)
    return (await session.exec(select(Depot.id).where(*same))).first() is not None


async def depots_of(session: AsyncSession, fleet_id: int, places: Sequence[Place]) -> list[Depot]:
    """The three depots, made when they are not there."""
    sites = depot_sites(places)
    made = []
    for number, (name, hours, phone, note) in enumerate(garage.DEPOTS):
        address, lat, lon = sites[number]
        depot = Depot(
            fleet_id=fleet_id, name=name, address=address, lat=lat, lon=lon, opening_hours=hours,
            phone=phone, note=note, external_reference=f"DEPOT-{number + 1}",
        )  # fmt: skip
        made.append(await get_or_add(session, depot, "fleet_id", "external_reference"))
    return made


def depot_sites(places: Sequence[Place]) -> list[tuple[str, float, float]]:
    """Address, latitude and longitude of the depots: houses that no customer lives in."""
    free = list(places[CUSTOMERS:]) or list(places)
    if len(free) < len(garage.DEPOTS):
        return list(_WITHOUT_MAP)
    by_lat = sorted(free, key=lambda place: place.lat)
    chosen = (by_lat[len(by_lat) // 2], by_lat[-1], by_lat[0])
    return [(place.label, place.lat, place.lon) for place in chosen]


async def vehicle_of(session: AsyncSession, fleet_id: int, detail: Detail, depot: Depot) -> Vehicle:
    """The vehicle; what nobody has touched since an earlier version is completed."""
    crew = detail.crew
    vehicle = Vehicle(
        fleet_id=fleet_id, name=crew.name, registration_number=crew.registration, type=crew.type
    )
    stored = await get_or_add(session, vehicle, "fleet_id", "registration_number")
    if stored.version == 1 and stored.make is None:
        _fill(session, stored, {**detail.columns(), "depot_id": depot.id})
    return stored


async def driver_of(
    session: AsyncSession, fleet_id: int, crew: Crew, depot: Depot, today: dt.date,
    *, user: User | None = None, vehicle: Vehicle | None = None,
) -> Driver:  # fmt: skip
    """The driver, completed alike."""
    driver = Driver(
        fleet_id=fleet_id, user_id=user.id if user else None,
        vehicle_id=vehicle.id if vehicle else None, name=crew.driver,
        license_number=crew.license_number, phone=crew.phone,
    )  # fmt: skip
    stored = await get_or_add(session, driver, "fleet_id", "license_number")
    if stored.version == 1 and not stored.license_classes:
        more = garage.driver_columns(crew, shift_text(crew.number), today)
        _fill(session, stored, {**more, "depot_id": depot.id})
    return stored


def _fill(session: AsyncSession, row: SQLModel, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    session.add(row)


async def store_customers(
    session: AsyncSession, fleet_id: int, clients: Sequence[Client], now: datetime
) -> int:
    """Those who were never stored; how many."""
    query = select(Customer.external_reference).where(col(Customer.fleet_id) == fleet_id)
    known = set(await session.exec(query))
    new = [client for client in clients if client.reference not in known]
    rows = []
    for client in new:
        since = now - timedelta(days=40 + client.number * 2)
        row = client.columns(fleet_id)
        agreed = since if row["consent_email"] or row["consent_sms"] else None
        rows.append({**row, "consent_at": agreed, "created_at": since, "updated_at": since})
    await copy_in(session, Customer, rows)
    return len(rows)


async def equip(
    session: AsyncSession, company: Company, views_of: User, today: dt.date
) -> dict[str, int]:
    """Papers, maintenance and shared views, once; how many of each."""
    details = garage.details()
    documents = list(papers(company, details, today))
    views = [
        SavedView(fleet_id=company.fleet_id, user_id=views_of.id or 0, kind=kind, name=name,
                  shared=True, settings={"filters": filters, "sort": sort})
        for kind, name, filters, sort in _VIEWS
    ]  # fmt: skip
    session.add_all([*documents, *views])
    counts = await _maintain(session, company, details, today)
    return {"documents": len(documents), "views": len(views), **counts}


async def _maintain(
    session: AsyncSession, company: Company, details: list[Detail], today: dt.date
) -> dict[str, int]:
    def owner(detail_or_crew: int) -> dict[str, Any]:
        return {"fleet_id": company.fleet_id, "vehicle_id": company.vehicles[detail_or_crew].id}

    upkeep = workshop.upkeep_of(details, today)
    schedules = {
        (one.detail.crew.number, one.plan.name): MaintenanceSchedule(
            **owner(one.detail.crew.number), **one.schedule
        )
        for one in upkeep
    }
    session.add_all(schedules.values())
    await session.flush()
    orders = [
        WorkOrder(**owner(crew), **order, schedule_id=schedules[crew, plan].id if plan else None)
        for crew, plan, order in workshop.work_orders(today)
    ]
    records = []
    for one in upkeep:
        crew = one.detail.crew.number
        made = [MaintenanceRecord(**owner(crew), **record) for record in one.records]
        if order := workshop.done_order(one, today):
            schedule = schedules[crew, one.plan.name]
            done = WorkOrder(**owner(crew), **order, schedule_id=schedule.id)
            session.add(done)
            await session.flush()
            made[0].work_order_id = done.id
        records += made
    for detail, record in workshop.repairs_of(details, today):
        records.append(MaintenanceRecord(**owner(detail.crew.number), **record))
    session.add_all([*orders, *records])
    await session.flush()
    return {"maintenance_schedules": len(schedules), "maintenance_records": len(records)}


async def company_of(
    session: AsyncSession, fleet_id: int, users: Mapping[str, User], dispatcher: User,
    *, places: Sequence[Place], today: dt.date,
) -> Company:  # fmt: skip
    """Depots, vehicles and drivers, completed. `users` by e-mail."""
    depots = await depots_of(session, fleet_id, places)
    vehicles, drivers = {}, {}
    for detail in garage.details():
        crew, depot = detail.crew, depots[garage.depot_of(detail.crew.number)]
        vehicle = await vehicle_of(session, fleet_id, detail, depot)
        vehicles[crew.number] = vehicle
        drivers[crew.number] = await driver_of(
            session, fleet_id, crew, depot, today, user=users[crew.email], vehicle=vehicle
        )
    spare = [
        await driver_of(session, fleet_id, crew, depots[garage.depot_of(crew.number)], today)
        for crew in garage.reserves()
    ]
    sites: list[Point] = [(lat, lon) for _, lat, lon in depot_sites(places)]
    return Company(fleet_id, depots, sites, vehicles, drivers, spare, dispatcher)


async def get_or_add(session: AsyncSession, row: Row, *key: str) -> Row:
    """The stored row with the same `key` columns, or `row` itself, now stored."""
    kind: Any = type(row)
    same = [getattr(kind, name) == getattr(row, name) for name in key]
    existing: Row | None = (await session.exec(select(kind).where(*same))).first()
    return existing if existing is not None else await add(session, row)


async def add(session: AsyncSession, row: Row) -> Row:
    """Store a row; its id is known afterwards."""
    session.add(row)
    await session.flush()
    return row

"""The demo's documents: registrations, insurances, inspections, licences and permits. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from random import Random
from typing import Any

from fleet_app.fleet.models import Document, DocumentType, VehicleType
from fleet_app.simulation.demo.company import Company
from fleet_app.simulation.demo.garage import Detail

T = DocumentType
_SOON = {(6, T.INSURANCE): 18, (15, T.INSPECTION): 9, (21, T.INSURANCE): 33, (18, T.PERMIT): -3}
"""(crew, document) -> days until it runs out, where somebody should notice."""


def papers(company: Company, details: list[Detail], today: dt.date) -> Iterator[Document]:
    """Every document of every vehicle and driver."""
    for detail in details:
        if detail.crew.type is VehicleType.BIKE:
            continue
        vehicle = company.vehicles[detail.crew.number]
        for type_, name, years in _of_vehicle(detail):
            yield _paper(
                company, detail.crew.number, type_, name, years=years, today=today,
                vehicle_id=vehicle.id,
            )  # fmt: skip
    for number, driver in company.drivers.items():
        until = driver.license_expires_on
        licence = _paper(
            company, number, T.LICENCE, f"Driving licence, {driver.name}", years=5, today=today,
            driver_id=driver.id,
        )  # fmt: skip
        licence.number, licence.expires_on = driver.license_number, until
        if until is not None:
            licence.issued_on = until - dt.timedelta(days=5 * 365)
        yield licence


def _of_vehicle(detail: Detail) -> Iterator[tuple[DocumentType, str, int]]:
    plate = detail.crew.registration
    yield T.REGISTRATION, f"Registration {plate}", 0
    yield T.INSURANCE, f"Motor insurance {plate}", 1
    if detail.crew.type is not VehicleType.SCOOTER:
        yield T.INSPECTION, f"Inspection {plate}", 1
    if detail.crew.type is VehicleType.TRUCK:
        yield T.PERMIT, f"Goods traffic permit {plate}", 5


def _paper(
    company: Company, crew: int, type_: DocumentType, name: str, *, years: int, today: dt.date,
    **owner: Any,
) -> Document:  # fmt: skip
    random = Random(f"paper {crew} {type_.value}")  # noqa: S311 - a demonstration, not a secret
    left = _SOON.get((crew, type_)) or random.randrange(50, max(365 * years - 10, 51))
    until = today + dt.timedelta(days=left) if years else None
    issued = until - dt.timedelta(days=365 * years) if until else today - dt.timedelta(days=700)
    letter = type_.value[0].upper()
    return Document(
        fleet_id=company.fleet_id, name=name, type=type_, issued_on=issued, expires_on=until,
        number=f"{letter}-{random.randrange(100_000, 999_999)}",
        external_reference=f"D-{crew:02}-{type_.value}", **owner,
    )  # fmt: skip

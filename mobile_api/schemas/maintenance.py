"""What is due, work orders and costs as the API shows them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from fleet_app.fleet.maintenance.costs import CostReport
from fleet_app.fleet.maintenance.due import Reading
from fleet_app.fleet.maintenance.due_list import DueRow
from fleet_app.fleet.maintenance.models import WorkOrder
from fleet_app.fleet.maintenance.service import NEXT, Completion
from fleet_app.records.types import Line, Lines
from mobile_api.schemas.records import NOT_ALLOWED, STALE, UNKNOWN, answers, with_etag

_MOST_KM, _MOST_HOURS = 10_000_000, 1_000_000
Kilometres = Annotated[float, Field(ge=0, le=_MOST_KM)]
Hours = Annotated[float, Field(ge=0, le=_MOST_HOURS)]


def _line(length: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, max_length=length)


class OdometerBody(BaseModel):
    """What somebody read off the dashboard."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"odometer_km": 84210.4}}
    )

    odometer_km: Kilometres
    engine_hours: Hours | None = None
    correction: bool = Field(
        default=False,
        description="The last reading was wrong: lets this one be below it.",
    )


class CompletionBody(BaseModel):
    """What is known about finished work; what is left out stays as the work order says."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"cost": 412.5, "odometer_km": 84210.4, "invoice_number": "R-2026-117"}
        },
    )

    done_on: dt.date | None = Field(
        default=None, ge=dt.date(1970, 1, 1), description="Today where the fleet is, unless told."
    )
    odometer_km: Kilometres | None = Field(
        default=None, description="The present reading, unless told."
    )
    engine_hours: Hours | None = None
    cost: float | None = Field(
        default=None, ge=0, le=9_999_999, description="In the fleet's currency."
    )
    supplier: Annotated[Line, _line(120)] | None = None
    invoice_number: Annotated[Line, _line(60)] | None = None
    note: Annotated[Lines, StringConstraints(max_length=2000)] | None = None
    correction: bool = Field(
        default=False,
        description="A reading below the vehicle's is right; as of today it sets the vehicle back.",
    )

    def completion(self) -> Completion:
        """What the service is told."""
        return Completion(**self.model_dump())


def due_view(row: DueRow) -> dict[str, Any]:
    """A schedule with what is left of its interval."""
    schedule, vehicle, state = row.schedule, row.vehicle, row.state
    return {
        "schedule_id": schedule.id,
        "fleet_id": schedule.fleet_id,
        "name": schedule.name,
        "kind": schedule.kind,
        "vehicle_id": vehicle.id,
        "vehicle": {"id": vehicle.id, "label": vehicle.name},
        "registration_number": vehicle.registration_number,
        "vehicle_status": vehicle.status,
        "state": state.status,
        "criterion": state.criterion,
        "remaining_km": tenths(state.remaining_km),
        "remaining_hours": tenths(state.remaining_hours),
        "remaining_days": state.remaining_days,
        "odometer_km": tenths(row.reading.odometer_km),
        "engine_hours": tenths(row.reading.engine_hours),
        "work_order_id": row.work_order_id,
    }


def order_view(order: WorkOrder, **more: Any) -> dict[str, Any]:
    """A work order, and what may become of it."""
    return {
        "id": order.id,
        "fleet_id": order.fleet_id,
        "version": order.version,
        "title": order.title,
        "kind": order.kind,
        "status": order.status,
        "legal_next": list(NEXT[order.status]),
        "vehicle_id": order.vehicle_id,
        "schedule_id": order.schedule_id,
        "blocks_vehicle": order.blocks_vehicle,
        "due_on": order.due_on,
        "started_at": order.started_at,
        "finished_at": order.finished_at,
        "supplier": order.supplier,
        "cost": order.cost,
        "note": order.note,
        **more,
    }


def reading_view(vehicle_id: int, reading: Reading) -> dict[str, Any]:
    """What a vehicle shows now."""
    return {
        "vehicle_id": vehicle_id,
        "odometer_km": tenths(reading.odometer_km),
        "engine_hours": tenths(reading.engine_hours),
    }


def costs_view(report: CostReport) -> dict[str, Any]:
    """A vehicle's costs; months as `2026-11`."""
    rows = [
        {"month": f"{r.month:%Y-%m}", "kind": r.kind, "jobs": r.jobs, "cost": round(r.cost, 2)}
        for r in report.rows
    ]
    return {
        "vehicle_id": report.vehicle_id,
        "currency": report.currency,
        "since": report.since,
        "total": report.total,
        "rows": rows,
    }


def tenths(value: float | None) -> float | None:
    """As dashboards show it."""
    return None if value is None else round(value, 1)


_ILLEGAL = "Not from the present status; `error.fields.status` says what may follow."
_DUE = {
    "schedule_id": 5, "fleet_id": 1, "name": "Yearly service", "kind": "service", "vehicle_id": 12,
    "vehicle": {"id": 12, "label": "Van 12"}, "registration_number": "ABC-123",
    "vehicle_status": "active", "state": "overdue", "criterion": "km", "remaining_km": -210.4,
    "remaining_hours": None, "remaining_days": 41, "odometer_km": 84210.4, "engine_hours": 2120.5,
    "work_order_id": None,
}  # fmt: skip
_ORDER = {
    "id": 31, "fleet_id": 1, "version": 2, "title": "Replace brake pads", "kind": "brakes",
    "status": "in_progress", "legal_next": ["done", "cancelled"], "vehicle_id": 12,
    "schedule_id": None, "blocks_vehicle": True, "due_on": "2026-12-01",
    "started_at": "2026-11-22T10:15:30Z", "finished_at": None, "supplier": "City Garage",
    "cost": 310.0, "note": "",
}  # fmt: skip
_FINISHED = _ORDER | {
    "version": 3, "status": "done", "legal_next": ["open"], "cost": 412.5,
    "finished_at": "2026-11-22T15:00:00Z", "maintenance_record_id": 77,
}  # fmt: skip
_BACKWARDS = "Below the last reading, and not marked as a correction."
_STEP: dict[str, Any] = {"_403": NOT_ALLOWED, "_404": UNKNOWN, "_409": _ILLEGAL, "_412": STALE}
DUE = answers([_DUE], _403=NOT_ALLOWED, _404=UNKNOWN)
STEP = with_etag(answers(_ORDER, **_STEP))
_NEEDED = {
    "code": "vehicle_needed",
    "message": "North 1 on 23 Nov 2026 needs this vehicle and is published",
    "delivery_ids": [],
}
STARTED = with_etag(answers(_ORDER | {"warnings": [_NEEDED]}, **_STEP))
FINISHED = with_etag(answers(_FINISHED, **_STEP | {"_409": f"{_ILLEGAL} Or: {_BACKWARDS}"}))
READING = with_etag(
    answers(
        {"vehicle_id": 12, "odometer_km": 84210.4, "engine_hours": 2120.5},
        _403=NOT_ALLOWED,
        _404=UNKNOWN,
        _409=_BACKWARDS,
        _412=STALE,
    )
)
COSTS = answers(
    {
        "vehicle_id": 12,
        "currency": "EUR",
        "since": "2026-10-01",
        "total": 480.5,
        "rows": [{"month": "2026-11", "kind": "tyres", "jobs": 2, "cost": 480.5}],
    },
    _403=NOT_ALLOWED,
    _404=UNKNOWN,
)

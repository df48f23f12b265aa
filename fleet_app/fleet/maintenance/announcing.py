"""Tells once that work has become due, and once that it is overdue."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import case, null
from sqlalchemy import select as select_columns
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.fleet.maintenance.due import DueState, DueStatus, Reading, due_state
from fleet_app.fleet.maintenance.due_sql import DueSql, due_sql, from_schedules
from fleet_app.fleet.maintenance.models import MaintenanceSchedule
from fleet_app.fleet.models import Vehicle
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.events import DomainEvent, publish

DUE, OVERDUE = "due", "overdue"
"""What `MaintenanceSchedule.announced` says; None while nothing is due."""
AT_ONCE = 500
_LEVELS = {None: 0, DUE: 1, OVERDUE: 2}


async def announce_due(
    session: AsyncSession, now: datetime | None = None, *, vehicle_id: int | None = None
) -> int:
    """Publish `maintenance.due` and `maintenance.overdue` for schedules that crossed a line.

    Looks at one vehicle's schedules, or at `AT_ONCE` of all; returns how many it brought up to
    date. A schedule that went back (work done, an odometer set right) may cross again. Rows are
    locked and looked at again, so that nobody else announces the same crossing.
    """
    now = now or utc_now()
    rows = (await session.exec(_crossed(await due_sql(session, now), vehicle_id))).all()
    for schedule, vehicle, level, today, km, hours in rows:
        if _LEVELS[level] > _LEVELS.get(schedule.announced, 0):
            state = due_state(schedule, Reading(km, hours), today)
            publish(session, _event(schedule, vehicle, level, state, now))
        # No new version: nobody sees this column, and who is editing must not be disturbed.
        schedule.announced = level
        session.add(schedule)
    return len(rows)


def _crossed(due: DueSql, vehicle_id: int | None) -> Any:
    schedule = MaintenanceSchedule
    level = case(
        (due.status == DueStatus.OVERDUE.value, OVERDUE),
        (due.status == DueStatus.DUE_SOON.value, DUE),
        else_=null(),
    )
    columns = (schedule, Vehicle, level, due.today, due.km, due.hours)
    query = from_schedules(select_columns(*columns)).where(
        due.status != DueStatus.UNKNOWN.value,
        col(schedule.announced).is_distinct_from(level),
    )
    if vehicle_id is not None:
        query = query.where(col(schedule.vehicle_id) == vehicle_id)
    return (
        query.order_by(col(schedule.id))
        .limit(AT_ONCE)
        # Somebody who is changing a schedule announces it; the hourly look must not wait for them.
        .with_for_update(of=schedule, skip_locked=vehicle_id is None)
        .execution_options(populate_existing=True)
    )


def _event(
    schedule: MaintenanceSchedule, vehicle: Vehicle, level: str, state: DueState, now: datetime
) -> DomainEvent:
    return DomainEvent(
        type=f"maintenance.{level}",
        fleet_id=schedule.fleet_id,
        subject=f"maintenance_schedule:{schedule.id}",
        occurred_at=now,
        data={
            "vehicle_id": schedule.vehicle_id,
            "vehicle": vehicle.name,
            "name": schedule.name,
            "kind": schedule.kind,
            "criterion": state.criterion,
            "remaining_km": state.remaining_km,
            "remaining_hours": state.remaining_hours,
            "remaining_days": state.remaining_days,
        },
    )

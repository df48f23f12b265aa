"""What is due in a fleet, the most urgent first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import authorize, fleet_in_view
from fleet_app.fleet.maintenance.due import DueState, DueStatus, Reading, due_state
from fleet_app.fleet.maintenance.due_sql import DueSql, due_sql, from_schedules
from fleet_app.fleet.maintenance.models import MaintenanceSchedule, WorkOrder, WorkOrderStatus
from fleet_app.fleet.models import Vehicle
from fleet_app.kernel.clock import Clock, utc_now

_OPEN = (WorkOrderStatus.OPEN, WorkOrderStatus.IN_PROGRESS)


class DueQuery(msgspec.Struct, frozen=True, kw_only=True):
    """One page; `page` counts from 1. No `statuses` means all of them."""

    page: int = 1
    limit: int = 50
    statuses: Sequence[DueStatus] = ()
    vehicle_id: int | None = None
    fleet_id: int | None = None


class DueRow(msgspec.Struct, frozen=True, kw_only=True):
    """A schedule with its vehicle, reading and state, and the work order under way for it."""

    schedule: MaintenanceSchedule
    vehicle: Vehicle
    reading: Reading
    state: DueState
    work_order_id: int | None


class DueList:
    """The schedules of one fleet (of all, for administrators), in the caller's transaction."""

    def __init__(self, session: AsyncSession, clock: Clock = utc_now) -> None:
        self._session = session
        self._clock = clock

    async def page(self, actor: Actor, wanted: DueQuery) -> tuple[list[DueRow], int]:
        """One page and how many there are. Raises `Forbidden`, `NotFound` for the fleet."""
        authorize(actor.principal, "maintenance.due")
        fleet_id = fleet_in_view(actor.principal, wanted.fleet_id)
        due = await due_sql(self._session, self._clock())
        columns = (MaintenanceSchedule, Vehicle, due.km, due.hours, due.today, _order_id())
        query = _narrowed(from_schedules(select_columns(*columns)), due, wanted, fleet_id)
        total = await self._count(query)
        schedule_id = col(MaintenanceSchedule.id)
        query = query.order_by(due.rank, due.urgency.asc().nulls_last(), schedule_id)
        query = query.offset((wanted.page - 1) * wanted.limit).limit(wanted.limit)
        found = (await self._session.exec(query)).all()
        return [_row(values) for values in found], total

    async def counts(self, actor: Actor, fleet_id: int | None = None) -> dict[DueStatus, int]:
        """How many schedules there are in each state, those without any included."""
        authorize(actor.principal, "maintenance.due")
        owner = fleet_in_view(actor.principal, fleet_id)
        due = await due_sql(self._session, self._clock())
        status = due.status.label("due_status")
        query = from_schedules(select(status, func.count()))
        query = _narrowed(query, due, DueQuery(), owner).group_by(status)
        found = {DueStatus(name): n for name, n in (await self._session.exec(query)).all()}
        return {one: found.get(one, 0) for one in DueStatus}

    async def _count(self, query: Any) -> int:
        inner = query.with_only_columns(col(MaintenanceSchedule.id)).subquery()
        return int((await self._session.exec(select(func.count()).select_from(inner))).one())


def _narrowed(query: Any, due: DueSql, wanted: DueQuery, fleet_id: int | None) -> Any:
    if fleet_id is not None:
        query = query.where(col(MaintenanceSchedule.fleet_id) == fleet_id)
    if wanted.vehicle_id is not None:
        query = query.where(col(MaintenanceSchedule.vehicle_id) == wanted.vehicle_id)
    if wanted.statuses:
        query = query.where(due.status.in_([one.value for one in wanted.statuses]))
    return query


def _order_id() -> Any:
    """The oldest unfinished work order of a schedule."""
    query = select(func.min(WorkOrder.id)).where(
        col(WorkOrder.schedule_id) == col(MaintenanceSchedule.id),
        col(WorkOrder.status).in_(_OPEN),
        col(WorkOrder.deleted_at).is_(None),
    )
    return query.correlate(MaintenanceSchedule).scalar_subquery()


def _row(values: Any) -> DueRow:
    schedule, vehicle, km, hours, today, order_id = values
    reading = Reading(km, hours)
    return DueRow(
        schedule=schedule,
        vehicle=vehicle,
        reading=reading,
        state=due_state(schedule, reading, today),
        work_order_id=order_id,
    )

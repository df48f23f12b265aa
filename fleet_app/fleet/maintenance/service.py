"""The life of a work order, and what follows from it for the vehicle and its schedule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import authorize
from fleet_app.fleet.maintenance.announcing import announce_due
from fleet_app.fleet.maintenance.blocking import settle
from fleet_app.fleet.maintenance.changes import change, create
from fleet_app.fleet.maintenance.due import Reading
from fleet_app.fleet.maintenance.due_sql import local_day
from fleet_app.fleet.maintenance.errors import IllegalStep
from fleet_app.fleet.maintenance.models import (
    MaintenanceRecord,
    MaintenanceSchedule,
    WorkOrder,
    WorkOrderStatus,
)
from fleet_app.fleet.maintenance.readings import (
    locked_vehicle,
    move_reading,
    reading,
    require_forwards,
)
from fleet_app.fleet.models import Fleet, Vehicle
from fleet_app.kernel.clock import Clock, utc_now
from fleet_app.kernel.errors import InvalidInput, NotFound
from fleet_app.records.errors import Stale

_OPEN, _BUSY = WorkOrderStatus.OPEN, WorkOrderStatus.IN_PROGRESS
_DONE, _CANCELLED = WorkOrderStatus.DONE, WorkOrderStatus.CANCELLED
NEXT: Mapping[WorkOrderStatus, tuple[WorkOrderStatus, ...]] = {
    _OPEN: (_BUSY, _CANCELLED),
    _BUSY: (_DONE, _CANCELLED),
    _DONE: (_OPEN,),
    _CANCELLED: (_OPEN,),
}
"""Status -> statuses that may follow."""


class Completion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known when work is finished; what is left out stays as the order says.

    `done_on` is today unless told; the odometer (km) and engine hours are the vehicle's present
    ones; `cost` is in the fleet's currency. `correction` confirms a reading below the vehicle's.
    """

    done_on: dt.date | None = None
    odometer_km: float | None = None
    engine_hours: float | None = None
    cost: float | None = None
    supplier: str | None = None
    invoice_number: str | None = None
    note: str | None = None
    correction: bool = False


class MaintenanceService:
    """Work orders in the caller's transaction.

    Every method raises `Forbidden`, `NotFound`, `IllegalStep` with the legal next states, and
    `Stale` when `version` is given and not the order's any more.
    Locks are always taken in the same order: vehicle, order, schedule.
    """

    def __init__(self, session: AsyncSession, clock: Clock = utc_now) -> None:
        self._session = session
        self._clock = clock

    async def start(self, actor: Actor, order_id: int, *, version: int | None = None) -> WorkOrder:
        """Begin; the vehicle goes into the workshop when the order says so."""
        order, vehicle = await self._locked(actor, order_id, _BUSY, version)
        self._move(actor, order, _BUSY, "start", started_at=self._clock())
        await self._settle(actor, vehicle, was_blocked=False)
        return order

    async def cancel(self, actor: Actor, order_id: int, *, version: int | None = None) -> WorkOrder:
        """Give up; the vehicle comes back unless other work keeps it."""
        order, vehicle = await self._locked(actor, order_id, _CANCELLED, version)
        was_blocked = order.status is _BUSY and order.blocks_vehicle
        self._move(actor, order, _CANCELLED, "cancel", finished_at=self._clock())
        await self._settle(actor, vehicle, was_blocked=was_blocked)
        return order

    async def finish(
        self,
        actor: Actor,
        order_id: int,
        done: Completion | None = None,
        *,
        version: int | None = None,
    ) -> tuple[WorkOrder, MaintenanceRecord]:
        """Complete: the vehicle comes back, the work is on record, its schedule starts afresh.

        Raises `InvalidInput` for a day in the future, `ReadingBackwards` for a reading below the
        vehicle's that is not marked as a correction. A correction as of today sets the vehicle
        back; one as of an earlier day stays on the work's record.
        """
        done = done or Completion()
        order, vehicle = await self._locked(actor, order_id, _DONE, version)
        done_on = await self._day(vehicle, done.done_on)
        shown = await self._take_reading(actor, vehicle, done, done_on)
        said = {"cost": done.cost, "supplier": done.supplier, "note": done.note}
        said = {name: value for name, value in said.items() if value is not None}
        self._move(actor, order, _DONE, "finish", finished_at=self._clock(), **said)
        record = _record_of(order, done, done_on, shown)
        await create(self._session, actor, record)
        await self._restart_schedule(actor, order, done_on, shown)
        await self._settle(actor, vehicle, was_blocked=order.blocks_vehicle)
        await announce_due(self._session, self._clock(), vehicle_id=order.vehicle_id)
        return order, record

    async def reopen(self, actor: Actor, order_id: int, *, version: int | None = None) -> WorkOrder:
        """Take back that the work was done or given up, and what had followed from it.

        The record goes, and the schedule counts from the work before it again, as far as that is
        on record.
        """
        order, _ = await self._locked(actor, order_id, _OPEN, version)
        was_done = order.status is _DONE
        self._move(actor, order, _OPEN, "reopen", started_at=None, finished_at=None)
        if was_done:
            await self._withdraw_records(actor, order)
            await self._rewind_schedule(actor, order)
            await announce_due(self._session, self._clock(), vehicle_id=order.vehicle_id)
        return order

    async def _locked(
        self, actor: Actor, order_id: int, status: WorkOrderStatus, version: int | None
    ) -> tuple[WorkOrder, Vehicle]:
        """The order and its vehicle, when the order may get `status`."""
        authorize(actor.principal, "work_orders.update")
        found = await self._session.get(WorkOrder, order_id)
        if found is None or not actor.principal.sees_fleet(found.fleet_id):
            raise NotFound("Work order", order_id)
        vehicle = await locked_vehicle(
            self._session, actor, found.vehicle_id, deleted=status is not _BUSY
        )
        query = select(WorkOrder).where(col(WorkOrder.id) == order_id)
        query = query.with_for_update().execution_options(populate_existing=True)
        order = (await self._session.exec(query)).one()
        if order.deleted_at is not None:
            raise NotFound("Work order", order_id)
        if version is not None and version != order.version:
            raise Stale(order.title, order.version)
        if status not in NEXT[order.status]:
            raise IllegalStep(order.status, NEXT[order.status])
        return order, vehicle

    def _move(
        self, actor: Actor, order: WorkOrder, status: WorkOrderStatus, action: str, **more: Any
    ) -> None:
        change(self._session, actor, order, {"status": status, **more}, action=action)

    async def _settle(self, actor: Actor, vehicle: Vehicle, *, was_blocked: bool) -> None:
        await self._session.flush()
        await settle(self._session, actor, vehicle, was_blocked=was_blocked)

    async def _day(self, vehicle: Vehicle, told: dt.date | None) -> dt.date:
        fleet = await self._session.get(Fleet, vehicle.fleet_id)
        today = local_day(self._clock(), fleet.time_zone if fleet else "UTC")
        if told is not None and told > today:
            raise InvalidInput("The work cannot have been done in the future",
                               fields={"done_on": "is in the future"})  # fmt: skip
        return told or today

    async def _take_reading(
        self, actor: Actor, vehicle: Vehicle, done: Completion, done_on: dt.date
    ) -> Reading:
        """What the vehicle shows; the workshop's numbers count, and push the vehicle's up."""
        known = await reading(self._session, vehicle.id or 0)
        km, hours = done.odometer_km, done.engine_hours
        if not done.correction:
            require_forwards(vehicle, known, km=km, hours=hours)
        back = done.correction and done_on == await self._day(vehicle, None)
        await move_reading(
            self._session, actor, vehicle, correction=done.correction,
            km=km if back else _if_more(km, known.odometer_km),
            hours=hours if back else _if_more(hours, known.engine_hours),
        )  # fmt: skip
        return Reading(
            _tenths(known.odometer_km) if km is None else km,
            _tenths(known.engine_hours) if hours is None else hours,
        )

    async def _schedule(self, order: WorkOrder) -> MaintenanceSchedule | None:
        if order.schedule_id is None:
            return None
        query = select(MaintenanceSchedule).where(
            col(MaintenanceSchedule.id) == order.schedule_id,
            col(MaintenanceSchedule.vehicle_id) == order.vehicle_id,
        )
        query = query.with_for_update().execution_options(populate_existing=True)
        return (await self._session.exec(query)).first()

    async def _restart_schedule(
        self, actor: Actor, order: WorkOrder, done_on: dt.date, shown: Reading
    ) -> None:
        schedule = await self._schedule(order)
        if schedule is None:
            return
        last: dict[str, Any] = {"last_on": done_on}
        if shown.odometer_km is not None:
            last["last_km"] = shown.odometer_km
        if shown.engine_hours is not None:
            last["last_hours"] = shown.engine_hours
        change(self._session, actor, schedule, last)
        await self._session.flush()

    async def _withdraw_records(self, actor: Actor, order: WorkOrder) -> None:
        query = select(MaintenanceRecord).where(
            col(MaintenanceRecord.work_order_id) == order.id,
            col(MaintenanceRecord.deleted_at).is_(None),
        )
        for record in (await self._session.exec(query)).all():
            gone = {"deleted_at": self._clock()}
            change(self._session, actor, record, gone, action="delete", what="deleted")
        await self._session.flush()

    async def _rewind_schedule(self, actor: Actor, order: WorkOrder) -> None:
        schedule = await self._schedule(order)
        if schedule is None:
            return
        record = MaintenanceRecord
        query = (
            select(record)
            .join(WorkOrder, col(WorkOrder.id) == col(record.work_order_id))
            .where(col(WorkOrder.schedule_id) == schedule.id, col(record.deleted_at).is_(None))
            .order_by(col(record.date).desc(), col(record.id).desc())
        )
        before = (await self._session.exec(query.limit(1))).first()
        last = {
            "last_on": before.date if before else None,
            "last_km": before.odometer_km if before else None,
            "last_hours": before.engine_hours if before else None,
        }
        change(self._session, actor, schedule, last)
        await self._session.flush()


def _record_of(
    order: WorkOrder, done: Completion, done_on: dt.date, shown: Reading
) -> MaintenanceRecord:
    return MaintenanceRecord(
        fleet_id=order.fleet_id,
        vehicle_id=order.vehicle_id,
        work_order_id=order.id,
        date=done_on,
        kind=order.kind.value,
        description=f"{order.title}\n{order.note}".strip()[:2000],
        odometer_km=shown.odometer_km,
        engine_hours=shown.engine_hours,
        supplier=order.supplier,
        invoice_number=done.invoice_number,
        cost=order.cost,
    )


def _if_more(told: float | None, known: float | None) -> float | None:
    """A reading of some days ago must not set the vehicle back."""
    return told if told is not None and (known is None or told > known) else None


def _tenths(value: float | None) -> float | None:
    return None if value is None else round(value, 1)

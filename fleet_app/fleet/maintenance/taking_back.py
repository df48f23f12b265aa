"""Taking the last step of a work order back, by the legal steps that lead to where it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.audit.models import AuditEntry
from fleet_app.fleet.maintenance.announcing import announce_due
from fleet_app.fleet.maintenance.changes import change
from fleet_app.fleet.maintenance.models import MaintenanceSchedule, WorkOrder, WorkOrderStatus
from fleet_app.fleet.maintenance.service import MaintenanceService
from fleet_app.kernel.clock import utc_now
from fleet_app.records.errors import NotUndoable

_READ: Mapping[str, Callable[[str], Any]] = {
    "started_at": dt.datetime.fromisoformat,
    "finished_at": dt.datetime.fromisoformat,
    "last_on": dt.date.fromisoformat,
}
"""What the audit log keeps as text."""


def way_back(entry: AuditEntry) -> tuple[str, ...]:
    """The steps that lead back from what an order's audit entry tells of; none if nothing does.

    Work that was taken up again after it was done has lost its record, so that stays.
    """
    before = str(entry.changes.get("status", [None])[0])
    if entry.action == "start":
        return "cancel", "reopen"
    if entry.action == "finish":
        return "reopen", "start"
    if entry.action == "cancel":
        return ("reopen", "start") if before == WorkOrderStatus.IN_PROGRESS else ("reopen",)
    return ("cancel",) if entry.action == "reopen" and before == WorkOrderStatus.CANCELLED else ()


async def take_back(
    session: AsyncSession, actor: Actor, entries: Sequence[int], *, version: int
) -> WorkOrder:
    """Take a step back by its audit entries: the order's first, its schedule's after it.

    What the step wrote besides the status gets its old values. A reading of the vehicle stays.
    Raises `NotUndoable`, `Stale` when the order is not of that `version` any more, and what the
    steps themselves raise.
    """
    told = [one for one in [await session.get(AuditEntry, id_) for id_ in entries] if one]
    steps = way_back(told[0]) if told and told[0].kind == "work_order" else ()
    if not steps:
        raise NotUndoable("This step cannot be taken back")
    number, service = told[0].object_id or 0, MaintenanceService(session)
    known = await session.get(WorkOrder, number)
    since = known.started_at if known else None
    order: WorkOrder = await getattr(service, steps[0])(actor, number, version=version)
    for step in steps[1:]:
        order = await getattr(service, step)(actor, number)
    change(session, actor, order, {"started_at": since, **_before(told[0])})
    await session.flush()
    for entry in told[1:]:
        await _set_schedule(session, actor, order, entry)
    return order


async def _set_schedule(
    session: AsyncSession, actor: Actor, order: WorkOrder, entry: AuditEntry
) -> None:
    query = select(MaintenanceSchedule).where(col(MaintenanceSchedule.id) == order.schedule_id)
    schedule = (await session.exec(query.with_for_update())).first()
    if schedule is None or entry.object_id != schedule.id:
        return
    change(session, actor, schedule, _before(entry))
    await session.flush()
    await announce_due(session, utc_now(), vehicle_id=order.vehicle_id)


def _before(entry: AuditEntry) -> dict[str, Any]:
    """The old values of an entry, apart from the status, which steps change."""
    old = {name: values[0] for name, values in entry.changes.items() if name != "status"}
    return {
        name: _READ[name](value) if name in _READ and value is not None else value
        for name, value in old.items()
    }

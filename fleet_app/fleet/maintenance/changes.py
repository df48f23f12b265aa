"""Changing stored rows so that everybody who must know of it does: the one way in this package."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.audit.trail import note
from fleet_app.fleet.maintenance.models import MaintenanceRecord, MaintenanceSchedule, WorkOrder
from fleet_app.fleet.models import Vehicle
from fleet_app.kernel.clock import utc_now
from fleet_app.outbox.changes import What, changed


class _Noun(NamedTuple):
    """A kind of record in the audit log and the API, and which column names one."""

    name: str
    plural: str
    title: str


_NOUNS: Mapping[type[Any], _Noun] = {
    Vehicle: _Noun("vehicle", "vehicles", "name"),
    WorkOrder: _Noun("work_order", "work_orders", "title"),
    MaintenanceSchedule: _Noun("maintenance_schedule", "maintenance_schedules", "name"),
    MaintenanceRecord: _Noun("maintenance_record", "maintenance_records", "kind"),
}


def change(
    session: AsyncSession,
    actor: Actor,
    row: Any,
    values: Mapping[str, Any],
    *,
    action: str = "update",
    what: What = "updated",
) -> None:
    """Set `values` on a stored row: a new version, an audit entry, and news for the screens."""
    before = {name: getattr(row, name) for name in values}
    different = {name: value for name, value in values.items() if before[name] != value}
    if not different:
        return
    for name, value in different.items():
        setattr(row, name, value)
    row.version += 1
    row.updated_at = utc_now()
    session.add(row)
    changes = {name: [before[name], value] for name, value in different.items()}
    tell(session, actor, row, action=action, changes=changes, what=what)


async def create(session: AsyncSession, actor: Actor, row: Any) -> None:
    """Store a new row; its id is known afterwards."""
    session.add(row)
    await session.flush()
    unsaid = {"id", "fleet_id", "version", "created_at", "updated_at", "deleted_at"}
    said = {n: v for n, v in row.model_dump().items() if n not in unsaid and v not in (None, "")}
    changes = {name: [None, value] for name, value in said.items()}
    tell(session, actor, row, action="create", changes=changes, what="created")


def tell(
    session: AsyncSession,
    actor: Actor,
    row: Any,
    *,
    action: str,
    changes: Mapping[str, list[Any]],
    what: What,
) -> None:
    """The audit entry of a change and the news for the screens."""
    noun = _NOUNS[type(row)]
    note(
        session, actor, action, kind=noun.name, object_id=row.id,
        label=str(getattr(row, noun.title)), fleet_id=row.fleet_id, changes=changes,
    )  # fmt: skip
    changed(session, row.fleet_id, noun.plural, [row.id], what=what)

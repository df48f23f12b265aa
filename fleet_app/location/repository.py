"""SQL over fixes kept apart."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.fleet.models import Vehicle
from fleet_app.location.models import KeptApart, QuarantinedFix, QuarantineReason
from fleet_app.records.query import Deleted


class QuarantineRepository:
    """Fixes kept apart, in the caller's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def page(
        self,
        *,
        fleet_id: int | None,
        vehicle_id: int | None,
        reason: QuarantineReason | None,
        deleted: Deleted,
        offset: int,
        limit: int,
    ) -> tuple[list[KeptApart], int]:
        """One page, the newest received first, and how many there are.

        `deleted` says whether the fixes of deleted vehicles are among them.
        """
        table = QuarantinedFix
        conditions = _asked_for(fleet_id, vehicle_id, reason, deleted)
        vehicle = col(Vehicle.id) == col(table.vehicle_id)
        count = select(func.count()).select_from(table).join(Vehicle, vehicle).where(*conditions)
        newest = (
            select(table, Vehicle.name, col(Vehicle.deleted_at))
            .join(Vehicle, vehicle)
            .where(*conditions)
            .order_by(
                col(table.received_at).desc(), col(table.vehicle_id), col(table.recorded_at).desc(),
                col(table.reason),
            )
            .offset(offset)
            .limit(limit)
        )  # fmt: skip
        total = int((await self._session.exec(count)).one())
        found = await self._session.exec(newest)
        return [KeptApart(fix, name, gone is not None) for fix, name, gone in found], total

    async def count(self, fleet_id: int, reason: QuarantineReason) -> int:
        """How many fixes of a fleet are kept apart for one reason."""
        table = QuarantinedFix
        query = (
            select(func.count())
            .select_from(table)
            .where(col(table.fleet_id) == fleet_id, col(table.reason) == reason)
        )
        return int((await self._session.exec(query)).one())


def _asked_for(
    fleet_id: int | None,
    vehicle_id: int | None,
    reason: QuarantineReason | None,
    deleted: Deleted,
) -> list[ColumnElement[bool]]:
    """What a page is narrowed by; what is None does not narrow it."""
    table = QuarantinedFix
    conditions: list[ColumnElement[bool]] = []
    if fleet_id is not None:
        conditions.append(col(table.fleet_id) == fleet_id)
    if vehicle_id is not None:
        conditions.append(col(table.vehicle_id) == vehicle_id)
    if reason is not None:
        conditions.append(col(table.reason) == reason)
    if deleted is not Deleted.WITH:
        gone = col(Vehicle.deleted_at)
        conditions.append(gone.is_(None) if deleted is Deleted.NO else gone.is_not(None))
    return conditions

"""SQL over fixes kept apart."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.location.models import QuarantinedFix, QuarantineReason


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
        offset: int,
        limit: int,
    ) -> tuple[list[QuarantinedFix], int]:
        """One page, the newest received first, and how many there are."""
        table = QuarantinedFix
        conditions: list[ColumnElement[bool]] = []
        if fleet_id is not None:
            conditions.append(col(table.fleet_id) == fleet_id)
        if vehicle_id is not None:
            conditions.append(col(table.vehicle_id) == vehicle_id)
        if reason is not None:
            conditions.append(col(table.reason) == reason)
        count = select(func.count()).select_from(table).where(*conditions)
        newest = (
            select(table)
            .where(*conditions)
            .order_by(
                col(table.received_at).desc(), col(table.vehicle_id), col(table.recorded_at).desc(),
                col(table.reason),
            )
            .offset(offset)
            .limit(limit)
        )  # fmt: skip
        total = int((await self._session.exec(count)).one())
        return list((await self._session.exec(newest)).all()), total

    async def count(self, fleet_id: int, reason: QuarantineReason) -> int:
        """How many fixes of a fleet are kept apart for one reason."""
        table = QuarantinedFix
        query = (
            select(func.count())
            .select_from(table)
            .where(col(table.fleet_id) == fleet_id, col(table.reason) == reason)
        )
        return int((await self._session.exec(query)).one())

"""What a vehicle's upkeep has cost."""

from __future__ import annotations

import datetime as dt

import msgspec
from sqlalchemy import Date, cast, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import authorize
from fleet_app.fleet.maintenance.due_sql import local_day
from fleet_app.fleet.maintenance.models import MaintenanceRecord
from fleet_app.fleet.models import Fleet, Vehicle
from fleet_app.kernel.clock import Clock, utc_now
from fleet_app.kernel.errors import NotFound


class MonthlyCost(msgspec.Struct, frozen=True):
    """Work of one kind in one month (its first day): how often, and what it cost together."""

    month: dt.date
    kind: str
    jobs: int
    cost: float


class CostReport(msgspec.Struct, frozen=True):
    """A vehicle's costs since a month's first day, the newest month first."""

    vehicle_id: int
    currency: str
    since: dt.date
    total: float
    rows: list[MonthlyCost]


class CostHistory:
    """Sums over maintenance records, in the caller's transaction."""

    def __init__(self, session: AsyncSession, clock: Clock = utc_now) -> None:
        self._session = session
        self._clock = clock

    async def of_vehicle(self, actor: Actor, vehicle_id: int, months: int = 24) -> CostReport:
        """The present month and those before it, `months` in all. Raises `NotFound`."""
        authorize(actor.principal, "maintenance_records.read")
        vehicle = await self._session.get(Vehicle, vehicle_id)
        if vehicle is None or vehicle.deleted_at is not None:
            raise NotFound("Vehicle", vehicle_id)
        if not actor.principal.sees_fleet(vehicle.fleet_id):
            raise NotFound("Vehicle", vehicle_id)
        fleet = await self._session.get(Fleet, vehicle.fleet_id)
        assert fleet is not None
        since = _months_back(local_day(self._clock(), fleet.time_zone), months - 1)
        rows = await self._rows(vehicle_id, since)
        total = round(sum(row.cost for row in rows), 2)
        return CostReport(vehicle_id, fleet.currency, since, total, rows)

    async def _rows(self, vehicle_id: int, since: dt.date) -> list[MonthlyCost]:
        record = MaintenanceRecord
        month = cast(func.date_trunc("month", col(record.date)), Date).label("month")
        cost = func.coalesce(func.sum(col(record.cost)), 0)
        query = (
            select(month, col(record.kind), func.count(), cost)
            .where(
                col(record.vehicle_id) == vehicle_id,
                col(record.date) >= since,
                col(record.deleted_at).is_(None),
            )
            .group_by(month, col(record.kind))
            .order_by(month.desc(), col(record.kind))
        )
        found = (await self._session.exec(query)).all()
        return [
            MonthlyCost(first, kind, jobs, float(sum_ or 0)) for first, kind, jobs, sum_ in found
        ]


def _months_back(day: dt.date, months: int) -> dt.date:
    """The first day of the month that many months before `day`'s."""
    index = day.year * 12 + day.month - 1 - months
    return dt.date(index // 12, index % 12 + 1, 1)

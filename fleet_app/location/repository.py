"""SQL over vehicles with their last positions, and over fixes kept apart."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.fleet.models import Driver, Vehicle
from fleet_app.location.listing import SortKey, VehicleFilter, VehicleRow
from fleet_app.location.models import MotionStatus, QuarantinedFix, QuarantineReason, VehicleLive


class VehicleOverview:
    """Vehicles joined with drivers and last positions, in the caller's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def page(
        self,
        wanted: VehicleFilter,
        sort: SortKey,
        *,
        descending: bool,
        offset: int,
        limit: int,
    ) -> tuple[list[VehicleRow], int]:
        """One page, unknown values last, and how many vehicles fit the filter."""
        driver = _driver_name()
        status = _status(wanted.seen_after)
        columns = _sort_columns(driver, status)
        order = columns[sort].desc() if descending else columns[sort].asc()
        query = (
            select(Vehicle, driver, VehicleLive, status)
            .select_from(Vehicle)
            .join(VehicleLive, col(VehicleLive.vehicle_id) == col(Vehicle.id), isouter=True)
            .where(*_conditions(wanted, driver, status))
        )
        total = await self._count(query)
        query = query.order_by(order.nulls_last(), col(Vehicle.id)).offset(offset).limit(limit)
        found = (await self._session.exec(query)).all()
        rows = [VehicleRow(v, name, live, MotionStatus(code)) for v, name, live, code in found]
        return rows, total

    async def _count(self, query: Any) -> int:
        inner = query.with_only_columns(col(Vehicle.id)).subquery()
        counted = await self._session.exec(select(func.count()).select_from(inner))
        return int(counted.one())

    async def last(self, vehicle_id: int) -> VehicleLive | None:
        """The last believed position ever."""
        return await self._session.get(VehicleLive, vehicle_id)


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


def _driver_name() -> ColumnElement[str | None]:
    """The first driver of a vehicle: two drivers must not make two rows of one vehicle.

    A scalar subquery, so that it is looked up for the rows of the page only, unless the list is
    sorted or searched by it.
    """
    query = (
        select(col(Driver.name))
        .where(col(Driver.vehicle_id) == col(Vehicle.id))
        .order_by(col(Driver.id))
        .limit(1)
        .correlate(Vehicle)
    )
    return query.scalar_subquery()


def _status(seen_after: datetime) -> ColumnElement[int]:
    recent = and_(
        col(VehicleLive.recorded_at).is_not(None), col(VehicleLive.recorded_at) >= seen_after
    )
    return case((recent, col(VehicleLive.status)), else_=literal(int(MotionStatus.OFFLINE)))


def _sort_columns(
    driver: ColumnElement[str | None], status: ColumnElement[int]
) -> dict[SortKey, Any]:
    return {
        SortKey.NAME: func.lower(Vehicle.name),
        SortKey.REGISTRATION_NUMBER: col(Vehicle.registration_number),
        SortKey.TYPE: col(Vehicle.type),
        SortKey.STATUS: status,
        SortKey.SPEED: col(VehicleLive.speed),
        SortKey.BATTERY: col(VehicleLive.battery),
        SortKey.LAST_SEEN: col(VehicleLive.recorded_at),
        SortKey.DRIVER: func.lower(driver),
    }


def _conditions(
    wanted: VehicleFilter, driver: ColumnElement[str | None], status: ColumnElement[int]
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.fleet_id is not None:
        conditions.append(col(Vehicle.fleet_id) == wanted.fleet_id)
    if wanted.vehicle_id is not None:
        conditions.append(col(Vehicle.id) == wanted.vehicle_id)
    if wanted.statuses:
        conditions.append(status.in_([int(one) for one in wanted.statuses]))
    if wanted.types:
        conditions.append(col(Vehicle.type).in_(wanted.types))
    if wanted.search:
        fields = (col(Vehicle.name), col(Vehicle.registration_number), driver)
        conditions.append(
            or_(*(field.icontains(wanted.search, autoescape=True) for field in fields))
        )
    return conditions

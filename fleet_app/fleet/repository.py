"""SQL for vehicles, drivers and fleets."""

from __future__ import annotations

from sqlalchemy import and_, func
from sqlalchemy import select as select_columns
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.fleet.models import Driver, Fleet, Vehicle, VehicleType

ROSTER_LIMIT = 100_000
RosterRow = tuple[int | None, str, str, VehicleType, str | None]
"""Id, name, registration number, type, driver."""


class FleetRepository:
    """What a fleet owns, in the caller's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def vehicle(self, vehicle_id: int) -> Vehicle | None:
        """The vehicle of any fleet."""
        query = select(Vehicle).where(Vehicle.id == vehicle_id, col(Vehicle.deleted_at).is_(None))
        return (await self._session.exec(query)).first()

    async def fleets(self, fleet_id: int | None) -> list[Fleet]:
        """One fleet, or all of them by name."""
        query = select(Fleet).where(col(Fleet.deleted_at).is_(None))
        query = query.order_by(func.lower(Fleet.name))
        if fleet_id is not None:
            query = query.where(col(Fleet.id) == fleet_id)
        return list(await self._session.exec(query))

    async def roster(self, fleet_id: int | None) -> list[RosterRow]:
        """All vehicles (of one fleet, or of all) with the first of their drivers, by id."""
        at_the_wheel = and_(
            col(Driver.vehicle_id) == col(Vehicle.id), col(Driver.deleted_at).is_(None)
        )
        query = (
            select_columns(
                col(Vehicle.id),
                col(Vehicle.name),
                col(Vehicle.registration_number),
                col(Vehicle.type),
                col(Driver.name),
            )
            .select_from(Vehicle)
            .join(Driver, at_the_wheel, isouter=True)
            .where(col(Vehicle.deleted_at).is_(None))
            .ext(distinct_on(col(Vehicle.id)))
            .order_by(col(Vehicle.id), col(Driver.id))
            .limit(ROSTER_LIMIT)
        )
        if fleet_id is not None:
            query = query.where(col(Vehicle.fleet_id) == fleet_id)
        connection = await self._session.connection()
        found = await connection.execute(query)
        return [(id_, name, plate, kind, driver) for id_, name, plate, kind, driver in found]

"""What a fleet that begins still has to do, and what it has done."""

from __future__ import annotations

from typing import Any

from sqlalchemy import exists
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.models import Delivery
from fleet_app.fleet.models import Driver, Vehicle
from fleet_app.identity.models import User

VEHICLES, DRIVERS, COLLEAGUES, DELIVERIES = "vehicles", "drivers", "users", "deliveries"


async def steps_taken(session: AsyncSession, fleet_id: int) -> frozenset[str]:
    """Those of the steps of which the fleet has a record; of users, more than the first."""
    query = select(
        _any(Vehicle, fleet_id), _any(Driver, fleet_id), _any(Delivery, fleet_id)
    ).add_columns(_several_users(fleet_id))
    connection = await session.connection()
    found = (await connection.execute(query)).one()
    names = (VEHICLES, DRIVERS, DELIVERIES, COLLEAGUES)
    return frozenset(name for name, taken in zip(names, found, strict=True) if taken)


def _any(table: Any, fleet_id: int) -> Any:
    return exists().where(table.fleet_id == fleet_id, table.deleted_at.is_(None))


def _several_users(fleet_id: int) -> Any:
    """Stops at the second one, however many there are."""
    some = select(User.id).where(User.fleet_id == fleet_id, col(User.deleted_at).is_(None)).limit(2)
    return select(func.count() > 1).select_from(some.subquery()).scalar_subquery()

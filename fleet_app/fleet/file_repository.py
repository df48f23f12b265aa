"""SQL for files, and for who refers to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, or_, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.principal import Principal
from fleet_app.fleet.models import Document, Driver, File, Fleet, Vehicle

REFERENCES: tuple[Any, ...] = (
    Vehicle.photo_file_id,
    Driver.photo_file_id,
    Document.file_id,
    Fleet.logo_file_id,
)
"""The columns of this domain that name a file. Deleted records count: they can be restored."""


class FileRepository:
    """Files, in the caller's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def file(self, file_id: int) -> File | None:
        """The file of any fleet."""
        return await self._session.get(File, file_id)

    async def fleet_exists(self, fleet_id: int) -> bool:
        """Whether there is such a fleet, and it is not deleted."""
        fleet = await self._session.get(Fleet, fleet_id)
        return fleet is not None and fleet.deleted_at is None

    async def concerns(self, file: File, driver: Principal) -> bool:
        """Whether a file of the driver's fleet is the driver's business: uploaded by them, their
        own picture, that of the vehicle they drive, or the fleet's logo."""
        if file.uploaded_by == driver.user_id:
            return True
        concerned = or_(
            _named(Driver.photo_file_id, file, col(Driver.id) == driver.driver_id),
            _named(Vehicle.photo_file_id, file, col(Vehicle.id) == driver.vehicle_id),
            _named(Fleet.logo_file_id, file, col(Fleet.id) == driver.fleet_id),
        )
        connection = await self._session.connection()
        return bool(await connection.scalar(select(concerned)))

    async def lock_orphans(
        self, before: datetime, count: int, references: Sequence[Any]
    ) -> list[int]:
        """Up to `count` files from before a time that nothing refers to. They stay locked: no
        record can come to refer to them until the transaction ends."""
        query = (
            select(col(File.id))
            .where(col(File.created_at) < before, _orphaned(references))
            .order_by(col(File.id))
            .limit(count)
            .with_for_update(skip_locked=True)
        )
        connection = await self._session.connection()
        return [found for found in await connection.scalars(query) if found is not None]

    async def delete_orphans(self, ids: Sequence[int], references: Sequence[Any]) -> list[File]:
        """Delete those of the locked files that still nothing refers to, and return them."""
        query = delete(File).where(col(File.id).in_(ids), _orphaned(references)).returning(File)
        return list((await self._session.exec(query)).scalars().all())


def _named(column: Any, file: File, owner: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(owner, col(column) == file.id)


def _orphaned(references: Sequence[Any]) -> ColumnElement[bool]:
    used = [exists().where(col(column) == col(File.id)) for column in references]
    return ~or_(*used)

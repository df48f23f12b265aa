"""The status of a delivery, from memory for the many who ask and the few moments it changes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from typing import Protocol

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.models import Delivery, DeliveryStatus
from fleet_app.kernel.errors import NotFound, StoreUnavailable

Work = Callable[[], AbstractAsyncContextManager[AsyncSession]]


class DeliveryStatuses(Protocol):
    """Remembers statuses for half an hour. Every method raises `StoreUnavailable`."""

    async def put(self, delivery_id: int, status: DeliveryStatus) -> None:
        """Remember a status."""

    async def fill(self, delivery_id: int, status: DeliveryStatus) -> None:
        """Remember a status unless one is remembered already, which may be newer."""

    async def get(self, delivery_id: int) -> DeliveryStatus | None:
        """The status, if it is remembered."""

    async def forget(self, delivery_id: int) -> None:
        """Remember nothing of a delivery."""


class LiveStatus:
    """The status of deliveries, from the live store when it knows it."""

    def __init__(self, work: Work, statuses: DeliveryStatuses) -> None:
        self._work = work
        self._statuses = statuses

    async def refresh(self, delivery_id: int) -> None:
        """Remember the present status. May be repeated, and late: it reads what is true now."""
        status = await self._stored(delivery_id)
        if status is None:
            await self._statuses.forget(delivery_id)
        else:
            await self._statuses.put(delivery_id, status)

    async def read(self, delivery_id: int) -> DeliveryStatus:
        """The status of a delivery, whoever's it is: the caller has checked that.

        Raises `NotFound` when it is unknown or deleted, `StoreUnavailable` without the database.
        """
        try:
            remembered = await self._statuses.get(delivery_id)
        except StoreUnavailable:
            remembered = None
        return remembered or await self._read_stored(delivery_id)

    async def _read_stored(self, delivery_id: int) -> DeliveryStatus:
        status = await self._stored(delivery_id)
        if status is None:
            raise NotFound("delivery", delivery_id)
        with suppress(StoreUnavailable):
            await self._statuses.fill(delivery_id, status)
        return status

    async def _stored(self, delivery_id: int) -> DeliveryStatus | None:
        query = select(Delivery.status).where(
            col(Delivery.id) == delivery_id, col(Delivery.deleted_at).is_(None)
        )
        async with self._work() as session:
            status = (await session.exec(query)).first()
        return DeliveryStatus(status) if status is not None else None

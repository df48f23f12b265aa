"""Reads where a whole fleet is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.location.frames import LivePosition
from fleet_app.location.positions import PositionRepository


class FleetPositions(msgspec.Struct, frozen=True):
    """Last believed positions, and how many vehicles the fleet has (seen or not)."""

    positions: list[LivePosition]
    vehicles: int


class LiveView:
    """Positions as the database has them; they lag behind announcements by nothing that counts."""

    def __init__(self, work: Callable[[], AbstractAsyncContextManager[AsyncSession]]) -> None:
        self._work = work

    async def fleet_positions(self, fleet_id: int) -> FleetPositions:
        """Where the vehicles of a fleet were last. Raises `StoreUnavailable`."""
        async with self._work() as session:
            rows = PositionRepository(session)
            return FleetPositions(
                await rows.positions(fleet_id), await rows.vehicle_count(fleet_id)
            )

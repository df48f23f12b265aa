"""What the fleet looks like right now, for those who may see it."""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.matrix import authorize, fleet_in_view
from fleet_app.access.principal import Principal
from fleet_app.fleet.service import FleetService
from fleet_app.location.models import KeptApart, QuarantineReason, VehicleLive
from fleet_app.location.repository import QuarantineRepository
from fleet_app.records.query import Deleted


class OverviewService:
    """Last positions of vehicles and the fixes kept apart, in the caller's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def last_position(self, actor: Principal, vehicle_id: int) -> VehicleLive | None:
        """The last believed position of a vehicle. Raises `Forbidden`, `NotFound`."""
        await FleetService(self._session).vehicle(actor, vehicle_id)
        return await self._session.get(VehicleLive, vehicle_id)

    async def quarantine(
        self,
        actor: Principal,
        *,
        page: int,
        limit: int,
        vehicle_id: int | None = None,
        reason: QuarantineReason | None = None,
        fleet_id: int | None = None,
        deleted: Deleted = Deleted.NO,
    ) -> tuple[list[KeptApart], int]:
        """One page of the fixes kept apart, and the total. Raises `Forbidden`, `NotFound`.

        Those of deleted vehicles are there only when `deleted` asks for them.
        """
        authorize(actor, "quarantine.read")
        return await QuarantineRepository(self._session).page(
            fleet_id=fleet_in_view(actor, fleet_id),
            vehicle_id=vehicle_id,
            reason=reason,
            deleted=deleted,
            offset=(page - 1) * limit,
            limit=limit,
        )

    async def held_jumps(self, actor: Principal, fleet_id: int) -> int:
        """How many fixes of a fleet are held as impossible jumps. Raises `Forbidden`, `NotFound`.

        Fixes that later ones proved right are no longer held, so only the table can tell.
        """
        authorize(actor, "ingest.read")
        fleet_in_view(actor, fleet_id)
        rows = QuarantineRepository(self._session)
        return await rows.count(fleet_id, QuarantineReason.IMPOSSIBLE_JUMP)

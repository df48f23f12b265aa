"""What the fleet looks like right now, for those who may see it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.principal import Principal
from fleet_app.access.roles import Role
from fleet_app.fleet.service import VIEWERS, FleetService, require_viewer_or_driver, scope_of
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import Forbidden
from fleet_app.location.listing import SortKey, VehicleFilter, VehicleQuery, VehicleRow
from fleet_app.location.models import (
    QuarantinedFix,
    QuarantineReason,
    VehicleLive,
)
from fleet_app.location.repository import QuarantineRepository, VehicleOverview


class OverviewService:
    """Vehicles with their positions and the fixes kept apart, in the caller's transaction."""

    def __init__(self, session: AsyncSession, offline_after: timedelta) -> None:
        self._session = session
        self._offline_after = offline_after

    async def vehicles(self, actor: Principal, query: VehicleQuery) -> tuple[list[VehicleRow], int]:
        """One page of what `actor` sees, and the total. Raises `Forbidden`, `NotFound`."""
        require_viewer_or_driver(actor)
        wanted = VehicleFilter(
            fleet_id=scope_of(actor, query.fleet_id),
            # No vehicle has id 0: a driver without a vehicle sees none.
            vehicle_id=(actor.vehicle_id or 0) if actor.role is Role.DRIVER else None,
            statuses=tuple(query.statuses),
            types=tuple(query.types),
            search=query.search.strip(),
            seen_after=self._seen_after(),
        )
        return await VehicleOverview(self._session).page(
            wanted,
            query.sort,
            descending=query.descending,
            offset=(query.page - 1) * query.limit,
            limit=query.limit,
        )

    async def vehicle(self, actor: Principal, vehicle_id: int) -> VehicleRow:
        """One vehicle as in the list. Raises `Forbidden`, `NotFound`."""
        vehicle = await FleetService(self._session).vehicle(actor, vehicle_id)
        wanted = VehicleFilter(vehicle_id=vehicle.id, seen_after=self._seen_after())
        rows, _ = await VehicleOverview(self._session).page(
            wanted, SortKey.NAME, descending=False, offset=0, limit=1
        )
        return rows[0]

    async def last_position(self, actor: Principal, vehicle_id: int) -> VehicleLive | None:
        """The last believed position of a vehicle. Raises `Forbidden`, `NotFound`."""
        await FleetService(self._session).vehicle(actor, vehicle_id)
        return await VehicleOverview(self._session).last(vehicle_id)

    async def quarantine(
        self,
        actor: Principal,
        *,
        page: int,
        limit: int,
        vehicle_id: int | None = None,
        reason: QuarantineReason | None = None,
        fleet_id: int | None = None,
    ) -> tuple[list[QuarantinedFix], int]:
        """One page of the fixes kept apart, and the total. Raises `Forbidden`, `NotFound`."""
        if actor.role not in VIEWERS:
            raise Forbidden("Your role does not allow this")
        return await QuarantineRepository(self._session).page(
            fleet_id=scope_of(actor, fleet_id),
            vehicle_id=vehicle_id,
            reason=reason,
            offset=(page - 1) * limit,
            limit=limit,
        )

    async def held_jumps(self, actor: Principal, fleet_id: int) -> int:
        """How many fixes of a fleet are held as impossible jumps. Raises `Forbidden`, `NotFound`.

        Fixes that later ones proved right are no longer held, so only the table can tell.
        """
        if actor.role not in VIEWERS:
            raise Forbidden("Your role does not allow this")
        scope_of(actor, fleet_id)
        rows = QuarantineRepository(self._session)
        return await rows.count(fleet_id, QuarantineReason.IMPOSSIBLE_JUMP)

    def _seen_after(self) -> datetime:
        return utc_now() - self._offline_after

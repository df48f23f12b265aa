"""Vehicles and fleets: finding and listing them."""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.matrix import Scope, authorize, fleet_in_view
from fleet_app.access.principal import Principal
from fleet_app.access.roles import Role
from fleet_app.fleet.models import Fleet, Vehicle
from fleet_app.fleet.repository import FleetRepository, RosterRow
from fleet_app.kernel.errors import NotFound


class FleetService:
    """What `actor` may see, in the caller's transaction. Deleted records are not there."""

    def __init__(self, session: AsyncSession) -> None:
        self._vehicles = FleetRepository(session)

    async def vehicle(self, actor: Principal, vehicle_id: int) -> Vehicle:
        """A vehicle that exists for `actor`. Raises `NotFound` or `Forbidden`."""
        scope = authorize(actor, "vehicles.read")
        vehicle = await self._vehicles.vehicle(vehicle_id)
        if vehicle is None or not actor.sees_fleet(vehicle.fleet_id):
            raise NotFound("Vehicle", vehicle_id)
        if scope is Scope.OWN and actor.vehicle_id != vehicle.id:
            raise NotFound("Vehicle", vehicle_id)
        return vehicle

    async def fleets(self, actor: Principal) -> list[Fleet]:
        """The fleets that exist for `actor`, by name."""
        if actor.role is not Role.SYSTEM_ADMIN and actor.fleet_id is None:
            return []
        return await self._vehicles.fleets(fleet_in_view(actor, None))

    async def roster(self, actor: Principal, fleet_id: int | None = None) -> list[RosterRow]:
        """Every vehicle of a fleet, with a driver's name. Raises `NotFound`, `Forbidden`."""
        authorize(actor, "overview.watch")
        return await self._vehicles.roster(fleet_in_view(actor, fleet_id))

"""Vehicles: finding, listing and adding them."""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.principal import Principal
from fleet_app.access.roles import Role
from fleet_app.fleet.models import Fleet, Vehicle, VehicleType
from fleet_app.fleet.repository import FleetRepository, RosterRow
from fleet_app.kernel.errors import Forbidden, InvalidInput, NotFound

MANAGERS = frozenset({Role.SYSTEM_ADMIN, Role.FLEET_MANAGER})
VIEWERS = MANAGERS | {Role.DISPATCHER}


class FleetService:
    """What `actor` may see and do, in the caller's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._vehicles = FleetRepository(session)

    async def vehicle(self, actor: Principal, vehicle_id: int) -> Vehicle:
        """A vehicle that exists for `actor`. Raises `NotFound` or `Forbidden`."""
        require_viewer_or_driver(actor)
        vehicle = await self._vehicles.vehicle(vehicle_id)
        if vehicle is None or not sees_vehicle(actor, vehicle):
            raise NotFound("Vehicle", vehicle_id)
        return vehicle

    async def fleets(self, actor: Principal) -> list[Fleet]:
        """The fleets that exist for `actor`, by name."""
        if actor.role is not Role.SYSTEM_ADMIN and actor.fleet_id is None:
            return []
        return await self._vehicles.fleets(scope_of(actor, None))

    async def roster(self, actor: Principal, fleet_id: int | None = None) -> list[RosterRow]:
        """Every vehicle that `actor` sees, with a driver's name. Raises `NotFound`, `Forbidden`."""
        if actor.role not in VIEWERS:
            raise Forbidden("Your role does not allow this")
        return await self._vehicles.roster(scope_of(actor, fleet_id))

    async def add_vehicle(
        self,
        actor: Principal,
        *,
        name: str,
        registration_number: str,
        type: VehicleType,
        fleet_id: int | None = None,
    ) -> Vehicle:
        """Add a vehicle to the actor's fleet; administrators name the fleet.

        Raises `Forbidden`, `InvalidInput`, `NotFound` for the fleet, `RegistrationTaken`.
        """
        if actor.role not in MANAGERS:
            raise Forbidden("Your role does not allow this")
        owner = scope_of(actor, fleet_id)
        if owner is None:
            raise InvalidInput("Which fleet?", fields={"fleet_id": "is missing"})
        if await self._vehicles.fleet(owner) is None:
            raise NotFound("Fleet", owner)
        vehicle = Vehicle(
            fleet_id=owner, name=name, registration_number=registration_number, type=type
        )
        return await self._vehicles.add_vehicle(vehicle)


def scope_of(actor: Principal, fleet_id: int | None) -> int | None:
    """The fleet a request is about; None means all of them. Raises `NotFound`."""
    if fleet_id is None:
        return actor.fleet_id
    if not actor.sees_fleet(fleet_id):
        raise NotFound("Fleet", fleet_id)
    return fleet_id


def require_viewer_or_driver(actor: Principal) -> None:
    """Raises `Forbidden` for roles that see no vehicles."""
    if actor.role not in VIEWERS and actor.role is not Role.DRIVER:
        raise Forbidden("Your role does not allow this")


def sees_vehicle(actor: Principal, vehicle: Vehicle) -> bool:
    """Whether the vehicle exists for `actor`: drivers see only the one they drive."""
    if actor.role is Role.DRIVER and actor.vehicle_id != vehicle.id:
        return False
    return actor.sees_fleet(vehicle.fleet_id)

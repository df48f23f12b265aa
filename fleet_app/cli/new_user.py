"""Making a user and what belongs to the role: the fleet, the driver, the manager."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fleet_app.cli.problems import Problem

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from fleet_app.access.roles import Role
    from fleet_app.bootstrap import Container
    from fleet_app.fleet.models import Fleet, Vehicle
    from fleet_app.fleet.register import FleetRegister
    from fleet_app.identity.models import User

ADMIN, DRIVER, MANAGER = "system_admin", "driver", "fleet_manager"


@dataclass(frozen=True)
class NewUser:
    """What was asked for on the command line; empty strings for what was not given."""

    email: str
    role: str
    name: str
    fleet: str
    new_fleet: str
    time_zone: str
    license: str
    vehicle: str

    def check(self) -> None:
        """Everything that needs no database. Raises `Problem` or `FleetError`."""
        from fleet_app.access.roles import Role
        from fleet_app.fleet.register import checked_license, checked_name, checked_time_zone
        from fleet_app.identity.emails import checked_email

        if self.role not in list(Role):
            raise Problem(f"there is no role {self.role!r}; the roles are {', '.join(Role)}")
        checked_email(self.email)
        for complaint in self._contradictions():
            raise Problem(complaint)
        if self.new_fleet:
            checked_name(self.new_fleet)
            checked_time_zone(self.time_zone or "UTC")
        if self.license:
            checked_license(self.license)

    def _contradictions(self) -> Iterator[str]:
        if self.role == ADMIN and (self.fleet or self.new_fleet):
            yield "a system_admin sees every fleet: leave out --fleet and --new-fleet"
        if self.fleet and self.new_fleet:
            yield "choose one of --fleet and --new-fleet"
        if self.time_zone and not self.new_fleet:
            yield "--time-zone goes with --new-fleet"
        if self.role == DRIVER and not self.license:
            yield "a driver needs a driving licence: add --license NUMBER"
        if self.role != DRIVER and (self.license or self.vehicle):
            yield "--license and --vehicle are for --role driver"
        if self.vehicle and self.new_fleet:
            yield "a new fleet has no vehicles yet: leave out --vehicle"

    async def look_up(self, container: Container) -> None:
        """Everything that can be said before a password is asked for. Raises `Problem`."""
        from fleet_app.fleet.register import FleetRegister
        from fleet_app.identity.errors import EmailTaken

        if await container.identity.user_by_email(self.email) is not None:
            raise EmailTaken(self.email)
        async with container.work() as session:
            register = FleetRegister(session)
            if self.new_fleet:
                if await register.fleet(self.new_fleet) is not None:
                    raise Problem(f"there is a fleet named {self.new_fleet} already: use --fleet")
            elif self.role != ADMIN:
                fleet = await existing_fleet(register, self.fleet, self.role)
                await self._vehicle(register, fleet)

    async def create(self, container: Container, password: str) -> list[str]:
        """Store everything, or nothing; returns what to tell."""
        from fleet_app.access.roles import Role

        name = self.name or self.email.split("@")[0]
        user = await container.identity.new_user(
            email=self.email, name=name, role=Role(self.role), password=password
        )
        async with container.work() as session:
            return await self._store(container, session, user)

    async def _store(self, container: Container, session: AsyncSession, user: User) -> list[str]:
        from fleet_app.fleet.register import FleetRegister

        register, told = FleetRegister(session), []
        fleet = await self._fleet(register)
        if fleet is not None:
            user.fleet_id = fleet.id
            if self.new_fleet:
                told.append(f"Created fleet {fleet.id}: {fleet.name} ({fleet.time_zone}).")
        await container.identity.add_user(session, user)
        of = f" of {fleet.name}" if fleet is not None else ""
        told.append(f"Created user {user.id}: {user.email} ({self.role}{of}).")
        if self.role == MANAGER:
            await register.add_manager(user)
        if self.role == DRIVER and fleet is not None:
            vehicle = await self._vehicle(register, fleet)
            await register.add_driver(user, self.license, vehicle)
            told.append(_drives(user, vehicle))
        return told

    async def _fleet(self, register: FleetRegister) -> Fleet | None:
        if self.role == ADMIN:
            return None
        if self.new_fleet:
            return await register.add_fleet(self.new_fleet, self.time_zone or "UTC", _first_rules)
        return await existing_fleet(register, self.fleet, self.role)

    async def _vehicle(self, register: FleetRegister, fleet: Fleet) -> Vehicle | None:
        return await existing_vehicle(register, fleet, self.vehicle) if self.vehicle else None


async def _first_rules(session: AsyncSession, fleet_id: int) -> None:
    from fleet_app.access.actor import SYSTEM
    from fleet_app.notification.defaults import add_first_rules

    await add_first_rules(session, fleet_id, SYSTEM)


async def existing_fleet(register: FleetRegister, id_or_name: str, role: Role | str) -> Fleet:
    """The fleet that was meant. Raises `Problem` with those there are."""
    fleets = await register.fleets()
    known = ", ".join(f"{fleet.id} {fleet.name}" for fleet in fleets)
    there_are = f"The fleets are: {known}." if fleets else "There are no fleets yet."
    new = "--new-fleet NAME --time-zone AREA/CITY makes one."
    if not id_or_name:
        raise Problem(f"a {role} belongs to a fleet: add --fleet ID_OR_NAME. {there_are} {new}")
    fleet = await register.fleet(id_or_name)
    if fleet is None:
        raise Problem(f"There is no fleet {id_or_name}. {there_are} {new}")
    return fleet


async def existing_vehicle(register: FleetRegister, fleet: Fleet, plate: str) -> Vehicle:
    """The vehicle that was meant. Raises `Problem`."""
    vehicle = await register.vehicle(fleet.id or 0, plate)
    if vehicle is None:
        raise Problem(
            f"{fleet.name} has no vehicle {plate}. A fleet manager adds vehicles with "
            "POST /api/v1/vehicles; /api/docs of the running product shows how."
        )
    return vehicle


def _drives(user: User, vehicle: Vehicle | None) -> str:
    if vehicle is not None:
        return f"{user.name} drives {vehicle.registration_number}."
    return (
        f"{user.name} has no vehicle yet: ./fleet user assign {user.email} --vehicle REGISTRATION"
    )

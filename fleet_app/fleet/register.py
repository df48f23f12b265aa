"""Fleets and the people in them, for whoever runs the installation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.fleet.errors import FleetNameTaken, LicenseTaken
from fleet_app.fleet.models import Driver, Fleet, FleetManager, Vehicle
from fleet_app.fleet.repository import FleetRepository
from fleet_app.identity.models import User
from fleet_app.kernel.errors import InvalidInput
from fleet_app.records.loose import loose, loose_sql

Begin = Callable[[AsyncSession, int], Awaitable[None]]
"""Stores what the new fleet of this id begins with."""


class FleetRegister:
    """Asks no actor for a role: it serves the command line. In the caller's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._repository = FleetRepository(session)

    async def fleets(self) -> list[Fleet]:
        """All of them, by name."""
        return await self._repository.fleets(None)

    async def fleet(self, id_or_name: str) -> Fleet | None:
        """The fleet with this id or, when there is none, this name in any case."""
        words = id_or_name.strip()
        for fleet in await self.fleets():
            if str(fleet.id) == words:
                return fleet
        return await self.fleet_named(words)

    async def fleet_named(self, name: str) -> Fleet | None:
        """The fleet of this name in any case."""
        query = select(Fleet).where(
            func.lower(Fleet.name) == name.lower(), col(Fleet.deleted_at).is_(None)
        )
        return (await self._session.exec(query)).first()

    async def add_fleet(self, name: str, time_zone: str, begin: Begin) -> Fleet:
        """Store a new fleet and what it begins with. Raises `InvalidInput` or `FleetNameTaken`."""
        fleet = Fleet(name=checked_name(name), time_zone=checked_time_zone(time_zone))
        if await self.fleet(fleet.name) is not None:
            raise FleetNameTaken(fleet.name)
        self._session.add(fleet)
        try:
            await self._session.flush()
        except IntegrityError:
            raise FleetNameTaken(fleet.name) from None
        await begin(self._session, fleet.id or 0)
        return fleet

    async def vehicle(self, fleet_id: int, registration_number: str) -> Vehicle | None:
        """The fleet's vehicle with this plate, however it is written."""
        query = select(Vehicle).where(
            Vehicle.fleet_id == fleet_id,
            loose_sql(Vehicle.registration_number) == loose(registration_number),
            col(Vehicle.deleted_at).is_(None),
        )
        return (await self._session.exec(query)).first()

    async def add_driver(self, user: User, license_number: str, vehicle: Vehicle | None) -> Driver:
        """Store the driver behind a stored user. Raises `InvalidInput` or `LicenseTaken`."""
        driver = Driver(
            fleet_id=user.fleet_id or 0,
            user_id=user.id,
            vehicle_id=None if vehicle is None else vehicle.id,
            name=user.name,
            license_number=checked_license(license_number),
        )
        self._session.add(driver)
        try:
            await self._session.flush()
        except IntegrityError as error:
            if "uq_drivers_license" not in str(error.orig):
                raise
            raise LicenseTaken(driver.license_number) from None
        return driver

    async def add_manager(self, user: User) -> FleetManager:
        """Store the manager behind a stored user."""
        manager = FleetManager(
            fleet_id=user.fleet_id or 0, user_id=user.id, name=user.name, email=user.email
        )
        self._session.add(manager)
        await self._session.flush()
        return manager

    async def keep_manager(self, user: User) -> FleetManager:
        """The manager behind a stored user, new or with the name and address of the user."""
        manager = await self._manager_of(user)
        if manager is None:
            return await self.add_manager(user)
        manager.name, manager.email = user.name, user.email
        await self._session.flush()
        return manager

    async def drop_manager(self, user: User) -> None:
        """Whoever stands behind a user manages no fleet any more."""
        manager = await self._manager_of(user)
        if manager is not None:
            await self._session.delete(manager)
            await self._session.flush()

    async def _manager_of(self, user: User) -> FleetManager | None:
        query = select(FleetManager).where(col(FleetManager.user_id) == user.id)
        return (await self._session.exec(query)).first()

    async def driver_of(self, user_id: int) -> Driver | None:
        """The driver behind a user, locked until the end of the transaction."""
        query = select(Driver).where(
            col(Driver.user_id) == user_id, col(Driver.deleted_at).is_(None)
        )
        return (await self._session.exec(query.with_for_update())).first()


def checked_name(name: str) -> str:
    """A fleet's name without space around it. Raises `InvalidInput`."""
    shown = name.strip()
    if not 1 <= len(shown) <= 120 or shown.isdigit():
        message = "A fleet's name has 1 to 120 characters, not only digits"
        raise InvalidInput(message, fields={"name": message})
    return shown


def checked_license(license_number: str) -> str:
    """A licence number without space around it. Raises `InvalidInput`."""
    shown = license_number.strip()
    if not 1 <= len(shown) <= 32:
        message = "A licence number has 1 to 32 characters"
        raise InvalidInput(message, fields={"license_number": message})
    return shown


def checked_time_zone(name: str) -> str:
    """The name of a time zone of this machine. Raises `InvalidInput`, with what may be meant."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        known = {zone.lower(): zone for zone in available_timezones()}
        meant = [known[zone] for zone in get_close_matches(name.lower(), known, n=3)]
        hint = f"; did you mean {' or '.join(meant)}?" if meant else ", such as Europe/Helsinki"
        message = f"There is no time zone {name!r}{hint}"
        raise InvalidInput(message, fields={"time_zone": message}) from None
    return name

"""Demo data: a fleet with people, vehicles and a parcel on its way. Safe to run at every start."""

from __future__ import annotations

import asyncio
import datetime as dt
import secrets
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import func, text
from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.roles import Role
from fleet_app.bootstrap import PATIENT_SECONDS, Container
from fleet_app.delivery.models import (
    Customer,
    Delivery,
    DeliveryStatus,
    Route,
    RouteStatus,
    RouteStop,
)
from fleet_app.fleet.models import Driver, DriverStatus, Fleet, FleetManager, Vehicle
from fleet_app.identity.models import DeviceToken, User
from fleet_app.identity.passwords import Passwords
from fleet_app.identity.tokens import digest, new_device_token
from fleet_app.kernel.locks import DEMO_DATA
from fleet_app.simulation import cast, logins
from fleet_app.simulation.cast import Crew
from fleet_app.simulation.logins import DemoLogins, DeviceLogin, DriverLogin, Login

Row = TypeVar("Row", bound=SQLModel)
_LOCK = f"SELECT pg_advisory_xact_lock({DEMO_DATA})"


async def seed_demo(container: Container, home: Path) -> DemoLogins:
    """Make the demo fleet, or complete it; returns its logins, also kept in `home`.

    What is already there stays as somebody may have changed it, except that a lost logins file
    means new passwords for everybody. Raises `StoreUnavailable`.
    """
    found = _kept(home)
    hashes = await _hashes(container, found)
    logins.save(home, found)
    async with container.work(PATIENT_SECONDS) as session:
        await session.exec(text(_LOCK))  # type: ignore[call-overload]
        await _store(session, found, hashes)
    if not found.stored:
        found.stored = True
        logins.save(home, found)
    return found


def _kept(home: Path) -> DemoLogins:
    try:
        return logins.load(home)
    except logins.LoginsUnreadable:
        return _new_logins()


def _new_logins() -> DemoLogins:
    trackers = cast.CREWS[-cast.PHONE_TRACKERS :]
    return DemoLogins(
        fleet=cast.FLEET,
        administrator=_login("admin", cast.ADMINISTRATOR, Role.SYSTEM_ADMIN),
        manager=_login("manager", cast.MANAGER, Role.FLEET_MANAGER),
        dispatcher=_login("dispatcher", cast.DISPATCHER, Role.DISPATCHER),
        drivers=[_driver_login(crew) for crew in cast.CREWS],
        devices=[
            DeviceLogin(registration=crew.registration, token=new_device_token())
            for crew in trackers
        ],
        tracking_number=cast.TRACKING_NUMBER,
        tracking_token=secrets.token_urlsafe(24),
    )


def _login(mailbox: str, name: str, role: Role) -> Login:
    email = f"{mailbox}@{cast.DOMAIN}"
    return Login(email=email, password=_new_password(), name=name, role=role.value)


def _driver_login(crew: Crew) -> DriverLogin:
    return DriverLogin(
        email=crew.email, password=_new_password(), name=crew.driver, role=Role.DRIVER.value,
        registration=crew.registration,
    )  # fmt: skip


def _new_password() -> str:
    """Eighty random bits in groups that can be read out."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    groups = ("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


async def _hashes(container: Container, found: DemoLogins) -> dict[str, str]:
    """Password hashes of those who need a new one, made outside the transaction."""
    async with container.work() as session:
        known = set() if not found.stored else set(await session.exec(select(User.email)))
    missing = [login for login in found.people if login.email not in known]
    passwords = Passwords()
    made = await asyncio.gather(*(passwords.hash(login.password) for login in missing))
    return {login.email: made_hash for login, made_hash in zip(missing, made, strict=True)}


async def _store(session: AsyncSession, found: DemoLogins, hashes: dict[str, str]) -> None:
    fleet = await _get_or_add(session, Fleet(name=cast.FLEET, time_zone=cast.TIME_ZONE), "name")
    fleet_id = fleet.id or 0
    users = {login.email: await _user(session, login, fleet_id, hashes) for login in found.people}
    manager = found.manager
    backing = FleetManager(
        fleet_id=fleet_id, user_id=users[manager.email].id, name=manager.name, email=manager.email
    )
    await _get_or_add(session, backing, "user_id")
    vehicles = {
        crew.registration: await _crew(session, crew, fleet_id, users[crew.email])
        for crew in cast.CREWS
    }
    for device in found.devices:
        await _device(session, device, vehicles[device.registration])
    await _parcel(session, fleet_id, vehicles[cast.CREWS[0].registration], found)


async def _user(session: AsyncSession, login: Login, fleet_id: int, hashes: dict[str, str]) -> User:
    role = Role(login.role)
    user = User(
        fleet_id=None if role is Role.SYSTEM_ADMIN else fleet_id, email=login.email,
        name=login.name, role=role, password_hash=hashes.get(login.email, ""),
    )  # fmt: skip
    existing = (
        await session.exec(select(User).where(func.lower(User.email) == login.email))
    ).first()
    if existing is not None:
        existing.password_hash = hashes.get(login.email, existing.password_hash)
        return existing
    return await _add(session, user)


async def _crew(session: AsyncSession, crew: Crew, fleet_id: int, user: User) -> Vehicle:
    vehicle = Vehicle(
        fleet_id=fleet_id, name=crew.name, registration_number=crew.registration, type=crew.type
    )
    vehicle = await _get_or_add(session, vehicle, "fleet_id", "registration_number")
    driver = Driver(
        fleet_id=fleet_id, user_id=user.id, vehicle_id=vehicle.id, name=crew.driver,
        license_number=crew.license_number, phone=crew.phone, status=DriverStatus.ON_DUTY,
    )  # fmt: skip
    await _get_or_add(session, driver, "fleet_id", "license_number")
    return vehicle


async def _device(session: AsyncSession, login: DeviceLogin, vehicle: Vehicle) -> None:
    device = DeviceToken(
        fleet_id=vehicle.fleet_id, vehicle_id=vehicle.id or 0, name="Tracking app",
        token_hash=digest(login.token), hint=login.token[-4:],
    )  # fmt: skip
    await _get_or_add(session, device, "token_hash")


async def _parcel(
    session: AsyncSession, fleet_id: int, vehicle: Vehicle, found: DemoLogins
) -> None:
    lat, lon = cast.DESTINATION
    customer = Customer(fleet_id=fleet_id, name=cast.CUSTOMER, email=f"hello@aamu.{cast.DOMAIN}")
    customer = await _get_or_add(session, customer, "fleet_id", "email")
    today = dt.datetime.now(ZoneInfo(cast.TIME_ZONE)).date()
    delivery = Delivery(
        fleet_id=fleet_id, customer_id=customer.id, tracking_number=found.tracking_number,
        status=DeliveryStatus.OUT_FOR_DELIVERY, address=cast.ADDRESS, lat=lat, lon=lon,
    )  # fmt: skip
    delivery = await _get_or_add(session, delivery, "tracking_number")
    delivery.tracking_token_hash = digest(found.tracking_token)
    if delivery.route_id is None:
        route = await _add(session, Route(fleet_id=fleet_id, vehicle_id=vehicle.id, date=today,
                                          status=RouteStatus.STARTED))  # fmt: skip
        delivery.route_id = route.id
        await _add(session, RouteStop(route_id=route.id or 0, delivery_id=delivery.id, position=1,
                                      lat=lat, lon=lon))  # fmt: skip
    elif delivery.status is DeliveryStatus.OUT_FOR_DELIVERY:
        current = await session.get_one(Route, delivery.route_id)
        current.date = today  # a demo that is started again goes on today


async def _get_or_add(session: AsyncSession, row: Row, *key: str) -> Row:
    """The stored row with the same `key` columns, or `row` itself, now stored."""
    kind: Any = type(row)
    same = [getattr(kind, name) == getattr(row, name) for name in key]
    existing: Row | None = (await session.exec(select(kind).where(*same))).first()
    return existing if existing is not None else await _add(session, row)


async def _add(session: AsyncSession, row: Row) -> Row:
    session.add(row)
    await session.flush()
    return row

"""Demo data: a fleet with people, vehicles and a parcel on its way. Safe to run at every start."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import SYSTEM
from fleet_app.access.roles import Role
from fleet_app.audit.trail import note
from fleet_app.bootstrap import Container
from fleet_app.fleet.models import Fleet, FleetManager
from fleet_app.identity.models import DeviceToken, User
from fleet_app.identity.passwords import Passwords
from fleet_app.identity.tokens import digest, new_device_token
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.kernel.locks import DEMO_DATA
from fleet_app.simulation import cast, logins
from fleet_app.simulation.beginning import FEWEST_CUSTOMERS
from fleet_app.simulation.cast import Crew
from fleet_app.simulation.demo import days, parcel, stock, zones
from fleet_app.simulation.demo.clients import Client, clients_at, usable_places
from fleet_app.simulation.demo.company import Company
from fleet_app.simulation.demo.stock import add, get_or_add
from fleet_app.simulation.diary import PLACES_SEED
from fleet_app.simulation.logins import DemoLogins, DeviceLogin, DriverLogin, Login
from fleet_app.simulation.streets import area_of

SECONDS = 180.0
"""A first start on a slow machine takes its time."""
_LOCK = f"SELECT pg_advisory_xact_lock({DEMO_DATA})"


async def seed_demo(container: Container, home: Path, now: datetime | None = None) -> DemoLogins:
    """Make the demo fleet, or complete it up to `now`; returns its logins, also kept in `home`.

    Customers live at addresses of the map in `home`. What is already there stays as somebody may
    have changed it, except that a lost logins file means new passwords for everybody.
    Raises `StoreUnavailable`.
    """
    found = _kept(home)
    hashes = await _hashes(container, found)
    logins.save(home, found)
    async with container.work(SECONDS) as session:
        await session.exec(text(_LOCK))  # type: ignore[call-overload]
        went_on = await _store(session, found, hashes, home / "map", now or utc_now())
    with suppress(StoreUnavailable):  # a remembered status is forgotten after a while anyway
        for delivery_id in went_on:
            await container.delivery_status.refresh(delivery_id)
    if not found.stored:
        found.stored = True
        logins.save(home, found)
    return found


def _kept(home: Path) -> DemoLogins:
    try:
        found = logins.load(home)
    except logins.LoginsUnreadable:
        return _new_logins()
    found.customer = found.customer or _customer_login()
    return found


def _customer_login() -> Login:
    return _login("kaisa.aamunen", cast.CLIENT, Role.CUSTOMER)


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
        customer=_customer_login(),
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


async def _store(
    session: AsyncSession, found: DemoLogins, hashes: dict[str, str], map_dir: Path, now: datetime
) -> list[int]:
    """Everything; returns the ids of deliveries that went on since the last start."""
    fleet = await _fleet(session)
    fleet_id = fleet.id or 0
    users = {login.email: await _user(session, login, fleet_id, hashes) for login in found.people}
    manager = found.manager
    backing = FleetManager(
        fleet_id=fleet_id, user_id=users[manager.email].id, name=manager.name, email=manager.email
    )
    await get_or_add(session, backing, "user_id")
    places = await asyncio.to_thread(usable_places, map_dir, PLACES_SEED)
    equipped = await stock.is_equipped(session, fleet_id)
    today = now.astimezone(ZoneInfo(cast.TIME_ZONE)).date()
    dispatcher = users[found.dispatcher.email]
    company = await stock.company_of(
        session, fleet_id, users, dispatcher, places=places, today=today
    )
    for device in found.devices:
        await _device(session, device, company)
    counts = {} if equipped else await stock.equip(session, company, dispatcher, today)
    await parcel.keep_going(session, company, found, now)
    clients = clients_at(places, PLACES_SEED)
    drawn = list(zones.zones_of(area_of(map_dir), company.places, clients))
    counts["geofences"] = await zones.store_zones(
        session, fleet_id, drawn, company.vehicles.values()
    )
    counts["alert_rules"] = await zones.store_rules(session, fleet_id)
    outcome = await _trade(session, company, clients, now, counts)
    _tell(session, fleet, counts)
    return outcome.changed


async def _trade(
    session: AsyncSession, company: Company, clients: Sequence[Client], now: datetime,
    counts: dict[str, int],
) -> days.Outcome:  # fmt: skip
    """Customers and what is delivered to them, where the map has addresses."""
    if len(clients) < FEWEST_CUSTOMERS:
        return days.Outcome()
    counts["customers"] = await stock.store_customers(session, company.fleet_id, clients, now)
    outcome = await days.carry_on(session, company, clients, now)
    counts["deliveries"], counts["delivery_events"] = outcome.deliveries, outcome.events
    return outcome


def _tell(session: AsyncSession, fleet: Fleet, counts: Mapping[str, int]) -> None:
    """One entry in the audit log for everything that was added."""
    changes = {kind: [None, count] for kind, count in counts.items() if count}
    if changes:
        note(
            session, SYSTEM, "import", kind="fleet", object_id=fleet.id, label=fleet.name,
            fleet_id=fleet.id, changes=changes,
        )  # fmt: skip


async def _fleet(session: AsyncSession) -> Fleet:
    fleet = Fleet(name=cast.FLEET, time_zone=cast.TIME_ZONE)
    stored = await get_or_add(session, fleet, "name")
    if stored.version == 1 and stored.brand_name is None:
        for name, value in cast.COMPANY.items():
            setattr(stored, name, value)
        session.add(stored)
    return stored


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
    return await add(session, user)


async def _device(session: AsyncSession, login: DeviceLogin, company: Company) -> None:
    number = next(crew.number for crew in cast.CREWS if crew.registration == login.registration)
    device = DeviceToken(
        fleet_id=company.fleet_id, vehicle_id=company.vehicles[number].id or 0,
        name="Tracking app", token_hash=digest(login.token), hint=login.token[-4:],
    )  # fmt: skip
    await get_or_add(session, device, "token_hash")

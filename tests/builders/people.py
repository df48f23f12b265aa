"""Fleets and the people in them, made directly in the database."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from argon2 import PasswordHasher

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.fleet.models import Driver, Fleet, Vehicle
from fleet_app.identity.models import User
from fleet_app.identity.passwords import Passwords

PASSWORD = "correct horse battery"
_numbers = itertools.count(1)
_QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""As weak as Argon2 gets: few tests are about its cost, which is more than all else of a test."""
_HASH = _QUICK.hash(PASSWORD)


def with_quick_passwords(container: Container) -> Container:
    """The container, for which the hashes made here are strong enough.

    Else every first sign-in of a person would replace the person's hash with one that is as dear
    as in the product. Tests of that make a container of their own.
    """
    container.__dict__["passwords"] = Passwords(_QUICK)
    return container


@dataclass(frozen=True)
class Person:
    """A user who can sign in with `PASSWORD`."""

    id: int
    email: str
    fleet_id: int | None


async def a_fleet(container: Container, name: str = "") -> int:
    """A new fleet's id."""
    fleet = Fleet(name=name or f"Fleet {next(_numbers)}")
    async with container.work() as session:
        session.add(fleet)
        await session.flush()
    assert fleet.id is not None
    return fleet.id


async def a_person(container: Container, role: Role, fleet_id: int | None = None) -> Person:
    """A new user; in a fleet of its own unless told which (system administrators have none)."""
    if fleet_id is None and role is not Role.SYSTEM_ADMIN:
        fleet_id = await a_fleet(container)
    number = next(_numbers)
    user = User(
        email=f"person{number}@example.com",
        name=f"Person {number}",
        role=role,
        fleet_id=fleet_id,
        password_hash=_HASH,
    )
    async with container.work() as session:
        session.add(user)
        await session.flush()
    assert user.id is not None
    return Person(user.id, user.email, fleet_id)


async def a_vehicle(container: Container, fleet_id: int) -> int:
    """A new vehicle's id."""
    number = next(_numbers)
    vehicle = Vehicle(fleet_id=fleet_id, name=f"Van {number}", registration_number=f"T-{number}")
    async with container.work() as session:
        session.add(vehicle)
        await session.flush()
    assert vehicle.id is not None
    return vehicle.id


async def a_driver(container: Container, person: Person, vehicle_id: int | None = None) -> int:
    """The driver's record behind a person, in a vehicle or in none."""
    assert person.fleet_id is not None
    driver = Driver(
        fleet_id=person.fleet_id,
        user_id=person.id,
        vehicle_id=vehicle_id,
        name="Driver",
        license_number=f"L-{next(_numbers)}",
    )
    async with container.work() as session:
        session.add(driver)
        await session.flush()
    assert driver.id is not None
    return driver.id


async def the_vehicle(container: Container, vehicle_id: int) -> Vehicle:
    """A vehicle as it is stored now."""
    async with container.work() as session:
        return await session.get_one(Vehicle, vehicle_id)

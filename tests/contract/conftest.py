"""What the tests of the stores start from."""

from __future__ import annotations

import pytest

from fleet_app.access.actor import Actor
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from tests.builders.people import a_fleet, a_person, a_vehicle
from tests.builders.records import an_actor


@pytest.fixture
async def fleet_id(container: Container) -> int:
    """A new fleet."""
    return await a_fleet(container)


@pytest.fixture
def manager(fleet_id: int) -> Actor:
    """Its manager."""
    return an_actor(Role.FLEET_MANAGER, fleet_id)


@pytest.fixture
async def vehicle_id(container: Container, fleet_id: int) -> int:
    """A vehicle of it."""
    return await a_vehicle(container, fleet_id)


@pytest.fixture
async def dispatcher(container: Container, fleet_id: int) -> Actor:
    """Somebody who dispatches there."""
    person = await a_person(container, Role.DISPATCHER, fleet_id)
    return an_actor(Role.DISPATCHER, fleet_id, user_id=person.id)

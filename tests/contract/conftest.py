"""What the tests of the stores start from."""

from __future__ import annotations

import pytest

from fleet_app.access.actor import Actor
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from tests.builders.people import a_fleet
from tests.builders.records import an_actor


@pytest.fixture
async def fleet_id(container: Container) -> int:
    """A new fleet."""
    return await a_fleet(container)


@pytest.fixture
def manager(fleet_id: int) -> Actor:
    """Its manager."""
    return an_actor(Role.FLEET_MANAGER, fleet_id)

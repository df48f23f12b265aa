"""What the tests of the stores start from."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from fleet_app.access.actor import Actor
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.planning.runs import solver
from tests.builders.jobs import running
from tests.builders.people import a_fleet, a_person, a_vehicle
from tests.builders.plan_runs import SLOW, PlannedDay, a_day
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


@pytest.fixture
async def day(container: Container) -> PlannedDay:
    """A day that waits for a run of the optimiser."""
    return await a_day(container)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A solver that has to be stopped."""
    monkeypatch.setattr(solver, "MODULE", SLOW)


@pytest.fixture
async def working(container: Container) -> AsyncIterator[None]:
    """A worker that runs jobs."""
    async with running(container):
        yield

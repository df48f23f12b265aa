"""The API in front of real stores."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.storage.files.directory import DirectoryFiles
from tests.builders.api import World, a_world
from tests.builders.tours import Depot, a_depot
from tests.builders.uploads import Send, sender
from tests.builders.walk import Walk


@pytest.fixture
async def world(container: Container) -> AsyncIterator[World]:
    """A small world behind the API."""
    async with AsyncExitStack() as stack:
        yield await a_world(container, stack)


@pytest.fixture
async def depot(world: World) -> Depot:
    """The office of the world's first fleet."""
    return await a_depot(world)


@pytest.fixture
async def manager(world: World) -> dict[str, str]:
    """The headers of the fleet's manager."""
    return await world.a(Role.FLEET_MANAGER)


@pytest.fixture
def folder(container: Container, tmp_path: Path) -> Path:
    """Where the files of one test are."""
    container.__dict__["files"] = DirectoryFiles(tmp_path / "files")
    return tmp_path / "files"


@pytest.fixture
def send(world: World, manager: dict[str, str], folder: Path) -> Send:
    """Sends a file as the fleet's manager."""
    return sender(world, manager)


@pytest.fixture
async def walk(world: World, folder: Path) -> Walk:
    """Callers of every role, signed in, and objects of every kind on request."""
    walk = Walk(world)
    await walk.sign_in()
    return walk

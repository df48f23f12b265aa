"""The API in front of real stores."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from fleet_app.bootstrap import Container
from tests.builders.api import World, a_world


@pytest.fixture
async def world(container: Container) -> AsyncIterator[World]:
    """A small world behind the API."""
    async with AsyncExitStack() as stack:
        yield await a_world(container, stack)

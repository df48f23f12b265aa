"""What the tests of background work start from."""

from __future__ import annotations

import pytest

from backend_jobs import broadcaster as module
from tests.builders.broadcast import World


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A broadcaster that says how things are many times a second."""
    monkeypatch.setattr(module, "STATUS_SECONDS", 0.05)
    return World()

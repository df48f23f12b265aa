"""The doctor finds what is wrong and says what to do."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from fleet_app.runtime.doctor import Finding, State, examine
from fleet_app.settings import Settings
from tests.engines import TestStores, temporary_home


@pytest.fixture
def home() -> Iterator[Path]:
    with temporary_home() as folder:
        yield folder


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as other:
        return int(other.getsockname()[1])


def findings(settings: Settings) -> dict[str, Finding]:
    return {finding.subject: finding for finding in examine(settings)}


def test_a_fresh_machine_is_healthy_and_told_what_comes_next(home: Path) -> None:
    found = findings(Settings(home=home, port=free_port(), database_url=None, redis_url=None))
    assert [name for name, finding in found.items() if finding.state is State.BROKEN] == []
    assert found["Durable log"].text == "fsync policy always"
    assert found["Database"].text == "empty"
    assert found["Map"].state is State.NOTE
    assert "map build" in found["Map"].advice


def test_a_taken_port_and_unreachable_stores_are_broken(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings = Settings(
            home=home,
            port=other.getsockname()[1],
            database_url="postgresql+psycopg://nobody@127.0.0.1:1/fleet",
            redis_url="redis://127.0.0.1:1",
        )
        found = findings(settings)
    broken = {name for name, finding in found.items() if finding.state is State.BROKEN}
    assert broken == {"Port", "Database", "Durable log"}
    assert all(found[name].advice for name in ("Database", "Durable log"))


def test_a_current_database_is_good(stores: TestStores, database_url: str, home: Path) -> None:
    settings = Settings(
        home=home, port=free_port(), database_url=database_url, redis_url=stores.redis_url
    )
    found = findings(settings)
    assert found["Database"].state is State.GOOD
    assert found["Engines"].text == "the configured stores are used"

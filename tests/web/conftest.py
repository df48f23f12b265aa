"""A really running application behind the gate, and people to attack it with."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.settings import PROJECT_ROOT, Settings
from tests.builders.people import PASSWORD, Person, a_fleet, a_person, with_quick_passwords
from tests.engines import TestStores
from tests.web.raw_socket import RawSocket, new_token

RXCONFIG = """
import reflex as rx
from fleet_app.settings import get_settings
config = rx.Config(
    app_name="gate", telemetry_enabled=False, plugins=[],
    cors_allowed_origins=get_settings().origins,
)
"""
REFLEX = {
    "REFLEX_ENV_MODE": "prod",
    "__REFLEX_SKIP_COMPILE": "true",
    "REFLEX_TELEMETRY_ENABLED": "false",
    "REFLEX_STATE_MANAGER_MODE": "memory",
}


UP = "api/health"


@dataclass
class GateServer:
    """The running application, and its stores as this process sees them."""

    settings: Settings
    log: Path
    url: str
    sockets: list[RawSocket] = field(default_factory=list)

    def logged(self) -> str:
        """Everything the server has printed."""
        return self.log.read_text(encoding="utf-8")

    def socket(
        self, cookie: str | None = None, *, origin: str | None = "ours", token: str | None = None
    ) -> RawSocket:
        """A socket, to be opened with `async with`; from our own page unless told otherwise."""
        return RawSocket(
            self.url.replace("http", "ws"),
            cookie=cookie,
            origin=self.settings.origin if origin == "ours" else origin,
            token=token or new_token(),
        )


@pytest.fixture(scope="session")
def gate_server(
    stores: TestStores, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GateServer]:
    """One application for the session: its pages would need a build, its socket does not."""
    with running(stores, tmp_path_factory.mktemp("gate"), "tests.web.gate_server:build") as server:
        yield server


@pytest.fixture(scope="session")
def product(stores: TestStores, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GateServer]:
    """The product's own application, which lists its handlers in `HANDLERS` beside its log."""
    folder = tmp_path_factory.mktemp("product")
    with running(stores, folder, "tests.web.product_server:build") as server:
        yield server


@contextlib.contextmanager
def running(stores: TestStores, folder: Path, factory: str) -> Iterator[GateServer]:
    """The application that `factory` makes, on a database of its own."""
    (folder / "rxconfig.py").write_text(RXCONFIG, encoding="utf-8")
    with stores.database() as database_url, _free_port() as listener:
        port = listener.getsockname()[1]
        settings = Settings(
            home=stores.home, database_url=database_url, redis_url=stores.redis_url, port=port
        )
        server = GateServer(settings, folder / "server.log", f"http://127.0.0.1:{port}")
        process = _start(folder, server, listener, factory)
        try:
            _wait_until_up(process, server)
            yield server
        finally:
            process.terminate()
            process.wait(20)


def _free_port() -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    return listener


def _start(
    folder: Path, server: GateServer, listener: socket.socket, factory: str
) -> subprocess.Popen[bytes]:
    settings = server.settings
    environment = {
        **os.environ,
        **REFLEX,
        "PYTHONPATH": f"{folder}{os.pathsep}{PROJECT_ROOT}",
        "FLEET_HOME": str(settings.home),
        "FLEET_DATABASE_URL": str(settings.database_url),
        "FLEET_REDIS_URL": str(settings.redis_url),
        "FLEET_PORT": str(settings.port),
    }
    command = [sys.executable, "-m", "uvicorn", "--factory", factory]
    with server.log.open("wb") as log:
        return subprocess.Popen(
            [*command, "--fd", str(listener.fileno())],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=[listener.fileno()],
        )


def _wait_until_up(process: subprocess.Popen[bytes], server: GateServer) -> None:
    deadline = time.monotonic() + 180  # with other tests on every core
    while process.poll() is None and time.monotonic() < deadline:
        # The socket already listens, so a request waits in its queue until the server accepts.
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{server.url}/{UP}", timeout=1).close()
            return
    process.kill()
    raise RuntimeError(f"the server did not come up:\n{server.logged()}")


@pytest.fixture
async def people(gate_server: GateServer) -> AsyncIterator[Container]:
    """The services on the running application's stores."""
    container = with_quick_passwords(Container(gate_server.settings))
    await container.start()
    try:
        yield container
    finally:
        await container.close()


@pytest.fixture
async def services(product: GateServer) -> AsyncIterator[Container]:
    """The services on the product's stores."""
    container = with_quick_passwords(Container(product.settings))
    await container.start()
    yield container
    await container.close()


@dataclass
class Browser:
    """A signed-in browser: its cookie and who uses it."""

    cookie: str
    person: Person


@pytest.fixture
async def dispatcher(people: Container) -> Browser:
    """A signed-in dispatcher."""
    return await signed_in(people, Role.DISPATCHER)


async def signed_in(people: Container, role: Role, fleet_id: int | None = None) -> Browser:
    """A new person of a role, signed in."""
    if fleet_id is None and role is not Role.SYSTEM_ADMIN:
        fleet_id = await a_fleet(people)
    person = await a_person(people, role, fleet_id)
    opened = await people.sessions.sign_in(person.email, PASSWORD, "test", "pytest")
    await asyncio.sleep(0)
    return Browser(opened.token, person)


@pytest.fixture
async def manager(container: Container) -> Person:
    """The manager of a fleet of their own."""
    return await a_person(container, Role.FLEET_MANAGER)

"""A whole installation in a temporary folder, for one benchmark: engines, web process, worker."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil
import psycopg

from fleet_app.identity.tokens import digest, new_device_token
from fleet_app.runtime import migrations, processes, web
from fleet_app.runtime.engines import embedded_engines
from fleet_app.runtime.logs import tail
from fleet_app.runtime.processes import Program
from fleet_app.runtime.product import answers
from fleet_app.runtime.waiting import wait_until
from fleet_app.settings import Settings, get_settings

START_SECONDS = 60.0
_MOUNT_PAGES = "__REFLEX_MOUNT_FRONTEND_COMPILED_APP"


def say(line: str) -> None:
    """Tell a person what happens; the result alone goes to standard output."""
    print(line, file=sys.stderr, flush=True)


@dataclass
class Stack:
    """Running processes and how to reach them."""

    home: Path
    dsn: str
    """libpq URL of the database."""
    settings: Settings
    _files: ExitStack
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Base URL of the product's web process."""
        return f"http://127.0.0.1:{self.settings.port}"

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        """A new connection to the database; its transactions commit by themselves."""
        return psycopg.connect(self.dsn, autocommit=True)

    def count(self, query: str) -> int:
        """The single number a query gives."""
        with self.connect() as connection:
            row = connection.execute(query.encode()).fetchone()
        return int(str(row[0])) if row else 0

    def run(self, name: str, program: Program) -> subprocess.Popen[bytes]:
        """Start a process that ends with the stack; its output goes to the home's logs."""
        log = self._files.enter_context((self.home / "logs" / f"{name}.log").open("wb"))
        process = processes.spawn(program, log)
        self._files.callback(processes.stop, process, program)
        self.processes[name] = process
        return process

    def log(self, name: str) -> str:
        """The end of a process's output."""
        return tail(self.home / "logs" / f"{name}.log", 15)

    def cpu_seconds(self, name: str) -> float:
        """Processor time a process has used so far, user and system."""
        times = psutil.Process(self.processes[name].pid).cpu_times()
        return float(times.user + times.system)

    def rss_bytes(self, name: str) -> int:
        """Resident memory of a process."""
        return int(psutil.Process(self.processes[name].pid).memory_info().rss)

    def start_web(self, name: str = "web", port: int | None = None, pages: bool = False) -> str:
        """A web process of the product, by default on the port of the settings; returns its URL.

        Without `pages` nothing has to be built.
        """
        port = port or self.settings.port
        with web.listen(self.settings.model_copy(update={"port": port})) as listener:
            program = web.program(self.settings, listener)
            environment = {**program.environment, _MOUNT_PAGES: str(pages).lower()}
            process = self.run(name, replace(program, environment=environment))
        url = f"http://127.0.0.1:{port}"
        self._wait(name, process, url)
        return url

    def stop(self, *names: str) -> None:
        """End processes before the stack ends."""
        for name in names:
            process = self.processes.pop(name)
            processes.stop(process, Program([]))

    def start_app(
        self, name: str, application: str, environment: Mapping[str, str], port: int = 0
    ) -> str:
        """Another ASGI application under the same server settings; returns its base URL."""
        with socket.create_server(("127.0.0.1", port), backlog=4096) as listener:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            descriptor = listener.fileno()
            command = [sys.executable, "-m", "bench._serve", application, str(descriptor)]
            program = Program(command, environment, pass_fds=(descriptor,), grace_seconds=5.0)
            process = self.run(name, program)
        self._wait(name, process, url)
        return url

    def start_worker(self) -> None:
        """The product's worker."""
        command = [sys.executable, "-c", "from backend_jobs.worker import main; main()"]
        self.run("worker", Program(command, stop_signal=signal.SIGTERM))

    def _wait(self, name: str, process: subprocess.Popen[bytes], url: str) -> None:
        try:
            wait_until(lambda: answers(url), lambda: process.poll() is None, name, START_SECONDS)
        except (RuntimeError, TimeoutError) as error:
            raise RuntimeError(f"{error}\n{self.log(name)}") from error


@contextmanager
def stack(environment: Mapping[str, str] | None = None) -> Iterator[Stack]:
    """Engines with the product's schema in a fresh home; everything is gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="fleet-bench-"))
    home.chmod(0o755)
    (home / "logs").mkdir()
    wanted = {"FLEET_HOME": str(home), "FLEET_PORT": str(free_port()), **(environment or {})}
    try:
        with _environment(wanted), ExitStack() as files:
            say("Starting engines ...")
            urls = files.enter_context(embedded_engines(get_settings()))
            migrations.upgrade(urls.database)
            dsn = urls.database.replace("postgresql+psycopg", "postgresql", 1)
            yield Stack(home, dsn, get_settings(), files)
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _environment(wanted: Mapping[str, str]) -> Iterator[None]:
    """Exactly these FLEET_ variables, so that a configured installation is never touched."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("FLEET_")]:
        del os.environ[name]
    os.environ.update(wanted)
    get_settings.cache_clear()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        get_settings.cache_clear()


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Device:
    """A vehicle of the benchmark's fleet and the token it posts with."""

    vehicle_id: int
    token: str


def make_fleet(stack: Stack, vehicles: int) -> tuple[int, Sequence[Device]]:
    """A fleet of `vehicles` with a device each; (fleet id, devices)."""
    with stack.connect() as connection, connection.transaction():
        fleet_id = _id(connection.execute(
            "INSERT INTO fleets (name, time_zone, created_at) VALUES ('Bench', 'UTC', now())"
            " RETURNING id"))  # fmt: skip
        devices = []
        for number in range(vehicles):
            vehicle_id = _id(connection.execute(
                "INSERT INTO vehicles (fleet_id, name, registration_number, type, status,"
                " created_at) VALUES (%s, %s, %s, 'van', 'active', now()) RETURNING id",
                (fleet_id, f"Van {number}", f"B-{number}")))  # fmt: skip
            token = new_device_token()
            connection.execute(
                "INSERT INTO device_tokens (fleet_id, vehicle_id, name, token_hash, hint,"
                " speed_unit, created_at) VALUES (%s, %s, 'bench', %s, %s, 'mps', now())",
                (fleet_id, vehicle_id, digest(token), token[-4:]),
            )
            devices.append(Device(vehicle_id, token))
    return fleet_id, devices


def _id(cursor: psycopg.Cursor[tuple[object, ...]]) -> int:
    row = cursor.fetchone()
    if row is None:
        raise RuntimeError("the insert returned no id")
    return int(str(row[0]))

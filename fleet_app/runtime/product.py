"""The product's own processes: web, worker and, in the demo, the simulator."""

from __future__ import annotations

import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx

from fleet_app.runtime import web
from fleet_app.runtime.logs import tail
from fleet_app.runtime.processes import Program
from fleet_app.runtime.supervisor import Alive, Say, Service, Supervisor
from fleet_app.runtime.waiting import wait_until
from fleet_app.settings import Settings

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def web_services(settings: Settings, listener: socket.socket) -> list[Service]:
    """The web processes, all on one listening socket."""
    count = settings.web_processes
    names = ["web"] if count == 1 else [f"web-{number}" for number in range(1, count + 1)]

    def answering(alive: Alive) -> None:
        wait_until(lambda: answers(local_url(settings)), alive, "the web process", 60.0)

    return [Service(name, lambda: web.program(settings, listener), answering) for name in names]


def worker_service() -> Service:
    """The consumer of the durable log."""
    command = [sys.executable, "-m", "backend_jobs.worker"]
    return Service("worker", lambda: Program(command, {"PYTHONUNBUFFERED": "1"}))


PAST_DAYS = 2
"""So many days before a demo's first start have trips; more would take long to tell."""


def simulate_service(settings: Settings, vehicles: int) -> Service:
    """Demo vehicles, driving through the public API."""
    command = [sys.executable, "-m", "fleet_app.cli", "simulate"]
    command += ["--url", local_url(settings), "--vehicles", str(vehicles)]
    command += ["--past-days", str(PAST_DAYS)]
    return Service("simulate", lambda: Program(command, {"PYTHONUNBUFFERED": "1"}))


def local_url(settings: Settings) -> str:
    """Where this machine reaches the web process, whatever address it listens on."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104
    return f"http://{host}:{settings.port}"


def answers(url: str) -> bool:
    """Whether the web process behind `url` answers right now."""
    try:
        return httpx.get(f"{url}/ping", timeout=5.0, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def run_until_stopped(
    services: Sequence[Service],
    home: Path,
    say: Say,
    started: Callable[[], None] = lambda: None,
) -> None:
    """Run services until SIGINT, SIGTERM or SIGHUP, then stop them in reverse order.

    `started` is called once all of them are up. Raises RuntimeError, with the end of its log, when
    one does not come up at first; later deaths are answered with restarts. Main thread only.
    """
    stopping = threading.Event()
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    supervisor = Supervisor(home / "logs", say)
    try:
        for service in services:
            _start(supervisor, service, home)
        for number in STOP_SIGNALS:
            signal.signal(number, lambda _number, _frame: stopping.set())
        started()
        supervisor.watch(stopping)
        say("Stopping ...")
    finally:
        supervisor.stop()
        for number, handler in before.items():
            signal.signal(number, handler)


def _start(supervisor: Supervisor, service: Service, home: Path) -> None:
    try:
        supervisor.start(service)
    except (RuntimeError, TimeoutError) as error:
        log = tail(home / "logs" / f"{service.name}.log")
        raise RuntimeError(f"{service.name} did not start: {error}\n{log}") from error

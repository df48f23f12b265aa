"""Keeps a list of processes running: restarts the one that dies, stops all in reverse order."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from fleet_app.runtime import processes
from fleet_app.runtime.logs import LogFile, Output
from fleet_app.runtime.processes import Program

Say = Callable[[str], None]
Alive = Callable[[], bool]


@dataclass
class Backoff:
    """How long to wait before the next start: doubles with every early death."""

    first: float = 0.5
    limit: float = 30.0
    healthy_after: float = 60.0
    """A process that lived this many seconds counts as healthy: the wait starts over."""
    _next: float = 0.0

    def after(self, lifetime: float) -> float:
        """Seconds to wait after a process that lived `lifetime` seconds."""
        if lifetime >= self.healthy_after or self._next == 0.0:
            self._next = self.first
        wait = self._next
        self._next = min(self._next * 2, self.limit)
        return wait


@dataclass
class Service:
    """One supervised process."""

    name: str
    program: Callable[[], Program]
    """Asked before every start, so that it may clear up what the last one left."""
    ready: Callable[[Alive], None] | None = None
    """Blocks until the process answers; raises when it died or takes too long."""
    echo: bool = True
    """Whether its output also goes to the terminal."""
    backoff: Backoff = field(default_factory=Backoff)


class _Running:
    """One life of a service after another."""

    def __init__(self, service: Service, logs: Path, say: Say) -> None:
        self.service = service
        self._say = say
        self._log = LogFile(logs / f"{service.name}.log")
        self._process: subprocess.Popen[bytes] | None = None
        self._program: Program | None = None
        self._started = 0.0
        self._restart_at: float | None = None

    def start(self) -> None:
        self._program = self.service.program()
        output = Output(self._log, self._say if self.service.echo else None, self.service.name)
        try:
            self._process = processes.spawn(self._program, output.descriptor)
        finally:
            output.follow()
        self._started = time.monotonic()
        self._restart_at = None

    def wait_ready(self) -> None:
        if self.service.ready is not None:
            self.service.ready(lambda: self.pid is not None)

    def tend(self) -> None:
        """Notice a death, and start again once the waiting time is over."""
        if self._restart_at is None:
            if self._process is not None and self._process.poll() is not None:
                processes.kill_group(self._process)
                self._schedule(f"ended with status {self._process.returncode}")
        elif time.monotonic() >= self._restart_at:
            self._try_start()

    def _try_start(self) -> None:
        try:
            self.start()
            self.wait_ready()
        except Exception as error:  # one service must not take the others down
            self.stop()
            self._schedule(f"did not start: {error}")
        else:
            self._say(f"{self.service.name} runs again")

    def _schedule(self, reason: str) -> None:
        wait = self.service.backoff.after(time.monotonic() - self._started)
        self._restart_at = time.monotonic() + wait
        self._say(f"{self.service.name} {reason}; starting it again in {wait:g} s")

    def stop(self) -> None:
        if self._process is not None and self._program is not None:
            processes.stop(self._process, self._program)
        self._process = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.poll() is None else None


class Supervisor:
    """Runs services in order until told to stop.

    Use it from one thread, which must live until `stop()` has returned.
    """

    def __init__(self, logs: Path, say: Say) -> None:
        self._logs = logs
        self._say = say
        self._running: list[_Running] = []

    def start(self, service: Service) -> None:
        """Start one service; return when it is ready. Raises when it does not come up."""
        running = _Running(service, self._logs, self._say)
        self._running.append(running)
        running.start()
        running.wait_ready()

    def watch(self, stopping: threading.Event, interval: float = 0.2) -> None:
        """Restart what dies until `stopping` is set."""
        while not stopping.wait(interval):
            for running in self._running:
                running.tend()

    def stop(self) -> None:
        """Stop everything, last started first."""
        while self._running:
            self._running.pop().stop()

    def pids(self) -> dict[str, int | None]:
        """Process id by service name; None for one that is down at the moment."""
        return {running.service.name: running.pid for running in self._running}

"""Stores of one test alone, to be frozen: they accept connections and never answer."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil

from fleet_app.runtime import migrations, processes
from fleet_app.runtime.postgres import PostgresEngine
from fleet_app.runtime.processes import Program
from fleet_app.runtime.valkey import ValkeyEngine
from tests.engines import temporary_home


@dataclass
class Freezable:
    """A server of this test."""

    url: str
    process: subprocess.Popen[bytes]
    program: Program

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop the server with all its processes; they go on afterwards."""
        self._signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.thaw()

    def thaw(self) -> None:
        """Let the server go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        server = psutil.Process(self.process.pid)
        for one in (server, *server.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                one.send_signal(number)


@contextmanager
def running(engine: PostgresEngine | ValkeyEngine) -> Iterator[Freezable]:
    """Start a server of one's own."""
    program = engine.program()
    process = processes.spawn(program, subprocess.DEVNULL)
    server = Freezable(engine.url(), process, program)
    try:
        engine.ready(lambda: process.poll() is None)
        yield server
    finally:
        with suppress(psutil.NoSuchProcess):
            server.thaw()  # a test that ran out of time has not come to it
        processes.stop(process, program)


@contextmanager
def freezable_postgres() -> Iterator[Freezable]:
    """A PostgreSQL with the current schema."""
    with temporary_home() as home, running(PostgresEngine(home)) as server:
        migrations.upgrade(server.url)
        yield server


@contextmanager
def freezable_valkey() -> Iterator[Freezable]:
    """A Valkey."""
    with temporary_home() as home, running(ValkeyEngine(home)) as server:
        yield server

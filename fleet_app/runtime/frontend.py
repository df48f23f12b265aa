"""Builds the browser part once, and again only when something it is made of has changed."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from fleet_app.runtime import processes, toolchain
from fleet_app.runtime.logs import tail
from fleet_app.runtime.processes import Program
from fleet_app.settings import PROJECT_ROOT

SOURCES = ("fleet_app/web", "fleet_app/fleet_app.py", "assets", "rxconfig.py")
IGNORED = {"__pycache__", "external"}
BUILD_SECONDS = 900.0


class Frontend:
    """The exported browser bundle of the app in `root`."""

    def __init__(self, home: Path, root: Path = PROJECT_ROOT) -> None:
        self._home = home.resolve()
        self._root = root
        self._web = root / ".web"
        self._stamp = self._web / "build" / "fleet-stamp"
        self.bundle = self._web / "build" / "client"
        self.log = self._home / "logs" / "frontend.log"

    def is_current(self) -> bool:
        """Whether the bundle exists and was made from the sources as they are now."""
        if not (self.bundle.is_dir() and self._stamp.is_file()):
            return False
        return self._stamp.read_text(encoding="ascii") == self.fingerprint()

    def fingerprint(self) -> str:
        """A hash over everything the bundle is made of."""
        digest = hashlib.sha256(version("reflex").encode())
        for path in self._source_files():
            digest.update(str(path.relative_to(self._root)).encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def _source_files(self) -> Iterator[Path]:
        for name in SOURCES:
            source = self._root / name
            if source.is_file():
                yield source
                continue
            for path in sorted(source.rglob("*")):
                inside = path.relative_to(source).parts
                if path.is_file() and not IGNORED.intersection(inside):
                    yield path

    def build(self, say: Callable[[str], None]) -> bool:
        """Build unless current; False when there was nothing to do.

        Raises RuntimeError with the end of the build's log when it fails.
        """
        with self._one_at_a_time(say):
            if self.is_current():
                return False
            wanted = self.fingerprint()
            self._stamp.unlink(missing_ok=True)
            self._export(say)
            self._stamp.write_text(wanted, encoding="ascii")
        return True

    @contextmanager
    def _one_at_a_time(self, say: Callable[[str], None]) -> Iterator[None]:
        # The folder of the project itself is locked: a build may replace everything in `.web`.
        lock = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("another command is building the pages; waiting")
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _export(self, say: Callable[[str], None]) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            program = self._program()
            process = processes.spawn(program, log)
            try:
                status = _wait(process, self.log, say)
            finally:
                processes.stop(process, program)
        if status != 0 or not self.bundle.is_dir():
            raise RuntimeError(f"building the pages failed (log: {self.log}):\n{tail(self.log)}")

    def _program(self) -> Program:
        command = [sys.executable, "-P", str(Path(__file__).with_name("export.py"))]
        environment = {
            **toolchain.environment(self._home),
            "PYTHONPATH": os.pathsep.join([str(self._root), os.environ.get("PYTHONPATH", "")]),
            "PYTHONUNBUFFERED": "1",
            "COLUMNS": "120",
        }
        return Program(command, environment, directory=self._root, grace_seconds=5.0)


def _wait(process: subprocess.Popen[bytes], log: Path, say: Callable[[str], None]) -> int:
    """Wait for the build, telling every few seconds that and what it does."""
    started = time.monotonic()
    tick = threading.Event()
    while (status := process.poll()) is None:
        seconds = time.monotonic() - started
        if seconds > BUILD_SECONDS:
            raise RuntimeError(f"building the pages took over {BUILD_SECONDS:g} s:\n{tail(log)}")
        if int(seconds) % 10 == 9:
            say(f"{int(seconds) + 1} s: {tail(log, 1).strip()[:90]}")
            tick.wait(0.8)
        tick.wait(0.3)
    return status

"""Where the output of child processes goes: a file each, and lines on the terminal."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

MAX_LOG_BYTES = 20_000_000


class LogFile:
    """An append-only log kept under twice `MAX_LOG_BYTES` by keeping one older generation."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._lock = threading.Lock()

    def write(self, data: bytes) -> None:
        """Append, rotating first when the file is full."""
        with self._lock:
            if self.path.exists() and self.path.stat().st_size > MAX_LOG_BYTES:
                self.path.replace(self.path.with_suffix(".log.1"))
            with self.path.open("ab") as file:
                file.write(data)


class Output:
    """A pipe whose lines go to a log file and, when wanted, to the terminal."""

    def __init__(self, log: LogFile, say: Callable[[str], None] | None, name: str) -> None:
        self._log = log
        self._say = say
        self._name = name
        self._reader, self.descriptor = os.pipe()

    def follow(self) -> None:
        """Call once the child holds its end: reads until every holder has closed it."""
        os.close(self.descriptor)
        threading.Thread(target=self._copy, name=f"log-{self._name}", daemon=True).start()

    def _copy(self) -> None:
        with os.fdopen(self._reader, "rb") as lines:
            for line in lines:
                self._log.write(line)
                if self._say is not None:
                    self._say(f"[{self._name}] {line.decode(errors='replace').rstrip()}")


def tail(path: Path, lines: int = 25) -> str:
    """The last lines of a log, for an error message; empty when there is no such file."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 200 * lines))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])

"""Makes sure that nobody else uses an engine's data before a new engine opens it."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from signal import Signals

import psutil


def users_of(data: Path, program: str) -> list[psutil.Process]:
    """Processes of `program` that work inside `data`: both engines change into their data folder.

    The name keeps a person's shell, which may stand in the same folder, out of it.
    """
    found = []
    wanted = data.resolve()
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.name() == program and Path(process.cwd()) == wanted:
                found.append(process)
    return found


def clear(data: Path, program: str, ending: list[tuple[float, Signals]]) -> None:
    """Wait until nothing works inside `data` any more.

    An engine that survived its owner is normally already on its way out. `ending` lists how many
    seconds to wait and which signal comes then, mildest first. Raises RuntimeError when a process
    survives all of them: starting a second engine on the same data would destroy it.
    """
    for patience, signal in ending:
        if _gone_within(data, program, patience):
            return
        for process in users_of(data, program):
            with suppress(psutil.Error):
                process.send_signal(signal)
    if not _gone_within(data, program, 10.0):
        raise RuntimeError(f"another process still uses {data}: {users_of(data, program)}")


def _gone_within(data: Path, program: str, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while users_of(data, program):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True

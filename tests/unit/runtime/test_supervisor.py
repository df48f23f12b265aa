"""The supervisor: restarts what dies, stops in reverse order, leaves nothing behind."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fleet_app.runtime.processes import Program
from fleet_app.runtime.supervisor import Backoff, Service, Supervisor
from tests.unit.runtime.helpers import eventually, gone, python

SLEEPER = "import time\ntime.sleep(60)"
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(60)
"""
PARENT = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print("child", child.pid, flush=True)
time.sleep(60)
"""
SUPERVISING = """
import sys, threading, time
from pathlib import Path
from fleet_app.runtime.processes import Program
from fleet_app.runtime.supervisor import Service, Supervisor
supervisor = Supervisor(Path(sys.argv[1]), lambda line: None)
for name in ("one", "two"):
    command = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]
    supervisor.start(Service(name, lambda: Program(command)))
    while not (Path(sys.argv[1]) / f"{name}.log").exists():
        time.sleep(0.05)
print(*supervisor.pids().values(), flush=True)
supervisor.watch(threading.Event())
"""


class Lines(list[str]):
    """What was said, for waiting on it."""

    def have(self, text: str) -> Callable[[], bool]:
        return lambda: any(text in line for line in self)


@pytest.fixture
def said() -> Lines:
    return Lines()


@pytest.fixture
def supervisor(tmp_path: Path, said: Lines) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path, said.append)
    yield supervisor
    supervisor.stop()


@contextmanager
def watching(supervisor: Supervisor) -> Iterator[None]:
    """Watch in a thread that outlives the children it starts, as the kernel ties them to it."""
    stopping, over = threading.Event(), threading.Event()

    def watch() -> None:
        supervisor.watch(stopping, 0.02)
        over.wait(30)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        supervisor.stop()
        over.set()
        thread.join()


def service(name: str, code: str, grace: float = 5.0) -> Service:
    program = Program([sys.executable, "-c", code], grace_seconds=grace)
    return Service(name, lambda: program, backoff=Backoff(first=0.05))


def running_pid(supervisor: Supervisor, name: str) -> int:
    eventually(lambda: supervisor.pids()[name] is not None)
    pid = supervisor.pids()[name]
    assert pid is not None
    return pid


def test_output_goes_to_a_log_and_with_its_name_to_the_terminal(
    supervisor: Supervisor, said: Lines, tmp_path: Path
) -> None:
    supervisor.start(service("echo", "print('hello')\n" + SLEEPER.replace("60", "30") + "\n"))
    supervisor.start(service("talker", "import sys\nprint('words', file=sys.stderr, flush=True)"))
    eventually(said.have("[talker] words"))
    assert (tmp_path / "talker.log").read_text() == "words\n"


def test_a_process_that_dies_is_started_again(supervisor: Supervisor, said: Lines) -> None:
    supervisor.start(service("sleeper", SLEEPER))
    first = running_pid(supervisor, "sleeper")
    with watching(supervisor):
        os.kill(first, signal.SIGKILL)
        eventually(lambda: supervisor.pids()["sleeper"] not in (None, first))
    assert said.have("ended with status -9")()


def test_a_restart_that_fails_is_tried_again(supervisor: Supervisor, said: Lines) -> None:
    attempts: list[int] = []

    def program() -> Program:
        attempts.append(1)
        if len(attempts) == 2:
            raise RuntimeError("the disk is full")
        return Program([sys.executable, "-c", SLEEPER])

    supervisor.start(Service("fragile", program, backoff=Backoff(first=0.05)))
    with watching(supervisor):
        os.kill(running_pid(supervisor, "fragile"), signal.SIGKILL)
        eventually(said.have("fragile runs again"))
    assert said.have("did not start: the disk is full")()


def test_stop_goes_backwards_and_waits(supervisor: Supervisor, tmp_path: Path) -> None:
    code = """
import signal, sys, time
def end(*_):
    with open(sys.argv[2], "a") as file:
        file.write(sys.argv[1])
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("up", flush=True)
time.sleep(60)
"""
    for name in "abc":
        command = [sys.executable, "-c", code, name, str(tmp_path / "order")]
        supervisor.start(Service(name, lambda command=command: Program(command)))
        eventually(lambda name=name: (tmp_path / f"{name}.log").exists())
    pids = [running_pid(supervisor, name) for name in "abc"]
    supervisor.stop()
    assert (tmp_path / "order").read_text() == "cba"
    assert all(gone(pid) for pid in pids)


def test_who_ignores_the_stop_signal_is_killed_after_the_grace_time(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    supervisor.start(service("deaf", STUBBORN, grace=0.5))
    eventually((tmp_path / "deaf.log").exists)
    pid, started = running_pid(supervisor, "deaf"), time.monotonic()
    supervisor.stop()
    assert gone(pid)
    assert 0.4 < time.monotonic() - started < 5


def test_children_of_a_process_end_with_it(supervisor: Supervisor, said: Lines) -> None:
    supervisor.start(service("parent", PARENT))
    eventually(said.have("child"))
    grandchild = int(said[-1].split()[-1])
    supervisor.stop()
    eventually(lambda: gone(grandchild))


@pytest.mark.skipif(sys.platform != "linux", reason="needs the parent-death signal")
def test_a_killed_supervisor_leaves_no_orphans(tmp_path: Path) -> None:
    process = python(SUPERVISING, tmp_path)
    assert process.stdout is not None
    pids = [int(pid) for pid in process.stdout.readline().split()]
    assert len(pids) == 2
    process.kill()
    process.communicate()
    eventually(lambda: all(gone(pid) for pid in pids))


def test_ctrl_c_of_the_terminal_does_not_reach_the_children(supervisor: Supervisor) -> None:
    supervisor.start(service("sleeper", SLEEPER))
    assert os.getsid(running_pid(supervisor, "sleeper")) != os.getsid(0)


def test_the_wait_doubles_up_to_a_limit_and_starts_over_after_a_healthy_life() -> None:
    backoff = Backoff()
    assert [backoff.after(1.0) for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert backoff.after(61.0) == 0.5
    assert backoff.after(1.0) == 1.0
